"""A weight that only decay can move, under AdamW and under Adam with the decay put into the gradient."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart
from torch import nn
from torch.optim import Adam, AdamW

STEPS = 1000
SIZES = (0.1, 10.0, 100.0)
SETTINGS = {"lr": 0.01, "betas": (0.9, 0.95), "weight_decay": 0.1}
Curve = list[tuple[float, float]]


@functools.cache
def data() -> tuple[list[Curve], list[Curve]]:
    """The weight after 0, 10, ... steps, per size of the gradient: AdamW, then Adam."""
    return [run(AdamW, size) for size in SIZES], [run(Adam, size) for size in SIZES]


def run(optimizer_class: type[AdamW] | type[Adam], size: float) -> Curve:
    """The gradient alternates between plus and minus ``size``: every second step undoes the one before."""
    w = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = optimizer_class([w], **SETTINGS)
    curve = [(0.0, 1.0)]
    for step in range(1, STEPS + 1):
        w.grad = torch.full_like(w, -size if step % 2 else size)
        optimizer.step()
        if step % 10 == 0:
            curve.append((step, w.item()))
    return curve


def draw(lang: str) -> str:
    decoupled, mixed = data()
    spread = max(max(y) - min(y) for y in zip(*([y for _, y in c] for c in decoupled), strict=True))
    if spread > 1e-3:
        raise RuntimeError(
            f"expected one curve of AdamW for all sizes, got {spread} between them; draw three"
        )
    canvas = Canvas(480, 340, lang)
    names = [f"L2, g = ±{size:g}" for size in SIZES]
    series = [
        Series({"zh": "AdamW，三种 g", "en": "AdamW, all three g"}, decoupled[0], COLORS[0]),
        *(
            Series(name, curve, COLORS[n + 1])
            for n, (name, curve) in enumerate(zip(names, mixed, strict=True))
        ),
    ]
    x = Axis({"zh": "步数", "en": "Steps"})
    y = Axis({"zh": "权重", "en": "Weight"}, low=0, high=1.1)
    line_chart(canvas, Frame(8, 4, 464, 332), series, x=x, y=y)
    return canvas.svg()
