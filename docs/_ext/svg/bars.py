"""Columns around a zero line, and horizontal bars."""

from __future__ import annotations

from collections.abc import Sequence

from _ext.svg.canvas import COLORS, INK, Canvas, Words
from _ext.svg.frame import Frame
from _ext.svg.measure import width_of
from _ext.svg.scale import Scale, number

_TEXT = 14


def columns(
    canvas: Canvas,
    frame: Frame,
    values: Sequence[float],
    *,
    reach: tuple[float, float] | None = None,
    digits: int = 1,
    colors: Sequence[str] = COLORS,
) -> None:
    """Upright columns with their values. ``reach`` fixes the range, to share one scale between charts."""
    low, high = reach or (min(0.0, *values), max(0.0, *values))
    below = 1.25 * _TEXT if low < 0 else 2
    scale = Scale(low, high, frame.bottom - below, frame.y + (1.25 * _TEXT if high > 0 else 2))
    zero, slot = scale(0), frame.width / len(values)
    canvas.line((frame.x, zero), (frame.right, zero), width=1, opacity=0.5)
    for n, value in enumerate(values):
        left, at = frame.x + (n + 0.2) * slot, scale(value)
        label = number(value, digits)
        bar = Frame(left, min(zero, at), 0.6 * slot, max(abs(zero - at), 1.0))
        canvas.rect(bar, fill=colors[n % len(colors)], opacity=0.85, title=f"{value:g}")
        baseline = at + 1.05 * _TEXT if value < 0 else at - 0.35 * _TEXT
        canvas.text(left + 0.3 * slot, baseline, label, anchor="middle")


def bars(
    canvas: Canvas,
    frame: Frame,
    items: Sequence[tuple[Words, float]],
    *,
    digits: int = 0,
    unit: str = "",
    color: str = COLORS[0],
) -> None:
    """Horizontal bars from zero, label in front, value behind; the longest label sets where they begin."""
    if min(value for _, value in items) < 0:
        raise ValueError("expected values of at least 0 for horizontal bars; use columns() for negative ones")
    written = [number(value, digits) + unit for _, value in items]
    left = frame.x + max(width_of(canvas.words(words), _TEXT) for words, _ in items) + 10
    room = frame.right - max(width_of(text, _TEXT) for text in written) - 8
    scale = Scale(0.0, max(value for _, value in items) or 1.0, left, room)
    slot = frame.height / len(items)
    for n, ((words, value), text) in enumerate(zip(items, written, strict=True)):
        middle = frame.y + (n + 0.5) * slot
        canvas.text(left - 10, middle + 0.35 * _TEXT, words, anchor="end")
        bar = Frame(left, middle - 0.34 * slot, max(scale(value) - left, 1.0), 0.68 * slot)
        canvas.rect(bar, fill=color, opacity=0.85, title=f"{canvas.words(words)}: {text}")
        canvas.text(bar.right + 8, middle + 0.35 * _TEXT, text)
    canvas.line((left, frame.y), (left, frame.bottom), color=INK, width=1, opacity=0.5)
