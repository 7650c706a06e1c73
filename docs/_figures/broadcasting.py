"""A column plus a row: what broadcasting repeats, and the sum."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words

CELL = 40
TOP = 62
PANELS = (22, 182, 342)  # left edges


@functools.cache
def data() -> tuple[list[list[int]], list[list[int]], list[list[int]], tuple[tuple[int, ...], ...]]:
    """Both operands as broadcast, their sum, and the strides of the two."""
    column = torch.tensor([[10], [20]], device="cpu")
    row = torch.tensor([1, 2, 3], device="cpu")
    wide, tall = torch.broadcast_tensors(column, row)
    return wide.tolist(), tall.tolist(), (column + row).tolist(), (wide.stride(), tall.stride())


def draw(lang: str) -> str:
    wide, tall, total, strides = data()
    canvas = Canvas(480, 214, lang)
    panel(canvas, 0, {"zh": "列 (2, 1)", "en": "column (2, 1)"}, wide, f"stride {strides[0]}")
    panel(canvas, 1, {"zh": "行 (3,)", "en": "row (3,)"}, tall, f"stride {strides[1]}")
    panel(canvas, 2, {"zh": "和 (2, 3)", "en": "sum (2, 3)"}, total, "")
    for left, sign in ((162, "+"), (322, "=")):
        canvas.text(left, TOP + CELL + 6, sign, anchor="middle", bold=True)
    note = {
        "zh": "虚线：重复出来的格子，步长为 0，不占内存",
        "en": "Dashed: repeated by a stride of 0, in no memory of its own",
    }
    canvas.text(22, 202, note, muted=True)
    return canvas.svg()


def panel(canvas: Canvas, n: int, title: Words, values: list[list[int]], below: str) -> None:
    """One tensor; operand 0 owns its first column, operand 1 its first row, the sum all."""
    left = PANELS[n]
    canvas.text(left, TOP - 14, title, bold=True)
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            own = (j == 0, i == 0, True)[n]
            frame = Frame(left + j * CELL + 2, TOP + i * CELL + 2, CELL - 4, CELL - 4)
            if own:
                canvas.rect(frame, fill=COLORS[(0, 1, 2)[n]], opacity=0.35, radius=3, title=str(value))
            else:
                dashed(canvas, frame)
            x, y = frame.middle
            canvas.text(x, y + 5, str(value), anchor="middle", muted=not own)
    if below:
        canvas.text(left, TOP + 2 * CELL + 22, below, mono=True, muted=True)


def dashed(canvas: Canvas, frame: Frame) -> None:
    """The border of a cell that is only repeated."""
    x, y, right, bottom = frame.x, frame.y, frame.x + frame.width, frame.y + frame.height
    corners = [(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]
    canvas.polyline(corners, color=INK, width=1, opacity=0.5, dash="4 3")
