"""The hidden numbers of the MLP, before and after GELU."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("wide", {"zh": "c_fc 之后：每个 token 64 个数", "en": "After c_fc: 64 numbers per token"}),
    ("bent", {"zh": "GELU 之后", "en": "After GELU"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 272, lang)
    grid(canvas, PANELS, across=1)
    return canvas.svg()
