"""The loss of one small GPT on one sentence: trained right, and with one line wrong."""

from __future__ import annotations

import functools
import math
from collections import Counter

import torch
from _ext.svg import Axis, Canvas, Frame, Series, line_chart, number
from torch import nn

from minigpt import GPT, GPTConfig, configure_optimizers

TEXT = "to be, or not to be, that is the question"  # that of the page
RATE, STEPS = 5e-3, 50


@functools.cache
def data() -> dict[str, list[float]]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for tensors this small, threads that wait for one another cost more
    try:
        return {
            "right": learn(),
            "kept": learn(zero=False),
            "large": learn(rate=40 * RATE),
            "clipped": learn(zero=False, clip=True),
        }
    finally:
        torch.set_num_threads(threads)


def learn(*, rate: float = RATE, zero: bool = True, clip: bool = False) -> list[float]:
    """Loss before each step."""
    torch.manual_seed(0)
    model = GPT(GPTConfig.preset("tiny", n_layer=2))
    optimizer = configure_optimizers(model, 0.1, rate, (0.9, 0.95))
    ids = torch.tensor([list(TEXT.encode())])
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / 10, 1 - step / STEPS)
        _, loss = model(ids[:, :-1], ids[:, 1:])
        if zero:
            optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def frequencies() -> float:
    """The loss of a model that knows how often each letter occurs, and nothing else."""
    letters = Counter(TEXT[1:])
    shares = [count / letters.total() for count in letters.values()]
    return -sum(share * math.log(share) for share in shares)


def draw(lang: str) -> str:
    canvas = Canvas(480, 360, lang)
    names = {
        "right": {"zh": "正确", "en": "Right"},
        "kept": {"zh": "忘了 zero_grad", "en": "zero_grad forgotten"},
        "clipped": {"zh": "忘了 zero_grad，有裁剪", "en": "zero_grad forgotten, clipped"},
        "large": {"zh": "学习率 40 倍", "en": "Learning rate × 40"},
    }
    dashes = {"clipped": "6 5"}  # it runs along the right one
    series = [
        Series(names[key], list(enumerate(losses)), dash=dashes.get(key)) for key, losses in data().items()
    ]
    x = Axis({"zh": "步数", "en": "Steps"}, low=0, high=STEPS)
    y = Axis({"zh": "损失", "en": "Loss"}, low=0)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 460, 352), series, x=x, y=y)
    level = frequencies()
    canvas.line((x_scale.start, y_scale(level)), (x_scale.end, y_scale(level)), dash="4 3", opacity=0.7)
    value = number(level, 2)
    text = {"zh": f"只知道字符频率：{value}", "en": f"letter frequencies only: {value}"}
    canvas.text(x_scale.end, y_scale(level) - 12, text, anchor="end", muted=True)
    return canvas.svg()
