"""Training and validation loss of the tiny preset, with what frequencies alone would reach."""

from __future__ import annotations

import math

from _ext.svg import Axis, Canvas, Frame, Series, line_chart, number
from _figures._tiny import STEPS, report


def draw(lang: str) -> str:
    canvas = Canvas(480, 330, lang)
    series = [
        Series({"zh": "训练", "en": "training"}, report()["loss"]),
        Series({"zh": "验证", "en": "validation"}, report()["val_loss"], dots=True),
    ]
    x_scale, y_scale = line_chart(
        canvas,
        Frame(8, 4, 464, 322),
        series,
        x=Axis(STEPS, low=0),
        y=Axis({"zh": "损失", "en": "Loss"}, low=0),
    )
    start = math.log(report()["data"]["vocab_size"])
    canvas.line((x_scale.start, y_scale(start)), (x_scale.end, y_scale(start)), dash="4 3", opacity=0.7)
    canvas.text(x_scale.end, y_scale(start) + 18, f"ln V = {number(start, 2)}", anchor="end", muted=True)
    return canvas.svg()
