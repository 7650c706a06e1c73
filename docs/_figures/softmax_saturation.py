"""Softmax over the scores of random queries and keys, with and without the division by the root of D."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number

SIZES = [2**n for n in range(11)]
QUERIES, KEYS = 512, 64
Curve = list[tuple[float, float]]


@functools.cache
@torch.no_grad()
def data() -> dict[str, tuple[Curve, Curve]]:
    """Per divisor: the mean of the largest probability, and the gradient of the middle query, against D."""
    torch.manual_seed(0)
    curves: dict[str, tuple[Curve, Curve]] = {"1": ([], []), "root": ([], [])}
    for size in SIZES:
        q, k = torch.randn(QUERIES, 1, size), torch.randn(QUERIES, KEYS, size)
        scores = (q @ k.mT).squeeze(1)  # (QUERIES, KEYS)
        for name, divisor in (("1", 1.0), ("root", size**0.5)):
            p = (scores / divisor).softmax(-1)
            gradients = (torch.diag_embed(p) - p[:, :, None] * p[:, None, :]).flatten(1).norm(dim=-1)
            curves[name][0].append((size, p.amax(-1).mean().item()))
            # The middle one: a mean would be that of the few queries that are still undecided.
            curves[name][1].append((size, gradients.median().item()))
    return curves


def draw(lang: str) -> str:
    canvas = Canvas(480, 470, lang)
    names = {
        "1": {"zh": "q·k", "en": "q·k"},
        "root": {"zh": "q·k / √D", "en": "q·k / √D"},
    }
    panels = (
        {"zh": "最大的概率（平均）", "en": "Largest probability (mean)"},
        {"zh": "softmax 梯度矩阵的范数（中位数）", "en": "Norm of softmax's gradient matrix (median)"},
    )
    places = (Frame(8, 4, 424, 220), Frame(8, 240, 424, 226))
    for n, (label, frame) in enumerate(zip(panels, places, strict=True)):
        series = [Series(names[name], curves[n]) for name, curves in data().items()]
        x = Axis({"zh": "头的大小 D", "en": "Head size D"} if n else "", log=True)
        y = Axis(label, low=0, high=(1.0, 0.4)[n])
        x_scale, y_scale = line_chart(canvas, frame, series, x=x, y=y, legend=n == 0, gutter=34)
        canvas.line((x_scale(64), y_scale.start), (x_scale(64), y_scale.end), dash="2 4", opacity=0.6)
        if n == 0:
            canvas.text(x_scale(64) + 6, y_scale(0.5) + 5, "GPT-2: D = 64")
        for color, one in zip(COLORS, series, strict=False):
            value = one.points[-1][1]
            canvas.circle(x_scale.end, y_scale(value), 4, fill=color)
            canvas.text(x_scale.end + 34, y_scale(value) + 5, number(value), anchor="middle", bold=True)
    return canvas.svg()
