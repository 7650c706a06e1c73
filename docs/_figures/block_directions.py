"""How much of a small change gets through 24 fresh Blocks, with and without the residual addition."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart
from torch import Tensor
from torch.autograd.functional import jacobian

from minigpt import Block, GPTConfig

T, C, LAYERS = 4, 16, 24
Curve = list[tuple[float, float]]


class Replacing(Block):
    """A Block that replaces the stream where it should add to it."""

    def forward(self, x: Tensor) -> Tensor:
        return self.mlp(self.ln_2(self.attn(self.ln_1(x))))


@functools.cache
def data() -> dict[str, tuple[Curve, Curve]]:
    """Largest and middle singular value of the Jacobian of the last token, behind each Block."""
    return {kind.__name__: values(kind) for kind in (Block, Replacing)}


def values(kind: type[Block]) -> tuple[Curve, Curve]:
    torch.manual_seed(0)
    config = GPTConfig(n_head=2, n_embd=C)
    x = 3 * torch.linspace(-5, 5, T * C, dtype=torch.float64).sin().reshape(1, T, C)
    total = torch.eye(T * C, dtype=torch.float64)
    largest, middle = [], []
    for n in range(1, LAYERS + 1):
        block = kind(config).double()
        total = jacobian(block, x).reshape(T * C, T * C) @ total  # the chain rule, Block by Block
        x = block(x).detach()
        sizes = torch.linalg.svdvals(total[-C:])
        largest.append((n, sizes[0].item()))
        middle.append((n, sizes[C // 2].item()))
    return largest, middle


def draw(lang: str) -> str:
    canvas = Canvas(480, 330, lang)
    words = {
        "Block": {"zh": "有加法", "en": "with the addition"},
        "Replacing": {"zh": "没有加法", "en": "without"},
    }
    series = []
    for color, (kind, (largest, middle)) in zip(COLORS, data().items(), strict=False):
        series.append(Series(words[kind], largest, color=color))
        series.append(Series(words[kind], middle, color=color, dash="5 4"))
    x = Axis({"zh": "第几个块之后", "en": "After Block"})
    y = Axis({"zh": "变化放大多少倍", "en": "Change, times"}, log=True)
    line_chart(canvas, Frame(8, 26, 464, 300), series, x=x, y=y, legend=False)
    left = 8.0
    for color, name in zip(COLORS, words.values(), strict=False):
        canvas.line((left, 11), (left + 22, 11), color=color, width=2.5)
        canvas.text(left + 28, 16, name)
        left += 170
    return canvas.svg()
