"""Std of the residual stream in a fresh GPT-2 small, with and without the scale on c_proj."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.gpt import GPT

# The sizes of GPT-2 small; fewer tokens in the table, since only 128 occur.
CONFIG = GPTConfig.preset("gpt2", vocab_size=128, block_size=64)


@functools.cache
@torch.no_grad()
def data() -> tuple[list[float], list[float]]:
    """Std after 0, 1, ... Blocks: with c_proj at 0.02 as all others, and as GPT-2 starts it."""
    torch.manual_seed(0)
    model = GPT(CONFIG)
    ids = torch.randint(CONFIG.vocab_size, (2, CONFIG.block_size))
    scaled = spreads(model, ids)
    for name, weight in model.named_parameters():
        if name.endswith("c_proj.weight"):
            weight.mul_((2 * CONFIG.n_layer) ** 0.5)
    return spreads(model, ids), scaled


def spreads(model: GPT, ids: Tensor) -> list[float]:
    x = model.transformer.wte(ids) + model.transformer.wpe.weight  # (B, T, C)
    found = [x.std().item()]
    for block in model.transformer.h:
        x = block(x)
        found.append(x.std().item())
    return found


def draw(lang: str) -> str:
    canvas = Canvas(480, 320, lang)
    summands = 2 * CONFIG.n_layer
    names = (
        {"zh": "c_proj：0.02", "en": "c_proj: 0.02"},
        {"zh": f"c_proj：0.02 / √{summands}", "en": f"c_proj: 0.02 / √{summands}"},
    )
    series = [Series(name, list(enumerate(values))) for name, values in zip(names, data(), strict=True)]
    x = Axis({"zh": "已经过的块数", "en": "Blocks passed"})
    y = Axis({"zh": "残差流的标准差", "en": "Standard deviation of the stream"}, low=0, high=1.6)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 424, 312), series, x=x, y=y)
    for color, values in zip(COLORS, data(), strict=False):
        canvas.circle(x_scale.end, y_scale(values[-1]), 4, fill=color)
        canvas.text(x_scale.end + 34, y_scale(values[-1]) + 5, number(values[-1]), anchor="middle", bold=True)
    return canvas.svg()
