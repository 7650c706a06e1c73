"""How the 3C channels of each token become q, k and v of every head: the numbers are places in memory."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Canvas, Frame
from torch import Tensor, nn

from minigpt import CausalSelfAttention, GPTConfig

T, H, D = 3, 2, 2
C = H * D
CELL = 33
LEFT = 68
NAMES = ("q", "k", "v")


class Places(nn.Module):
    """In place of ``c_attn``: every value is its own place in memory."""

    def forward(self, x: Tensor) -> Tensor:
        B, T, C = x.shape
        return torch.arange(B * T * 3 * C, device="cpu").reshape(B, T, 3 * C)


@functools.cache
def data() -> tuple[list[list[int]], dict[str, list], tuple[int, ...]]:
    """The output of ``c_attn``, what ``split_heads`` makes of it, and the strides of q."""
    attention = CausalSelfAttention(GPTConfig(n_head=H, n_embd=C))
    attention.c_attn = Places()
    x = torch.zeros(1, T, C, device="cpu")
    parts = attention.split_heads(x)
    split = {name: part[0].tolist() for name, part in zip(NAMES, parts, strict=True)}
    return attention.c_attn(x)[0].tolist(), split, parts[0].stride()


def draw(lang: str) -> str:
    before, split, strides = data()
    canvas = Canvas(480, 444, lang)
    owners = {place: (name, h) for name, heads in split.items() for h in range(H) for place in flat(heads[h])}
    canvas.text(8, 20, {"zh": "c_attn 的输出：(B, T, 3C)", "en": "Output of c_attn: (B, T, 3C)"}, bold=True)
    for n, name in enumerate(NAMES):
        canvas.text(LEFT + (n + 0.5) * C * CELL, 46, name, anchor="middle", bold=True, mono=True)
    for t, row in enumerate(before):
        top = 54 + t * CELL
        canvas.text(LEFT - 8, top + 22, f"t={t}", anchor="end", muted=True)
        for n, place in enumerate(row):
            cell(canvas, LEFT + n * CELL, top, place, *owners[place])
    canvas.text(8, 190, {"zh": "切分之后：(B, H, T, D)", "en": "After the split: (B, H, T, D)"}, bold=True)
    for h in range(H):
        top = 206 + h * (T * CELL + 6)
        canvas.text(8, top + 1.5 * CELL + 5, {"zh": f"头 {h}", "en": f"head {h}"})
        for name in NAMES:
            left = LEFT + (NAMES.index(name) + 0.5) * C * CELL - 0.5 * D * CELL
            for n, place in enumerate(flat(split[name][h])):
                cell(canvas, left + n % D * CELL, top + n // D * CELL, place, name, h)
    canvas.text(8, 434, f"q.stride() = {strides}", mono=True)
    return canvas.svg()


def flat(rows: list[list[int]]) -> list[int]:
    return [place for row in rows for place in row]


def cell(canvas: Canvas, left: float, top: float, place: int, name: str, head: int) -> None:
    """One value: hue for q, k or v, strength for the head."""
    frame = Frame(left + 1.5, top + 1.5, CELL - 3, CELL - 3)
    opacity = (0.5, 0.22)[head]
    color = COLORS[NAMES.index(name)]
    canvas.rect(frame, fill=color, opacity=opacity, radius=3, title=f"{name}, h={head}: {place}")
    x, y = frame.middle
    canvas.text(x, y + 5, str(place), anchor="middle")
