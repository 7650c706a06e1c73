"""What is run to measure the shapes of minigpt/norm.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.norm import LayerNorm


def probe(B: int, T: int, C: int) -> tuple[Tensor, Tensor]:
    x = torch.randn(B, T, C)
    return LayerNorm(C, bias=True)(x), LayerNorm(C, bias=False)(x)
