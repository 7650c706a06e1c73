"""Line charts: axes, ticks, grid, legend, any number of series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from _ext.svg.canvas import COLORS, Canvas, Words
from _ext.svg.frame import Frame, Point
from _ext.svg.measure import width_of
from _ext.svg.scale import Scale, compact

_TEXT = 14
_GAP = 8
_WIDER = 1.12  # some fonts are wider than what measure.py knows; names in a legend must not touch


@dataclass(frozen=True)
class Series:
    """One line of a chart. Without ``color`` the next one of the palette is taken."""

    name: Words
    points: Sequence[Point]
    color: str = ""
    dash: str | None = None
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """One axis: ``low`` and ``high`` default to the ends of the data, ``marks`` to round values."""

    label: Words = ""
    low: float | None = None
    high: float | None = None
    log: bool = False
    ticks: int = 6
    marks: Sequence[float] = ()

    def labels(self, scale: Scale) -> list[tuple[float, str]]:
        """Values along the axis, with what is written there."""
        return [(value, compact(value)) for value in self.marks] or scale.ticks(self.ticks)


def line_chart(
    canvas: Canvas,
    frame: Frame,
    series: Sequence[Series],
    *,
    x: Axis,
    y: Axis,
    legend: bool = True,
    gutter: float = 0,
) -> tuple[Scale, Scale]:
    """Draw the series inside ``frame``, labels and legend included; return the scales of x and y, for marks.

    ``gutter`` is the least room for the labels of y: give charts that stand above one another the same.
    """
    lines = [(one, one.color or COLORS[n % len(COLORS)]) for n, one in enumerate(series)]
    top = frame.y
    if legend:
        top = _legend(canvas, frame, lines)
    if y.label:
        canvas.text(frame.x, top + _TEXT, y.label, muted=True)
        top += 1.6 * _TEXT
    bottom = frame.bottom - (1.5 if not x.label else 3) * _TEXT
    y_scale = _scale(y, [p[1] for one in series for p in one.points], bottom, top + 0.4 * _TEXT)
    left = frame.x + max(gutter, *(width_of(label, _TEXT) for _, label in y.labels(y_scale))) + _GAP
    x_scale = _scale(x, [p[0] for one in series for p in one.points], left, frame.right - 1.2 * _TEXT)
    _axes(canvas, x_scale, y_scale, x, y)
    if x.label:
        canvas.text((x_scale.start + x_scale.end) / 2, frame.bottom - 4, x.label, anchor="middle", muted=True)
    for one, color in lines:
        _draw(canvas, one, color, x_scale, y_scale)
    return x_scale, y_scale


def _scale(axis: Axis, values: Sequence[float], start: float, end: float) -> Scale:
    low = min(values) if axis.low is None else axis.low
    high = max(values) if axis.high is None else axis.high
    return Scale(low, high, start, end, axis.log)


def _legend(canvas: Canvas, frame: Frame, lines: list[tuple[Series, str]]) -> float:
    """One row, or as many as the names need. Returns where the rest of the chart may begin."""
    left, baseline = frame.x, frame.y + _TEXT
    for one, color in lines:
        width = 30 + _WIDER * width_of(canvas.words(one.name), _TEXT)
        if left > frame.x and left + width > frame.right:
            left, baseline = frame.x, baseline + 1.5 * _TEXT
        canvas.line((left, baseline - 5), (left + 22, baseline - 5), color=color, width=2.5, dash=one.dash)
        canvas.text(left + 28, baseline, one.name)
        left += width + 18
    return baseline + 0.6 * _TEXT


def _axes(canvas: Canvas, x_scale: Scale, y_scale: Scale, x: Axis, y: Axis) -> None:
    left, right, bottom = x_scale.start, x_scale.end, y_scale.start
    for value, label in y.labels(y_scale):
        at = y_scale(value)
        canvas.line((left, at), (right, at), width=1, opacity=0.15)
        canvas.text(left - _GAP, at + 0.35 * _TEXT, label, anchor="end", muted=True)
    for value, label in x.labels(x_scale):
        at = x_scale(value)
        canvas.line((at, bottom), (at, bottom + 4), width=1, opacity=0.6)
        canvas.text(at, bottom + 4 + 1.05 * _TEXT, label, anchor="middle", muted=True)
    canvas.line((left, bottom), (right, bottom), width=1, opacity=0.6)


def _draw(canvas: Canvas, one: Series, color: str, x_scale: Scale, y_scale: Scale) -> None:
    places = [(x_scale(x), y_scale(y)) for x, y in one.points]
    canvas.polyline(places, color=color, width=2.2, dash=one.dash)
    for (x, y), (at_x, at_y) in zip(one.points, places, strict=True):
        title = f"{canvas.words(one.name)}: {compact(x)} → {compact(float(f'{y:.3g}'))}"
        canvas.circle(
            at_x, at_y, 3 if one.dots else 5, fill=color if one.dots else "transparent", title=title
        )
