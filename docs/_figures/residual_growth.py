"""Spread of the residual stream along 24 pre-norm blocks with fresh weights: every block adds to it."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart, number
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt import LayerNorm

B, T, C, H = 4, 32, 128, 4
BLOCKS = 24
STD = (
    0.02 * (768 / C) ** 0.5
)  # GPT-2 draws weights with std 0.02 at C = 768; at this width that has the same effect


class Block(nn.Module):
    """A pre-norm block in plain torch: x + attention(LN(x)), then x + MLP(LN(x))."""

    def __init__(self, projection_std: float) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = LayerNorm(C, bias=False), LayerNorm(C, bias=False)
        self.qkv, self.proj = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.mlp = nn.Sequential(nn.Linear(C, 4 * C), nn.GELU(), nn.Linear(4 * C, C))
        for linear in (self.qkv, self.proj, self.mlp[0], self.mlp[2]):
            std = projection_std if linear in (self.proj, self.mlp[2]) else STD
            nn.init.normal_(linear.weight, std=std)
            nn.init.zeros_(linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            part.view(B, T, H, C // H).transpose(1, 2) for part in self.qkv(self.ln_1(x)).chunk(3, dim=-1)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, C)
        x = x + self.proj(mixed)
        return x + self.mlp(self.ln_2(x))


@functools.cache
@torch.no_grad()
def data() -> tuple[list[float], list[float], list[float]]:
    """Std at each depth: of the stream, of its LayerNorm, of the stream with GPT-2's smaller projections."""
    norm = LayerNorm(C, bias=False)
    stream = run(STD)
    small = run(STD / (2 * BLOCKS) ** 0.5)
    return spreads(stream), spreads([norm(x) for x in stream]), spreads(small)


def run(projection_std: float) -> list[Tensor]:
    """The stream before the first block and after each one."""
    torch.manual_seed(0)
    x = 0.02 * torch.randn(B, T, C) + 0.02 * torch.randn(B, T, C)  # token and position embeddings of GPT-2
    stream = [x]
    for _ in range(BLOCKS):
        stream.append(Block(projection_std)(stream[-1]))
    return stream


def spreads(tensors: list[Tensor]) -> list[float]:
    return [x.std().item() for x in tensors]


def draw(lang: str) -> str:
    canvas = Canvas(480, 350, lang)
    names = (
        {"zh": "残差流", "en": "Residual stream"},
        {"zh": "经过 LayerNorm 之后", "en": "The same after a LayerNorm"},
        {
            "zh": f"残差流，输出投影的初始权重除以 √{2 * BLOCKS}",
            "en": f"Residual stream, output projections start √{2 * BLOCKS} times smaller",
        },
    )
    series = [Series(name, list(enumerate(values))) for name, values in zip(names, data(), strict=True)]
    x = Axis({"zh": "已经过的块数", "en": "Blocks passed"})
    y = Axis({"zh": "标准差", "en": "Standard deviation"}, low=0, high=2.5)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 404, 342), series, x=x, y=y)
    right = x_scale.end
    for color, values in zip(COLORS, data(), strict=False):
        canvas.circle(right, y_scale(values[-1]), 4, fill=color)
        canvas.text(right + 34, y_scale(values[-1]) + 5, number(values[-1]), anchor="middle", bold=True)
    # What ln_f does behind the last block.
    stream, normed, _ = (y_scale(values[-1]) for values in data())
    canvas.arrow([(right + 34, stream + 12), (right + 34, normed - 12)])
    canvas.text(right + 40, (stream + normed) / 2 + 4, "ln_f", mono=True)
    return canvas.svg()
