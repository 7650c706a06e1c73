"""The same GPT on the same batch, from GPT-2's first values and from those torch's layers come with."""

from __future__ import annotations

import functools
import math
from unittest import mock

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number

from minigpt import GPT, GPTConfig

V, STEPS = 256, 40
CONFIG = GPTConfig(block_size=64, vocab_size=V, n_layer=2, n_head=4, n_embd=64)


@functools.cache
def data() -> tuple[list[float], list[float]]:
    """Loss before each step, with init_weights and without."""
    torch.manual_seed(0)
    ours = GPT(CONFIG)
    with mock.patch("minigpt.gpt.init_weights"):
        default = GPT(CONFIG)
    return learn(ours), learn(default)


def learn(model: GPT) -> list[float]:
    """Every token occurs once: 37 steps along the vocabulary lead from each to the next."""
    idx = (torch.arange(V) * 37 % V).reshape(4, 64)
    targets = (idx + 37) % V
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(STEPS):
        _, loss = model(idx, targets)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def draw(lang: str) -> str:
    canvas = Canvas(480, 300, lang)
    names = (
        "init_weights",
        {"zh": "torch 各层自带的初值", "en": "What torch's layers come with"},
    )
    series = [Series(name, list(enumerate(losses))) for name, losses in zip(names, data(), strict=True)]
    x = Axis({"zh": "步数", "en": "Steps"})
    y = Axis({"zh": "损失", "en": "Loss"}, low=0)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 440, 292), series, x=x, y=y)
    level = y_scale(math.log(V))
    canvas.line((x_scale.start, level), (x_scale.end, level), dash="4 3", opacity=0.7)
    label = f"ln {V} = {number(math.log(V), 2)}"
    canvas.text(x_scale.end, level - 8, label, anchor="end", muted=True)
    for color, losses in zip(COLORS, data(), strict=False):
        canvas.circle(x_scale(0), y_scale(losses[0]), 4, fill=color)
        canvas.text(x_scale(0) + 9, y_scale(losses[0]) - 7, number(losses[0], 1), bold=True)
    return canvas.svg()
