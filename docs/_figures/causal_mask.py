"""From scores to probabilities: one head of a real run, step by step."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Canvas, Frame, heatmap

from minigpt import CausalSelfAttention, GPTConfig
from minigpt.attention import causal_probabilities

T = 5
TITLES = (
    {"zh": "1. 分数 q·k / √D", "en": "1. Scores q·k / √D"},
    {"zh": "2. 掩码：1 为挡住", "en": "2. Mask: 1 is blocked"},
    {"zh": "3. 挡住的填 −inf", "en": "3. Blocked: −inf"},
    {"zh": "4. softmax，每行和为 1", "en": "4. Softmax: rows sum to 1"},
)
DIGITS = (1, 0, 1, 2)


@functools.cache
@torch.no_grad()
def data() -> tuple[list[list[float]], ...]:
    """Scores, mask, masked scores and probabilities of the first head."""
    attention = CausalSelfAttention(GPTConfig(n_head=2, n_embd=8, bias=False)).cpu()
    source = torch.Generator("cpu").manual_seed(5)
    for weight in attention.parameters():
        weight.copy_(0.5 * torch.randn(weight.shape, generator=source, device="cpu"))
    q, k, _ = attention.split_heads(torch.randn(1, T, 8, generator=source, device="cpu"))
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    future = torch.ones(T, T, dtype=torch.bool, device="cpu").triu(diagonal=1)
    masked = scores.masked_fill(future, float("-inf"))
    steps = scores[0, 0], future.float(), masked[0, 0], causal_probabilities(q, k)[0, 0]
    return tuple(step.tolist() for step in steps)


def draw(lang: str) -> str:
    canvas = Canvas(480, 488, lang)
    top = max(abs(score) for row in data()[0] for score in row)
    names = [str(t) for t in range(T)]
    for n, (title, digits, rows) in enumerate(zip(TITLES, DIGITS, data(), strict=True)):
        left, y = 6 + (n % 2) * 240, (n // 2) * 246
        canvas.text(left, y + 20, title, bold=True)
        heatmap(
            canvas,
            Frame(left, y + 28, 226, 206),
            rows,
            row_names=[f"i={names[0]}", *names[1:]],
            column_names=[f"j={names[0]}", *names[1:]],
            digits=digits,
            diverging=n in (0, 2),
            largest=top if n in (0, 2) else 1.0,
            color=COLORS[0] if n != 1 else COLORS[1],
        )
    return canvas.svg()
