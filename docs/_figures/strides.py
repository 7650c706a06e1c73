"""One storage of six numbers and four readings of it, with the strides of the real tensors."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from _ext.svg import COLORS, INK, Canvas, Frame

CELL = 34
CODE = (
    "x",
    "x.T",
    "x.view(3, 2)",
    "x[None].permute(2, 0, 1)",
)
PLACES = ((20, 132), (258, 132), (20, 320), (258, 320))  # where each reading begins


@dataclass(frozen=True)
class Reading:
    """One tensor on the storage; ``rows`` are the places of its entries, an axis of size 1 left out."""

    code: str
    rows: list[list[int]]
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@functools.cache
def data() -> tuple[Reading, ...]:
    x = torch.arange(6, device="cpu").view(2, 3)
    tensors = (x, x.T, x.view(3, 2), x[None].permute(2, 0, 1))
    return tuple(
        Reading(code, t.squeeze().tolist(), tuple(t.shape), t.stride())
        for code, t in zip(CODE, tensors, strict=True)
    )


def draw(lang: str) -> str:
    canvas = Canvas(480, 462, lang)
    title = {"zh": "x = arange(6).view(2, 3) 的存储区", "en": "Storage of x = arange(6).view(2, 3)"}
    canvas.text(20, 22, title, bold=True)
    for place in range(6):
        cell(canvas, 20 + place * CELL, 32, place)
    for reading, (left, top) in zip(data(), PLACES, strict=True):
        draw_reading(canvas, reading, left, top)
    return canvas.svg()


def draw_reading(canvas: Canvas, reading: Reading, left: float, top: float) -> None:
    """The entries as a grid, each at its index, and the path through it in storage order."""
    canvas.text(left, top - 28, reading.code, mono=True, bold=True)
    spot = {}
    for i, row in enumerate(reading.rows):
        for j, place in enumerate(row):
            x, y = left + j * CELL, top - 14 + i * CELL
            cell(canvas, x, y, place)
            spot[place] = (x + CELL / 2, y + CELL / 2)
    for place in range(5):
        (x0, y0), (x1, y1) = spot[place], spot[place + 1]
        dx, dy = x1 - x0, y1 - y0
        length = (dx**2 + dy**2) ** 0.5
        gap = 11 / length  # the path leaves room for the digits
        start = (x0 + gap * dx, y0 + gap * dy)
        canvas.line(start, (x1 - gap * dx, y1 - gap * dy), color=INK, width=1.2, opacity=0.6)
    bottom = top + len(reading.rows) * CELL + 6
    for n, (name, value) in enumerate((("shape", reading.shape), ("stride", reading.strides))):
        canvas.text(left, bottom + 19 * n, f"{name:6} {value}", mono=True, muted=name == "shape")


def cell(canvas: Canvas, x: float, y: float, place: int) -> None:
    """One number: hue for the first or the second half of the storage, strength for the place in it."""
    frame = Frame(x + 1, y + 1, CELL - 2, CELL - 2)
    opacity = 0.16 + 0.16 * (place % 3)
    canvas.rect(frame, fill=COLORS[place // 3], opacity=opacity, radius=3, title=str(place))
    middle = frame.middle
    canvas.text(middle[0], middle[1] + 5, str(place), anchor="middle")
