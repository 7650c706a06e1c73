"""The benchmark: wrong variants are found and not timed, memory is counted, nothing measured is lost."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import torch
from torch import Tensor

from minigpt.bench import __main__ as command
from minigpt.bench import attention as bench
from minigpt.bench import contender as contenders
from minigpt.bench.artifact import environment, write_json
from minigpt.bench.contender import Contender, Size, differences
from minigpt.bench.measure import interleave, ratios, result, take_turns, timer
from minigpt.bench.memory import in_fresh_process, peak
from minigpt.bench.report import Report
from minigpt.variants import VARIANTS
from minigpt.variants.combined import Combined

SIZE = Size(B=2, T=5, C=12, H=3)


class SeesTheFuture(Combined):
    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        return super().attend(x.flip(1), keep).flip(1)


class ForgetsTheBias(Combined):
    """Right output where the bias is 0, but no gradient for it."""

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        return super().attend(x, keep) - self.c_proj.bias + self.c_proj.bias.detach()


class Fails(Combined):
    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        raise RuntimeError("no kernel for this\nand more")


class RunsOutOfMemory(Combined):
    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        if torch.is_grad_enabled():
            raise torch.OutOfMemoryError
        return super().attend(x, keep)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No processes, no clock: what is tested here is who is admitted, and what is written when."""
    monkeypatch.setattr(bench, "memory", lambda name, size, device, task: 7)
    monkeypatch.setattr(bench, "timer", lambda run, device: lambda: 0.5)


def broken(monkeypatch: pytest.MonkeyPatch, layer: type) -> None:
    """Let the name "combined" stand for another layer; names are checked by GPTConfig."""
    monkeypatch.setitem(VARIANTS, "combined", layer)


def measured(path: Path, names: list[str], mode: str = "eager", rounds: int = 3) -> dict[str, dict]:
    bench.run(Report(path, "cpu"), [SIZE], [mode], names, rounds)
    return {row["variant"]: row for row in json.loads(path.read_text("utf-8"))["results"]}


# Who is admitted


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "flex"])
def test_all_variants_compute_the_same(name: str, device: torch.device) -> None:
    reference, one = (Contender(each, SIZE, str(device)) for each in ("reference", name))
    for task in ("forward", "train"):
        assert differences(one.outcome(task), reference.outcome(task)) == []
    assert torch.equal(one.x, reference.x)
    assert not torch.equal(one.x[0], one.x[1])


def test_gradients_are_those_of_the_upstream(device: torch.device) -> None:
    one = Contender("reference", SIZE, str(device))
    gradients = one.outcome("train")
    parameters = dict(one.layer.named_parameters())
    loss = (one.layer(one.x) * one.upstream).sum()
    expected = torch.autograd.grad(loss, [one.x, *parameters.values()])
    names = ["gradient of the input", *(f"gradient of {name}" for name in parameters)]
    assert set(names) == set(gradients)
    for name, gradient in zip(names, expected, strict=True):
        torch.testing.assert_close(gradients[name].to(device), gradient, rtol=1e-4, atol=1e-4)


def test_a_wrong_output_is_listed_and_not_timed(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch, SeesTheFuture)
    rows = measured(tmp_path / "out.json", ["reference", "combined"])
    assert rows["reference"]["status"] == "measured"
    assert rows["reference"]["forward"] == rows["reference"]["train"] == [0.5, 0.5, 0.5]
    wrong = rows["combined"]
    assert (wrong["status"], wrong["forward"], wrong["train"]) == ("wrong", [], [])
    assert "output differs by " in wrong["message"]
    assert "gradient of c_attn.weight differs by " in wrong["message"]


def test_a_wrong_gradient_is_enough(quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken(monkeypatch, ForgetsTheBias)
    row = measured(tmp_path / "out.json", ["combined"])["combined"]
    assert row["status"] == "wrong"
    assert row["message"] == "gradient of c_proj.bias differs by 1 of its largest number"


def test_numbers_that_are_none_are_wrong() -> None:
    nan = {"output": torch.tensor([1.0, float("nan")])}
    assert differences(nan, {"output": torch.ones(2)}) == ["output differs by nan of its largest number"]


def test_what_cannot_run_says_why(quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken(monkeypatch, Fails)
    row = measured(tmp_path / "out.json", ["combined"])["combined"]
    assert (row["status"], row["message"]) == ("not supported", "RuntimeError: no kernel for this")
    assert row["forward"] == row["train"] == []


def test_what_only_runs_forward_is_timed_forward(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch, RunsOutOfMemory)
    rows = measured(tmp_path / "out.json", ["combined", "sdpa"], rounds=2)
    assert rows["combined"]["status"] == "out of memory"
    assert (rows["combined"]["forward"], rows["combined"]["train"]) == ([0.5, 0.5], [])
    assert (rows["sdpa"]["forward"], rows["sdpa"]["train"]) == ([0.5, 0.5], [0.5, 0.5])


def test_a_process_that_was_ended_ran_out_of_memory(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def end(name: str, size: Size, device: str, task: str) -> int:
        raise BrokenProcessPool

    monkeypatch.setattr(bench, "memory", end)
    row = measured(tmp_path / "out.json", ["sdpa"])["sdpa"]
    assert (row["status"], row["message"], row["forward"]) == ("out of memory", "BrokenProcessPool", [])


def test_loops_are_not_compiled(quick: None, tmp_path: Path) -> None:
    row = measured(tmp_path / "out.json", ["tiled"], "compiled")["tiled"]
    assert row["status"] == "not compiled"
    assert "Python loop" in row["message"]


def test_what_is_timed_in_compiled_mode_is_compiled(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = []
    monkeypatch.setattr(torch, "compile", lambda layer, dynamic: made.append((layer, dynamic)) or layer)
    row = measured(tmp_path / "out.json", ["sdpa"], "compiled")["sdpa"]
    assert [(type(layer).__name__, dynamic) for layer, dynamic in made] == [("Sdpa", False)]
    assert (row["mode"], row["memory"]) == ("compiled", {})


# Going on after an interruption


def test_nothing_measured_is_lost(quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path, calls = tmp_path / "out.json", []

    def interrupted() -> float:
        calls.append(1)
        if len(calls) > 6:  # two sides, forward and train: the second round is not complete
            raise KeyboardInterrupt
        return float(len(calls))

    with monkeypatch.context() as patch:
        patch.setattr(bench, "timer", lambda run, device: interrupted)
        with pytest.raises(KeyboardInterrupt):
            measured(path, ["reference", "sdpa"])
    written = json.loads(path.read_text("utf-8"))["results"]
    assert [(row["forward"], row["train"]) for row in written] == [([1.0], [2.0]), ([3.0], [4.0])]
    rows = measured(path, ["reference", "sdpa"])
    assert (rows["reference"]["forward"], rows["reference"]["train"]) == ([1.0, 0.5, 0.5], [2.0, 0.5, 0.5])
    assert measured(path, ["reference", "separate"])["separate"]["forward"] == [0.5] * 3


def test_what_is_complete_is_not_measured_again(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.json"
    first = measured(path, ["reference", "sdpa"])
    monkeypatch.setattr(bench, "Contender", None)  # whoever is set up now fails
    assert measured(path, ["reference", "sdpa"]) == first
    assert "B=2 T=5 C=12 eager: 0 of 2 to measure, the others are in out.json" in capsys.readouterr().out


def test_results_of_another_machine_are_not_mixed(quick: None, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    measured(path, ["sdpa"])
    content = json.loads(path.read_text("utf-8"))
    content["environment"]["CPU"] = "another"
    write_json(path, content)
    with pytest.raises(ValueError, match=r"expected results of this machine in .*got .*another.*--fresh"):
        Report(path, "cpu")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "out.json"
    write_json(path, {"a": "注意力"})
    assert path.read_text("utf-8") == '{\n "a": "注意力"\n}\n'
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text("utf-8")) == {"a": "注意力"}


# Memory

MEGABYTE = 2**20
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="counts pages of memory through /proc"
)


def known_peak(megabytes: int, device: str) -> int:
    """Two tensors at once, one of which is freed before the third comes."""

    def run() -> None:
        a = torch.ones(megabytes, MEGABYTE, dtype=torch.uint8, device=device)
        b = a + 1
        del a
        b + 1

    return peak(run, device)


def end_at_once() -> None:
    os._exit(9)


@linux
@pytest.mark.parametrize("megabytes", [8, 32])
def test_peak_memory_of_known_tensors(megabytes: int, device: torch.device) -> None:
    if device.type == "cuda":
        assert known_peak(megabytes, "cuda") == 2 * megabytes * MEGABYTE
    else:
        found = in_fresh_process(known_peak, megabytes, "cpu") / MEGABYTE
        assert 2 * megabytes - 0.5 < found < 2 * megabytes + 1


@linux
def test_memory_of_attention_grows_as_its_tensors_do() -> None:
    """By hand the scores are (T, T), several times over; the fused kernel keeps less than one of them."""
    size = Size(B=1, T=1024, C=64, H=4)
    scores = size.H * size.T**2 * 4
    by_hand = contenders.memory("separate", size, "cpu", "forward")
    assert 2 * scores < by_hand < 6 * scores
    assert contenders.memory("sdpa", size, "cpu", "train") < scores < by_hand


def test_a_process_that_ends_is_noticed() -> None:
    with pytest.raises(BrokenProcessPool):
        in_fresh_process(end_at_once)


# Time


def test_sides_take_turns_in_both_orders() -> None:
    order: list[str] = []
    sides = {name: lambda name=name: order.append(name) or 1.0 for name in ("a", "b")}
    assert list(take_turns(sides, 2)) == [{"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 1.0}]
    assert order == ["a", "b", "b", "a"]
    order.clear()
    assert interleave(sides, 1, warmup=1) == [{"a": 1.0, "b": 1.0}]
    assert order == ["a", "b", "a", "b"]


def test_a_timer_repeats_what_is_too_short_for_a_clock() -> None:
    calls: list[int] = []
    seconds = timer(lambda: calls.append(1) or time.sleep(0.002), least=0.02)
    assert len(calls) == 1
    assert seconds() >= 0.002
    assert 2 <= len(calls) <= 11


def test_ratios_and_medians() -> None:
    assert ratios([{"a": 3.0, "b": 2.0}, {"a": 8.0, "b": 4.0}], "a", "b") == [1.5, 2.0]
    row = result({"en": "x", "zh": "x"}, "s", [3.0, 1.0, 2.0])
    assert row["median"] == statistics.median([3.0, 1.0, 2.0])
    assert (row["spread"], row["repeats"]) == ([1.0, 3.0], 3)


def test_the_environment_names_the_machine() -> None:
    found = environment()
    assert found["PyTorch"] == torch.__version__
    assert found["threads"] == str(torch.get_num_threads())
    assert "cores" in found["CPU"]


# The command


def test_the_command_refuses_to_measure_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["attention", "--rounds", "0"])
    assert "expected --rounds of at least 1, got 0" in capsys.readouterr().err


def test_the_command_measures_and_goes_on(
    quick: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.json"
    words = ["attention", "--quick", "--out", str(out), "--variants", "sdpa", "einops"]
    command.main([*words, "--rounds", "1"])
    rows = json.loads(out.read_text("utf-8"))["results"]
    assert [(row["variant"], row["T"], row["mode"]) for row in rows] == [
        (name, T, "eager") for T in (64, 128) for name in ("sdpa", "einops")
    ]
    command.main([*words, "--rounds", "3"])
    rows = json.loads(out.read_text("utf-8"))["results"]
    assert [len(row["train"]) for row in rows] == [3, 3, 3, 3]
    assert "2 of 2 to measure" in capsys.readouterr().out
    command.main([*words, "--rounds", "1", "--fresh"])
    assert len(json.loads(out.read_text("utf-8"))["results"][0]["train"]) == 1


def test_without_a_compiler_the_artifact_says_so(
    quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_compiler(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no C++ compiler\nsecond line")

    monkeypatch.setattr(torch, "compile", no_compiler)
    monkeypatch.setattr(command, "sizes_for", lambda device, quick: [SIZE])
    out = tmp_path / "out.json"
    command.main(["attention", "--out", str(out), "--variants", "sdpa", "--rounds", "1"])
    content = json.loads(out.read_text("utf-8"))
    assert content["compiler"] == "RuntimeError: no C++ compiler"
    assert {row["mode"] for row in content["results"]} == {"eager"}


def test_an_interruption_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", interrupt)
    with pytest.raises(
        SystemExit, match=r"interrupted; without --fresh it goes on with what .*out\.json has"
    ):
        command.main(["attention", "--quick", "--out", str(tmp_path / "out.json")])


def test_what_cannot_be_measured_is_one_line(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with pytest.raises(SystemExit, match=r"^error / 错误: .*nowhere"):
        command.main(["attention", "--quick", "--out", str(out), "--device", "nowhere"])
    out.write_text('{"environment": {"CPU": "another"}, "results": []}', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^error / 错误: expected results of this machine .*; add --fresh"):
        command.main(["attention", "--quick", "--out", str(out)])


def test_help_is_for_people_of_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    shown = capsys.readouterr().out
    assert "Measure every way to write attention. / 测量注意力的每一种写法。" in shown
    assert "zh:" not in shown


def test_quick_results_never_land_in_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["attention", "--quick"])
    assert "expected --out FILE, got none; name the JSON file to write" in capsys.readouterr().err


def test_the_published_size_is_always_measured() -> None:
    assert Size(B=8, T=1024, C=768, H=12) == command.PUBLISHED
    for device in ("cpu", "cuda"):
        sizes = command.sizes_for(device, quick=False)
        assert command.PUBLISHED in sizes
        assert [size.T for size in sizes][:6] == [128, 256, 512, 1024, 2048, 4096]
