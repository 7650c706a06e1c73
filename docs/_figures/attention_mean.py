"""Two heads with different habits, and the mean that nn.MultiheadAttention returns by default."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Canvas, Frame, heatmap
from torch import Tensor, nn

T = 4
SIDE, TOP = 132, 62


@functools.cache
@torch.no_grad()
def data() -> tuple[Tensor, Tensor]:
    """Weights of each head and their mean, from a layer set up as on the page."""
    mha = nn.MultiheadAttention(2 * T, 2, bias=False, batch_first=True, device="cpu")
    eye, back = 10 * torch.eye(T, device="cpu"), 10 * torch.eye(T, device="cpu").roll(-1, 0)
    zero = torch.zeros(T, T, device="cpu")
    query = torch.cat([torch.cat([back, zero], 1), torch.cat([eye, zero], 1)])
    key = torch.cat([torch.cat([eye, zero], 1)] * 2)
    mha.in_proj_weight.copy_(torch.cat([query, key, torch.eye(2 * T, device="cpu")]))
    x = torch.cat([torch.eye(T, device="cpu"), torch.zeros(T, T, device="cpu")], 1)[None]
    future = torch.ones(T, T, device="cpu").triu(1).bool()
    _, each = mha(x, x, x, attn_mask=future, average_attn_weights=False)
    _, mean = mha(x, x, x, attn_mask=future)
    return each[0], mean[0]


def draw(lang: str) -> str:
    each, mean = data()
    canvas = Canvas(480, 224, lang)
    titles = (
        {"zh": "头 0", "en": "head 0"},
        {"zh": "头 1", "en": "head 1"},
        {"zh": "平均", "en": "mean"},
    )
    names = [str(n) for n in range(T)]
    for n, (title, values) in enumerate(zip(titles, (*each, mean), strict=True)):
        left = 22 + n * 154
        canvas.text(left + 18, 24, title, bold=True)
        frame = Frame(left, TOP - 22, SIDE + 14, SIDE + 22)
        heatmap(canvas, frame, values.tolist(), row_names=names, column_names=names, digits=1, largest=1.0)
    canvas.text(20, 214, {"zh": "行：查询 i；列：键 j", "en": "row: query i; column: key j"}, muted=True)
    return canvas.svg()
