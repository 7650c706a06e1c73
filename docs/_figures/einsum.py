"""Which axes meet in einsum("id,jd->ij", q, k): d is matched and summed, i and j survive."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words
from torch import Tensor

CELL = 38
TOP = 70
ROW, COLUMN = 1, 2  # the entry that is worked out
HUE = {"i": COLORS[0], "j": COLORS[1], "d": COLORS[2]}


@functools.cache
def data() -> tuple[Tensor, Tensor, Tensor]:
    q = torch.tensor([[1, 0], [2, 1], [0, 3]], device="cpu")
    k = torch.tensor([[1, 1], [0, 2], [3, 1]], device="cpu")
    return q, k, torch.einsum("id,jd->ij", q, k)


def draw(lang: str) -> str:
    q, k, scores = data()
    canvas = Canvas(480, 250, lang)
    canvas.text(20, 22, 'einsum("id,jd->ij", q, k)', mono=True, bold=True)
    matrix(canvas, 40, q, "q", "i", "d", rows=[ROW])
    matrix(canvas, 190, k, "k", "j", "d", rows=[COLUMN])
    matrix(canvas, 340, scores, {"zh": "分数", "en": "scores"}, "i", "j", cell=(ROW, COLUMN))
    terms = " + ".join(f"{a}·{b}" for a, b in zip(q[ROW].tolist(), k[COLUMN].tolist(), strict=True))
    canvas.text(
        20,
        TOP + 3 * CELL + 34,
        f"scores[{ROW}, {COLUMN}] = {terms} = {scores[ROW, COLUMN].item()}",
        mono=True,
    )
    words = {
        "zh": "d 对上、相乘、求和后消失；i 与 j 留下",
        "en": "d meets, is multiplied, summed and gone; i and j stay",
    }
    canvas.text(20, TOP + 3 * CELL + 58, words, muted=True)
    return canvas.svg()


def matrix(
    canvas: Canvas,
    left: float,
    values: Tensor,
    title: Words,
    down: str,
    across: str,
    *,
    rows: list[int] | None = None,
    cell: tuple[int, int] | None = None,
) -> None:
    """One tensor with the letters of its axes; ``rows`` or ``cell`` take part in the entry worked out."""
    width, height = values.shape[1] * CELL, values.shape[0] * CELL
    canvas.text(left + width / 2, TOP - 28, title, anchor="middle", bold=True)
    letter(canvas, (left + width / 2, TOP - 8), across)
    letter(canvas, (left - 12, TOP + height / 2 + 5), down)
    canvas.line((left, TOP - 2), (left + width, TOP - 2), color=HUE[across], width=3)
    canvas.line((left - 2, TOP), (left - 2, TOP + height), color=HUE[down], width=3)
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            frame = Frame(left + j * CELL + 2, TOP + i * CELL + 2, CELL - 4, CELL - 4)
            lit = i in (rows or []) or (i, j) == cell
            fill, opacity = (HUE["d"], 0.4) if lit else (INK, 0.06)
            canvas.rect(frame, fill=fill, opacity=opacity, radius=3, title=str(value))
            x, y = frame.middle
            canvas.text(x, y + 5, str(value), anchor="middle", bold=lit)


def letter(canvas: Canvas, at: tuple[float, float], name: str) -> None:
    canvas.text(*at, name, anchor="middle", mono=True, bold=True, color=HUE[name])
