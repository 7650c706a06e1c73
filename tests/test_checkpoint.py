"""Checkpoints under every accident: killed writers, full disks, damaged and foreign files."""

from __future__ import annotations

import errno
import itertools
import os
import pickle
import random
import re
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing import Process, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import torch

from minigpt import GPT, GPTConfig
from minigpt.atomic import PARTIAL
from minigpt.checkpoint import MARK, checkpoints, latest, load_checkpoint, load_model, save_checkpoint
from minigpt.tokenizer import CharTokenizer

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills and limits processes as POSIX does")


def state_of(step: int, size: int = 100) -> dict[str, Any]:
    """A state that would show if it were made of two."""
    weights = {"a": torch.full((size,), step), "b": torch.full((size, 3), -float(step))}
    return {"step": step, "model": weights, "settings": {"name": "tiny", "rate": 0.1, "betas": (0.9, 0.95)}}


def assert_whole(state: dict[str, Any], size: int = 100) -> None:
    expected = state_of(state["step"], size)
    assert state["settings"] == expected["settings"]
    for name, tensor in expected["model"].items():
        assert torch.equal(state["model"][name], tensor), name


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Checkpoints of the steps 1, 2, 3."""
    return [
        save_checkpoint(tmp_path / "run" / "checkpoints", step, state_of(step), keep=5) for step in (1, 2, 3)
    ]


def test_what_is_saved_comes_back(tmp_path: Path, device: torch.device) -> None:
    weight = torch.arange(6.0, device=device).reshape(2, 3).T
    path = save_checkpoint(
        tmp_path, 7, {"step": 7, "weight": weight, "none": None, "list": [1, "two"]}, keep=1
    )
    assert path == tmp_path / "step-00000007.pt"
    state = load_checkpoint(path)
    assert torch.equal(state.pop("weight"), weight.cpu())
    assert state == {"step": 7, "none": None, "list": [1, "two"]}
    assert load_checkpoint(path, device)["weight"].device.type == device.type


def test_torch_can_open_it_without_this_package(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, 1, state_of(1), keep=1)
    assert_whole(torch.load(path, weights_only=True))


def test_a_run_a_folder_or_a_file_may_be_named(three: list[Path]) -> None:
    checkpoint_folder = three[0].parent
    assert checkpoints(checkpoint_folder.parent) == checkpoints(checkpoint_folder) == three
    for path in (checkpoint_folder.parent, checkpoint_folder, str(three[2])):
        assert latest(path) == three[2]
        assert load_checkpoint(path)["step"] == 3
    assert load_checkpoint(three[0])["step"] == 1


def test_other_files_are_no_checkpoints(three: list[Path]) -> None:
    for name in ("step-9.pt", "step-00000009.pth", "best.pt", "step-00000009.pt.partial", "notes.txt"):
        three[0].with_name(name).write_text("x")
    assert checkpoints(three[0].parent) == three


def test_the_last_ones_stay(tmp_path: Path) -> None:
    for step in (5, 10, 15, 20):
        save_checkpoint(tmp_path, step, state_of(step), keep=2)
    assert names(tmp_path) == ["step-00000015.pt", "step-00000020.pt"]


def test_what_is_just_written_is_never_removed(tmp_path: Path) -> None:
    """Somebody goes on from step 10 while 15 and 20 are still there."""
    for step in (5, 10, 15, 20):
        save_checkpoint(tmp_path, step, state_of(step), keep=4)
    save_checkpoint(tmp_path, 12, state_of(12), keep=1)
    assert names(tmp_path) == ["step-00000012.pt", "step-00000015.pt", "step-00000020.pt"]


def test_drafts_of_killed_processes_are_cleared_away(tmp_path: Path) -> None:
    (tmp_path / f"step-00000009.pt{PARTIAL}").write_bytes(b"half of")  # of a run that was resumed elsewhere
    save_checkpoint(tmp_path, 12, state_of(12), keep=2)
    assert names(tmp_path) == ["step-00000012.pt"]


def test_same_step_twice(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 5, {"first": True}, keep=2)
    save_checkpoint(tmp_path, 5, {"first": False}, keep=2)
    assert load_checkpoint(tmp_path) == {"first": False}
    assert names(tmp_path) == ["step-00000005.pt"]


def test_keep_is_at_least_one(tmp_path: Path) -> None:
    message = re.escape("expected keep >= 1, got 0; the newest checkpoint has to stay")
    with pytest.raises(ValueError, match=message):
        save_checkpoint(tmp_path / "run", 1, {}, keep=0)
    assert names(tmp_path) == []


def test_what_could_not_be_loaded_is_not_saved(three: list[Path]) -> None:
    """Without this, the error would come on the day the checkpoint is needed."""
    message = "expected a state of tensors, numbers, strings, lists and dicts, got something else in it"
    with pytest.raises(TypeError, match=message):
        save_checkpoint(three[0].parent, 4, {"out": Path("runs")}, keep=1)
    assert checkpoints(three[0].parent) == three
    assert len(names(three[0].parent)) == 3


# Killed


def forked(act: Callable[..., None], *args: object) -> Process:
    """A child process, not started yet. It computes in one thread: those of its parent are not forked."""

    def alone() -> None:
        torch.set_num_threads(1)
        act(*args)

    return get_context("fork").Process(target=alone)


def save_for_ever(folder: Path, first: int) -> None:
    for step in itertools.count(first):
        save_checkpoint(folder, step, state_of(step, 100_000), keep=2)


@posix
def test_a_killed_writer_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    """kill -9, 25 times, at any moment of writing; each new process goes on where the last one was killed."""
    moments, unfinished = random.Random(0), 0
    save_checkpoint(tmp_path, 1, state_of(1, 100_000), keep=2)
    for _ in range(25):
        before = load_checkpoint(tmp_path)["step"]
        writer = forked(save_for_ever, tmp_path, before + 1)
        writer.start()
        time.sleep(0.01 + 0.06 * moments.random())
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        unfinished += any(name.endswith(PARTIAL) for name in names(tmp_path))
        state = load_checkpoint(tmp_path)
        assert state["step"] >= before
        assert_whole(state, 100_000)
        for file in checkpoints(tmp_path):
            assert_whole(load_checkpoint(file), 100_000)
    assert state["step"] > 1
    assert unfinished >= 5, "too few were killed while they wrote: the test shows nothing"
    save_checkpoint(tmp_path, state["step"] + 1, state_of(1), keep=1)
    assert len(names(tmp_path)) == 1  # what the killed ones left is cleared away


# Full disks


def in_child(act: Callable[[Connection], None]) -> Any:
    """What a child process sends; limits that it sets itself end with it."""
    here, there = get_context("fork").Pipe()
    child = forked(act, there)
    child.start()
    assert here.poll(60), "the child process sent nothing"
    answer = here.recv()
    child.join()
    return answer


@posix
@pytest.mark.parametrize("limit", [0, 1000, 20_000, 400_000])
def test_full_disk(three: list[Path], limit: int) -> None:
    """A limit on the size of files fails in write(), as a full disk does, wherever it is reached."""
    folder = three[0].parent

    def act(pipe: Connection) -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # write() then returns an error
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            pipe.send(save_checkpoint(folder, 4, state_of(4, 100_000), keep=1))
        except BaseException as error:
            pipe.send((type(error), str(error)))

    reason = os.strerror(errno.EFBIG)
    assert in_child(act) == (
        OSError,
        f"expected to write {folder / 'step-00000004.pt'}, got: [Errno {errno.EFBIG}] {reason}; earlier "
        "checkpoints are whole: free some space or choose another folder, and resume",
    )
    assert checkpoints(folder) == three
    assert len(names(folder)) == 3  # nothing half-written
    assert_whole(load_checkpoint(folder))


def test_disk_found_full_at_the_last_moment(three: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems promise space and take it back when the bytes are sent to the disk."""

    def no_space(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(
        OSError, match=r"step-00000004.pt, got: \[Errno \d+\] No space left on device; earlier"
    ):
        save_checkpoint(three[0].parent, 4, state_of(4), keep=1)
    assert len(names(three[0].parent)) == 3
    assert load_checkpoint(three[0].parent)["step"] == 3


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OSError, match=r"expected to write .*run.*, got: .*; earlier checkpoints are whole"):
        save_checkpoint(tmp_path / "run", 1, {}, keep=1)


# Damaged and foreign files

CHANGED = "content that does not match its checksum: it was changed"
CUT = "a file without a checksum at its end: cut short, or no checkpoint of minigpt"


def message(file: Path, found: str, remedy: str) -> str:
    return f"^{re.escape(f'expected {file} to be a whole checkpoint, got {found}; move it away; {remedy}')}$"


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interpreting a damaged file is a failure, whatever comes of it."""

    def fail(*_: Any, **__: Any) -> None:
        pytest.fail("torch.load was called before the checksum was found right")

    monkeypatch.setattr(torch, "load", fail)


def test_one_flipped_bit_anywhere(three: list[Path], unread: None) -> None:
    """Header, tensors, directory of the archive, checksum, mark: one bit in each of 200 places."""
    good, remedy = three[2].read_bytes(), f"resume from {three[1]}, which is whole"
    places = sorted({0, 1, len(good) // 2, len(good) - 1, *range(0, len(good), len(good) // 200)})
    assert any(place >= len(good) - len(MARK) for place in places)
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        three[2].write_bytes(bad)
        found = CUT if place >= len(good) - len(MARK) else CHANGED
        with pytest.raises(ValueError, match=message(three[2], found, remedy)):
            load_checkpoint(three[0].parent)


def test_truncated_anywhere(three: list[Path], unread: None) -> None:
    good, remedy = three[2].read_bytes(), f"resume from {three[1]}, which is whole"
    for size in {0, 1, 19, 52, 53, *range(0, len(good), len(good) // 50), len(good) - 1}:
        three[2].write_bytes(good[:size])
        with pytest.raises(ValueError, match=message(three[2], CUT, remedy)):
            load_checkpoint(three[0].parent.parent)


def test_something_appended(three: list[Path], unread: None) -> None:
    with three[2].open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ValueError, match=re.escape(CUT)):
        load_checkpoint(three[2])


class Surprise:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo surprise",)


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "no checkpoint")


FOREIGN: dict[str, Callable[[Path], object]] = {
    "pickle": lambda path: path.write_bytes(pickle.dumps(Surprise())),
    "torch.save": lambda path: torch.save({"model": {"a": torch.ones(3)}}, path),
    "zip": write_zip,
    "text": lambda path: path.write_text("Not a checkpoint at all, but longer than a checksum and its mark."),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_file(three: list[Path], unread: None, kind: str) -> None:
    foreign = three[0].with_name("step-00000004.pt")
    FOREIGN[kind](foreign)
    with pytest.raises(ValueError, match=message(foreign, CUT, f"resume from {three[2]}, which is whole")):
        load_checkpoint(three[0].parent)


def test_even_with_a_checksum_no_foreign_code_runs(three: list[Path], tmp_path: Path) -> None:
    """The checksum is against accidents. Against intent there is weights_only."""
    import hashlib

    from minigpt import checkpoint

    torch.save({"extra": Surprise()}, tmp_path / "evil.pt")
    content = (tmp_path / "evil.pt").read_bytes()
    three[2].write_bytes(content + hashlib.sha256(content).digest() + checkpoint.MARK)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        load_checkpoint(three[2])


def test_the_newest_whole_one_is_named(three: list[Path]) -> None:
    for file in three[1:]:
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=message(three[2], CUT, f"resume from {three[0]}, which is whole")):
        load_checkpoint(three[0].parent)
    assert_whole(load_checkpoint(three[0]))  # as the message says


def test_none_is_whole(three: list[Path]) -> None:
    for file in three:
        file.write_bytes(b"")
    with pytest.raises(ValueError, match=message(three[2], CUT, "no other one here is whole: start anew")):
        load_checkpoint(three[0].parent)


def test_missing(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for load in (latest, load_checkpoint, load_model):
        wording = f"expected a checkpoint or a run folder, got {nowhere}; no such file or folder"
        with pytest.raises(FileNotFoundError, match=f"^{re.escape(wording)}$"):
            load(nowhere)
        wording = f"expected checkpoints (step-*.pt) in {tmp_path}, found none; "
        with pytest.raises(
            FileNotFoundError, match=re.escape(wording) + "start without resuming, or give another"
        ):
            load(tmp_path)


# Models


def test_load_model(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tokenizer = CharTokenizer.train("hello, 世界")
    model = GPT(
        GPTConfig(block_size=8, vocab_size=tokenizer.vocab_size, n_layer=2, n_head=2, n_embd=8, dropout=0.5)
    )
    state = {
        "model": model.state_dict(),
        "config": asdict(model.config),
        "tokenizer": tokenizer.state(),
    }
    save_checkpoint(tmp_path / "checkpoints", 1, state, keep=1)
    loaded, reader = load_model(tmp_path)
    assert not loaded.training
    assert loaded.config == model.config
    assert loaded.lm_head.weight is loaded.transformer.wte.weight
    assert all(p.requires_grad for p in loaded.parameters())
    idx = torch.tensor([reader.encode("世界")])
    assert reader.decode(idx[0].tolist()) == "世界"
    assert torch.equal(loaded(idx)[0], model.eval()(idx)[0])
