"""The vectors of five words: those of the tokens, those of the positions, and their sums."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("tokens", {"zh": "token 的向量", "en": "Tokens"}),
    ("positions", {"zh": "+ 位置的向量", "en": "+ positions"}),
    ("x", {"zh": "= 输入", "en": "= input"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 132, lang)
    grid(canvas, PANELS, across=3)
    return canvas.svg()
