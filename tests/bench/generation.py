"""How fast text is generated at 124M: `python tests/bench/generation.py`, on a GPU with `--device cuda`.

Writes docs/_reports/speed-generation.json (speed-generation-cuda.json). Four things take turns: our
generation with the KV cache, ours without, transformers with its cache, and the reading of memory, which
bounds them all: for each token, every weight and all of the cache go through the processor once. Before
anything is timed, all three must generate the same tokens.

Without a cache a whole run would take many minutes; its time is the mean of passes at SAMPLES lengths, spread
evenly over the lengths that such a run goes through.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from minigpt import GPT, GPTConfig
from minigpt.bench.artifact import write
from minigpt.bench.measure import interleave, ratios, result, timer
from minigpt.incremental import _linear
from minigpt.sampling import sample
from minigpt.stream import generate, stream
from tests.bench.model import transformers_twin

PROMPTS = (32, 512)
NEW = 256
SAMPLES = 4
READ = 2**29  # bytes: far more than any cache of a processor holds
Name = dict[str, str]
Rows = list[dict[str, object]]

SPEED = {"en": "generation with the KV cache", "zh": "有 KV 缓存的生成"}
UNCACHED = {"en": "without a cache : with the cache", "zh": "无缓存用时 : 有缓存用时"}
TRANSFORMERS = {"en": "transformers with its cache : ours", "zh": "transformers（有缓存）用时 : 我们的用时"}
SHARE = {"en": "share of what the memory allows", "zh": "达到内存所允许速度的"}
READING = {"en": "memory read in the same run", "zh": "同一次运行中的内存读取"}
VECTOR = {"en": "one token as a batch of one : as a vector", "zh": "一个 token 当作大小为 1 的批 : 当作向量"}
ROUTINE = {
    "en": "matrix times vector, 768 × 768, from the processor's own cache, {}",
    "zh": "矩阵乘向量，768 × 768，取自处理器自己的缓存，{}",
}
MEMORY = {
    side: {
        "en": f"memory that generation adds, {en}, fp32, prompt 512",
        "zh": f"生成时多用的内存，{zh}，fp32，提示 512",
    }
    for side, (en, zh) in {
        "cached": ("with the KV cache", "有 KV 缓存"),
        "uncached": ("without a cache", "无缓存"),
        "transformers": ("transformers with its cache", "transformers（有缓存）"),
    }.items()
}


def models(dtype: torch.dtype, device: str) -> tuple[GPT, nn.Module]:
    """Ours and transformers' with the same random weights."""
    torch.manual_seed(0)
    ours = GPT(GPTConfig()).eval()
    theirs = transformers_twin(ours).eval()
    theirs.generation_config.eos_token_id = None  # all 256 tokens
    return ours.to(device, dtype), theirs.to(device, dtype)


def transformers_generate(model: nn.Module, idx: Tensor, new: int) -> Tensor:
    mask = torch.ones_like(idx)
    return model.generate(
        idx, attention_mask=mask, max_new_tokens=new, do_sample=False, use_cache=True, pad_token_id=0
    )


def check(ours: GPT, theirs: nn.Module, idx: Tensor) -> None:
    """Refuse to time models that disagree. In bfloat16, the last bits of a tie may decide either way."""
    found = {
        "with the cache": generate(ours, idx, 16, temperature=0),
        "without": ours.generate(idx, 16, temperature=0),
        "transformers": transformers_generate(theirs, idx, 16),
    }
    half = ours.lm_head.weight.dtype == torch.bfloat16
    for name, tokens in found.items():
        with torch.no_grad():  # of its own text: after a tie, texts may differ
            logits = ours(tokens)[0].float()[:, idx.shape[1] - 1 : -1]
        chosen = logits.gather(-1, tokens[:, idx.shape[1] :, None])[..., 0]
        slack = 2**-5 * logits.abs().max() if half else 1e-4
        if (logits.amax(-1) - chosen).max() > slack:
            raise SystemExit(f"expected equal tokens, got others from {name!r}; nothing was timed")


class Cached:
    """Our generation with the cache; ``decoding`` keeps the seconds without the prompt."""

    def __init__(self, model: GPT, idx: Tensor) -> None:
        self.model, self.idx = model, idx
        self.decoding: list[float] = []

    def __call__(self) -> float:
        start = time.perf_counter()
        coming = stream(self.model, self.idx, NEW, temperature=0)
        next(coming).item()
        first = time.perf_counter()
        for token in coming:
            token.item()  # what a reader of the stream does; on a GPU, it waits
        end = time.perf_counter()
        self.decoding.append(end - first)
        return end - start


def uncached(model: GPT, idx: Tensor) -> Callable[[], float]:
    """Seconds for all new tokens, from passes at some lengths."""
    T = idx.shape[1]
    longest = torch.randint(model.config.vocab_size, (1, T + NEW), device=idx.device)
    lengths = [T + round((n + 0.5) * NEW / SAMPLES) for n in range(SAMPLES)]

    def run() -> float:
        start = time.perf_counter()
        for length in lengths:
            with torch.no_grad():
                sample(model.lm_head(model.hidden(longest[:, :length])[:, -1]), temperature=0).item()
        return (time.perf_counter() - start) / SAMPLES * NEW

    return run


def transformers_side(model: nn.Module, idx: Tensor) -> Callable[[], float]:
    def run() -> float:
        start = time.perf_counter()
        transformers_generate(model, idx, NEW)[0, -1].item()
        return time.perf_counter() - start

    return run


def reading(device: str) -> Callable[[], float]:
    """Seconds per byte, by the quicker of two ways to read a large tensor: sum, and matrix times vector."""
    matrix = torch.ones(READ // 4 // 4096, 4096, device=device)
    vector = torch.ones(4096, device=device)
    ways = (matrix.sum, lambda: torch.mv(matrix, vector)[0])

    def run() -> float:
        return min(_best(way) for way in ways) / matrix.nbytes

    return run


def _best(way: Callable[[], Tensor]) -> float:
    found = []
    for _ in range(5):
        start = time.perf_counter()
        way().item()
        found.append(time.perf_counter() - start)
    return min(found)


def bytes_read(model: GPT, T: int) -> int:
    """Bytes that the tokens after the first need: all weights but the table of positions, and the cache."""
    weights = sum(p.nbytes for name, p in model.named_parameters() if "wpe" not in name)
    per_position = 2 * model.config.n_layer * model.config.n_embd * model.lm_head.weight.element_size()
    return sum(weights + per_position * length for length in range(T + 1, T + NEW))


def rows_of(dtype: torch.dtype, T: int, device: str, rounds: int) -> Rows:
    ours, theirs = models(dtype, device)
    idx = torch.randint(ours.config.vocab_size, (1, T), device=device)
    check(ours, theirs, idx)
    cached = Cached(ours, idx)
    sides = {
        "cached": cached,
        "uncached": uncached(ours, idx),
        "transformers": transformers_side(theirs, idx),
        "reading": reading(device),
    }
    found = interleave(sides, rounds, warmup=0)  # the check was the warm-up
    shares = [
        100 * bytes_read(ours, T) * one["reading"] / seconds
        for one, seconds in zip(found, cached.decoding, strict=True)
    ]
    kind = "bf16" if dtype == torch.bfloat16 else "fp32"
    group = {
        "en": f"{kind}, prompt of {T}, {NEW} new tokens",
        "zh": f"{kind}，提示 {T}，新 token {NEW} 个",
    }

    def row(name: Name, unit: str, values: list[float], goal: str | None = None) -> dict[str, object]:
        goals = None if goal is None else {"en": goal, "zh": goal}
        return result(name, unit, values, goals) | {"group": group}

    return [
        row(SPEED, "token/s", [NEW / one["cached"] for one in found]),
        row(UNCACHED, "×", ratios(found, "uncached", "cached"), "≥ 3"),
        row(TRANSFORMERS, "×", ratios(found, "transformers", "cached"), "≥ 1.3"),
        row(SHARE, "%", shares, "≥ 80"),
        row(READING, "GB/s", [1e-9 / one["reading"] for one in found]),
    ]


def vector_rows(device: str, rounds: int) -> Rows:
    """All matrices of the model, each times one token: as a batch of one, and as a vector."""
    rows = []
    for dtype, kind in ((torch.float32, "fp32"), (torch.bfloat16, "bf16")):
        model = GPT(GPTConfig()).to(device, dtype)
        layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
        tokens = {width: torch.ones(width, device=device, dtype=dtype) for width in (768, 3072)}

        def batch(layers: list[nn.Linear] = layers, tokens: dict[int, Tensor] = tokens) -> Tensor:
            return [layer(tokens[layer.in_features][None]) for layer in layers][-1].sum()

        def vector(layers: list[nn.Linear] = layers, tokens: dict[int, Tensor] = tokens) -> Tensor:
            return [_linear(layer, tokens[layer.in_features]) for layer in layers][-1].sum()

        with torch.no_grad():
            sides = {"batch": lambda f=batch: _best(f), "vector": lambda f=vector: _best(f)}
            found = interleave(sides, rounds, warmup=1)
        name = {"en": f"{VECTOR['en']}, {kind}", "zh": f"{VECTOR['zh']}，{kind}"}
        rows.append(result(name, "×", ratios(found, "batch", "vector")))
    return rows


def routine_rows(rounds: int) -> Rows:
    """How fast a matrix times a vector is when the matrix need not come from memory: the most it can do."""
    rows = []
    for dtype, kind in ((torch.float32, "fp32"), (torch.bfloat16, "bf16")):
        matrix, vector = torch.ones(768, 768, dtype=dtype), torch.ones(768, dtype=dtype)
        run = timer(lambda m=matrix, v=vector: torch.mv(m, v))
        name = {lang: text.format(kind) for lang, text in ROUTINE.items()}
        rows.append(result(name, "GB/s", [1e-9 * matrix.nbytes / run() for _ in range(rounds)]))
    return rows


def memory_rows() -> Rows:
    """What generation adds to the memory of the process: a process of its own for each side."""
    rows = []
    for side, name in MEMORY.items():
        command = [sys.executable, __file__, "--memory", side]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows.append(result(name, "MB", [float(found)]))
    return rows


def memory(side: str) -> float:
    """MB by which this process grows at most while it generates. Linux counts them."""
    ours, theirs = models(torch.float32, "cpu")
    idx = torch.randint(ours.config.vocab_size, (1, 512))
    runs: dict[str, Callable[[Tensor, int], Tensor]] = {
        "cached": lambda prompt, new: generate(ours, prompt, new, temperature=0),
        "uncached": lambda prompt, new: ours.generate(prompt, new, temperature=0),
        "transformers": lambda prompt, new: transformers_generate(theirs, prompt, new),
    }
    runs[side](idx[:, :8], 2)  # what the libraries take for themselves does not count
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the largest size starts from here
    runs[side](idx, 2 if side == "uncached" else NEW)  # without a cache, all passes are alike
    return (_status("VmHWM") - before) / 1e3


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.memory:
        print(memory(args.memory))
        return
    rows = []
    for dtype in (torch.float32, torch.bfloat16):
        for T in PROMPTS:
            rows += rows_of(dtype, T, args.device, args.rounds)
    rows += vector_rows(args.device, args.rounds)
    if args.device == "cpu":
        rows += routine_rows(args.rounds) + memory_rows()
    write("speed-generation" if args.device == "cpu" else "speed-generation-cuda", rows, args.device)


if __name__ == "__main__":
    main()
