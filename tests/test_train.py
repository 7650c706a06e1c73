"""Training: one step by hand, runs that repeat and resume bit for bit, and every way to go wrong."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from minigpt import GPT, GPTConfig, configure_optimizers, generate
from minigpt.checkpoint import checkpoints, load_checkpoint
from minigpt.data import batch, load_data
from minigpt.prepare import prepare
from minigpt.tokenizer import CharTokenizer
from minigpt.train import __main__ as command
from minigpt.train import start as starting
from minigpt.train.curve import POINTS, draw_curve, thin, ticks
from minigpt.train.evaluate import mean_loss, write_sample
from minigpt.train.log import Report, read_log
from minigpt.train.loop import train_step
from minigpt.train.options import make_parser
from minigpt.train.presets import PRESETS
from minigpt.train.ranks import Ranks
from minigpt.train.schedule import learning_rate
from minigpt.train.session import Session
from minigpt.train.settings import TrainSettings
from minigpt.train.stop import Stop
from tests.proof import assert_near, shake, tokens

SMALL = GPTConfig(block_size=8, vocab_size=11, n_layer=2, n_head=2, n_embd=16)
# A run of a second: dropout and accumulation on, so that every random number counts.
RUN = shlex.split(
    "--steps 6 --warmup 2 --n-layer 1 --n-head 2 --n-embd 16 --block-size 8 --batch-size 2 --accumulation 2 "
    "--dropout 0.2 --eval-every 3 --eval-batches 2 --sample-every 3 --sample-tokens 4 --save-every 3 "
    "--prompts The --device cpu"
)


# What is decided when the first weight is made.
FIXED = [
    ("n-layer", "2"),
    ("n-head", "1"),
    ("n-embd", "32"),
    ("block-size", "4"),
    ("attention", "sdpa"),
    ("tokenizer", "char"),
    ("vocab-size", "300"),
    ("out", "other"),
    ("preset", "char"),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    text = folder / "text.txt"
    text.write_text("The cat sees the dog. 猫看见狗。\n" * 60, encoding="utf-8")
    prepare(folder / "data", [text], tokenizer="char")
    return folder / "data"


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # at this size, threads only wait for each other
    yield
    torch.set_num_threads(threads)


def run(corpus: Path, out: Path, *more: str) -> int:
    return command.main([*RUN, "--data", str(corpus), "--out", str(out), *more])


def losses(out: Path) -> list[tuple[Any, ...]]:
    """What a log says, but for times."""
    names = ("step", "loss", "val_loss", "learning_rate", "grad_norm")
    return [tuple(record.get(name) for name in names) for record in read_log(out / "log.jsonl")]


def weights(out: Path) -> dict[str, Tensor]:
    return load_checkpoint(out)["model"]


# --- schedule -----------------------------------------------------------------------------------------------


def test_schedule_rises_in_a_line_and_falls_in_a_cosine() -> None:
    rates = [learning_rate(step, steps=110, warmup=10, peak=2.0, floor=0.5) for step in range(120)]
    assert rates[:11] == pytest.approx([0.2 * k for k in range(1, 11)] + [2.0])
    assert rates[60] == pytest.approx((2.0 + 0.5) / 2)  # half of the way down
    assert rates[35] == pytest.approx(0.5 + 1.5 * (1 + math.cos(math.pi / 4)) / 2)
    assert rates[10:111] == sorted(set(rates[10:111]), reverse=True)
    assert rates[110:] == [0.5] * 10


@pytest.mark.parametrize(("warmup", "expected"), [(0, [1.0, 0.5]), (2, [0.5, 1.0])])
def test_schedule_without_warmup_and_with_nothing_else(warmup: int, expected: list[float]) -> None:
    rates = [learning_rate(step, steps=2, warmup=warmup, peak=1.0, floor=0.0) for step in range(2)]
    assert rates == pytest.approx(expected)
    assert learning_rate(2, steps=2, warmup=warmup, peak=1.0, floor=0.0) == (1.0 if warmup else 0.0)


# --- one step -----------------------------------------------------------------------------------------------


def make(device: torch.device | str, dropout: float = 0.0) -> tuple[GPT, torch.optim.AdamW]:
    config = GPTConfig(**{**asdict(SMALL), "dropout": dropout})
    model = shake(GPT(config), device)
    return model, configure_optimizers(model, 0.1, 1e-3, (0.9, 0.95))


def pairs(count: int, device: torch.device | str, rows: int = 2) -> list[tuple[Tensor, Tensor]]:
    ids = [tokens(rows, 9, below=11, device=device, seed=seed) for seed in range(count)]
    return [(x[:, :-1], x[:, 1:]) for x in ids]


def step(model: nn.Module, optimizer: Any, batches: Any, **changes: Any) -> tuple[float, float]:
    scaler = changes.pop("scaler", GradScaler("cpu", enabled=False))
    how = {"rate": 0.01, "limit": 0.0, "dtype": "float32", **changes}
    return tuple(value.item() for value in train_step(model, optimizer, scaler, batches, **how))


def test_a_step_is_the_textbook_loop(device: torch.device) -> None:
    (model, _), (other, _) = make(device), make(device)
    optimizer, plain = (torch.optim.SGD(m.parameters(), lr=1.0) for m in (model, other))
    for (x, y), rate in zip(pairs(3, device), (0.01, 0.003, 0.02), strict=True):
        loss, norm = step(model, optimizer, [(x, y)], rate=rate, limit=0.5)
        for group in plain.param_groups:
            group["lr"] = rate
        plain.zero_grad()
        expected = other(x, y)[1]
        expected.backward()
        size = torch.stack([p.grad.norm() for p in other.parameters()]).norm().item()
        for p in other.parameters():
            p.grad *= min(1.0, 0.5 / size)
        plain.step()
        assert (loss, norm) == pytest.approx((expected.item(), size), rel=1e-4)
        assert size > 0.5  # or nothing would be clipped
    for (name, a), b in zip(model.named_parameters(), other.parameters(), strict=True):
        assert_near(a, b, 1e-4, name)


def test_accumulated_passes_equal_one_large_batch(device: torch.device) -> None:
    parts = pairs(4, device)
    whole = (torch.cat([x for x, _ in parts]), torch.cat([y for _, y in parts]))
    model, optimizer = make(device)
    other, plain = make(device)
    assert step(model, optimizer, parts) == pytest.approx(step(other, plain, [whole]), rel=1e-5)
    for (name, a), b in zip(model.named_parameters(), other.parameters(), strict=True):
        assert_near(a.grad, b.grad, 1e-4, name)


def test_a_limit_of_0_leaves_the_gradient_alone(device: torch.device) -> None:
    model, optimizer = make(device)
    _, norm = step(model, optimizer, pairs(1, device), limit=0.0)
    left = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    assert left == pytest.approx(norm)
    model, optimizer = make(device)
    step(model, optimizer, pairs(1, device), limit=norm / 2)
    left = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    assert left == pytest.approx(norm / 2, rel=1e-4)


def test_a_scaled_loss_changes_neither_the_norm_nor_the_step(device: torch.device) -> None:
    """Gradients are divided by the scale before they are measured and clipped."""
    found = []
    for scale in (1.0, 1024.0):
        model, _ = make(device)
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        scaler = GradScaler(device.type, init_scale=scale)
        loss, norm = step(model, optimizer, pairs(2, device), limit=0.1, scaler=scaler)
        assert norm > 0.1  # or nothing would be clipped
        found.append(([loss, norm], [p.detach().clone() for p in model.parameters()]))
    (numbers, weights), (others, other_weights) = found
    assert numbers == pytest.approx(others, rel=1e-4)
    for a, b in zip(weights, other_weights, strict=True):
        assert_near(a, b, 1e-4)


def test_what_a_step_returns_holds_no_graph(device: torch.device) -> None:
    """Or the activations of every pass would stay in memory until the end of the step."""
    model, optimizer = make(device)
    scaler = GradScaler(device.type, enabled=False)
    for value in train_step(model, optimizer, scaler, pairs(2, device), 0.01, 1.0, "float32"):
        assert not value.requires_grad


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_reduced_precision_learns_and_keeps_float32_weights(device: torch.device, dtype: str) -> None:
    model, optimizer = make(device)
    dtypes = set()
    model.lm_head.register_forward_hook(lambda module, given, out: dtypes.add(out.dtype))
    scaler = GradScaler(device.type, enabled=dtype == "float16", init_scale=1024.0)
    batches = pairs(1, device)
    found = [step(model, optimizer, batches, scaler=scaler, dtype=dtype)[0] for _ in range(30)]
    assert found[-1] < 0.7 * found[0]
    assert dtypes == {getattr(torch, dtype)}
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_float16_leaves_out_a_step_that_overflows(device: torch.device) -> None:
    model, optimizer = make(device)
    before = [p.detach().clone() for p in model.parameters()]
    scaler = GradScaler(device.type, init_scale=2.0**40)
    _, norm = step(model, optimizer, pairs(1, device), scaler=scaler, dtype="float16", limit=1.0)
    assert not math.isfinite(norm)
    assert scaler.get_scale() == 2.0**39
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_float16_runs_and_its_log_stays_json(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(corpus, out, "--dtype", "float16", "--save-every", "2", "--steps", "4") == 0
    assert load_checkpoint(out)["scaler"]["scale"] > 0
    scales = load_checkpoint(out / "checkpoints" / "step-00000002.pt")["scaler"]["_growth_tracker"]
    assert load_checkpoint(out)["scaler"]["_growth_tracker"] == scales + 2
    assert command.main(["--resume", str(out), "--steps", "6"]) == 0
    assert load_checkpoint(out)["scaler"]["_growth_tracker"] == scales + 4


# --- evaluation ---------------------------------------------------------------------------------------------


def test_evaluation_has_no_dropout_no_graph_and_goes_back_to_training(device: torch.device) -> None:
    model, _ = make(device, dropout=0.5)
    batches = pairs(3, device)
    loss = mean_loss(model, batches, "float32")
    assert model.training
    assert not loss.requires_grad
    assert torch.equal(loss, mean_loss(model, batches, "float32"))
    model.eval()
    expected = torch.stack([model(x, y)[1] for x, y in batches]).mean()
    assert_near(loss, expected)
    model.train()
    assert not torch.allclose(loss, torch.stack([model(x, y)[1] for x, y in batches]).mean())


def test_samples_repeat_disturb_nothing_and_cannot_steer_the_terminal(device: torch.device) -> None:
    model = shake(
        GPT(GPTConfig(block_size=8, vocab_size=4, n_layer=1, n_head=1, n_embd=8, dropout=0.5)), device
    )
    tokenizer = CharTokenizer("a\x1b\n\x07")
    state = torch.get_rng_state()
    first = write_sample(model, tokenizer, "a", 40, temperature=1.0, seed=5)
    assert first == write_sample(model, tokenizer, "a", 40, temperature=1.0, seed=5)
    assert first != write_sample(model, tokenizer, "a", 40, temperature=1.0, seed=6)
    assert len(first) == 41
    assert set(first) == {"a", "\n", "\N{REPLACEMENT CHARACTER}"}
    assert torch.equal(state, torch.get_rng_state())
    assert model.training


# --- whole runs ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing interrupts."""
    out = tmp_path_factory.mktemp("reference") / "run"
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    assert run(corpus, out) == 0
    torch.set_num_threads(threads)
    return out


def test_a_run_leaves_log_curve_settings_and_checkpoints(corpus: Path, reference: Path) -> None:
    records = read_log(reference / "log.jsonl")
    assert [record["step"] for record in records] == list(range(7))
    assert [record["step"] for record in records if "val_loss" in record] == [0, 3, 6]
    keys = {"step", "loss", "learning_rate", "grad_norm", "tokens_per_second", "seconds"}
    assert all(record.keys() - {"val_loss"} == keys for record in records[1:])
    assert records[0]["val_loss"] == pytest.approx(math.log(len(set(vocabulary(corpus)))), abs=0.1)
    assert [record["learning_rate"] for record in records[1:3]] == pytest.approx([0.0015, 0.003])
    seconds = [record["seconds"] for record in records]
    assert seconds == sorted(seconds)
    for before, record in zip(seconds, records[1:], strict=False):  # 2 passes of 2 sequences of 8 tokens
        assert 32 / record["tokens_per_second"] <= record["seconds"] - before + 0.002
    assert [path.name for path in checkpoints(reference)] == ["step-00000003.pt", "step-00000006.pt"]
    settings = json.loads((reference / "settings.json").read_text(encoding="utf-8"))
    assert TrainSettings(**settings).accumulation == 2
    ET.fromstring((reference / "loss.svg").read_text(encoding="utf-8"))


def vocabulary(corpus: Path) -> str:
    tokenizer = load_data(corpus).tokenizer
    return tokenizer.decode(range(tokenizer.vocab_size))


def test_the_same_seed_gives_the_same_run_bit_for_bit(corpus: Path, reference: Path, tmp_path: Path) -> None:
    torch.rand(3)  # whatever random numbers were drawn before
    assert run(corpus, tmp_path / "again") == 0
    assert losses(tmp_path / "again") == losses(reference)
    for name, weight in weights(reference).items():
        assert torch.equal(weight, weights(tmp_path / "again")[name]), name
    assert run(corpus, tmp_path / "other", "--seed", "7") == 0
    assert losses(tmp_path / "other")[1:] != losses(reference)[1:]


def test_evaluation_and_samples_do_not_change_the_run(corpus: Path, reference: Path, tmp_path: Path) -> None:
    assert run(corpus, tmp_path / "run", "--eval-every", "1", "--sample-every", "0") == 0
    assert [record[:2] for record in losses(tmp_path / "run")] == [record[:2] for record in losses(reference)]


@pytest.mark.parametrize(("last", "number"), [(1, signal.SIGINT), (3, signal.SIGTERM), (4, signal.SIGINT)])
def test_a_stopped_run_resumes_bit_for_bit(
    corpus: Path,
    reference: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    last: int,
    number: int,
) -> None:
    original = Report.record

    def interrupted(self: Report, values: dict[str, Any]) -> None:
        original(self, values)
        if values["step"] == last - 1:
            signal.raise_signal(number)  # noticed in the next step, which is the last one

    out = tmp_path / "run"
    monkeypatch.setattr(Report, "record", interrupted)
    assert run(corpus, out) == 128 + number
    monkeypatch.undo()
    assert checkpoints(out)[-1].name == f"step-{last:08d}.pt"
    assert len(read_log(out / "log.jsonl")) == last + 1
    assert f"python -m minigpt.train --resume {out}\n" in capsys.readouterr().out
    torch.rand(5)
    paused = read_log(out / "log.jsonl")[-1]["seconds"]
    moved = out.rename(tmp_path / "moved")  # it goes on where it lies
    assert command.main(["--resume", str(moved)]) == 0
    assert not out.exists()
    assert losses(moved) == losses(reference)
    assert all(record["seconds"] > paused for record in read_log(moved / "log.jsonl")[last + 1 :])
    for name, weight in weights(reference).items():
        assert torch.equal(weight, weights(moved)[name]), name


def test_a_killed_run_resumes_from_its_last_checkpoint(corpus: Path, reference: Path, tmp_path: Path) -> None:
    """The log is ahead of the checkpoint, and its last line is torn: those steps are taken again."""
    out = tmp_path / "run"
    assert run(corpus, out, "--steps", "6") == 0
    (out / "checkpoints" / "step-00000006.pt").unlink()
    lines = (out / "log.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (out / "log.jsonl").write_text("".join(lines[:6]) + lines[6][:20], encoding="utf-8")
    assert command.main(["--resume", str(out / "checkpoints" / "step-00000003.pt")]) == 0
    assert losses(out) == losses(reference)


def test_a_resumed_run_may_change_what_the_weights_do_not_depend_on(
    corpus: Path, reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run(corpus, out) == 0
    assert command.main(["--resume", str(out), "--steps", "8", "--batch-size", "4"]) == 0
    assert [record["step"] for record in read_log(out / "log.jsonl")] == list(range(9))
    assert load_checkpoint(out)["settings"]["batch_size"] == 4
    capsys.readouterr()
    assert command.main(["--resume", str(out)]) == 1
    assert "expected steps above 8, which are done, got 8; raise --steps" in capsys.readouterr().err
    for flag, value in FIXED:
        assert command.main(["--resume", str(out), "--steps", "10", f"--{flag}", value]) == 1
        assert f"expected no --{flag} with --resume, got " in capsys.readouterr().err
    assert command.main(["--resume", str(out), "--steps", "10", "--no-bias"]) == 1
    assert "expected no --bias with --resume, got False; the run has its own" in capsys.readouterr().err
    older = out / "checkpoints" / "step-00000006.pt"
    assert command.main(["--resume", str(older)]) == 1
    assert f"got {older}; move later ones away first" in capsys.readouterr().err


def test_the_last_line_is_a_command_that_writes(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one prompt, however many the samples had."""
    assert run(corpus, tmp_path / "run", "--prompts", "The cat|猫", "--steps", "2") == 0
    words = shlex.split(capsys.readouterr().out.splitlines()[-1])
    assert words[:3] == ["python", "-m", "minigpt.generate"]
    assert generate.main([*words[3:], "--max-new-tokens", "5", "--device", "cpu"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("The cat") and len(told) == len("The cat") + 5 + 1


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals as POSIX does")
def test_ctrl_c_in_a_real_terminal_command(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = [*RUN, "--data", str(corpus), "--out", str(out), "--steps", "100000", "--save-every", "100000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "minigpt.train", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    deadline = time.monotonic() + 60
    while len(read_log(out / "log.jsonl")) < 20:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT, told
    assert f"python -m minigpt.train --resume {out}" in told
    last = read_log(out / "log.jsonl")[-1]["step"]
    assert [path.name for path in checkpoints(out)] == [f"step-{last:08d}.pt"]
    assert (out / "loss.svg").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_command_killed_twice_ends_as_if_it_had_not_been(corpus: Path, tmp_path: Path) -> None:
    """kill -9 wherever it happens to be: in a step, while it evaluates, writes a checkpoint or the log."""
    words = [*RUN, "--data", str(corpus), "--steps", "100", "--save-every", "5", "--eval-every", "25"]
    whole, out = tmp_path / "whole", tmp_path / "killed"
    assert command.main([*words, "--out", str(whole)]) == 0
    for begin in ([*words, "--out", str(out)], ["--resume", str(out)]):
        before = len(read_log(out / "log.jsonl"))
        process = subprocess.Popen(
            [sys.executable, "-m", "minigpt.train", *begin],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        deadline = time.monotonic() + 60
        while len(read_log(out / "log.jsonl")) < before + 15:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert load_checkpoint(out)["step"] < 100
    assert command.main(["--resume", str(out)]) == 0
    assert losses(out) == losses(whole)
    for name, weight in weights(whole).items():
        assert torch.equal(weight, weights(out)[name]), name


@pytest.mark.skipif(sys.platform == "win32", reason="gloo and torchrun as on POSIX")
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_write_one_log_and_it_is_that_of_one(
    corpus: Path, tmp_path: Path, strategy: str
) -> None:
    alone, both = tmp_path / "alone", tmp_path / "both"
    words = [*RUN, "--data", str(corpus), "--dropout", "0", "--steps", "4", "--parallel", strategy]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    told = subprocess.run(
        [*launch, "-m", "minigpt.train", *words, "--out", str(both)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("done, see") == 1
    assert told.stdout.count("\n  The") == 3  # samples before the first step, after the third, at the end
    assert command.main([*words, "--out", str(alone)]) == 0
    for one, two in zip(losses(alone), losses(both), strict=True):
        assert [value or 0.0 for value in two] == pytest.approx([value or 0.0 for value in one], rel=1e-4)
    assert [path.name for path in checkpoints(both)] == [path.name for path in checkpoints(alone)]


def test_a_second_ctrl_c_ends_at_once_and_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Stop() as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # torchrun sends it once more
        signal.raise_signal(signal.SIGINT)
        assert stop.signal == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_loss_that_is_not_finite_overwrites_nothing(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    ruin = ["--learning-rate", "1e37", "--clip", "0", "--warmup", "0", "--save-every", "1", "--keep", "99"]
    assert run(corpus, out, *ruin) == 1
    told = capsys.readouterr().err
    step = int(re.search(r"error / 错误: expected finite numbers, got loss .* in step (\d+);", told)[1])
    assert f"earlier checkpoints in {out} are whole: lower --learning-rate (1e+37)" in told
    assert [path.name for path in checkpoints(out)] == [f"step-{k:08d}.pt" for k in range(1, step)]
    assert read_log(out / "log.jsonl")[-1]["step"] == step - 1


@pytest.fixture
def session(corpus: Path, tmp_path: Path) -> Session:
    """A run that has not taken a step: three passes per step, two rows each."""
    changes = {
        "accumulation": 3,
        "batch_size": 2,
        "block_size": 8,
        "eval_batches": 4,
        "n_layer": 1,
        "n_embd": 16,
    }
    settings = TrainSettings.preset("tiny", data=str(corpus), out=str(tmp_path), prompts="The", **changes)
    return starting.start(settings, Ranks(0, 1, torch.device("cpu")))


def test_every_pass_of_a_run_has_a_batch_of_its_own(session: Session) -> None:
    passes = []
    for session.step in range(3):
        passes += session.train_batches()
    assert len(passes) == 9
    for number, (x, y) in enumerate(passes):
        expected = batch(session.data.train, 2, 8, session.settings.seed, number)
        assert torch.equal(x, expected[0]) and torch.equal(y, expected[1])


def test_every_evaluation_has_the_same_batches_of_the_validation_text(session: Session) -> None:
    for session.step in (0, 7):
        found = session.val_batches()
        assert len(found) == 4
        for number, (x, y) in enumerate(found):
            expected = batch(session.data.val, 2, 8, session.settings.seed, number)
            assert torch.equal(x, expected[0]) and torch.equal(y, expected[1])


def test_dropout_differs_between_steps_and_processes_and_repeats(session: Session) -> None:
    def drawn(step: int, rank: int) -> list[float]:
        session.step, session.ranks = step, Ranks(rank, 2, torch.device("cpu"))
        session.seed_step()
        return torch.rand(4).tolist()

    found = [drawn(step, rank) for step in (0, 1) for rank in (0, 1)]
    assert len({tuple(numbers) for numbers in found}) == 4
    assert [drawn(step, rank) for step in (0, 1) for rank in (0, 1)] == found


def test_samples_are_those_of_the_prompts_and_one_process_writes_them(session: Session) -> None:
    session.settings = replace(session.settings, prompts="T|h")
    found = session.samples()
    assert [text[0] for text in found] == ["T", "h"]
    assert found == [session.write(session.model, prompt) for prompt in "Th"]
    session.ranks = Ranks(1, 2, torch.device("cpu"))
    assert session.samples() == []


def test_what_is_never_due(session: Session) -> None:
    session.step = session.settings.steps
    assert session.due(session.step + 1) and not session.due(0)


@pytest.mark.parametrize("place", ["loss", "norm"])
def test_what_counts_as_finite(session: Session, place: str) -> None:
    session.check_finite(1.0, 1.0)
    for ruined in (math.inf, math.nan):
        with pytest.raises(FloatingPointError, match=r"in step 1; earlier checkpoints"):
            session.check_finite(**{"loss": 1.0, "norm": 1.0, place: ruined})
    session.scaler = GradScaler("cpu")  # which leaves out the step itself
    session.check_finite(1.0, math.inf)
    with pytest.raises(FloatingPointError, match="expected finite numbers, got loss inf"):
        session.check_finite(math.inf, 1.0)


def test_a_compiled_run_keeps_the_names(
    corpus: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    original = nn.Module.compile
    monkeypatch.setattr(
        nn.Module, "compile", lambda self: (called.append(type(self)), original(self, backend="eager"))
    )
    assert run(corpus, tmp_path / "run", "--compile", "--steps", "3") == 0
    assert called == [GPT]
    assert weights(tmp_path / "run").keys() == weights(reference).keys()
    found = [record[1] for record in losses(tmp_path / "run")[1:]]
    assert found[0] == pytest.approx(losses(reference)[1][1], rel=1e-5)


def test_the_guide_is_prepared_at_first_use_only(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def prepared(folder: Path, **how: Any) -> None:
        asked.append((folder.as_posix(), how["tokenizer"], how["vocab_size"]))
        prepare(folder, [corpus.parent / "text.txt"], tokenizer="char")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(starting, "prepare", prepared)
    for out in ("a", "b"):
        assert command.main([*RUN, "--steps", "2", "--out", out, "--vocab-size", "300"]) == 0
    assert asked == [("data/guide-bpe-300", "bpe", 300)]
    assert command.main([*RUN, "--steps", "2", "--out", "c", "--tokenizer", "char"]) == 0
    assert asked[1][:2] == ("data/guide-char", "char")


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "warmup"),
    [
        ({}, 100),
        ({"steps": 20}, 2),
        ({"steps": 500}, 50),
        ({"steps": 9000}, 100),
        ({"steps": 9, "warmup": 5}, 5),
    ],
)
def test_a_short_run_warms_up_for_a_tenth(changes: dict[str, int], warmup: int) -> None:
    assert TrainSettings.preset("tiny", **changes).warmup == warmup


@pytest.mark.parametrize(
    ("changes", "floor"),
    [
        ({}, 3e-4),
        ({"learning_rate": 1e-4}, 1e-5),
        ({"learning_rate": 1e-2}, 3e-4),
        ({"learning_rate": 1e-4, "min_learning_rate": 5e-5}, 5e-5),
    ],
)
def test_a_lower_peak_lowers_the_end(changes: dict[str, float], floor: float) -> None:
    assert TrainSettings.preset("tiny", **changes).min_learning_rate == pytest.approx(floor)


WRONG = [
    ("--n-head 3", "expected n_embd to be a multiple of n_head=3, got 16; try n_embd=18"),
    ("--dropout 1.5", "expected 0 <= dropout < 1, got 1.5"),
    ("--steps 0", "expected steps >= 1, got 0"),
    ("--batch-size 0", "expected batch_size >= 1, got 0"),
    ("--learning-rate nan", "expected learning_rate >= 0, got nan"),
    ("--learning-rate -1", "expected learning_rate >= 0, got -1.0"),
    (
        "--learning-rate 1e-5 --min-learning-rate 3e-4",
        "expected min_learning_rate <= learning_rate=1e-05, got 0.0003; lower it",
    ),
    ("--warmup 7", "expected warmup <= steps=6, got 7; warm up less"),
    ("--beta2 1", "expected beta2 < 1, got 1.0; 0.9 is usual"),
    ("--parallel fsdp --dtype float16", "expected bfloat16 or float32 with fsdp, got float16"),
    ("--block-size 4000", "expected more tokens than block_size=4000"),
    ("--block-size 400", "expected more tokens than block_size=400"),  # for the validation text only
    ("--prompts ß", "expected prompts that the tokenizer knows, got: "),
    ("--prompts The|", "expected text in every prompt, got 'The|'; --prompts 'A|B'"),
    ("--data nowhere", "expected prepared data in nowhere"),
    ("--resume nowhere", "nowhere; no such file or folder"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_settings_say_so_and_write_nothing(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, message: str
) -> None:
    given = words.split()
    data = [] if "--data" in given or "--resume" in given else ["--data", str(corpus)]
    out = [] if "--resume" in given else ["--out", str(tmp_path / "run")]
    base = [] if "--resume" in given else RUN
    assert command.main([*base, *data, *out, *given]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error / 错误: ")
    assert message in told
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_not_begun_over_another(
    corpus: Path, reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in reference.rglob("*") if path.is_file()}
    assert run(corpus, reference) == 1
    message = (
        f"expected a new folder, got {reference} with a run in it; --resume {reference} or another --out"
    )
    assert message in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in reference.rglob("*") if path.is_file()}


def test_data_of_another_tokenizer_is_refused(
    corpus: Path, reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The other text, with other letters: XYZ.\n" * 50, encoding="utf-8")
    prepare(tmp_path / "data", [text], tokenizer="char")
    words = ["--resume", str(reference), "--steps", "9", "--data", str(tmp_path / "data")]
    assert command.main(words) == 1
    assert "expected the data of the run, got another tokenizer's" in capsys.readouterr().err


def test_batches_must_divide_among_the_processes(corpus: Path, tmp_path: Path) -> None:
    settings = TrainSettings.preset("tiny", data=str(corpus), out=str(tmp_path / "run"), batch_size=10)
    ranks = Ranks(0, 4, torch.device("cpu"))
    with pytest.raises(ValueError, match="expected batch_size a multiple of 4 processes, got 10; try 12"):
        starting.check_run(settings, ranks, None)


@pytest.mark.parametrize(("name", "value"), [("steps", 1.5), ("out", 3), ("bias", 1), ("clip", "1")])
def test_types_of_settings(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"expected {name} as .*, got {value!r}; see --help"):
        TrainSettings(**{name: value})
    assert TrainSettings(clip=1).clip == 1  # an int will do for a float


def test_presets_are_the_models_they_are_named_after() -> None:
    gpt2 = TrainSettings.preset("gpt2")
    assert gpt2.config(gpt2.vocab_size) == GPTConfig.preset("gpt2")
    assert gpt2.batch_size * gpt2.accumulation * gpt2.block_size == 2**19
    char, known = TrainSettings.preset("char"), GPTConfig.preset("char")
    assert char.config(256) == GPTConfig(**{**asdict(known), "dropout": char.dropout})
    assert TrainSettings.preset("tiny") == TrainSettings()
    assert TrainSettings.preset("char", steps=200).steps == 200


@pytest.mark.parametrize("preset", PRESETS)
def test_every_setting_is_a_flag_with_help_in_both_languages(preset: str) -> None:
    settings = TrainSettings.preset(preset)
    told = " ".join(make_parser(settings).format_help().split())
    for item in fields(TrainSettings):
        assert f"--{item.name.replace('_', '-')}" in told
        about = item.metadata["help"]
        assert re.search(r"[a-z]", about), item.name
        assert re.search(r"[\u4e00-\u9fff]", about), item.name
        value = getattr(settings, item.name)
        assert value == "" or f"({value})" in told, item.name


def test_help_shows_the_defaults_of_the_preset_in_question(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--preset", "gpt2", "--help"])
    assert ended.value.code == 0
    assert "(600000)" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main(["--preset", "huge"])
    assert "python -m minigpt.train: error: argument --preset: invalid choice" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        command.main(["--learning-rat", "1"])
    assert ended.value.code == 2


# --- log and curve ------------------------------------------------------------------------------------------


def test_a_log_that_is_missing_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.jsonl") == []


def test_quiet_processes_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Report(tmp_path / "log.jsonl", 0, 3, quiet=True) as report:
        report.record({"step": 1})
        report.advance(1.0, 10.0)
        report.say("hello")
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_the_progress_bar_tells_loss_and_speed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Report(tmp_path / "log.jsonl", 1, 3, quiet=False) as report:
        report.advance(1.2345, 12345.6)
        report.say("a sample")
    told = capsys.readouterr()
    assert "a sample" in told.out
    assert "2/3" in told.err
    assert "loss 1.234, 12,346 tokens/s" in told.err


def test_the_curve_is_a_picture_of_the_log() -> None:
    records: list[dict[str, Any]] = [{"step": 0, "val_loss": 4.0}]
    records += [{"step": k, "loss": 4.0 - k / 500} for k in range(1, 1001)]
    records[500]["val_loss"], records[1000]["val_loss"] = 3.1, 2.0
    root = ET.fromstring(draw_curve(records))
    train, val = (item.get("points").split() for item in root.findall("{*}polyline"))
    assert 100 < len(train) <= POINTS
    assert val == ["56.0,24.0", "378.0,180.6", "700.0,372.0"]  # the corners, and 45 % of the way down
    told = [item.text for item in root.findall("{*}text")]
    assert {"training / 训练", "validation / 验证", "steps / 步", "loss / 损失"} <= set(told)
    assert {"0", "200", "400", "600", "800", "1000", "2.5", "3", "3.5", "4"} <= set(told)


@pytest.mark.parametrize(
    "records", [[{"step": 0, "val_loss": 2.0}], [{"step": 1, "loss": 2.0, "val_loss": 2.0}]]
)
def test_the_curve_of_a_single_point(records: list[dict[str, Any]]) -> None:
    ET.fromstring(draw_curve(records))


def test_thinned_points_are_means_and_ticks_are_round() -> None:
    points = [(float(k), float(k % 2)) for k in range(2 * POINTS)]
    assert thin(points) == [(2 * k + 0.5, 0.5) for k in range(POINTS)]
    assert thin(points[:POINTS]) == points[:POINTS]
    for low, high in [(0, 1), (0, 3), (0, 600_000), (1.31, 10.9), (2.0001, 2.0004), (-1, 1)]:
        marks = ticks(low, high)
        assert 2 <= len(marks) <= 7, (low, high, marks)
        assert low <= marks[0] < marks[-1] <= high
