"""How alike different positions become from Block to Block, with and without the residual addition."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number
from torch import Tensor
from torch.nn import functional as F

from minigpt.block import Block
from minigpt.config import GPTConfig
from minigpt.gpt import GPT

# The sizes of GPT-2 small; fewer tokens in the table, since only 128 occur.
CONFIG = GPTConfig.preset("gpt2", vocab_size=128, block_size=64)


class NoSkip(Block):
    """The same parts, nothing added."""

    def forward(self, x: Tensor) -> Tensor:
        return self.mlp(self.ln_2(self.attn(self.ln_1(x))))


@functools.cache
@torch.no_grad()
def data() -> tuple[list[float], list[float]]:
    """Mean cosine between two positions after 0, 1, ... Blocks: with the addition, and without."""
    torch.manual_seed(0)
    model = GPT(CONFIG)
    ids = torch.randint(CONFIG.vocab_size, (2, CONFIG.block_size))
    embedded = model.transformer.wte(ids) + model.transformer.wpe.weight  # (B, T, C)
    return likenesses(model, embedded, Block), likenesses(model, embedded, NoSkip)


def likenesses(model: GPT, x: Tensor, kind: type[Block]) -> list[float]:
    found = [likeness(x)]
    for block in model.transformer.h:
        x = kind.forward(block, x)
        found.append(likeness(x))
    return found


def likeness(x: Tensor) -> float:
    T = x.shape[1]
    x = F.normalize(x, dim=-1)
    cosines = (x @ x.mT).sum(dim=(1, 2)) - T  # a position and itself do not count
    return (cosines / (T * (T - 1))).mean().item()


def draw(lang: str) -> str:
    canvas = Canvas(480, 290, lang)
    names = ({"zh": "x + f(x)", "en": "x + f(x)"}, {"zh": "只有 f(x)", "en": "f(x) alone"})
    series = [Series(name, list(enumerate(values))) for name, values in zip(names, data(), strict=True)]
    x = Axis({"zh": "已经过的块数", "en": "Blocks passed"})
    y = Axis({"zh": "两个不同位置的平均余弦", "en": "Mean cosine between two positions"}, low=0, high=1)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 424, 282), series, x=x, y=y)
    for color, values in zip(COLORS, data(), strict=False):
        canvas.circle(x_scale.end, y_scale(values[-1]), 4, fill=color)
        canvas.text(x_scale.end + 34, y_scale(values[-1]) + 5, number(values[-1]), anchor="middle", bold=True)
    return canvas.svg()
