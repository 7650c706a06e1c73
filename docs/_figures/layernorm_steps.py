"""Two tokens on their way through LayerNorm: minus mean, by standard deviation, times weight plus bias."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Canvas, Frame, columns, number

from minigpt import LayerNorm

TOKENS = ((2.0, 4.0, 6.0, 12.0), (1.0, 2.0, 3.0, 1000.0))
WEIGHT, BIAS = (0.5, 1.0, 1.5, 2.0), (1.0, 0.0, 0.0, -1.0)


def listed(values: tuple[float, ...]) -> str:
    return f"({', '.join(f'{value:g}' for value in values)})".replace("-", "−")


STEPS = (
    {"zh": "1. 输入 x", "en": "1. Input x"},
    {"zh": "2. 减去均值 μ", "en": "2. Subtract the mean μ"},
    {"zh": "3. 除以 √(σ² + ε)", "en": "3. Divide by √(σ² + ε)"},
    {
        "zh": f"4. 乘 weight {listed(WEIGHT)}，加 bias {listed(BIAS)}",
        "en": f"4. Times weight {listed(WEIGHT)}, plus bias {listed(BIAS)}",
    },
)
ROW, WIDTH = 132, 216


@functools.cache
@torch.no_grad()
def data() -> list[tuple[float, float, list[list[float]]]]:
    """For each token its mean, its standard deviation, and its values after each step."""
    layer = LayerNorm(4, bias=True)
    found = []
    for token in TOKENS:
        x = torch.tensor(token)
        plain = layer(x)
        layer.weight.copy_(torch.tensor(WEIGHT))
        layer.bias.copy_(torch.tensor(BIAS))
        steps = [x, x - x.mean(), plain, layer(x)]
        layer.weight.fill_(1.0)
        layer.bias.fill_(0.0)
        found.append((x.mean().item(), x.std(correction=0).item(), [step.tolist() for step in steps]))
    return found


def draw(lang: str) -> str:
    canvas = Canvas(480, 4 * ROW + 6, lang)
    last = [value for _, _, steps in data() for step in steps[2:] for value in step]
    low, high = min(last), max(last)  # one scale for the normalized rows, so that the two tokens compare
    for row, words in enumerate(STEPS):
        y = row * ROW
        if row:
            canvas.line((12, y + 2), (468, y + 2), width=1, opacity=0.15)
        canvas.text(12, y + 22, words, bold=True)
        for n, (mean, deviation, steps) in enumerate(data()):
            left = 12 + n * (WIDTH + 24)
            reach = (low, high) if row > 1 else None
            columns(
                canvas,
                Frame(left, y + 34, WIDTH, ROW - 38),
                steps[row],
                digits=(0, 1, 2, 2)[row],
                reach=reach,
            )
            note = {1: f"μ = {number(mean, 1)}", 2: f"σ = {number(deviation, 1)}"}.get(row)
            if note:
                canvas.text(left + 8, y + 56, note, muted=True)
    return canvas.svg()
