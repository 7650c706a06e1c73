"""What the probe finds in six attentions: who moves when a token is changed."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words
from torch import Tensor
from torch.nn import functional as F

from minigpt import CausalSelfAttention, GPTConfig

T, CELL, STEP, TOP, LEFT = 5, 21, 156, 30, 30
NAMES: list[Words] = [
    {"zh": "正确", "en": "correct"},
    {"zh": "没有掩码", "en": "no mask"},
    {"zh": "掩码取反", "en": "inverted mask"},
    {"zh": "三角差一格", "en": "one off"},
    {"zh": "三角 (1, T)", "en": "triangle (1, T)"},
    {"zh": "合并时没转置", "en": "merged wrongly"},
]


@functools.cache
@torch.no_grad()
def data() -> list[list[list[int]]]:
    """[i][t] is 1 where output i moves when token t is changed, for each of NAMES."""
    torch.manual_seed(0)
    layer = CausalSelfAttention(GPTConfig(n_head=2, n_embd=8)).cpu().eval()
    ones = torch.ones(T, T, dtype=torch.bool, device="cpu")
    masks = [ones.tril(), ones, ones.triu(1), ones.tril(1), ones[:1].tril().expand(T, T)]

    def mixed(x: Tensor, mask: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(*layer.split_heads(x), attn_mask=mask)

    functions: list[Callable[[Tensor], Tensor]] = [
        lambda x, mask=mask: layer.merge_heads(mixed(x, mask)) for mask in masks
    ]
    functions.append(lambda x: layer.c_proj(mixed(x, masks[0]).contiguous().view(x.shape)))
    return [sees(function) for function in functions]


def sees(function: Callable[[Tensor], Tensor]) -> list[list[int]]:
    x = 3 * torch.linspace(-5, 5, 2 * T * 8, device="cpu").sin().reshape(2, T, 8)
    before, columns = function(x), []
    for t in range(T):
        changed = x.clone()
        changed[:, t, 0] += 1
        same = torch.isclose(function(changed), before, atol=1e-6)
        columns.append((~same).any(dim=-1).any(dim=0))
    return torch.stack(columns, dim=1).int().tolist()


def draw(lang: str) -> str:
    canvas = Canvas(480, 288, lang)
    for n, (words, rows) in enumerate(zip(NAMES, data(), strict=True)):
        left, top = LEFT + n % 3 * STEP, TOP + n // 3 * 146
        canvas.text(left, top - 10, words)
        for i, row in enumerate(rows):
            for t, moved in enumerate(row):
                cell(canvas, Frame(left + t * CELL, top + i * CELL, CELL - 2, CELL - 2), i, t, bool(moved))
    return canvas.svg()


def cell(canvas: Canvas, frame: Frame, i: int, t: int, moved: bool) -> None:
    """Filled: seen and allowed. Crossed: seen in the future. A strong frame, empty: allowed and not seen."""
    if moved:
        canvas.rect(frame, fill=COLORS[1] if t > i else COLORS[0], opacity=1 if t > i else 0.5, radius=2)
    if moved and t > i:
        x, y, right, bottom = frame.x + 5, frame.y + 5, frame.right - 5, frame.bottom - 5
        canvas.line((x, y), (right, bottom), width=1.5)
        canvas.line((x, bottom), (right, y), width=1.5)
    canvas.rect(frame, stroke=INK, width=1.2 if t <= i and not moved else 0.3, radius=2)
