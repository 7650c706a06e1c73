"""What is run to measure the shapes of minigpt/variants/tiled.py: two tiles of rows."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.variants.tiled import Tiled

AXES = {"C": "H * D", "T": "2 * R"}


def probe(B: int, T: int, C: int, H: int, R: int) -> tuple[Tensor, ...]:
    attention = Tiled(GPTConfig(n_head=H, n_embd=C))
    attention.tile = R
    x, keep = torch.randn(B, T, C), torch.ones(B, T, dtype=torch.bool)
    return attention(x), attention(x, keep)
