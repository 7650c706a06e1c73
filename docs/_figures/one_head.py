"""One head on four tokens made by hand: queries, keys and values; scores, mask, shares, output."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words, heatmap
from torch import Tensor

from minigpt import GPTConfig, Head

TOKENS = ("dog", "barks", "it", "growls")
X = (  # query, key and value of each token, two channels each
    (0.0, 2.0, 2.0, 0.0, 1.0, 0.0),
    (2.0, 0.0, 0.0, 2.0, 0.0, 1.0),
    (2.0, 0.0, 1.0, 0.0, 0.0, 0.0),
    (2.0, 0.0, 0.0, 2.0, 0.0, 1.0),
)
FEATURES = ({"zh": "名词", "en": "noun"}, {"zh": "动词", "en": "verb"})
MEANINGS = ({"zh": "动物", "en": "animal"}, {"zh": "声音", "en": "sound"})
LEFT, RIGHT = 54, 292  # where most matrices begin
CELL, WIDE, LINE = 46, 56, 27  # widths and height of a cell
TOP, STEP = 50, 170  # where the first row of matrices begins, and how far below it the next


@functools.cache
@torch.no_grad()
def data() -> dict[str, Tensor]:
    """What the head computes, once its three matrices pick two channels each."""
    head, x = Head(GPTConfig(block_size=8, n_head=3, n_embd=6)), torch.tensor(X)
    layers = {"q": head.query, "k": head.key, "v": head.value}
    for n, layer in enumerate(layers.values()):
        layer.weight.copy_(torch.eye(6)[2 * n : 2 * n + 2])
    found = {name: layer(x) for name, layer in layers.items()}
    found["scores"] = found["q"] @ found["k"].T / 2**0.5
    found["masked"] = found["scores"].masked_fill(head.tril[:4, :4] == 0, float("-inf"))
    found["shares"] = found["masked"].softmax(dim=-1)
    found["out"] = head(x)
    return found


def draw(lang: str) -> str:
    found = data()
    canvas = Canvas(480, 510, lang)
    panel(canvas, LEFT, 0, "query", found["q"], FEATURES, digits=0)
    panel(canvas, 202, 0, "key", found["k"], FEATURES, digits=0)
    panel(canvas, 350, 0, "value", found["v"], MEANINGS, digits=0)
    panel(canvas, LEFT, 1, {"zh": "分数 q · k / √D", "en": "Scores q · k / √D"}, found["scores"], TOKENS)
    panel(canvas, RIGHT, 1, {"zh": "遮住未来", "en": "Future masked"}, found["masked"], TOKENS)
    panel(canvas, LEFT, 2, {"zh": "softmax 之后", "en": "After softmax"}, found["shares"], TOKENS, digits=2)
    panel(canvas, 350, 2, {"zh": "混合 value", "en": "Values, mixed"}, found["out"], MEANINGS, digits=2)
    for row, end in ((1, RIGHT), (2, 350)):
        middle = STEP * row + TOP + 2 * LINE
        canvas.arrow([(LEFT + 4 * CELL + 10, middle), (end - 10, middle)])
    return canvas.svg()


def panel(
    canvas: Canvas,
    left: float,
    row: int,
    title: Words,
    values: Tensor,
    columns: Sequence[Words],
    *,
    digits: int = 1,
) -> None:
    """One matrix under its title. A masked entry is written as what it is and has no color."""
    top = STEP * row + TOP
    # What is handed over has a color of its own, and longer words above it.
    cell, color = (WIDE, COLORS[2]) if columns is MEANINGS else (CELL, COLORS[0])
    canvas.text(left, top - 30, title, bold=True)
    for j, words in enumerate(columns):
        canvas.text(left + (j + 0.5) * cell, top - 8, words, anchor="middle", muted=True)
    for i, line in enumerate(values.tolist()):
        y = top + i * LINE
        if left == LEFT:
            canvas.text(LEFT - 8, y + 19, TOKENS[i], anchor="end")
        seen = [value for value in line if value > float("-inf")]
        cells = Frame(left, y, len(seen) * cell, LINE)
        heatmap(canvas, cells, [seen], digits=digits, largest=values.max().item(), color=color)
        for j in range(len(seen), len(line)):
            canvas.text(left + (j + 0.5) * cell, y + 19, "−∞", anchor="middle", muted=True)
    canvas.rect(Frame(left, top, len(columns) * cell, 4 * LINE), stroke=INK, width=0.5)
