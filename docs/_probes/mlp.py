"""What is run to measure the shapes of minigpt/mlp.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.mlp import MLP


def probe(B: int, T: int, C: int) -> Tensor:
    return MLP(GPTConfig(n_head=1, n_embd=C))(torch.randn(B, T, C))
