"""A Conv2d with two kernels on a small image of a seven: one window, the products in it, their sum."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words, heatmap, number
from torch import nn

IMAGE = """
.......
.#####.
.....#.
....#..
...#...
...#...
.......
"""
KERNELS = [[[-1, 0, 1]] * 3, [[-1] * 3, [0] * 3, [1] * 3]]
WINDOW = (1, 3)  # row and column of the place in the output that is worked out
CELL = 23
LEFT, MIDDLE, RIGHT = 4, 236, 352
TOP, BELOW = 40, 218

Rows = list[list[float]]


@functools.cache
@torch.no_grad()
def data() -> tuple[Rows, list[Rows]]:
    """The image, and the two channels that the layer makes of it."""
    image = torch.tensor([[float(mark == "#") for mark in row] for row in IMAGE.split()])
    conv = nn.Conv2d(1, 2, 3, bias=False)
    conv.weight.copy_(torch.tensor(KERNELS)[:, None])
    return image.tolist(), conv(image[None, None])[0].tolist()


def draw(lang: str) -> str:
    image, channels = data()
    canvas = Canvas(480, 376, lang)
    size = len(image) * CELL
    middle = (TOP + BELOW + 5 * CELL - size) / 2
    heading(canvas, LEFT, middle - 14, {"zh": "输入", "en": "input"}, image)
    cells = heatmap(canvas, Frame(LEFT, middle, size, size), image, digits=0)
    i, j = WINDOW
    window = Frame(cells.x + j * CELL, cells.y + i * CELL, 3 * CELL, 3 * CELL)
    for n, (kernel, channel) in enumerate(zip(KERNELS, channels, strict=True)):
        top = (TOP, BELOW)[n]
        branch(canvas, top, n, kernel, channel)
        start, end = (window.right, window.middle[1]), (MIDDLE - 10, top + 2.5 * CELL)
        canvas.polyline([start, end], color=COLORS[2], width=1.2, dash="4 3")
    canvas.rect(window, stroke=COLORS[2], width=2.5, radius=3)
    return canvas.svg()


def branch(canvas: Canvas, top: float, n: int, kernel: Rows, channel: Rows) -> None:
    """A kernel, the channel it makes, and the sum behind the outlined number."""
    heading(canvas, MIDDLE, top - 14, {"zh": f"核 {n}", "en": f"kernel {n}"}, kernel)
    heatmap(canvas, Frame(MIDDLE, top + CELL, 3 * CELL, 3 * CELL), kernel, digits=0, diverging=True)
    heading(canvas, RIGHT, top - 14, {"zh": f"通道 {n}", "en": f"channel {n}"}, channel)
    frame = Frame(RIGHT, top, 5 * CELL, 5 * CELL)
    heatmap(canvas, frame, channel, digits=0, diverging=True)
    canvas.text(RIGHT - 23, top + 2.5 * CELL + 5, "=", anchor="middle")
    i, j = WINDOW
    out = Frame(frame.x + j * CELL, frame.y + i * CELL, CELL, CELL)
    canvas.rect(out, stroke=COLORS[2], width=2.5, radius=3)
    canvas.text(RIGHT + 5 * CELL, top + 5 * CELL + 22, worked_out(kernel, channel[i][j]), anchor="end")


def worked_out(kernel: Rows, result: float) -> str:
    """The products of kernel and window that are not zero, and their sum."""
    image, _ = data()
    pairs = [(kernel[u][v], image[WINDOW[0] + u][WINDOW[1] + v]) for u in range(3) for v in range(3)]
    products = [a * b for a, b in pairs if a * b]
    if sum(products) != result:
        raise RuntimeError(f"expected the sum {sum(products)}, got {result} from Conv2d; mend worked_out()")
    terms = " + ".join(number(p, 0) if p > 0 else f"({number(p, 0)})" for p in products)
    return f"{terms or '0'} = {number(result, 0)}"


def heading(canvas: Canvas, x: float, y: float, name: Words, rows: Rows) -> None:
    size = f" {len(rows)}×{len(rows[0])}"
    canvas.text(x, y, canvas.words(name) + size, color=INK, bold=True)
