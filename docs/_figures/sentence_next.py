"""A probability for every word at every position."""

from __future__ import annotations

from _ext.svg import Canvas, Frame, heatmap
from _figures._sentence import NAMES, READS, run, tensor, words

__all__ = ["READS", "draw"]


def draw(lang: str) -> str:
    canvas = Canvas(480, 178, lang)
    canvas.text(NAMES, 18, {"zh": "下一个词的概率", "en": "Probability of the next word"}, bold=True)
    rows, vocabulary = tensor("probabilities").tolist(), run()["words"]
    frame = Frame(NAMES, 24, 478 - NAMES, 22.4 + 26 * len(rows))
    cells = heatmap(canvas, frame, rows, column_names=vocabulary, digits=2, diverging=True, largest=1.0)
    for t, word in enumerate(words()):
        canvas.text(NAMES - 6, cells.y + (t + 0.5) * 26 + 5, word, anchor="end")
    return canvas.svg()
