"""ReLU and GELU, and what the tanh form of GELU differs by from the exact one."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart
from torch import Tensor
from torch.nn import functional as F

from minigpt import MLP, GPTConfig

Curve = list[tuple[float, float]]
LOW, HIGH = -4.0, 4.0


@functools.cache
def data() -> tuple[Curve, Curve, Curve]:
    """ReLU, GELU as the MLP has it, and GELU in the tanh form minus the exact one."""
    gelu = MLP(GPTConfig(n_head=1, n_embd=4)).gelu
    return curve(F.relu), curve(gelu), curve(lambda u: gelu(u) - F.gelu(u))


def curve(function: Callable[[Tensor], Tensor]) -> Curve:
    # Doubles: the difference is near the rounding error of a float32.
    u = torch.linspace(LOW, HIGH, 161, dtype=torch.float64)
    return list(zip(u.tolist(), function(u).tolist(), strict=True))


def draw(lang: str) -> str:
    canvas = Canvas(480, 496, lang)
    relu, gelu, difference = data()
    series = [Series("GELU", gelu), Series("ReLU", relu, dash="6 4")]
    x_scale, y_scale = line_chart(
        canvas,
        Frame(8, 4, 464, 270),
        series,
        x=Axis(),
        y=Axis({"zh": "输出", "en": "Output"}, low=-0.5, high=4),
        gutter=56,
    )
    lowest = min(gelu, key=lambda point: point[1])
    canvas.circle(x_scale(lowest[0]), y_scale(lowest[1]), 4, fill=COLORS[0], title=f"{lowest[1]:.2f}")
    line_chart(
        canvas,
        Frame(8, 290, 464, 202),
        [Series("tanh − erf", difference, color=COLORS[2])],
        x=Axis({"zh": "输入 u", "en": "Input u"}),
        y=Axis({"zh": "GELU：tanh 形式减精确形式", "en": "GELU: tanh form minus exact form"}),
        legend=False,
        gutter=56,
    )
    return canvas.svg()
