"""Generation with the cache equals generation without; prompts of any length; the command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from minigpt import GPT, GPTConfig
from minigpt.cache import KVCache
from minigpt.checkpoint import save_checkpoint
from minigpt.generate import main
from minigpt.stream import generate, left_pad, stream
from minigpt.tokenizer import BPETokenizer, CharTokenizer
from tests.proof import shake, tokens

SAMPLING: list[dict[str, Any]] = [
    {"temperature": 0},
    {"temperature": 1.0},
    {"temperature": 0.7, "top_k": 5},
    {"temperature": 1.3, "top_p": 0.8},
]


def make(device: torch.device | str = "cpu", **changes: object) -> GPT:
    fields = {"block_size": 12, "vocab_size": 23, "n_layer": 3, "n_head": 3, "n_embd": 15, **changes}
    model = shake(GPT(GPTConfig(**fields)), device).eval()
    # With the token table as lm_head, random weights say one token again and again: that would prove little.
    model.lm_head = shake(nn.Linear(model.config.n_embd, model.config.vocab_size, bias=False), device)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "ln_" in name and name.endswith("weight"):
                parameter += 1
    return model


def seeded(device: torch.device, seed: int = 7) -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


@pytest.mark.parametrize("sampling", SAMPLING)
@pytest.mark.parametrize("T", [1, 5, 12, 17])
@pytest.mark.parametrize("B", [1, 3])
def test_equals_generation_without_a_cache(
    B: int, T: int, sampling: dict[str, Any], device: torch.device
) -> None:
    """Up to block_size, across it, and far beyond it; with the same random numbers in the same order."""
    model = make(device)
    idx = tokens(B, T, below=23, device=device)
    expected = model.generate(idx, 20, generator=seeded(device), **sampling)
    generator = seeded(device)
    assert torch.equal(generate(model, idx, 20, generator=generator, **sampling), expected)
    assert len(expected[:, T:].unique()) > 3


def test_global_random_numbers_serve_too(device: torch.device) -> None:
    model, idx = make(device), tokens(2, 4, below=23, device=device)
    torch.manual_seed(3)
    expected = model.generate(idx, 8)
    torch.manual_seed(3)
    assert torch.equal(generate(model, idx, 8), expected)


@pytest.mark.parametrize("chunk", [1, 2, 5, 100])
def test_a_prompt_read_in_chunks(chunk: int, device: torch.device) -> None:
    model, idx = make(device), tokens(2, 9, below=23, device=device)
    expected = model.generate(idx, 12, temperature=0)
    read: list[int] = []
    model.transformer.wte.register_forward_hook(lambda _, args, out: read.append(args[0].shape[1]))
    assert torch.equal(generate(model, idx, 12, temperature=0, chunk=chunk), expected)
    assert max(read) == min(chunk, 12)  # 12 are read again when the window slides


def test_a_cache_used_again(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model)
    for seed in (5, 6):  # the second time, it is full of something else
        idx = tokens(1, 5, below=23, device=device, seed=seed)
        expected = model.generate(idx, 10, temperature=0)
        assert torch.equal(generate(model, idx, 10, temperature=0, cache=cache), expected)


@pytest.mark.parametrize("overflow", ["slide", "half"])
def test_prompts_of_different_lengths_equal_each_alone(overflow: str, device: torch.device) -> None:
    model = make(device)
    prompts = [tokens(n, below=23, seed=n).tolist() for n in (7, 1, 4, 7)]
    idx, padding = (tensor.to(device) for tensor in left_pad(prompts))
    together = generate(model, idx, 5, temperature=0, padding=padding, overflow=overflow)
    for row, prompt in zip(together.tolist(), prompts, strict=True):
        alone = model.generate(torch.tensor([prompt], device=device), 5, temperature=0)
        assert row[7 - len(prompt) :] == alone[0].tolist()


def test_prompts_of_different_lengths_slide_past_block_size(device: torch.device) -> None:
    """The cache is full when the longest row is; the shorter rows slide later, and see all they may."""
    model = make(device)
    prompts = [tokens(n, below=23, seed=n).tolist() for n in (16, 9, 2)]
    idx, padding = (tensor.to(device) for tensor in left_pad(prompts))
    together = generate(model, idx, 14, temperature=0, padding=padding)
    for row, prompt in zip(together.tolist(), prompts, strict=True):
        alone = model.generate(torch.tensor([prompt], device=device), 14, temperature=0)
        assert row[16 - len(prompt) :] == alone[0].tolist()


@pytest.mark.parametrize("T", [3, 12, 15])
def test_half_reads_the_newer_half_again(T: int, device: torch.device) -> None:
    """By hand: a window that grows to block_size, and then begins anew at the last half of it."""
    model, idx = make(device), tokens(2, T, below=23, device=device)
    expected, begin, restarts = idx, 0, 0
    for n in range(T, T + 20):
        if n - begin > 12:
            begin, restarts = n - 6, restarts + 1
        logits = model(expected[:, begin:])[0][:, -1]
        expected = torch.cat((expected, logits.argmax(-1, keepdim=True)), dim=1)
    assert restarts >= 2
    assert torch.equal(generate(model, idx, 20, temperature=0, overflow="half"), expected)
    assert not torch.equal(generate(model, idx, 20, temperature=0), expected)


def test_half_runs_one_pass_for_many_tokens(device: torch.device) -> None:
    model, idx = make(device), tokens(1, 12, below=23, device=device)
    read: list[int] = []
    model.transformer.wte.register_forward_hook(lambda _, args, out: read.append(args[0].shape[1]))
    list(stream(model, idx, 15, overflow="half", temperature=0))
    assert read == [12, 6, 1, 1, 1, 1, 1, 1, 6, 1, 1, 1, 1, 1, 1]
    read.clear()
    list(stream(model, idx, 3, overflow="slide", temperature=0))
    assert read == [12, 12, 12]


def test_smallest_block_size(device: torch.device) -> None:
    model, idx = make(device, block_size=1), tokens(2, 3, below=23, device=device)
    expected = model.generate(idx, 5, temperature=0)
    for overflow in ("slide", "half"):
        assert torch.equal(generate(model, idx, 5, temperature=0, overflow=overflow), expected)


def test_bfloat16_chooses_what_the_uncached_path_rates_best_up_to_rounding(device: torch.device) -> None:
    """In bfloat16 near ties may fall either way; a chosen token must be within the rounding of the best."""
    model = make(device, block_size=48, n_layer=4, n_head=4, n_embd=64)
    idx = tokens(1, 8, below=23, device=device)
    exact = model(generate(model, idx, 40, temperature=0))[0]
    assert len(exact.argmax(-1).unique()) > 3
    model.bfloat16()
    found = generate(model, idx, 40, temperature=0)
    logits = model(found)[0].float()[0, 7:-1]
    chosen = logits.gather(-1, found[0, 8:, None])[:, 0]
    rounding = 2**-8 * 4 * logits.abs().max()
    assert (logits.amax(-1) - chosen <= rounding).all()
    assert (logits.mean(-1) < chosen - rounding).all()


def test_tokens_come_one_by_one(device: torch.device) -> None:
    model, idx = make(device), tokens(2, 4, below=23, device=device)
    passes: list[int] = []
    model.transformer.ln_f.register_forward_hook(lambda *_: passes.append(1))
    coming = stream(model, idx, 6, temperature=0)
    assert passes == []
    first = next(coming)
    assert first.shape == (2, 1) and len(passes) == 1
    next(coming)
    assert len(passes) == 2
    assert torch.is_grad_enabled()  # also between two tokens
    assert torch.equal(torch.cat([first], 1), model.generate(idx, 1, temperature=0)[:, 4:])


def test_stops_when_every_sequence_has_stopped(device: torch.device) -> None:
    model, idx = make(device), tokens(2, 4, below=23, device=device)
    free = model.generate(idx, 12, temperature=0)[:, 4:]
    stop = free[0, 3].item()
    found = torch.cat(list(stream(model, idx, 12, temperature=0, stop=stop)), dim=1)
    ends = [row.index(stop) if stop in row else 12 for row in free.tolist()]
    assert found.shape[1] == min(12, max(ends) + 1)
    for row, (end, expected) in enumerate(zip(ends, free.tolist(), strict=True)):
        assert found[row, : end + 1].tolist() == expected[: end + 1]
        assert set(found[row, end:].tolist()) <= {stop}


def test_one_sequence_ends_with_the_stop_token(device: torch.device) -> None:
    model, idx = make(device), tokens(1, 4, below=23, device=device)
    free = model.generate(idx, 12, temperature=0)[0, 4:].tolist()
    found = generate(model, idx, 12, temperature=0, stop=free[5])[0, 4:].tolist()
    assert found == free[: free.index(free[5]) + 1]


def test_no_new_tokens(device: torch.device) -> None:
    idx = tokens(2, 4, below=23, device=device)
    assert torch.equal(generate(make(device), idx, 0), idx)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"overflow": "drop"}, "expected overflow as 'slide' or 'half', got 'drop'"),
        ({"temperature": -1}, "expected temperature >= 0"),
        ({"cache": KVCache(make(), 3)}, r"expected a cache of shape \(3, 1, .*, got \(3, 3, "),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate(make(), tokens(1, 4, below=23), 2, **options)


@pytest.mark.parametrize("prompts", [[], [[1, 2], []]])
def test_refuses_empty_prompts(prompts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="expected at least one token per prompt, got"):
        left_pad(prompts)


def test_equals_transformers_with_its_cache() -> None:
    from tests.bench.model import transformers_twin
    from tests.proof import need

    need("transformers")
    model, idx = make(), tokens(2, 4, below=23)
    theirs = transformers_twin(model).eval()
    theirs.config.use_cache = True
    theirs.generation_config.eos_token_id = None
    options = {"max_new_tokens": 8, "do_sample": False, "use_cache": True, "pad_token_id": 0}
    expected = theirs.generate(idx, attention_mask=torch.ones_like(idx), **options)
    assert torch.equal(generate(model, idx, 8, temperature=0), expected)


TEXT = "你好，world！ the cat sat on the mat."


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tokenizer = CharTokenizer.train(TEXT)
    config = GPTConfig(block_size=16, vocab_size=tokenizer.vocab_size, n_layer=2, n_head=2, n_embd=16)
    model = shake(GPT(config))
    folder = tmp_path_factory.mktemp("run")
    state = {"model": model.state_dict(), "config": vars(config), "tokenizer": tokenizer.state(), "step": 1}
    save_checkpoint(folder / "checkpoints", 1, state, keep=1)
    return folder


def command(checkpoint: Path | str, *more: str) -> list[str]:
    return ["--checkpoint", str(checkpoint), "--prompt", "the cat", *more]


def test_command_reads_a_run_folder(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--max-new-tokens", "30", "--temperature", "0", "--device", "cpu", "--overflow", "slide"]
    assert main(command(run_folder, *flags)) == 0
    from minigpt.checkpoint import load_model

    model, tokenizer = load_model(run_folder)
    expected = model.generate(torch.tensor([tokenizer.encode("the cat")]), 30, temperature=0)
    assert capsys.readouterr().out == tokenizer.decode(expected[0].tolist()) + "\n"


def test_command_reads_a_checkpoint_file_and_draws_by_seed(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = next((run_folder / "checkpoints").iterdir())
    texts = []
    for seed in ("1", "1", "2"):
        flags = ["--seed", seed, "--top-k", "9", "--top-p", "0.99", "--dtype", "bfloat16", "--device", "cpu"]
        assert main(command(file, *flags)) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("name", ["per_head", "separate", "einsum", "mha"])  # weights of three kinds
def test_command_writes_with_a_model_of_another_attention(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokenizer = CharTokenizer.train(TEXT)
    sizes = {"block_size": 16, "vocab_size": tokenizer.vocab_size, "n_layer": 2, "n_head": 2, "n_embd": 16}
    model = shake(GPT(GPTConfig(**sizes, attention=name))).eval()
    state = {"model": model.state_dict(), "config": vars(model.config), "tokenizer": tokenizer.state()}
    save_checkpoint(tmp_path, 1, state, keep=1)
    assert main(command(tmp_path, "--max-new-tokens", "9", "--temperature", "0", "--device", "cpu")) == 0
    expected = model.generate(torch.tensor([tokenizer.encode("the cat")]), 9, temperature=0)
    assert capsys.readouterr().out == tokenizer.decode(expected[0].tolist()) + "\n"


def test_flags_reach_the_loop(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def spy(model: GPT, idx: torch.Tensor, new: int, **options: Any) -> Iterator[torch.Tensor]:
        seen.update(options, new=new, dtype=model.lm_head.weight.dtype, device=idx.device.type)
        return iter(())

    monkeypatch.setattr("minigpt.generate.stream", spy)
    flags = (
        "--device cpu --dtype bfloat16 --seed 3 --max-new-tokens 9 --temperature 0.5 --top-k 4 --top-p 0.7"
    )
    assert main(command(run_folder, *flags.split(), "--overflow", "slide", "--temperature", "0.5")) == 0
    assert seen.pop("generator").initial_seed() == 3
    assert seen == {
        "new": 9,
        "dtype": torch.bfloat16,
        "device": "cpu",
        "temperature": 0.5,
        "top_k": 4,
        "top_p": 0.7,
        "overflow": "slide",
        "stop": None,
    }
    seeds = set()
    for _ in range(3):  # without a seed, another text each time
        assert main(command(run_folder, "--device", "cpu")) == 0
        seeds.add(seen["generator"].initial_seed())
    assert len(seeds) == 3
    assert (seen["overflow"], seen["dtype"]) == ("half", torch.float32)


def test_command_reads_a_folder_of_gpt2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Here with the characters as tokens; the tokenizer's files tell which one it is."""
    tokenizer = CharTokenizer.train(TEXT)
    config = GPTConfig(block_size=16, vocab_size=tokenizer.vocab_size, n_layer=2, n_head=2, n_embd=16)
    shake(GPT(config)).save_pretrained(tmp_path)
    assert main(command(tmp_path, "--device", "cpu")) == 1
    assert "characters.json" in capsys.readouterr().err  # the tokenizer is missing
    tokenizer.save(tmp_path)
    assert main(command(tmp_path, "--max-new-tokens", "5", "--device", "cpu")) == 0
    assert len(capsys.readouterr().out) == len("the cat") + 5 + 1


def test_an_empty_prompt_begins_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What follows the token between two texts is the beginning of one."""
    tokenizer = BPETokenizer.train(["the cat sat on the mat"] * 3, vocab_size=262)
    config = GPTConfig(block_size=16, vocab_size=tokenizer.vocab_size, n_layer=1, n_head=2, n_embd=16)
    model = shake(GPT(config)).eval()
    model.save_pretrained(tmp_path)
    tokenizer.save(tmp_path)
    flags = ["--prompt", "", "--max-new-tokens", "9", "--temperature", "0", "--device", "cpu"]
    assert main(command(tmp_path, *flags)) == 0
    ids = model.generate(torch.tensor([[tokenizer.end]]), 9, temperature=0)[0, 1:].tolist()
    assert tokenizer.end not in ids
    assert capsys.readouterr().out == tokenizer.decode(ids) + "\n"


def test_command_ends_where_the_model_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokenizer = BPETokenizer.train(["the cat sat on the mat"] * 3, vocab_size=262)
    config = GPTConfig(block_size=16, vocab_size=tokenizer.vocab_size, n_layer=1, n_head=2, n_embd=16)
    model = shake(GPT(config))
    with torch.no_grad():  # whatever was read, the likeliest token is the one at the end of a text
        model.transformer.ln_f.weight.zero_()
        model.transformer.ln_f.bias.copy_(10 * model.transformer.wte.weight[tokenizer.end].sign())
        model.transformer.wte.weight[tokenizer.end].copy_(model.transformer.ln_f.bias)
    model.save_pretrained(tmp_path)
    tokenizer.save(tmp_path)
    assert main(command(tmp_path, "--device", "cpu", "--temperature", "0")) == 0
    assert capsys.readouterr().out == "the cat\n"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--checkpoint", "nowhere/at/all"], "error / 错误: expected a"),
        (["--temperature", "-1"], "error / 错误: expected temperature >= 0, got -1.0"),
        (["--max-new-tokens", "-5"], "error / 错误: expected max_new_tokens >= 0, got -5"),
        (["--device", "nowhere"], "error / 错误: "),
        (["--prompt", ""], "error / 错误: expected text in --prompt, got none"),
        (["--prompt", "Ω"], "error / 错误: expected"),
    ],
)
def test_command_says_what_is_wrong(
    flags: list[str], message: str, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(run_folder, "--device", "cpu", *flags)) == 1
    told = capsys.readouterr()
    assert told.err.startswith(message)
    assert told.out == ""  # not half a line in front of the error


def test_help_is_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert "text to continue / 要续写的文字" in out


def test_command_prints_as_it_goes_and_ends_cleanly_on_ctrl_c(run_folder: Path) -> None:
    flags = command(run_folder, "--max-new-tokens", "1000000", "--device", "cpu")
    process = subprocess.Popen(
        [sys.executable, "-m", "minigpt.generate", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout.read(40).startswith(b"the cat")  # no waiting for the end
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.endswith(b"\n") and error == b""


@pytest.mark.skipif(os.name == "nt", reason="head and its signal are Unix's")
def test_command_ends_quietly_when_nobody_reads_on(run_folder: Path) -> None:
    flags = command(run_folder, "--max-new-tokens", "1000000", "--device", "cpu")
    process = subprocess.Popen(
        [sys.executable, "-m", "minigpt.generate", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"},
    )
    process.stdout.read(10)
    process.stdout.close()  # as head does
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 141
