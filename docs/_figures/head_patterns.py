"""Two heads look at two places; one head that wishes for both has to mix."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Canvas, Frame, heatmap, number
from torch import Tensor

from minigpt.attention import causal_probabilities

T = 5
CELL = 21


@functools.cache
def data() -> tuple[Tensor, Tensor]:
    """Probabilities of head 0, head 1 and the single head, shape (3, T, T), and what they report, (3, T)."""
    place = torch.eye(T)
    before, second = place.roll(1, 0), place.roll(2, 0)
    q = 100 * torch.stack([before, second, before + second])[None]  # (1, 3, T, T)
    probabilities = causal_probabilities(q, place.expand_as(q))[0]
    values = torch.tensor([10.0, 20.0, 30.0, 40.0, 50.0])
    return probabilities, probabilities @ values


def draw(lang: str) -> str:
    canvas = Canvas(480, 206, lang)
    names = (
        {"zh": "头 0：前一个", "en": "Head 0: one back"},
        {"zh": "头 1：前两个", "en": "Head 1: two back"},
        {"zh": "一个头：两样都要", "en": "One head: both"},
    )
    for n, (name, table, out) in enumerate(zip(names, *data(), strict=True)):
        left = 22 + n * 154
        canvas.text(left, 18, name, bold=True)
        frame = Frame(left, 28, T * CELL, T * CELL + 22.4)
        cells = heatmap(canvas, frame, table.tolist(), column_names=list(map(str, range(T))), largest=1.0)
        for t in range(T):
            y = cells.y + (t + 0.5) * CELL + 5
            canvas.text(cells.right + 28, y, number(out[t].item(), 0), anchor="end", bold=True)
            if n == 0:
                canvas.text(cells.x - 8, y, str(t), anchor="end")
    legend = {
        "zh": "行：谁在看；列：看哪里；行末：读到的值",
        "en": "Row: who looks. Column: where to. At the end: what it reads.",
    }
    canvas.text(240, 190, legend, anchor="middle", muted=True)
    return canvas.svg()
