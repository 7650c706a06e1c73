"""The attention viewer: what is read from the artifact, which heads are named, what the page carries."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from _ext.directives import Site, expand, heads
from _ext.svg import Canvas, Frame, triangle

ROOT = Path(__file__).parents[2]
PAGE = {"zh": "docs/zh/variants/viewer.md", "en": "docs/en/variants/viewer.md"}
T = 6  # tokens of a sentence


def spread(i: int) -> list[int]:
    """Row ``i`` of a head that treats all tokens alike; the last one gets what rounding left."""
    share = 1000 // (i + 1)
    return [share] * i + [1000 - i * share]


def only(i: int, j: int) -> list[int]:
    """Row ``i`` of a head that looks at ``j``."""
    return [1000 * (key == j) for key in range(i + 1)]


HEADS = {
    "even": lambda i: spread(i),
    "previous": lambda i: only(i, max(i - 1, 0)),
    "first": lambda i: only(i, 0),
    "itself": lambda i: only(i, i),
    "half first": lambda i: [500] + [0] * (i - 1) + [500] if i else [1000],
}


def artifact(*layers: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    weights = [[[HEADS[head](i) for i in range(T)] for head in layer] for layer in layers]
    one = {"tokens": ["a", " b", "c", " b", "e", "f"], "weights": weights} | changes
    return {"attention": {"en": one, "zh": one | {"tokens": list("甲乙丙乙戊己")}}}


@pytest.fixture
def say(tmp_path: Path):
    """What a directive makes of an artifact, or the message of its problem."""

    def run(name: str, content: Any = None, lang: str = "en") -> str:
        file = tmp_path / heads.FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        text, problems = expand(f"<!-- guide:{name} -->", PAGE[lang], Site(tmp_path, lang))
        return problems[0].message if problems else text

    return run


def carried(html: str) -> dict[str, Any]:
    return json.loads(unescape(re.search(r'data-attention="([^"]*)"', html)[1]))


# What the page carries


@pytest.mark.parametrize(("lang", "order"), [("zh", ["zh", "en"]), ("en", ["en", "zh"])])
def test_the_sentence_of_the_page_comes_first_and_words_are_in_its_language(say, lang, order):
    found = carried(say("attention-viewer", artifact(("even", "previous")), lang))
    assert [one["lang"] for one in found["sentences"]] == order
    assert all(
        bool(re.search("[\u4e00-\u9fff]", words)) == (lang == "zh") for words in found["words"].values()
    )


def test_nothing_is_lost_on_the_way_to_the_page(say):
    given = artifact(("even", "first"), ("itself", "even"), tokens=['"', "<b>", "&", "'", " ", "\n"])
    html = say("attention-viewer", given)
    assert "\n" not in html  # Markdown keeps it as one piece of HTML
    sentence = carried(html)["sentences"][0]
    assert sentence["tokens"] == given["attention"]["en"]["tokens"]
    assert sentence["weights"] == given["attention"]["en"]["weights"]


def test_the_viewer_begins_with_the_most_decided_head(say):
    assert carried(say("attention-viewer", artifact(("even", "even"), ("half first", "previous"))))[
        "start"
    ] == [1, 1]


# Which heads are named


def row(table: str, words: str) -> list[str]:
    line = next(line for line in table.split("\n") if line.startswith(f"| {words} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_pattern_names_the_head_that_shows_it(say):
    table = say("attention-patterns", artifact(("even", "previous"), ("itself", "first")))
    assert row(table, "the token before")[1:3] == ['[Layer 0, head 1](#view){ data-head="0-1" }', "100%"]
    assert row(table, "the first token")[1:3] == ['[Layer 1, head 1](#view){ data-head="1-1" }', "100%"]
    assert row(table, "the token itself")[1:3] == ['[Layer 1, head 0](#view){ data-head="1-0" }', "100%"]


def test_the_mean_of_a_layer_and_an_even_spread(say):
    table = say("attention-patterns", artifact(("previous", "itself"), ("even", "even")))
    even = sum(1 / n for n in range(3, T + 1)) / (T - 2)
    assert row(table, "the token before")[3:] == ["50%", f"{even:.0%}"]


def test_a_pattern_that_no_head_shows_is_called_so(say):
    content = artifact(("even", "even"))
    assert row(say("attention-patterns", content), "the token before")[1].startswith(
        "none does clearly; the most: ["
    )
    assert row(say("attention-patterns", content, "zh"), "前一个 token")[1].startswith(
        "没有明显的；最多的是["
    )
    clear = row(say("attention-patterns", artifact(("even", "previous"))), "the token before")[1]
    assert "none" not in clear


def test_equal_tokens_count_as_one(say):
    def at_b(i: int) -> list[int]:
        return only(i, 0) if i == 0 else only(i, 3 if i > 3 else 1)

    weights = [[[at_b(i) for i in range(T)]]]
    table = say("attention-keys", artifact(("even",), weights=weights))
    assert row(table, "English")[1] == "`·b` 100%"
    assert row(table, "中文")[1] == "`乙` 100%"


# What can be wrong with the artifact


def test_no_artifact(say):
    for name in ("attention-viewer", "attention-patterns", "attention-keys"):
        assert say(name) == (
            "expected the artifact docs/_reports/tiny.json, got no such file; run python docs/_runs/tiny.py"
        )


@pytest.mark.parametrize("content", ["{", "[]", {"loss": []}, {"attention": {"en": {"tokens": []}}}])
def test_an_artifact_of_another_form(say, content):
    message = say("attention-viewer", content)
    assert message.startswith("expected weights of attention in docs/_reports/tiny.json, got ")
    assert message.endswith("; run python docs/_runs/tiny.py")


@pytest.mark.parametrize(
    "rows",
    [
        [only(i, 0) for i in range(T - 1)],  # one too few
        [only(T - 1, 0)] * T,  # square: keys of the future
        [[share // 2 for share in only(i, 0)] for i in range(T)],  # not everything is given
    ],
)
def test_rows_that_are_no_shares(say, rows):
    message = say("attention-viewer", artifact(("even",), weights=[[rows]]))
    assert (
        "expected row i of layer 0, head 0 in docs/_reports/tiny.json to share 1000 among keys 0 to i"
        in message
    )


# The picture


def test_a_triangle_has_a_cell_per_share_and_a_shape_per_shade():
    canvas = Canvas(100, 100, "en")
    triangle(canvas, Frame(0, 0, 90, 90), [[1.0], [0.25, 0.75], [0.0, 0.25, 0.75]])
    paths = ElementTree.fromstring(canvas.svg()).findall("{http://www.w3.org/2000/svg}path")
    cells = {path.attrib["stroke-opacity"]: path.attrib["d"].count("M") for path in paths}
    assert cells == {"0.06": 1, "0.5": 2, "0.9": 2, "1": 1}


# The run of this repository


def test_both_sentences_are_there_and_the_first_token_sees_itself_only():
    sentences = heads.read(ROOT)
    assert {one.lang for one in sentences} == {"zh", "en"}
    assert all(one.weights[layer][head][0] == [1000] for one in sentences for layer, head in one.heads)


def test_training_has_made_at_least_one_head_look_somewhere():
    """What the page is about: an untrained model spreads its attention evenly."""
    sentences = heads.read(ROOT)
    found = heads.share(sentences, "any", [heads.strongest(sentences, "any")])
    assert found > 2 * heads.even(sentences)
