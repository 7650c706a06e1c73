"""What is run to measure the shapes of minigpt/attention.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.attention import CausalSelfAttention
from minigpt.config import GPTConfig

AXES = {"C": "H * D"}


def probe(B: int, T: int, C: int, H: int) -> tuple[Tensor, Tensor, Tensor]:
    attention = CausalSelfAttention(GPTConfig(n_head=H, n_embd=C))
    x = torch.randn(B, T, C)
    return attention(x), attention.forward_by_hand(x), attention.probabilities(x)
