"""Five activation functions and their slopes, the slopes computed by autograd."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from torch import nn

LAYERS = {
    "ReLU": nn.ReLU(),
    "GELU": nn.GELU(approximate="tanh"),
    "SiLU": nn.SiLU(),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
}

Points = list[tuple[float, float]]


@functools.cache
def data() -> tuple[dict[str, Points], dict[str, Points]]:
    """Values and slopes, at an even number of points: 0, where ReLU has a corner, is not among them."""
    values, slopes = {}, {}
    for name, layer in LAYERS.items():
        x = torch.linspace(-4, 4, 160, requires_grad=True)
        y = layer(x)
        (slope,) = torch.autograd.grad(y.sum(), x)
        values[name] = list(zip(x.tolist(), y.tolist(), strict=True))
        slopes[name] = list(zip(x.tolist(), slope.tolist(), strict=True))
    return values, slopes


def draw(lang: str) -> str:
    canvas = Canvas(480, 500, lang)
    titles = [{"zh": "函数值", "en": "value"}, {"zh": "斜率", "en": "slope"}]
    for n, (title, curves) in enumerate(zip(titles, data(), strict=True)):
        series = [Series(name, points) for name, points in curves.items()]
        frame = Frame(4, 6 + n * 262, 472, 256 if n == 0 else 228)
        reach = Axis(title, low=-1, high=2) if n == 0 else Axis(title)
        if n == 0:
            series = [Series(one.name, [p for p in one.points if p[1] <= 2]) for one in series]
        line_chart(canvas, frame, series, x=Axis("x" if n else ""), y=reach, legend=n == 0, gutter=34)
    return canvas.svg()
