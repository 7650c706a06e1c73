"""The residual stream along the model, and what ln_f makes of it."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("x", {"zh": "进入第一个 Block", "en": "Into the first Block"}),
    ("after", {"zh": "第一个 Block 之后", "en": "After the first Block"}),
    ("last", {"zh": "第二个 Block 之后", "en": "After the second Block"}),
    ("final", {"zh": "ln_f 之后", "en": "After ln_f"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 272, lang)
    grid(canvas, PANELS, across=2)
    return canvas.svg()
