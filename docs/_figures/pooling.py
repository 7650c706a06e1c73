"""Max and average pooling with windows of 2 x 2, on a 5 x 5 image and on the same image moved by a column."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words, number
from torch import nn

IMAGE = [
    [0, 0, 0, 0, 0],
    [0, 9, 0, 0, 0],
    [0, 0, 0, 4, 0],
    [0, 0, 4, 8, 0],
    [0, 0, 0, 0, 0],
]
KINDS = {"MaxPool2d(2)": nn.MaxPool2d(2), "AvgPool2d(2)": nn.AvgPool2d(2)}
CELL = 30
TOPS = (52, 246)

Rows = list[list[float]]


@functools.cache
def data() -> list[tuple[Rows, list[Rows]]]:
    """The image as it is, then moved to the right by one; with each, what the two layers make of it."""
    image = torch.tensor(IMAGE, dtype=torch.float32)
    images = [image, image.roll(1, dims=1)]
    return [(one.tolist(), [pool(one[None])[0].tolist() for pool in KINDS.values()]) for one in images]


def draw(lang: str) -> str:
    canvas = Canvas(480, 406, lang)
    names: list[Words] = [
        {"zh": "输入 5×5", "en": "input 5×5"},
        {"zh": "右移一列", "en": "moved right by one"},
    ]
    for n, name in enumerate(KINDS):
        canvas.text(230 + n * 132, 22, name, bold=True, mono=True)
    for top, name, (image, results) in zip(TOPS, names, data(), strict=True):
        canvas.text(8, top - 10 if top > TOPS[0] else 22, name, bold=True)
        for i, row in enumerate(image):
            for j, value in enumerate(row):
                window = (i // 2, j // 2) if i < 4 and j < 4 else None
                cell(canvas, 8 + j * CELL, top + i * CELL, value, window)
        for n, result in enumerate(results):
            left, down = 240 + n * 132, top + CELL
            canvas.arrow([(176, top + 2 * CELL), (224, top + 2 * CELL)]) if n == 0 else None
            for i, row in enumerate(result):
                for j, value in enumerate(row):
                    cell(canvas, left + j * CELL * 1.4, down + i * CELL, value, (i, j), wide=1.4)
    return canvas.svg()


def cell(
    canvas: Canvas, left: float, top: float, value: float, window: tuple[int, int] | None, wide: float = 1.0
) -> None:
    """One number in the color of its window; what lies in no window stays gray."""
    frame = Frame(left + 1.5, top + 1.5, wide * CELL - 3, CELL - 3)
    color = INK if window is None else COLORS[2 * window[0] + window[1]]
    canvas.rect(frame, fill=color, opacity=0.07 if window is None else 0.35, radius=3)
    x, y = frame.middle
    text = number(value, 0 if value == int(value) else 2)
    canvas.text(x, y + 5, text, anchor="middle", muted=window is None)
