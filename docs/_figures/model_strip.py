"""The model in one strip, for the top of a walk page: what the page is about is colored."""

from __future__ import annotations

import functools

from _ext.svg import Canvas, Frame, plus
from _figures._model import box, group, shape

TOP, LOW, TALL = 34, 86, 28  # the residual stream's row, the branches' row, height of a box
STREAM, BELOW = TOP + TALL / 2, LOW + TALL
BOXES = {  # left edge, width, row
    "idx": (1, 34, TOP),
    "wte": (47, 40, TOP),
    "wpe": (47, 40, LOW),
    "ln_1": (134, 42, LOW),
    "attn": (184, 44, LOW),
    "ln_2": (238, 42, LOW),
    "mlp": (288, 44, LOW),
    "ln_f": (354, 40, TOP),
    "lm_head": (406, 72, TOP),
    "loss": (362, 46, LOW),
    "sample": (416, 62, LOW),
}
BLOCK = Frame(124, 4, 216, 118)


@functools.cache
def data() -> dict[str, str]:
    """Shapes of what flows in, along, and out."""
    return {
        "idx": shape("gpt", "def hidden"),
        "stream": shape("gpt", "x = block"),
        "logits": shape("gpt", "logits = self.lm_head(self.hidden(idx))", "logits"),
    }


def draw(lang: str, page: str) -> str:
    canvas = Canvas(480, 126, lang)
    shapes = data()
    for name in ("idx", "wte", "wpe"):  # the order in which the keyboard reaches the links
        box(canvas, name, frame(name), page)
    group(canvas, "h", BLOCK, "Block", page)
    canvas.text(BLOCK.x + 62, BLOCK.y + 19, "× n_layer")
    arrows(canvas)
    for name in ("ln_1", "attn", "ln_2", "mlp", "ln_f", "lm_head", "loss", "sample"):
        box(canvas, name, frame(name), page)
    canvas.text(1, 20, shapes["idx"], muted=True)
    canvas.text(120, 20, shapes["stream"], anchor="end", muted=True)
    canvas.text(479, 20, shapes["logits"], anchor="end", muted=True)
    return canvas.svg()


def frame(name: str) -> Frame:
    left, width, row = BOXES[name]
    return Frame(left, row, width, TALL)


def arrows(canvas: Canvas) -> None:
    """The stream from left to right, the branches below it, and the two ends."""
    join = 103
    canvas.arrow([(frame("idx").right, STREAM), (frame("wte").x, STREAM)], head=6)
    canvas.arrow([(frame("wte").right, STREAM), (frame("ln_f").x, STREAM)], head=6)
    canvas.polyline([(frame("wpe").right, LOW + TALL / 2), (join, LOW + TALL / 2), (join, STREAM)])
    plus(canvas, join, STREAM, radius=8)
    for norm, branch in (("ln_1", "attn"), ("ln_2", "mlp")):
        x, back = frame(norm).middle[0], frame(branch).middle[0]
        canvas.arrow([(x, STREAM), (x, LOW)], head=6)
        canvas.line((frame(norm).right, LOW + TALL / 2), (frame(branch).x, LOW + TALL / 2))
        canvas.arrow([(back, LOW), (back, STREAM + 8)], head=6)
        plus(canvas, back, STREAM, radius=8)
    canvas.arrow([(frame("ln_f").right, STREAM), (frame("lm_head").x, STREAM)], head=6)
    x, fork = frame("lm_head").middle[0], TOP + TALL + 10
    canvas.line((x, TOP + TALL), (x, fork))
    for end in ("loss", "sample"):
        at = frame(end).middle[0]
        canvas.arrow([(x, fork), (at, fork), (at, LOW)], head=6)
