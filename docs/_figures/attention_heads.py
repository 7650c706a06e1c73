"""Every head of the trained model on one sentence; large, the one that is most decided."""

from __future__ import annotations

import re
from pathlib import Path

from _ext.directives import heads
from _ext.svg import Canvas, Frame, triangle

READS = (heads.FILE,)
LEFT, SMALL, LARGE = 84, 78, 17


def data() -> list[heads.Sentence]:
    return heads.read(Path(__file__).parents[2])


def draw(lang: str) -> str:
    sentences = data()
    one = next(sentence for sentence in sentences if sentence.lang == lang)
    chosen = heads.strongest(sentences, "any")
    layers, T = len(one.weights), len(one.tokens)
    top = 30 + layers * (SMALL + 10)
    canvas = Canvas(480, top + 62 + T * LARGE, lang)
    _all(canvas, one, chosen)
    layer, head = chosen
    title = {"zh": f"第 {layer} 层，头 {head}", "en": f"Layer {layer}, head {head}"}
    canvas.text(LEFT, top + 28, title, bold=True)
    triangle(canvas, Frame(LEFT, top + 38, T * LARGE, T * LARGE), _shares(one, chosen))
    for i, token in enumerate(one.tokens):
        canvas.text(LEFT - 6, top + 38 + (i + 0.5) * LARGE + 5, _shown(token), anchor="end")
    legend = {
        "zh": "行：查询；列：键，次序相同，从左到右",
        "en": "Rows: queries. Columns: keys, in the same order, from left to right.",
    }
    canvas.text(240, top + 56 + T * LARGE, legend, anchor="middle", muted=True)
    return canvas.svg()


def _all(canvas: Canvas, one: heads.Sentence, chosen: heads.Head) -> None:
    pitch = (canvas.width - LEFT) / len(one.weights[0])
    for layer, head in one.heads:
        frame = Frame(LEFT + head * pitch, 28 + layer * (SMALL + 10), SMALL, SMALL)
        triangle(canvas, frame, _shares(one, (layer, head)))
        if (layer, head) == chosen:
            canvas.rect(
                Frame(frame.x - 3, frame.y - 3, SMALL + 6, SMALL + 6), stroke="currentColor", radius=3
            )
        if layer == 0:
            canvas.text(frame.x, 18, {"zh": f"头 {head}", "en": f"Head {head}"})
        if head == 0:
            words = {"zh": f"第 {layer} 层", "en": f"Layer {layer}"}
            canvas.text(LEFT - 12, frame.middle[1] + 5, words, anchor="end")


def _shares(one: heads.Sentence, head: heads.Head) -> list[list[float]]:
    return [[share / 1000 for share in row] for row in one.weights[head[0]][head[1]]]


def _shown(token: str) -> str:
    """A space that belongs to a token as a dot; what is no whole character as a box."""
    return re.sub(r"<\d+>", "□", token).replace(" ", "·")
