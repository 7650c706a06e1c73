"""The attention viewer: the data for ``assets/viewer.js``, and a table of the patterns that heads show."""

from __future__ import annotations

import json
from html import escape

from _ext.directives import heads
from _ext.directives.site import Site, Unable, table

MOST = 4  # tokens named
CLEAR = 2.0  # times an even spread: from here on a head is said to show a pattern

# What the viewer says; {q}, {k} are tokens, {i}, {j} their positions, {p} a share in percent.
WORDS = {
    "heads": {"zh": "层和头", "en": "Layer and head"},
    "layer": {"zh": "第 {l} 层", "en": "Layer {l}"},
    "head": {"zh": "头 {h}", "en": "Head {h}"},
    "one": {"zh": "第 {l} 层，头 {h}", "en": "Layer {l}, head {h}"},
    "sentence": {"zh": "句子", "en": "Sentence"},
    "matrix": {
        "zh": "第 {l} 层头 {h} 的注意力：行是查询，列是键。用方向键移动。",
        "en": "Attention of layer {l}, head {h}: rows are queries, columns keys. Move with the arrow keys.",
    },
    "hint": {
        "zh": "鼠标或手指移到格子上，或者用 Tab 键走到矩阵、再按方向键；Home 到第一个 token，End 到它自己。",
        "en": "Point at a cell or touch it; or go to the matrix with Tab and use the arrow keys. "
        "Home is the first token, End the token itself.",
    },
    "other": {
        "zh": "i = {i}，j = {j}：“{q}”把 {p} 的注意力分给“{k}”。",
        "en": "i = {i}, j = {j}: “{q}” gives {p} of its attention to “{k}”.",
    },
    "itself": {
        "zh": "i = {i}，j = {j}：“{q}”把 {p} 的注意力留给自己。",
        "en": "i = {i}, j = {j}: “{q}” keeps {p} of its attention for itself.",
    },
    "future": {
        "zh": "i = {i}，j = {j}：“{q}”看不见“{k}”，它在后面。份额是 0。",
        "en": "i = {i}, j = {j}: “{q}” cannot see “{k}”, which comes later. The share is 0.",
    },
}
LANGUAGES = {"zh": "中文", "en": "English"}
PATTERNS = {
    "previous": {"zh": "前一个 token", "en": "the token before"},
    "first": {"zh": "第一个 token", "en": "the first token"},
    "itself": {"zh": "自己", "en": "the token itself"},
    "any": {"zh": "任意某个 token", "en": "some one token, whichever"},
}


def render(site: Site, page: str) -> str:
    """An empty box that holds the data; the picture below it is what a reader without scripts sees."""
    sentences = _sentences(site)
    layer, head = heads.strongest(sentences, "any")
    own_first = sorted(sentences, key=lambda one: one.lang != site.lang)
    content = {
        "words": {name: words[site.lang] for name, words in WORDS.items()},
        "start": [layer, head],
        "sentences": [
            {"lang": one.lang, "name": LANGUAGES[one.lang], "tokens": one.tokens, "weights": one.weights}
            for one in own_first
        ],
    }
    data = escape(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    return f'<div class="viewer" id="attention-viewer" data-attention="{data}"></div>'


def patterns(site: Site, page: str) -> str:
    """Which head gives most to each place; its name leads back to the viewer and chooses it there."""
    sentences = _sentences(site)
    header = [
        site.say("看哪里", "Looks at"),
        site.say("给得最多的头", "Head that gives most"),
        site.say("份额", "Share"),
        site.say("同层各头平均", "Mean of its layer"),
        site.say("均匀分配", "Even spread"),
    ]
    rows = []
    for name, words in PATTERNS.items():
        layer, head = heads.strongest(sentences, name)
        here = [one for one in sentences[0].heads if one[0] == layer]
        found, level = heads.share(sentences, name, [(layer, head)]), heads.even(sentences)
        shown = _link(site, (layer, head))
        if found < CLEAR * level:
            shown = site.say(f"没有明显的；最多的是{shown}", f"none does clearly; the most: {shown}")
        rows.append(
            [words[site.lang], shown, *map(_percent, (found, heads.share(sentences, name, here), level))]
        )
    return table(header, rows)


def keys(site: Site, page: str) -> str:
    """What the head that is most decided looks at, in each sentence."""
    sentences = _sentences(site)
    head = heads.strongest(sentences, "any")
    header = [_link(site, head), *(site.say(f"第 {n}", f"No. {n}") for n in range(1, MOST + 1))]
    rows = [
        [
            LANGUAGES[one.lang],
            *(f"`{_shown(token)}` {_percent(got)}" for token, got in heads.received(one, head)[:MOST]),
        ]
        for one in sorted(sentences, key=lambda one: one.lang != site.lang)
    ]
    return table(header, rows)


def _link(site: Site, head: heads.Head) -> str:
    """The name of a head, which leads back to the viewer and chooses the head there."""
    layer, number = head
    words = WORDS["one"][site.lang].format(l=layer, h=number)
    return f'[{words}](#view){{ data-head="{layer}-{number}" }}'


def _shown(token: str) -> str:
    return token.replace(" ", "·")


def _sentences(site: Site) -> list[heads.Sentence]:
    try:
        return heads.read(site.root)
    except ValueError as error:
        raise Unable(str(error)) from error


def _percent(value: float) -> str:
    return f"{value:.0%}"
