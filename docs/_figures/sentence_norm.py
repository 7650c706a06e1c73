"""One LayerNorm: what it gets, what it makes of it, and the effect of its own parameters."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("x", {"zh": "归一化之前", "en": "Before"}),
    ("plain", {"zh": "归一化之后", "en": "Normalized"}),
    ("normed", {"zh": "乘系数、加偏移", "en": "Rescaled"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 132, lang)
    grid(canvas, PANELS, across=3)
    return canvas.svg()
