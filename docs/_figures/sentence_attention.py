"""From the heads' outputs to the sum with the residual stream."""

from __future__ import annotations

from _ext.svg import Canvas
from _figures._sentence import READS, grid

__all__ = ["READS", "draw"]

PANELS = (
    ("mixed", {"zh": "头 0、头 1 的输出", "en": "Outputs of heads 0 and 1"}),
    ("attended", {"zh": "经过 c_proj", "en": "After c_proj"}),
    ("x", {"zh": "残差流，相加之前", "en": "The stream before"}),
    ("middle", {"zh": "相加之后", "en": "The stream after"}),
)


def draw(lang: str) -> str:
    canvas = Canvas(480, 272, lang)
    grid(canvas, PANELS, across=2)
    return canvas.svg()
