"""What is run to measure the shapes of minigpt/heads.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.heads import NanoGPT

AXES = {"C": "H * D"}


def probe(B: int, T: int, C: int, H: int, D: int, V: int, L: int) -> tuple[Tensor, ...]:
    """One pass with targets and one without; ``L`` is ``block_size``, the longest ``T``."""
    config = GPTConfig(block_size=L, vocab_size=V, n_layer=2, n_head=H, n_embd=C)
    model = NanoGPT(config)
    idx = torch.randint(V, (B, T))
    logits, loss = model(idx, torch.randint(V, (B, T)))
    return model(idx)[0], logits, loss
