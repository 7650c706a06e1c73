"""What is run to measure the shapes of minigpt/variants/multihead.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.variants.multihead import MultiHead

AXES = {"C": "H * D"}


def probe(B: int, T: int, C: int, H: int) -> tuple[Tensor, ...]:
    attention = MultiHead(GPTConfig(n_head=H, n_embd=C))
    x, keep = torch.randn(B, T, C), torch.ones(B, T, dtype=torch.bool)
    attention.from_reference(attention.to_reference())
    return attention(x), attention(x, keep), attention.probabilities(x, keep)
