"""The number 0.1 in three floating-point formats, bit by bit, as the memory of real tensors has it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from _ext.svg import COLORS, Canvas, Frame, Words

NUMBER = 0.1
CELL = 13.5
LEFT = 20
FORMATS = ((torch.float32, torch.int32, 8), (torch.bfloat16, torch.int16, 8), (torch.float16, torch.int16, 5))
PARTS: tuple[Words, ...] = (
    {"zh": "符号", "en": "sign"},
    {"zh": "指数：多大", "en": "exponent: how large"},
    {"zh": "尾数：哪些数字", "en": "fraction: which digits"},
)


@dataclass(frozen=True)
class Stored:
    """How one format keeps the number; ``exponent`` is how many bits that part has."""

    name: str
    bits: str
    exponent: int
    value: float
    largest: float


@functools.cache
def data() -> tuple[Stored, ...]:
    stored = []
    for dtype, integer, exponent in FORMATS:
        x = torch.tensor(NUMBER, dtype=dtype, device="cpu")
        width = torch.iinfo(integer).bits
        bits = format(x.view(integer).item() % 2**width, f"0{width}b")
        name = str(dtype).removeprefix("torch.")
        stored.append(Stored(name, bits, exponent, x.item(), torch.finfo(dtype).max))
    return tuple(stored)


def draw(lang: str) -> str:
    canvas = Canvas(480, 268, lang)
    for row, one in enumerate(data()):
        line(canvas, one, 34 + row * 72)
    for n, part in enumerate(PARTS):
        x = LEFT + (0, 76, 262)[n]
        canvas.rect(Frame(x, 244, 12, 12), fill=COLORS[n], opacity=0.35, radius=2)
        canvas.text(x + 18, 255, part)
    return canvas.svg()


def line(canvas: Canvas, one: Stored, top: float) -> None:
    """The bits of one format in the colors of its parts, and what they amount to."""
    canvas.text(LEFT, top - 10, one.name, mono=True, bold=True)
    ends = {"zh": f"最大 {one.largest:.5g}", "en": f"largest {one.largest:.5g}"}
    canvas.text(460, top - 10, ends, anchor="end", muted=True)
    for place, bit in enumerate(one.bits):
        part = 0 if place == 0 else 1 if place <= one.exponent else 2
        frame = Frame(LEFT + place * CELL + 0.5, top, CELL - 1, 20)
        canvas.rect(frame, fill=COLORS[part], opacity=0.35, radius=2)
        x, y = frame.middle
        canvas.text(x, y + 4, bit, anchor="middle", mono=True)
    canvas.text(LEFT, top + 38, f"{NUMBER} → {one.value:.10f}", mono=True)
