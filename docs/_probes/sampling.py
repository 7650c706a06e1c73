"""What is run to measure the shapes of minigpt/sampling.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.sampling import sample

AXES = {"V": "K + 4"}


def probe(B: int, K: int, V: int) -> tuple[Tensor, Tensor]:
    logits = torch.randn(B, V)
    return sample(logits, top_k=K, top_p=0.9), sample(logits, temperature=0)
