"""Charts and diagrams as plain SVG text, without any dependency.

A figure is a file ``docs/_figures/NAME.py`` with a function ``draw(lang)`` that returns SVG. Numbers come
from a real run, never from the keyboard; keep the run in a cached ``data()``: both languages share it::

    @functools.cache
    def data() -> list[float]:
        return LayerNorm(4, bias=False)(torch.tensor([2.0, 4.0, 6.0, 12.0])).tolist()

    def draw(lang: str) -> str:
        canvas = Canvas(480, 150, lang)
        canvas.text(12, 22, {"zh": "归一化之后", "en": "Normalized"}, bold=True)
        columns(canvas, Frame(12, 40, 456, 100), data(), digits=2)
        return canvas.svg()

``Canvas(width, height, lang)``
    ``text rect squares circle line polyline arrow`` put one shape each; ``title=`` gives a shape its hover.
    Words are a string, or ``{"zh": ..., "en": ...}``. A text that would be cut off at the border, or be
    smaller than 10 px in a figure 350 px wide, raises ``DrawingError``. Width 480 with the default text size
    of 14 suits.
``Frame(x, y, width, height)``
    Where on the canvas a chart goes. Charts are functions of canvas, frame and data.
``line_chart(canvas, frame, series, x=Axis(...), y=Axis(...))``
    ``Series(name, points, color)``; ``Axis(label, log=True)`` for powers of ten. Returns the two scales.
``columns(canvas, frame, values)``, ``bars(canvas, frame, [(words, value), ...])``
    Upright columns around a zero line; horizontal bars with a label in front and the value behind.
``heatmap(canvas, frame, rows, row_names=, column_names=, digits=)``
    A matrix as colored cells; ``diverging=True`` gives negative values a color of their own.
``triangle(canvas, frame, rows)``
    Shares of attention as a lower triangle, in little SVG: for pictures of many heads.
``with canvas.link("model/norm.md#forward", words):``
    What is drawn inside leads to a page. The words are the link's name and its hover.
``node(canvas, frame, words)``, ``plus(canvas, x, y)``, ``canvas.arrow(points)``
    Diagrams of boxes and arrows.
``number(value, digits)``, ``power(exponent)``
    Numbers as they are typeset here, with a true minus sign.

Colors are ``INK`` (the text color of the page), ``PAPER`` (its background) and ``COLORS`` (six hues, CSS
variables ``--fig-1`` to ``--fig-6``): the style sheet gives them one value for light pages and one for dark.
Fill areas that carry text with ``opacity`` at most 0.5, so that the text stays readable on both.
"""

from __future__ import annotations

from _ext.svg.bars import bars, columns
from _ext.svg.canvas import COLORS, INK, PAPER, Canvas, Words
from _ext.svg.chart import Axis, Series, line_chart
from _ext.svg.diagram import node, plus
from _ext.svg.frame import DrawingError, Frame
from _ext.svg.heatmap import heatmap, triangle
from _ext.svg.measure import height_of, width_of
from _ext.svg.scale import Scale, number, power

__all__ = [
    "COLORS",
    "INK",
    "PAPER",
    "Axis",
    "Canvas",
    "DrawingError",
    "Frame",
    "Scale",
    "Series",
    "Words",
    "bars",
    "columns",
    "heatmap",
    "height_of",
    "line_chart",
    "node",
    "number",
    "plus",
    "power",
    "triangle",
    "width_of",
]
