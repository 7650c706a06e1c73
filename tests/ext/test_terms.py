"""The glossary and its tooltips: entries are whole, pages keep to them, only running text is marked."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from _ext import glossary, terms
from _ext.directives import Site, expand

ROOT = Path(__file__).parents[2]


def term(name: str, zh: str, page: str = "a.md#a", **more: object) -> dict[str, object]:
    define = {"en": f'What a "{name}" is.', "zh": f"{zh}是什么。"}
    return {"id": name.replace(" ", "-"), "en": name, "zh": zh, "page": page, "define": define, **more}


LIST = [
    term("batch", "批", refused=["批次"]),
    term("residual stream", "残差流"),
    term("residual", "残差"),
    term("axis", "轴", aliases={"en": ["axes"]}),
    term("kernel", "卷积核", marks={"en": []}),
    term("GPU kernel", "内核"),
    term("token", "token", refused=["令牌", "词元"]),
    term("contiguous", "连续", marks={"zh": ["连续（contiguous"]}),
]


def text_of(entries: list[dict[str, object]]) -> str:
    rows = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{"terms": [\n{rows}\n]}}\n'


TERMS = glossary.parse(text_of(LIST))


# The guide


def test_the_glossary_and_the_pages_agree() -> None:
    assert [str(problem) for problem in glossary.check(ROOT)] == []


def test_the_glossary_covers_the_field() -> None:
    assert len(glossary.load(ROOT)) >= 100


def test_no_rendering_is_refused_for_one_term_and_used_for_another() -> None:
    found = glossary.load(ROOT)
    used = {form for one in found for form in one.forms("zh")}
    refused = {form for one in found for form in one.refused}
    assert not {(bad, good) for bad in refused for good in used if bad in good}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_and_anchors_are_unique(lang: str) -> None:
    names = [one.name(lang) for one in glossary.load(ROOT)]
    assert sorted(names) == sorted(set(names))


def test_a_long_page_takes_little_time() -> None:
    """Sixty thousand elements: twenty times what the longest page has."""
    html = "<p>The residual stream is one batch of <code>x</code> tokens.</p>\n" * 30_000
    start = time.process_time()
    terms.mark(html, "en", glossary.load(ROOT))
    assert time.process_time() - start < 3


# Tooltips


def marked(html: str, lang: str = "en") -> str:
    """The page with each tooltip as ``[id:text]``."""
    html = terms.mark(html, lang, TERMS)
    for one in TERMS:
        title = one.definition(lang).replace('"', "&quot;")
        html = html.replace(f'<abbr class="term" title="{title}" tabindex="0">', f"[{one.id}:")
    assert 'class="term"' not in html
    return html if "<abbr" in html else html.replace("</abbr>", "]")


def test_the_markup() -> None:
    assert terms.mark("<p>A token.</p>", "en", TERMS) == (
        '<p>A <abbr class="term" title="What a &quot;token&quot; is." tabindex="0">token</abbr>.</p>'
    )


def test_backticks_of_a_definition_are_no_text() -> None:
    (one,) = glossary.parse(
        text_of([term("view", "视图") | {"define": {"en": "See `x`.", "zh": "见 `x`。"}}])
    )
    assert 'title="See x."' in terms.mark("<p>view</p>", "en", (one,))


def test_only_the_first_time() -> None:
    assert marked("<p>a token</p><p>a token</p>") == "<p>a [token:token]</p><p>a token</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Batches of it", "[batch:Batches] of it"),
        ("two\naxes", "two\n[axis:axes]"),
        ("the residual\nstream", "the [residual-stream:residual\nstream]"),
        ("residual streams, residual", "[residual-stream:residual streams], [residual:residual]"),
        ("(token)", "([token:token])"),
        ("token's", "[token:token]'s"),
        ("a token.", "a [token:token]."),
        ("a GPU kernel", "a [GPU-kernel:GPU kernel]"),
    ],
)
def test_english(before: str, after: str) -> None:
    assert marked(f"<p>{before}</p>") == f"<p>{after}</p>"


@pytest.mark.parametrize(
    "text", ["tokenizer", "batch-first", "mini-batch", "x.token", "token.x", "BATCH", "a kernel"]
)
def test_what_is_another_word_in_english(text: str) -> None:
    assert marked(f"<p>{text}</p>") == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("读残差流。残差。", "读[residual-stream:残差流]。[residual:残差]。"),
        ("一批，批（batch）", "一批，[batch:批]（batch）"),
        ("两个token串", "两个[token:token]串"),
        ("连续两次；连续（contiguous）", "连续两次；[contiguous:连续]（contiguous）"),
    ],
)
def test_chinese(before: str, after: str) -> None:
    assert marked(f"<p>{before}</p>", "zh") == f"<p>{after}</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<h2>token</h2>",
        "<p><code>token</code></p>",
        '<p><a href="x">the <em>token</em></a></p>',
        "<ul><li><pre><code><span>token</span></code></pre></li></ul>",
        '<figure><svg><text x="1">token</text></svg><figcaption><p>token</p></figcaption></figure>',
        r'<p><span class="arithmatex">\(token\)</span></p>',
        r'<p><div class="arithmatex">\[token\]</div></p>',
        '<p><abbr title="x">token</abbr></p>',
        '<p class="admonition-title">token</p>',
        '<ul class="walk-shapes"><li><span tabindex="0">token</span></li></ul>',
        '<ul><li><span class="doc-section-title">token</span></li></ul>',
        "<table><thead><tr><th>token</th></tr></thead></table>",
        "<p><!-- token --></p>",
        '<p><img alt="a > token"></p>',
        "<div>token</div>",
    ],
)
def test_what_is_left_alone(html: str) -> None:
    assert marked(html) == html


@pytest.mark.parametrize("tag", ["p", "li", "td"])
def test_what_is_running_text(tag: str) -> None:
    assert marked(f"<{tag}><em>a</em> token</{tag}>") == f"<{tag}><em>a</em> [token:token]</{tag}>"


def test_without_a_glossary_nothing_is_marked() -> None:
    assert terms.mark("<p>token</p>", "en", ()) == "<p>token</p>"


# The check


@pytest.fixture
def root(tmp_path: Path) -> Path:
    body = {
        "en": "# A\n\nThe residual stream has a contiguous batch, an axis, a GPU kernel, a token.\n",
        "zh": "# 甲 {#a}\n\n残差流有一批连续的 token，有轴，有内核，有卷积核。\n",
    }
    for lang, text in body.items():
        write(tmp_path, f"docs/{lang}/a.md", text)
        write(tmp_path, f"docs/{lang}/glossary.md", "# T\n\n<!-- guide:glossary -->\n")
    write(tmp_path, glossary.FILE, text_of(LIST))
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def check(root: Path) -> list[str]:
    return [str(problem) for problem in glossary.check(root)]


def with_entry(root: Path, **change: object) -> list[str]:
    write(root, glossary.FILE, text_of([*LIST[:-1], LIST[-1] | change]))
    return check(root)


def test_a_glossary_that_is_right(root: Path) -> None:
    assert check(root) == []


def test_a_guide_without_a_glossary(tmp_path: Path) -> None:
    assert check(tmp_path) == []
    assert glossary.load(tmp_path) == ()


def test_a_rendering_that_is_refused(root: Path) -> None:
    path = root / "docs/zh/a.md"
    path.write_text(
        path.read_text("utf-8") + "\n一个词元，两个批次，`令牌`。\n\n```text\n令牌\n```\n", "utf-8"
    )
    said = "of docs/glossary.json, got {!r}; write the former"
    assert check(root) == [
        f"docs/zh/a.md:5: expected the term 'token' {said.format('词元')}",
        f"docs/zh/a.md:5: expected the term '批' {said.format('批次')}",
    ]


def test_a_rendering_that_is_refused_in_a_docstring(root: Path) -> None:
    write(root, "minigpt/m.py", '"""Tokens.\nzh: 一串词元。\n"""\n')
    assert check(root) == [
        "minigpt/m.py:2: expected the term 'token' of docs/glossary.json, got '词元'; write the former"
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "token"}, "expected each id once, got 'token' again; leave one"),
        ({"define": {"en": "x"}}, "expected the definition of 'contiguous' in zh, got none; write it"),
        (
            {"zh": "毗连"},
            "expected some page of docs/zh to use 毗连, got none; remove the entry 'contiguous'",
        ),
        (
            {"en": "adjacent"},
            "expected some page of docs/en to use adjacent, got none; remove the entry 'contiguous'",
        ),
    ],
)
def test_an_entry_that_is_wrong(root: Path, change: dict[str, object], message: str) -> None:
    line = 8 if "id" in change else 9  # an id that is there twice is shown at the first
    assert with_entry(root, **change) == [f"docs/glossary.json:{line}: {message}"]


def test_a_term_without_a_name(root: Path) -> None:
    assert with_entry(root, en="")[0] == (
        "docs/glossary.json:9: expected the name of 'contiguous' in en, got none; write it"
    )


@pytest.mark.parametrize("page", ["a.md#none", "b.md#a"])
def test_a_place_that_is_missing(root: Path, page: str) -> None:
    path, _, anchor = page.partition("#")
    assert with_entry(root, page=page) == [
        f"docs/glossary.json:9: expected a heading {{#{anchor}}} on docs/{lang}/{path} for 'contiguous', "
        "got none; correct `page`"
        for lang in ("en", "zh")
    ]


@pytest.mark.parametrize("text", ["{", "{}", '{"terms": [{}]}', '{"terms": [1]}'])
def test_a_file_that_cannot_be_read(root: Path, text: str) -> None:
    write(root, glossary.FILE, text)
    (problem,) = check(root)
    assert problem.startswith(
        "docs/glossary.json:1: expected terms in the form that glossary.py describes, got "
    )
    assert problem.endswith("; mend the file")
    assert glossary.load(root) == ()


# The page


def page(root: Path, lang: str) -> tuple[str, list[str]]:
    text, problems = expand("# T\n\n<!-- guide:glossary -->\n", f"docs/{lang}/glossary.md", Site(root, lang))
    return text, [str(problem) for problem in problems]


def test_the_page(root: Path) -> None:
    text, problems = page(root, "en")
    assert problems == []
    assert text.startswith("# T\n\n[A](#letter-a) · [B](#letter-b) · [C](#letter-c)")
    entry = '### batch · 批 {#batch}\n\nWhat a "batch" is.\n\nA › [A](a.md#a)\n'
    assert f"## B {{#letter-b}}\n\n{entry}" in text
    assert "### token {#token}" in text
    assert "批次" not in text


def test_the_page_in_chinese(root: Path) -> None:
    text, problems = page(root, "zh")
    assert problems == []
    assert "### 批 · batch {#batch}\n\n批是什么。\n\n甲 › [甲](a.md#a)<br>本指南不写：批次\n" in text


def test_a_heading_that_went_is_told_while_building(root: Path) -> None:
    write(root, "docs/en/a.md", "# B\n")
    assert page(root, "en")[1] == [
        "docs/en/glossary.md:3: expected a heading {#a} on docs/en/a.md, which docs/glossary.json names, "
        "got none; correct the glossary or the page"
    ]


def test_a_page_without_terms(root: Path) -> None:
    write(root, glossary.FILE, '{"terms": []}')
    assert page(root, "en")[1] == [
        "docs/en/glossary.md:3: expected the terms in docs/glossary.json, got none; write the file"
    ]
