"""Queries, keys and values of one head."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("q", {"zh": "查询（query）", "en": "query"}),
    ("k", {"zh": "键（key）", "en": "key"}),
    ("v", {"zh": "值（value）", "en": "value"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 132, lang)
    grid(canvas, PANELS, across=3)
    return canvas.svg()
