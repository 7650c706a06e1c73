"""Pieces of box-and-arrow diagrams."""

from __future__ import annotations

from _ext.svg.canvas import INK, PAPER, Canvas, Words
from _ext.svg.frame import Frame

_TEXT = 14


def node(
    canvas: Canvas, frame: Frame, name: Words, detail: Words = "", *, color: str = INK, title: Words = ""
) -> Frame:
    """A box with a name, and under it a detail in code type. Returns its frame, to attach arrows to."""
    canvas.rect(frame, fill=PAPER, radius=6)
    canvas.rect(
        frame,
        fill=color,
        opacity=0.08 if color == INK else 0.22,
        stroke=color,
        width=1.5,
        radius=6,
        title=title,
    )
    x, y = frame.middle
    if detail:
        canvas.text(x, y - 0.2 * _TEXT, name, anchor="middle", bold=True)
        canvas.text(x, y + 1.05 * _TEXT, detail, anchor="middle", mono=True, muted=True)
    else:
        canvas.text(x, y + 0.36 * _TEXT, name, anchor="middle", bold=True)
    return frame


def plus(canvas: Canvas, x: float, y: float, *, radius: float = 11) -> None:
    """The circled plus of an addition."""
    canvas.circle(x, y, radius, fill=PAPER, stroke=INK)
    arm = 0.55 * radius
    canvas.line((x - arm, y), (x + arm, y), width=1.5)
    canvas.line((x, y - arm), (x, y + arm), width=1.5)
