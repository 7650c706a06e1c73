"""A matrix as colored cells."""

from __future__ import annotations

from collections.abc import Sequence

from _ext.svg.canvas import COLORS, INK, Canvas, Words
from _ext.svg.frame import Frame, Point
from _ext.svg.measure import width_of
from _ext.svg.scale import number

_TEXT = 14
_SHADES = 10
_STRONGEST, _UNDER_TEXT = 0.85, 0.5  # fill of the largest value; text stays readable on light and dark pages


def heatmap(
    canvas: Canvas,
    frame: Frame,
    rows: Sequence[Sequence[float]],
    *,
    row_names: Sequence[Words] = (),
    column_names: Sequence[Words] = (),
    digits: int | None = None,
    diverging: bool = False,
    largest: float | None = None,
    color: str = COLORS[0],
    negative: str = COLORS[1],
) -> Frame:
    """Draw ``rows``: the larger a value, the stronger the color; ``digits`` writes the values into the cells.

    ``largest`` fixes the value of the strongest color, so that several maps compare. Returns the frame of the
    cells alone.
    """
    if not diverging and any(value < 0 for row in rows for value in row):
        raise ValueError(
            "expected values of at least 0 in a sequential heatmap; pass diverging=True for negative ones"
        )
    cells = _cells(canvas, frame, row_names, column_names)
    width, height = cells.width / len(rows[0]), cells.height / len(rows)
    top = largest or max(abs(value) for row in rows for value in row) or 1.0
    canvas.rect(cells, fill=INK, opacity=0.05, radius=2)  # so that zero is still a cell
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            cell = Frame(cells.x + j * width, cells.y + i * height, width, height)
            _cell(canvas, cell, value, min(abs(value) / top, 1.0), negative if value < 0 else color, digits)
    for i, words in enumerate(row_names):
        canvas.text(cells.x - 8, cells.y + (i + 0.5) * height + 0.35 * _TEXT, words, anchor="end")
    for j, words in enumerate(column_names):
        canvas.text(cells.x + (j + 0.5) * width, cells.y - 7, words, anchor="middle")
    return cells


def triangle(
    canvas: Canvas, frame: Frame, rows: Sequence[Sequence[float]], *, color: str = COLORS[0]
) -> None:
    """Shares of attention: row ``i`` has those of keys 0 to ``i``. Few shades, in proportion to the root of a
    share, one shape for each: half the color stands for a quarter of the attention."""
    pitch = min(frame.width, frame.height) / len(rows)
    gap = pitch * 0.06
    shades: dict[int, list[Point]] = {}
    for i, row in enumerate(rows):
        for j, share in enumerate(row):
            corner = (round(frame.x + j * pitch + gap, 1), round(frame.y + i * pitch + gap, 1))
            shades.setdefault(round(_SHADES * share**0.5), []).append(corner)
    side = pitch - 2 * gap
    for shade, corners in sorted(shades.items()):
        if shade:
            canvas.squares(corners, side, fill=color, opacity=shade / _SHADES)
        else:
            canvas.squares(corners, side, opacity=0.06)  # so that zero is still a cell


def _cells(canvas: Canvas, frame: Frame, row_names: Sequence[Words], column_names: Sequence[Words]) -> Frame:
    left = max((width_of(canvas.words(words), _TEXT) + 8 for words in row_names), default=0.0)
    top = 1.6 * _TEXT if column_names else 0.0
    return Frame(frame.x + left, frame.y + top, frame.width - left, frame.height - top)


def _cell(canvas: Canvas, cell: Frame, value: float, strength: float, color: str, digits: int | None) -> None:
    inner = Frame(cell.x + 1, cell.y + 1, cell.width - 2, cell.height - 2)
    canvas.rect(
        inner,
        fill=color,
        opacity=(_STRONGEST if digits is None else _UNDER_TEXT) * strength,
        radius=2,
        title=f"{value:.4g}".replace("-", "−"),
    )
    if digits is not None:
        x, y = cell.middle
        canvas.text(x, y + 0.35 * _TEXT, number(value, digits), anchor="middle")
