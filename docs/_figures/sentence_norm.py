"""One LayerNorm: what it gets, what it makes of it, and the effect of its own parameters."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("x", {"zh": "归一化之前", "en": "Before"}),
    ("plain", {"zh": "均值 0，方差 1", "en": "Mean 0, variance 1"}),
    ("normed", {"zh": "乘系数、加偏移", "en": "Scaled and shifted"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 132, lang)
    grid(canvas, PANELS, across=3)
    return canvas.svg()
