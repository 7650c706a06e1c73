"""Six ways to index one tensor: which entries each picks, and the shape of what comes out."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from _ext.svg import COLORS, INK, Canvas, Frame

CELL = 30
PLACES = tuple((20 + column * 158, 46 + row * 172) for row in range(2) for column in range(3))


@dataclass(frozen=True)
class Pick:
    """One expression on ``x``; since ``x`` counts its entries, the values that came out are the places."""

    code: str
    places: frozenset[int]
    shape: tuple[int, ...]
    view: bool


@functools.cache
def data() -> tuple[Pick, ...]:
    x = torch.arange(12, device="cpu").reshape(3, 4)
    places = torch.tensor([[3], [0], [2]], device="cpu")
    picks = (
        ("x[1]", x[1]),
        ("x[:, -1]", x[:, -1]),
        ("x[:, 1:3]", x[:, 1:3]),
        ("x[x > 6]", x[x > 6]),
        ("x[[0, 2], [1, 3]]", x[[0, 2], [1, 3]]),
        ("x.gather(1, i)", x.gather(1, places)),
    )
    memory = x.untyped_storage().data_ptr()
    return tuple(
        Pick(code, frozenset(t.flatten().tolist()), tuple(t.shape), t.untyped_storage().data_ptr() == memory)
        for code, t in picks
    )


def draw(lang: str) -> str:
    canvas = Canvas(480, 386, lang)
    for pick, place in zip(data(), PLACES, strict=True):
        panel(canvas, pick, *place)
    canvas.text(20, 372, "i = [[3], [0], [2]]", mono=True, muted=True)
    return canvas.svg()


def panel(canvas: Canvas, pick: Pick, left: float, top: float) -> None:
    """The tensor with the entries that were picked, and what they make."""
    canvas.text(left, top - 12, pick.code, mono=True, bold=True)
    for place in range(12):
        frame = Frame(left + place % 4 * CELL + 1, top + place // 4 * CELL + 1, CELL - 2, CELL - 2)
        lit = place in pick.places
        fill, opacity = (COLORS[0 if pick.view else 1], 0.4) if lit else (INK, 0.06)
        canvas.rect(frame, fill=fill, opacity=opacity, radius=3, title=str(place))
        x, y = frame.middle
        canvas.text(x, y + 5, str(place), anchor="middle", bold=lit, muted=not lit)
    kind = {"zh": "视图", "en": "view"} if pick.view else {"zh": "副本", "en": "copy"}
    canvas.text(left, top + 3 * CELL + 18, str(pick.shape), mono=True)
    canvas.text(left + 4 * CELL, top + 3 * CELL + 18, kind, anchor="end", muted=True)
