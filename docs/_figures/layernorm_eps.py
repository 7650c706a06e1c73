"""What ε does to inputs of tiny scale: the output is bounded with any ε, the gradient only because of ε."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import torch
from _ext.svg import COLORS, INK, Axis, Canvas, Frame, Scale, Series, line_chart, number, power
from torch import Tensor
from torch.autograd.functional import jacobian
from torch.nn import functional as F

from minigpt import LayerNorm

C = 8
EXPONENTS = [n / 4 for n in range(-32, 9)]
Curve = list[tuple[float, float]]


@functools.cache
def data() -> dict[int, tuple[Curve, Curve]]:
    """Per exponent of ε: the largest output, and the largest gradient norm, at each scale of the input."""
    layers = {-5: LayerNorm(C, bias=False), -12: lambda x: F.layer_norm(x, (C,), eps=1e-12)}
    return {exponent: measure(layer) for exponent, layer in layers.items()}


def measure(layer: Callable[[Tensor], Tensor]) -> tuple[Curve, Curve]:
    """One cell differs from the others: the shape of input that comes closest to the bound of the output."""
    shape = torch.zeros(C)
    shape[0] = 1.0
    outputs, gradients = [], []
    for exponent in EXPONENTS:
        scale = 10.0**exponent
        outputs.append((scale, layer(shape * scale).abs().max().item()))
        # The matrix 2-norm: the most by which a gradient is stretched on its way to the input.
        gradients.append((scale, torch.linalg.matrix_norm(jacobian(layer, shape * scale), 2).item()))
    return outputs, gradients


def draw(lang: str) -> str:
    canvas = Canvas(480, 500, lang)
    x = Axis({"zh": "输入的尺度", "en": "Scale of the input"}, log=True)
    outputs = [Series(f"ε = {power(n)}", curves[0]) for n, curves in data().items()]
    y = Axis({"zh": "输出：最大的绝对值", "en": "Output: largest absolute value"}, low=0, high=3)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 464, 222), outputs, x=Axis(log=True), y=y, gutter=34)
    bound(canvas, x_scale, y_scale((C - 1) ** 0.5), f"√(C−1) = {number((C - 1) ** 0.5)}", at_end=False)

    gradients = [Series(f"ε = {power(n)}", curves[1]) for n, curves in data().items()]
    y = Axis(
        {"zh": "梯度：传到输入时最多放大多少倍", "en": "Gradient: largest stretch on its way to the input"},
        high=1e8,
        log=True,
    )
    x_scale, y_scale = line_chart(
        canvas, Frame(8, 244, 464, 252), gradients, x=x, y=y, legend=False, gutter=34
    )
    for color, curves in zip(COLORS, data().values(), strict=False):
        highest = max(value for _, value in curves[1])
        written = number(highest, 0) if highest < 1e4 else power(round(math.log10(highest)))
        bound(canvas, x_scale, y_scale(highest), f"1/√ε = {written}", color=color)
    return canvas.svg()


def bound(canvas: Canvas, x: Scale, y: float, label: str, *, color: str = INK, at_end: bool = True) -> None:
    """A dashed line across the chart, its label above it at the end, or below it at the start."""
    canvas.line((x.start, y), (x.end, y), color=color, dash="2 4")
    if at_end:
        canvas.text(x.end, y - 6, label, anchor="end")
    else:
        canvas.text(x.start + 6, y + 18, label)
