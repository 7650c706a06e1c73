"""What is run to measure the shapes of minigpt/block.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.block import Block
from minigpt.config import GPTConfig


def probe(B: int, T: int, C: int) -> Tensor:
    return Block(GPTConfig(n_head=1, n_embd=C))(torch.randn(B, T, C))
