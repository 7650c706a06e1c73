"""A tensor of shape (2, 3, 4) as two tables, with its axes and what one, two and three indices pick."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame

CELL = 38
TOP = 66
LEFTS = (52, 268)  # of the two tables
ROWS = (1, 2)  # x[1, 2], the row that is picked
PLACE = 3  # and the number in it


@functools.cache
def data() -> tuple[list[list[list[int]]], list[tuple[str, tuple[int, ...]]]]:
    """The numbers, and the shape that each further index leaves."""
    x = torch.arange(24, device="cpu").reshape(2, 3, 4)
    text, row = ROWS
    left = [("x", x), (f"x[{text}]", x[text]), (f"x[{text}, {row}]", x[ROWS])]
    left.append((f"x[{text}, {row}, {PLACE}]", x[text, row, PLACE]))
    return x.tolist(), [(code, tuple(part.shape)) for code, part in left]


def draw(lang: str) -> str:
    numbers, shapes = data()
    canvas = Canvas(480, 276, lang)
    for text, rows in enumerate(numbers):
        table(canvas, text, rows)
    canvas.text(26, TOP + CELL * 1.5 + 5, "T", anchor="middle", mono=True, bold=True, color=COLORS[1])
    for line, (code, shape) in enumerate(shapes):
        x, y = 52 + (line % 2) * 216, 222 + (line // 2) * 26
        canvas.text(x, y, f"{code}: {shape}", mono=True)
    return canvas.svg()


def table(canvas: Canvas, text: int, rows: list[list[int]]) -> None:
    """One entry of the first axis: T rows of C numbers."""
    left, width = LEFTS[text], len(rows[0]) * CELL
    words = {"zh": f"x[{text}]：文本 {text}", "en": f"x[{text}]: text {text}"}
    canvas.text(left, 22, words, bold=True, color=COLORS[0])
    canvas.text(left + width / 2, TOP - 10, "C", anchor="middle", mono=True, bold=True, color=COLORS[2])
    canvas.line((left, TOP - 4), (left + width, TOP - 4), color=COLORS[2], width=3)
    canvas.line((left - 4, TOP), (left - 4, TOP + len(rows) * CELL), color=COLORS[1], width=3)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            frame = Frame(left + j * CELL + 2, TOP + i * CELL + 2, CELL - 4, CELL - 4)
            picked = (text, i) == ROWS
            exact = picked and j == PLACE
            fill, opacity = (COLORS[0], 0.5 if exact else 0.22) if picked else (INK, 0.06)
            canvas.rect(frame, fill=fill, opacity=opacity, radius=3, title=f"x[{text}, {i}, {j}]")
            x, y = frame.middle
            canvas.text(x, y + 5, str(value), anchor="middle", bold=exact)
