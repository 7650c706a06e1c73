"""Tables and figures of the benchmark of attention: with an artifact, with a bad one, with none."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _ext.directives import Site, expand, published
from _ext.directives.results import PUBLISHED, Results, read

ROOT = Path(__file__).parents[2]
PAGE = {"zh": "docs/zh/variants/benchmark.md", "en": "docs/en/variants/benchmark.md"}
LENGTHS = (128, 1024, 2048, 4096)
FORWARD = {
    "reference": 1.0,
    "separate": 3.0,
    "combined": 2.0,
    "sdpa": 1.0,
    "sdpa_mask": 1.5,
}  # ms at T = 1024


def row(variant: str, B: int, T: int, C: int, H: int, mode: str = "eager", **changes: Any) -> dict[str, Any]:
    seconds = FORWARD[variant] * T / 1024 / 1e3
    grown = T * T if variant in ("separate", "combined") else T
    return {
        "variant": variant, "mode": mode, "B": B, "T": T, "C": C, "H": H, "status": "measured", "message": "",
        "forward": [seconds * share for share in (1.2, 1, 0.9)], "train": [seconds * 3] * 3,
        "memory": {"forward": grown * 100, "train": grown * 200} if mode == "eager" else {},
    } | changes  # fmt: skip


def artifact() -> dict[str, Any]:
    rows = [row(name, 1, T, 256, 4) for T in LENGTHS for name in FORWARD]
    rows += [row(name, *PUBLISHED) for name in FORWARD]
    return {
        "environment": {"CPU": "two cores", "PyTorch": "2.13"},
        "date": "2026-01-02",
        "compiler": "",
        "results": rows,
    }


@pytest.fixture
def said(tmp_path: Path) -> Callable[..., str]:
    """What a directive says of a content, in English unless told otherwise."""

    def say(name: str, content: Any = None, lang: str = "en", device: str = "cpu") -> str:
        path = tmp_path / "docs" / "_reports" / f"attention-{device}.json"
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
        text, problems = expand(f"<!-- guide:attention-{name} -->", PAGE[lang], Site(tmp_path, lang))
        return text if not problems else problems[0].message

    return say


def cells(table: str, start: str) -> list[str]:
    """The row that begins so."""
    found = next(line for line in table.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_without_an_artifact_no_number_is_shown(said: Callable[..., str]) -> None:
    for name in ("machine", "published", "step", "forward", "memory-train", "exceptions", "expectations"):
        assert said(name) == (
            "Not measured yet: there is no `docs/_reports/attention-cpu.json`. "
            "`python -m minigpt.bench attention` measures and writes it."
        )
    assert "`python -m minigpt.bench attention --device cuda` measures" in said("cuda")
    assert said("machine", lang="zh").startswith("还没有测过：`docs/_reports/attention-cpu.json` 不存在。")


@pytest.mark.parametrize("content", [[], {"results": []}, {"results": [{"variant": "sdpa"}]}])
def test_an_artifact_of_another_form_is_reported(said: Callable[..., str], content: Any) -> None:
    message = said("published", content)
    assert message.startswith(
        "expected results of the benchmark in docs/_reports/attention-cpu.json, got another form ("
    )
    assert message.endswith("run python -m minigpt.bench attention --fresh")


def test_the_machine_is_named(said: Callable[..., str]) -> None:
    assert said("machine", artifact()) == "Measured 2026-01-02 on: CPU two cores; PyTorch 2.13."
    assert said("machine", lang="zh") == "测于 2026-01-02。环境：CPU two cores；PyTorch 2.13。"


def test_the_published_size_stands_next_to_the_figures_of_others(said: Callable[..., str]) -> None:
    table = said("published", artifact())
    assert cells(table, "`separate`") == ["`separate`", "3", "2.7\u2060–\u20603.6", "3.00", "3.15", "2.74"]
    assert cells(table, "`sdpa`") == ["`sdpa`", "1", "0.9\u2060–\u20601.2", "1.00", "1.15", "1.00"]
    assert cells(table, "`reference`") == ["`reference`", "1", "0.9\u2060–\u20601.2", "1.00", "—", "—"]
    assert published.A100 == {
        "per_head": 4.79, "separate": 3.15, "combined": 3.88, "einsum": 4.24, "sdpa": 1.15,
        "sdpa_mask": 1.82, "mha_weights": 3.19, "mha": 2.26,
    }  # fmt: skip


def test_a_training_step_and_memory(said: Callable[..., str]) -> None:
    expected = ["`combined`", "6", "6\u2060–\u20606", "2.00", "105", "210"]
    assert cells(said("step", artifact()), "`combined`") == expected
    assert cells(said("step"), "`sdpa`")[-2:] == ["0.1", "0.2"]


def test_lengths_stand_side_by_side(said: Callable[..., str]) -> None:
    text = said("train", artifact())
    assert text.startswith("B = 1, C = 256, H = 4:\n\n| Variant | T = 128 | T = 1024 | T = 2048 | T = 4096 |")
    assert cells(text, "`separate`") == ["`separate`", "1.13", "9", "18", "36"]
    assert cells(said("memory-forward"), "`separate`") == ["`separate`", "1.6", "105", "419", "1,678"]


def test_variants_lead_to_their_pages(said: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "docs/en/variants").mkdir(parents=True)
    (tmp_path / "docs/en/variants/sdpa.md").touch()
    assert cells(said("forward", artifact()), "[`sdpa`]")[0] == "[`sdpa`](sdpa.md)"


def test_pages_are_named_as_modules_are() -> None:
    from _ext.directives import cells as names

    from minigpt.variants import VARIANTS

    for variant, layer in VARIANTS.items():
        page = names.PAGES.get(variant, f"variants/{variant}")
        assert page in layer.__module__.replace(".", "/") or variant == "reference"
    assert names.PAGES["reference"] == "model/attention"


def test_what_is_missing_is_a_dash(said: Callable[..., str]) -> None:
    content, message = artifact(), "output differs by 0.5 of its largest number"
    separate = content["results"][1]  # T = 128
    separate.update(status="wrong", message=message, forward=[], train=[])
    assert cells(said("forward", content), "`separate`") == ["`separate`", "—", "3", "6", "12"]
    assert cells(said("memory-forward"), "`separate`")[1] == "—"  # of a wrong variant, nothing is shown
    expected = ["`separate`", "eager", "128", "wrong, not timed", f'<span class="said">`{message}`</span>']
    assert cells(said("exceptions"), "`separate`") == expected
    assert cells(said("exceptions", lang="zh"), "`separate`")[3] == "结果不对，没有计时"


def test_nothing_left_out_is_said(said: Callable[..., str]) -> None:
    assert said("exceptions", artifact()) == (
        "Every variant was found equal to the reference, and everything was measured."
    )


def test_sizes_of_the_same_trouble_share_a_row(said: Callable[..., str]) -> None:
    content = artifact()
    for one in content["results"]:
        if one["variant"] == "combined" and one["T"] >= 2048:
            one.update(status="out of memory", message="BrokenProcessPool")
    text = said("exceptions", content)
    assert cells(text, "`combined`")[2:4] == ["2048, 4096", "out of memory"]
    assert text.count("`combined`") == 1


def test_compiled_times_are_shown_as_ratios(said: Callable[..., str]) -> None:
    content = artifact()
    content["results"].append(row("separate", 1, 1024, 256, 4, "compiled", train=[4.5e-3], forward=[6e-3]))
    content["results"].append(row("separate", *PUBLISHED, "compiled", train=[3e-3]))
    text = said("compiled-train", content)
    assert "| T = 4096 | T = 1024,<br>B = 8,<br>C = 768 |" in text
    assert cells(text, "`separate`") == ["`separate`", "—", "2.00", "—", "—", "3.00"]
    assert cells(said("compiled-forward"), "`separate`")[2] == "0.50"


def test_nothing_compiled_is_said(said: Callable[..., str]) -> None:
    assert said("compiled-train", artifact()) == "The compiled mode was not measured in this run."


def test_without_a_compiler_the_page_says_so(said: Callable[..., str]) -> None:
    content = artifact() | {"compiler": "RuntimeError: no C++ compiler"}
    assert said("compiled-train", content) == (
        "`torch.compile` does not work on this machine: `RuntimeError: no C++ compiler`."
    )
    assert said("compiled-train", lang="zh").startswith("这台机器上 `torch.compile` 不能用：")


def test_expectations_that_fail_are_shown(said: Callable[..., str]) -> None:
    content = artifact()
    text = said("expectations", content)
    assert cells(text, "The fused kernel beats")[1:] == ["`separate` : `sdpa` = 3.00", "yes"]
    assert cells(text, "One product for q, k, v")[1:] == ["`separate` : `combined` = 1.50", "yes"]
    assert cells(text, "All heads at once")[1:] == ["—", "—"]  # per_head is not in this artifact
    assert cells(text, "Memory by hand")[1:] == ["`separate`, T 2048 → 4096: × 4.00", "yes"]
    assert cells(text, "Memory of the fused")[1:] == ["`sdpa`, T 2048 → 4096: × 2.00", "yes"]
    assert cells(text, "Nothing gets slower")[1:] == ["—", "—"]
    assert cells(text, "A forward pass alone")[2] == "yes"
    for one in content["results"]:
        if one["variant"] == "sdpa":
            one["forward"] = [1.0]
            one["memory"]["forward"] = one["T"] ** 2
    content["results"].append(row("separate", 1, 1024, 256, 4, "compiled", train=[18e-3]))
    text = said("expectations", content)
    assert cells(text, "The fused kernel beats")[1:] == ["`separate` : `sdpa` = 0.00", "**no**"]
    assert cells(text, "Memory of the fused")[1:] == ["`sdpa`, T 2048 → 4096: × 4.00", "**no**"]
    assert cells(text, "Nothing gets slower")[1:] == ["`separate`, B = 1, T = 1024: × 0.50", "**no**"]
    assert cells(text, "A forward pass alone")[1:] == ["`sdpa`, B = 1, T = 128: × 2666.67", "**no**"]
    assert cells(said("expectations", lang="zh"), "融合内核比写出分数的快")[2] == "**否**"


def test_a_gpu_gets_all_tables_in_one_place(said: Callable[..., str]) -> None:
    text = said("cuda", artifact(), device="cuda")
    for title in (
        "The published size",
        "Forward, ms",
        "Memory, forward and backward, MB",
        "What was not measured",
    ):
        assert f"**{title}**" in text
    assert "| `separate` | 3 | 2.7\u2060–\u20603.6 | 3.00 | 3.15 | 2.74 |" in text


def test_the_sweep_is_the_largest_family(tmp_path: Path) -> None:
    rows = {("sdpa", "eager", size): {} for size in [PUBLISHED, (1, 256, 64, 2), (1, 128, 64, 2)]}
    assert Results({}, "", "", rows).sweep == [(1, 128, 64, 2), (1, 256, 64, 2)]
    assert Results({}, "", "", {}).sweep == []
    assert read(tmp_path, "cpu") is None


# The figure


def figure(lang: str, content: dict[str, Any], root: Path) -> str:
    path = root / "docs" / "_reports" / "attention-cpu.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return runpy.run_path(str(ROOT / "docs/_figures/_attention.py"))["draw"](lang, read(root, "cpu"))


def test_the_figure_has_a_line_per_variant_and_a_point_per_length(tmp_path: Path) -> None:
    svg = figure("en", artifact(), tmp_path)
    for variant in FORWARD:
        assert svg.count(f"<title>{variant}: ") == 3 * len(LENGTHS)
    assert "<title>separate: 1024 → 3</title>" in svg
    assert "<title>separate: 4096 → 36</title>" in svg
    for text in ("Forward, ms", "Forward and backward, ms", "Memory of forward and backward, MB"):
        assert f">{text}</text>" in svg
    assert all(f">{T}</text>" in svg for T in LENGTHS)


def test_the_figure_leaves_out_what_was_not_measured(tmp_path: Path) -> None:
    content = artifact()
    content["results"][0].update(forward=[], train=[], memory={})  # reference, T = 128
    svg = figure("zh", content, tmp_path)
    assert svg.count("<title>reference: ") == 3 * (len(LENGTHS) - 1)
    assert "前向加反向，毫秒" in svg


def test_the_figure_says_when_there_is_nothing_to_draw(tmp_path: Path) -> None:
    assert "Not measured yet" in figure("en", artifact() | {"results": []}, tmp_path)
    draw = runpy.run_path(str(ROOT / "docs/_figures/_attention.py"))["draw"]
    assert "还没有测过" in draw("zh", None)
    assert "Not measured yet" in draw("en", None)


def test_marks_of_an_axis_take_the_place_of_round_values() -> None:
    from _ext.svg import Axis, Scale

    scale = Scale(128, 512, 0, 100, log=True)
    assert Axis(log=True, marks=[128, 512]).labels(scale) == [(128, "128"), (512, "512")]
    assert Axis(log=True).labels(Scale(1, 100, 0, 100, log=True)) == [(1, "1"), (10, "10"), (100, "10²")]
