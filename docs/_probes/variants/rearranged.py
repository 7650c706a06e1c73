"""What is run to measure the shapes of minigpt/variants/rearranged.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.variants.rearranged import Rearranged

AXES = {"C": "H * D"}


def probe(B: int, T: int, C: int, H: int) -> tuple[Tensor, ...]:
    attention = Rearranged(GPTConfig(n_head=H, n_embd=C)).eval()
    x, keep = torch.randn(B, T, C), torch.ones(B, T, dtype=torch.bool)
    with torch.no_grad():
        return attention(x), attention(x, keep)
