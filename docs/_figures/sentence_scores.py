"""Scores and shares of attention: who looks where."""

from __future__ import annotations

from _ext.svg import Canvas, Frame, Words, heatmap
from _figures._sentence import NAMES, READS, run, words
from torch import Tensor

__all__ = ["READS", "draw"]

CELL, LINE = 38, 26


def data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of one head the scores, with and without the future; of both heads the shares. (T, T) each."""
    page = run()
    return page["scores"][0], page["masked"][0], page["both"][0, 0], page["both"][0, 1]


def draw(lang: str) -> str:
    canvas = Canvas(480, 386, lang)
    scores, masked, first, second = data()
    largest = scores.abs().max().item()
    panel(canvas, 0, 0, {"zh": "头 1 的分数", "en": "Scores of head 1"}, scores, 1, largest)
    panel(canvas, 1, 0, {"zh": "遮住未来", "en": "Future masked"}, masked, 1, largest)
    panel(canvas, 0, 1, {"zh": "份额，头 0", "en": "Shares, head 0"}, first, 2, 1.0)
    panel(canvas, 1, 1, {"zh": "份额，头 1", "en": "Shares, head 1"}, second, 2, 1.0)
    return canvas.svg()


def panel(
    canvas: Canvas, column: int, row: int, title: Words, values: Tensor, digits: int, largest: float
) -> None:
    """One matrix under its title. A masked entry is written as what it is and has no color."""
    left, top = NAMES + column * 242, row * 196
    canvas.text(left, top + 18, title, bold=True)
    for i, (word, line) in enumerate(zip(words(), values.tolist(), strict=True)):
        middle = left + (i + 0.5) * CELL
        canvas.text(middle, top + 42, word, anchor="middle", muted=True)
        y = top + 50 + i * LINE
        canvas.text(left - 6, y + 18, word, anchor="end")
        shown = [value for value in line if value > float("-inf")]
        cells = Frame(left, y, len(shown) * CELL, LINE)
        heatmap(canvas, cells, [shown], digits=digits, diverging=True, largest=largest)
        for j in range(len(shown), len(line)):
            canvas.text(left + (j + 0.5) * CELL, y + 18, "−∞", anchor="middle", muted=True)
