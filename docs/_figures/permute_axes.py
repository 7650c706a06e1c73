"""permute(2, 0, 3, 1, 4): five axes with size and stride, before and after; nothing else moves."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame

B, T, H, D = 2, 5, 6, 4
AXES = ("B", "T", "3", "H", "D")
ORDER = (2, 0, 3, 1, 4)
STEP, LEFT, WIDTH, HEIGHT = 82, 78, 66, 62
TOPS = (44, 216)
HUES = dict(zip(AXES, (COLORS[3], COLORS[0], COLORS[1], COLORS[2], COLORS[4]), strict=True))


@functools.cache
def data() -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Sizes and strides before and after."""
    before = torch.zeros(B, T, 3 * H * D, device="cpu").view(B, T, 3, H, D)
    after = before.permute(ORDER)
    return tuple((tuple(t.shape), t.stride()) for t in (before, after))


def draw(lang: str) -> str:
    canvas = Canvas(480, 322, lang)
    canvas.text(8, 22, "view(B, T, 3, H, D)", mono=True, bold=True)
    canvas.text(8, 314, "permute(2, 0, 3, 1, 4)", mono=True, bold=True)
    names = (AXES, tuple(AXES[n] for n in ORDER))
    for new, old in enumerate(ORDER):
        start, end = (middle(old), TOPS[0] + HEIGHT + 3), (middle(new), TOPS[1] - 4)
        canvas.arrow([start, end], color=HUES[AXES[old]], width=2)
    for top, letters, (sizes, strides) in zip(TOPS, names, data(), strict=True):
        rows = ({"zh": "轴", "en": "axis"}, {"zh": "尺寸", "en": "size"}, {"zh": "步长", "en": "stride"})
        for n, words in enumerate(rows):
            canvas.text(8, top + 18 + 19 * n, words, muted=True)
        for n, (letter, size, stride) in enumerate(zip(letters, sizes, strides, strict=True)):
            axis(canvas, Frame(LEFT + n * STEP, top, WIDTH, HEIGHT), n, letter, size, stride)
    return canvas.svg()


def middle(n: int) -> float:
    return LEFT + n * STEP + WIDTH / 2


def axis(canvas: Canvas, frame: Frame, n: int, letter: str, size: int, stride: int) -> None:
    """One axis: its place in the list and its letter, its size, its stride."""
    canvas.rect(frame, fill=HUES[letter], opacity=0.25, radius=5)
    canvas.rect(frame, stroke=INK, width=0.8, radius=5)
    x = frame.middle[0]
    canvas.text(x, frame.y + 18, f"{n}: {letter}", anchor="middle", mono=True, bold=True)
    canvas.text(x, frame.y + 37, str(size), anchor="middle")
    canvas.text(x, frame.y + 56, str(stride), anchor="middle")
