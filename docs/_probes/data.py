"""What is run to measure the shapes of minigpt/data.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.data import batch

AXES = {"N": "10 * T"}


def probe(B: int, T: int, N: int) -> tuple[Tensor, Tensor]:
    """``N`` is the number of tokens there are."""
    return batch(torch.arange(N).to(torch.uint16), B, T, seed=0, step=0)
