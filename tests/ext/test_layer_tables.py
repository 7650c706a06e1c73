"""Tables of layers and losses: what a run finds, how the table says it, what a wrong row is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from _ext.directives import DIRECTIVES, Site, expand, layers
from _ext.directives.layers import Found, measure
from _ext.directives.site import Unable

ROOT = Path(__file__).parents[2]
PAGES = [f"docs/{lang}/foundations/layers.md" for lang in ("zh", "en")]


@pytest.fixture
def site(tmp_path: Path) -> dict[str, Site]:
    return {lang: Site(tmp_path, lang) for lang in ("zh", "en")}


# What a run finds


def test_shape_and_counts() -> None:
    assert measure("Linear(4, 16)", "(2, 5, 4)") == Found("`(2, 5, 16)`", 4 * 16 + 16, 0, False)
    assert measure("Embedding(50, 16)", "ids (2, 5)") == Found("`(2, 5, 16)`", 800, 0, False)


def test_all_outputs_of_an_lstm() -> None:
    found = measure("LSTM(4, 16, batch_first=True)", "(2, 5, 4)")
    assert found.out == "`(2, 5, 16)`, `(1, 2, 16)`, `(1, 2, 16)`"
    assert found.parameters == 4 * 16 * (4 + 16 + 2)


def test_layers_that_know_training_from_evaluation() -> None:
    assert measure("BatchNorm1d(16)", "(8, 16)") == Found("`(8, 16)`", 32, 33, True)
    assert measure("Dropout(0.5)", "(8, 16)").modes_differ
    assert not measure("Dropout(0.0)", "(8, 16)").modes_differ
    assert not measure("LayerNorm(16)", "(8, 16)").modes_differ


def test_random_numbers_of_the_build_are_left_as_they_were() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    measure("Dropout(0.5)", "(8, 16)")
    assert torch.equal(torch.rand(3), expected)


def test_layer_that_does_not_exist() -> None:
    with pytest.raises(Unable) as caught:
        measure("InstanceNorm(3)", "(2, 3)")
    assert str(caught.value) == (
        "expected a layer from nn.InstanceNorm(3), got module 'torch.nn' has no attribute 'InstanceNorm'; "
        "correct docs/_ext/directives/layers.py"
    )


def test_constructor_that_fails() -> None:
    with pytest.raises(Unable, match=r"expected a layer from nn\.Linear\(4\), got .*'out_features'"):
        measure("Linear(4)", "(2, 4)")


def test_input_that_does_not_fit() -> None:
    with pytest.raises(Unable) as caught:
        measure("BatchNorm2d(3)", "(2, 3, 4)")
    assert str(caught.value) == (
        "expected nn.BatchNorm2d(3) to take (2, 3, 4), got expected 4D input (got 3D input); "
        "correct docs/_ext/directives/layers.py"
    )


# The tables


def test_table_of_layers(site: dict[str, Site], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {
        "linear": [("Linear(40, 30)", "(2, 40)")],
        "norms": [("BatchNorm1d(3)", "(2, 3)")],
        "dropout": [("Dropout(0.5)", "(2, 3)")],
        "embedding": [("Embedding(50, 16)", "ids (2, 5)")],
    }
    monkeypatch.setattr(layers, "LAYERS", rows)
    text, problems = expand("<!-- guide:layers -->", PAGES[1], site["en"])
    assert problems == []
    assert text.split("\n") == [
        "| Layer | Input | Output | Parameters + buffers |",
        "| --- | --- | --- | --- |",
        "| [`Linear(40, 30)`](#linear) | `(2, 40)` | `(2, 30)` | 1,230 |",
        "| [`BatchNorm1d(3)`](#norms) | `(2, 3)` | `(2, 3)` | 6 + 7 |",
        "| [`Dropout(0.5)`](#dropout) | `(2, 3)` | `(2, 3)` | — |",
        "| [`Embedding(50, 16)`](#embedding) | ids `(2, 5)` | `(2, 5, 16)` | 800 |",
        "",
        "Different in training and evaluation: `BatchNorm1d(3)`, `Dropout(0.5)`. "
        "The others give the same result in both.",
    ]
    text, _ = expand("<!-- guide:layers -->", PAGES[0], site["zh"])
    assert text.split("\n")[0] == "| 层 | 输入 | 输出 | 参数 + 缓冲区 |"
    assert text.split("\n")[3:] == [
        "| [`BatchNorm1d(3)`](#norms) | `(2, 3)` | `(2, 3)` | 6 + 7 |",
        "| [`Dropout(0.5)`](#dropout) | `(2, 3)` | `(2, 3)` | — |",
        "| [`Embedding(50, 16)`](#embedding) | 编号 `(2, 5)` | `(2, 5, 16)` | 800 |",
        "",
        "训练与评估结果不同的：`BatchNorm1d(3)`、`Dropout(0.5)`。其余的结果相同。",
    ]


def test_table_of_losses(site: dict[str, Site], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("CrossEntropyLoss()", "(2, 10, 5)", "ids (2, 5)"), ("BCELoss()", "(8, 3)", "(8, 3)")]
    monkeypatch.setattr(layers, "LOSSES", rows)
    text, problems = expand("<!-- guide:losses -->", PAGES[1], site["en"])
    assert problems == []
    assert text.split("\n") == [
        "| Loss | Input | Target | Result | `reduction='none'` |",
        "| --- | --- | --- | --- | --- |",
        "| `CrossEntropyLoss()` | `(2, 10, 5)` | ids `(2, 5)` | `()` | `(2, 5)` |",
        "| `BCELoss()` | `(8, 3)` | `(8, 3)` | `()` | `(8, 3)` |",
    ]
    text, _ = expand("<!-- guide:losses -->", PAGES[0], site["zh"])
    assert text.startswith("| 损失 | 输入 | 目标 | 结果 | `reduction='none'` |")
    assert "| 编号 `(2, 5)` |" in text


def test_wrong_row_is_reported_on_the_page(site: dict[str, Site], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LAYERS", {"linear": [("Linear(4, 2)", "(2, 3)")]})
    _, problems = expand("# T\n\n<!-- guide:layers -->\n", PAGES[1], site["en"])
    assert str(problems[0]).startswith(
        "docs/en/foundations/layers.md:3: expected nn.Linear(4, 2) to take (2, 3), got "
    )


# The rows there are


@pytest.mark.parametrize("name", ["layers", "losses"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_runs_without_a_warning(
    name: str, lang: str, site: dict[str, Site], recwarn: pytest.WarningsRecorder
) -> None:
    rows = sum(map(len, layers.LAYERS.values())) if name == "layers" else len(layers.LOSSES)
    written = DIRECTIVES[name](site[lang], PAGES[0]).split("\n")
    assert sum(line.startswith("|") for line in written) == rows + 2
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_row_leads_to_a_section(page: str) -> None:
    anchors = re.findall(r"^#.*\{#([\w-]+)\}", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert set(layers.LAYERS) - set(anchors) == set()
