"""What the trained model wrote at several settings, as a page shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _ext.directives import DIRECTIVES, continuations, stages
from _ext.directives.site import Site, Unable

PART = {
    "open": {
        "prompt": "The model",
        "tokens": [" is", "|`*", "\n"],
        "scores": [-20, -300, -460],
        "perplexity": 2.26,
    },
    "sure": {"prompt": "one two", "tokens": [" three"], "scores": [-1], "perplexity": 1.04},
    "texts": [
        {"settings": {"temperature": 0}, "text": " is is"},
        {"settings": {"temperature": 0.5, "top_k": 20}, "text": " a\n```\nb"},
    ],
    "long": {"greedy": " is is is is"},
}
PAGE = "docs/en/x.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / stages.REPORT
    path.parent.mkdir(parents=True)
    parts = {"en": PART, "zh": PART | {"open": PART["open"] | {"prompt": "模型"}}}
    path.write_text(json.dumps({"next": parts}), encoding="utf-8")
    return tmp_path


def test_the_predictions_once_each_and_whatever_a_token_is(root: Path):
    lines = continuations.predictions(Site(root, "en"), PAGE).split("\n")
    assert lines[0] == "| Prompt | Likeliest tokens | Perplexity |"
    assert lines[2] == (
        "| <code>The&#9251;model</code> | <code>&#9251;is</code>&nbsp;81.9%; "
        "<code>&#124;&#96;&#42;</code>&nbsp;5.0%; <code>&#8629;</code>&nbsp;1.0% | 2.3 |"
    )
    assert [line.partition("</code>")[0] for line in lines[3:]] == ["| <code>one&#9251;two", "| <code>模型"]


def test_every_text_has_its_settings_and_begins_with_the_prompt(root: Path):
    assert continuations.render(Site(root, "en"), PAGE) == (
        "**temperature 0**\n\n```{ .text .sample }\nThe model is is\n```\n\n"
        "**temperature 0.5, top_k 20**\n\n````{ .text .sample }\nThe model a\n```\nb\n````"
    )


def test_each_language_has_its_own_prompt_and_words(root: Path):
    text = continuations.render(Site(root, "zh"), PAGE)
    assert text.startswith("**温度 0**\n\n```{ .text .sample }\n模型 is is\n```\n\n**温度 0.5，top_k 20**")


def test_the_long_text(root: Path):
    text = continuations.greedy(Site(root, "en"), PAGE)
    assert text == "```{ .text .sample }\nThe model is is is is\n```"


def test_pages_reach_both_by_name():
    assert DIRECTIVES["run-continuations"] is continuations.render
    assert DIRECTIVES["run-greedy"] is continuations.greedy
    assert DIRECTIVES["run-next"] is continuations.predictions


def test_a_run_from_before_says_how_to_make_a_new_one(root: Path):
    (root / stages.REPORT).write_text("{}", encoding="utf-8")
    with pytest.raises(Unable, match=r"expected the part 'next' in .*tiny\.json.*run python docs/_runs/tiny"):
        continuations.render(Site(root, "en"), PAGE)
