"""Rectangles of the canvas, and what a text must keep to in order to be readable."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]

_PHONE, _LEGIBLE = 350, 10  # a figure is this wide on a phone; its text must be at least this high there


class DrawingError(ValueError):
    """The figure would be unreadable: text cut off, or too small."""


@dataclass(frozen=True)
class Frame:
    """A rectangle of the canvas."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


def check_inside(text_frame: Frame, text: str, width: float, height: float) -> None:
    """Raise if the text reaches over the border of a canvas of this size."""
    one = text_frame
    if one.x < -1 or one.y < -1 or one.right > width + 1 or one.bottom > height + 1:
        raise DrawingError(
            f"expected text inside the canvas of {width:g} x {height:g}, got {text!r} reaching from "
            f"({one.x:.0f}, {one.y:.0f}) to ({one.right:.0f}, {one.bottom:.0f}); "
            "move it, shorten it or enlarge the canvas"
        )


def check_size(size: float, text: str, width: float) -> None:
    """Raise if text of this size could not be read on a phone."""
    smallest = _LEGIBLE * width / _PHONE
    if size < smallest - 0.01:
        raise DrawingError(
            f"expected text of size {smallest:.1f} or more on a canvas {width:g} wide, "
            f"got {size:g} for {text!r}; enlarge the text or use a narrower canvas"
        )
