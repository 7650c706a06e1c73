"""LayerNorm cannot tell x from 10x + 3; it does tell x from −x."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Canvas, Frame, columns

from minigpt import LayerNorm

X = (1.0, 2.0, -1.0, 0.0)
ROW = 128


@functools.cache
@torch.no_grad()
def data() -> list[tuple[str, list[float], list[float]]]:
    """Name, input and output of each vector."""
    layer, x = LayerNorm(4, bias=False), torch.tensor(X)
    vectors = {"x": x, "10x + 3": 10 * x + 3, "−x": -x}
    return [(name, vector.tolist(), layer(vector).tolist()) for name, vector in vectors.items()]


def draw(lang: str) -> str:
    canvas = Canvas(480, 3 * ROW + 30, lang)
    canvas.text(110, 20, {"zh": "输入", "en": "Input"}, bold=True, anchor="middle")
    canvas.text(370, 20, {"zh": "LayerNorm 的输出", "en": "Output of LayerNorm"}, bold=True, anchor="middle")
    before = [value for _, vector, _ in data() for value in vector]
    after = [value for _, _, vector in data() for value in vector]
    for row, (name, vector, output) in enumerate(data()):
        y = 30 + row * ROW
        if row:
            canvas.line((8, y + 2), (472, y + 2), width=1, opacity=0.15)
        # One scale per side: what differs between the rows on the left is what is gone on the right.
        columns(canvas, Frame(8, y + 8, 204, ROW - 12), vector, digits=0, reach=(min(before), max(before)))
        columns(canvas, Frame(268, y + 8, 204, ROW - 12), output, digits=2, reach=(min(after), max(after)))
        canvas.text(240, y + ROW / 2 - 6, name, anchor="middle", bold=True)
        canvas.arrow([(222, y + ROW / 2 + 6), (258, y + ROW / 2 + 6)])
    return canvas.svg()
