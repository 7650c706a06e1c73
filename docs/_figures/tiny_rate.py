"""Learning rate and norm of the gradient of the tiny preset."""

from __future__ import annotations

from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart
from _figures._tiny import STEPS, report


def draw(lang: str) -> str:
    canvas = Canvas(480, 430, lang)
    panels = (
        ("learning_rate", {"zh": "学习率", "en": "Learning rate"}),
        ("grad_norm", {"zh": "裁剪前的梯度范数", "en": "Norm of the gradient before clipping"}),
    )
    for number, (key, words) in enumerate(panels):
        line_chart(
            canvas,
            Frame(8, 4 + 212 * number, 464, 206),
            [Series(words, report()[key], color=COLORS[number])],
            x=Axis(STEPS, low=0),
            y=Axis(words, low=0),
            legend=False,
            gutter=44,
        )
    return canvas.svg()
