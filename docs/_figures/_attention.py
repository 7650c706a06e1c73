"""What the figures on the speed of attention share: three charts over T, one line per variant."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from _ext.directives.results import Results, Size, read
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart

HEIGHT, LEGEND = 290, 84
PANELS = (
    ({"zh": "前向，毫秒", "en": "Forward, ms"}, "seconds", "forward", 1e3),
    ({"zh": "前向加反向，毫秒", "en": "Forward and backward, ms"}, "seconds", "train", 1e3),
    ({"zh": "前向加反向的内存，MB", "en": "Memory of forward and backward, MB"}, "memory", "train", 1e-6),
)
NOTHING = {"zh": "还没有测过，没有可画的。", "en": "Not measured yet: nothing to draw."}


def data(device: str) -> Results | None:
    """The artifact, if there is one."""
    return read(Path(__file__).parents[2], device)


def draw(lang: str, results: Results | None) -> str:
    """The charts, or a line that says that nobody has measured."""
    if results is None or len(results.sweep) < 2:
        canvas = Canvas(480, 40, lang)
        canvas.text(240, 26, NOTHING, anchor="middle", muted=True)
        return canvas.svg()
    canvas = Canvas(480, LEGEND + len(PANELS) * HEIGHT, lang)
    top = 4.0
    for number, (label, what, task, factor) in enumerate(PANELS):
        height = HEIGHT + (LEGEND if number == 0 else 0)
        series = _series(results, getattr(results, what), task, factor)
        x = Axis("T", log=True, marks=[size[1] for size in results.sweep])
        if any(one.points for one in series):
            frame = Frame(8, top, 464, height - 12)
            line_chart(canvas, frame, series, x=x, y=_decades(label, series), legend=number == 0, gutter=34)
        top += height
    return canvas.svg()


def _series(
    results: Results, measure: Callable[[str, Size, str], float | None], task: str, factor: float
) -> list[Series]:
    """Six colors, first solid, then dashed; what was not measured is left out."""
    found = []
    for number, variant in enumerate(results.variants):
        values = [(size[1], measure(variant, size, task)) for size in results.sweep]
        points = [(T, value * factor) for T, value in values if value and value * factor > 1e-2]
        dash = None if number < len(COLORS) else "5 3"
        found.append(Series(variant, points, COLORS[number % len(COLORS)], dash, dots=True))
    return [one for one in found if one.points]


def _decades(label: dict[str, str], series: list[Series]) -> Axis:
    values = [value for one in series for _, value in one.points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    return Axis(label, low=10.0**low, high=10.0 ** max(high, low + 1), log=True)
