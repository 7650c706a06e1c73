"""Spread of the residual stream along the Blocks of a fresh GPT-2 small, and what a branch reads of it."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number

from minigpt.config import GPTConfig
from minigpt.gpt import GPT

# The sizes of GPT-2 small; fewer tokens in the table, since only 128 occur.
CONFIG = GPTConfig.preset("gpt2", vocab_size=128, block_size=64)


@functools.cache
@torch.no_grad()
def data() -> tuple[list[float], list[float]]:
    """Std after 0, 1, ... Blocks: of the stream, and of its LayerNorm."""
    torch.manual_seed(0)
    model = GPT(CONFIG)
    ids = torch.randint(CONFIG.vocab_size, (2, CONFIG.block_size))
    stream = [model.transformer.wte(ids) + model.transformer.wpe.weight]  # (B, T, C)
    for block in model.transformer.h:
        stream.append(block(stream[-1]))
    norm = model.transformer.ln_f  # fresh, it is like any other
    return [x.std().item() for x in stream], [norm(x).std().item() for x in stream]


def draw(lang: str) -> str:
    canvas = Canvas(480, 320, lang)
    names = (
        {"zh": "残差流", "en": "Residual stream"},
        {"zh": "经过 LayerNorm 之后", "en": "The same after a LayerNorm"},
    )
    series = [Series(name, list(enumerate(values))) for name, values in zip(names, data(), strict=True)]
    x = Axis({"zh": "已经过的块数", "en": "Blocks passed"})
    y = Axis({"zh": "标准差", "en": "Standard deviation"}, low=0, high=1.2)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 404, 312), series, x=x, y=y)
    right = x_scale.end
    for color, values in zip(COLORS, data(), strict=False):
        canvas.circle(right, y_scale(values[-1]), 4, fill=color)
        canvas.text(right + 34, y_scale(values[-1]) + 5, number(values[-1]), anchor="middle", bold=True)
    # What ln_f does behind the last Block.
    stream, normed = (y_scale(values[-1]) for values in data())
    canvas.arrow([(right + 34, stream - 14), (right + 34, normed + 14)])
    canvas.text(right + 40, (stream + normed) / 2 + 4, "ln_f", mono=True)
    return canvas.svg()
