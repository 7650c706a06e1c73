"""Two processes compute what one computes: gradients, losses, checkpoints. And none waits for ever."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock

from minigpt.train.parallel import full_state, load_state, wrap
from minigpt.train.ranks import Ranks, close, setup
from tests.parallel_job import LIMIT, make, resume, steps, study
from tests.proof import assert_near

ROOT = Path(__file__).parents[1]
ALONE = Ranks(0, 1, torch.device("cpu"))


def torchrun(task: str, folder: Path) -> subprocess.Popen[str]:
    """Two processes of tests/parallel_job.py."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "tests.parallel_job", task, str(folder)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process found, and each of two: made once, however many processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "parallel"
    with FileLock(f"{folder}.lock"):
        log = folder / "job.log"
        if not log.exists():
            folder.mkdir()
            log.write_text(_study(folder), encoding="utf-8")
        if log.read_text(encoding="utf-8"):
            pytest.fail(f"the two processes failed:\n{log.read_text('utf-8')}", pytrace=False)
    return folder


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """As in each of the two processes: with another number of threads, sums are rounded differently."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _study(folder: Path) -> str:
    """Fill the folder; the output of the processes if they fail."""
    with one_thread():
        torch.save(study(ALONE, "ddp", folder), folder / "alone.pt")
    (folder / "ddp").rename(folder / "alone")
    job = torchrun("study", folder)
    output, _ = job.communicate(timeout=240)
    return output if job.returncode else ""


@pytest.fixture
def alone(folder: Path) -> dict[str, Any]:
    """What one process found; its checkpoint is in the folder ``alone``."""
    return torch.load(folder / "alone.pt", weights_only=True)


@pytest.fixture
def both(folder: Path) -> list[dict[str, Any]]:
    """What each of two processes found."""
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


def exact(numbers: list[list[float]]) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


both_ways = pytest.mark.parametrize("strategy", ["ddp", "fsdp"])


@both_ways
def test_gradients_are_those_of_one_process(
    alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    for found in both:
        assert found[strategy]["gradients"].keys() == alone["gradients"].keys()
        for name, gradient in alone["gradients"].items():
            assert_near(found[strategy]["gradients"][name], gradient, 2e-6, name)


@both_ways
def test_losses_and_norms_are_those_of_one_process(
    alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    """In float64, so that rounding is not in the way: the same run for five steps."""
    expected = exact(alone["losses"] + alone["after"])
    assert (expected[:, 1] > LIMIT).all(), "nothing was clipped: the norm is not tested"
    for found in both:
        assert_near(exact(found[strategy]["losses"] + found[strategy]["after"]), expected, 1e-12)


@both_ways
def test_checkpoint_of_two_resumed_by_one(
    folder: Path, alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    assert_near(exact(resume(ALONE, "ddp", folder / strategy)), exact(alone["after"]), 1e-12)


@both_ways
def test_checkpoint_of_one_resumed_by_two(
    alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    for found in both:
        assert_near(exact(found[strategy]["from alone"]), exact(alone["after"]), 1e-12)


@both_ways
def test_states_have_the_names_of_one_process(
    alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    assert both[0][strategy]["names"] == alone["names"]
    assert "lm_head.weight" in alone["names"]
    assert both[1][strategy]["names"] == []  # whole only where it is written


@both_ways
def test_one_process_has_a_whole_model_to_write_with(
    alone: dict[str, Any], both: list[dict[str, Any]], strategy: str
) -> None:
    assert_near(both[0][strategy]["logits"], alone["logits"], 1e-12)
    assert both[1][strategy]["logits"] is None


@both_ways
def test_weights_stay_tied(both: list[dict[str, Any]], strategy: str) -> None:
    assert [found[strategy]["tied"] for found in both] == [[True], [True]]


def test_a_copy_for_each_or_a_part_for_each(alone: dict[str, Any], both: list[dict[str, Any]]) -> None:
    sizes = torch.tensor(alone["sizes"])
    for found in both:
        assert found["ddp"]["sizes"] == alone["sizes"]
    parts = [torch.tensor(found["fsdp"]["sizes"]) for found in both]
    assert torch.equal(parts[0] + parts[1], sizes)
    assert abs(parts[0].sum() / sizes.sum() - 0.5) < 0.05


def test_gradients_are_exchanged_in_the_last_pass_only(both: list[dict[str, Any]]) -> None:
    first, second = (found["ddp"]["unfinished"] for found in both)
    assert not any(torch.allclose(a, b) for a, b in zip(first, second, strict=True))
    for found in both:  # FSDP2 keeps whole gradients aside until then
        assert all(gradient is None for gradient in found["fsdp"]["unfinished"])


def test_mean_over_processes(both: list[dict[str, Any]]) -> None:
    for rank, found in enumerate(both):
        mean, mine = found["mean"]
        assert mean.tolist() == [1.5, 3.0]
        assert mine.tolist() == [1.0 + rank, 2.0 + 2 * rank]  # what was given is left alone


def test_resumed_alone_bit_for_bit(alone: dict[str, Any], folder: Path) -> None:
    with one_thread():
        assert resume(ALONE, "ddp", folder / "alone") == alone["after"]


def test_state_does_not_change_what_it_is_taken_from() -> None:
    model, optimizer = make(ALONE, "ddp", torch.float64)
    steps(model, optimizer, ALONE, 0, 2)
    other, other_optimizer = make(ALONE, "ddp", torch.float64)
    steps(other, other_optimizer, ALONE, 0, 2)
    load_state(other, other_optimizer, *full_state(other, other_optimizer))
    assert steps(model, optimizer, ALONE, 2, 4) == steps(other, other_optimizer, ALONE, 2, 4)


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_one_process_wraps_nothing(strategy: str) -> None:
    model = torch.nn.Linear(2, 2)
    assert wrap(model, strategy, ALONE) is model


# Failure


def finish(job: subprocess.Popen[str], seconds: float) -> str:
    """Output of a job that has to fail in time."""
    began = time.monotonic()
    output, _ = job.communicate(timeout=200)
    assert job.returncode == 1
    assert time.monotonic() - began < seconds, "it waited for a process that was gone"
    return output


def test_one_failing_process_ends_the_job(tmp_path: Path) -> None:
    output = finish(torchrun("fail", tmp_path), 50)  # far below the 60 s that processes wait for each other
    assert "ValueError: expected a reader who tries this, got one" in output
    cause = output[output.index("Root Cause") :]
    assert re.search(r"rank\s+: 1 ", cause)


def test_waiting_has_an_end(tmp_path: Path) -> None:
    """Process 1 sleeps for two minutes; process 0 waits three seconds for it and gives up."""
    output = finish(torchrun("stall", tmp_path), 90)
    assert re.search(r"[Tt]imed out|timeout", output)
    assert re.search(r"rank\s+: 0 ", output[output.index("Root Cause") :])


# Devices


@pytest.fixture
def torchrun_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)


def test_without_torchrun_there_is_one() -> None:
    ranks = setup("cpu")
    assert (ranks, ranks.is_main) == (ALONE, True)
    assert not torch.distributed.is_initialized()
    ranks.barrier()
    close()


def test_auto_is_cuda_if_there_is_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert setup("auto").device == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    chosen = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    assert setup("auto").device == torch.device("cuda", 0)
    assert chosen == [torch.device("cuda", 0)]


def test_more_processes_than_gpus(monkeypatch: pytest.MonkeyPatch, torchrun_of_two: None) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    message = (
        "expected a GPU for process 2 of this machine, got 1 GPUs; "
        "start as many processes as there are, or use --device cpu"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        setup("cuda")


@pytest.mark.parametrize("device", ["cuda:99", "nonsense"])
def test_a_device_that_is_not_there(device: str) -> None:
    with pytest.raises(
        ValueError, match=f"expected a device of this machine, got '{device}'; use --device auto"
    ):
        setup(device)


@pytest.mark.parametrize("device", ["mps", "cuda:1"])
def test_device_for_one_process_only(torchrun_of_two: None, device: str) -> None:
    message = f"expected cpu or cuda for 2 processes, got {device!r}; use --device auto"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        setup(device)
