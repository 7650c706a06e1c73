"""What is run to measure the shapes of minigpt/variants/base.py."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from minigpt.config import GPTConfig
from minigpt.variants.base import Attention, masked_softmax

AXES = {"C": "H * D"}


class OwnToken(Attention):
    """The smallest that has all layers: each token attends to itself alone."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__(config)
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        return self.c_proj(self.c_attn(x).chunk(3, dim=-1)[2])


def probe(B: int, T: int, C: int, H: int) -> tuple[Tensor, ...]:
    attention = OwnToken(GPTConfig(n_head=H, n_embd=C))
    x, keep = torch.randn(B, T, C), torch.ones(B, T, dtype=torch.bool)
    attention.from_reference(attention.to_reference())
    scores = torch.randn(B, H, T, T)
    return attention(x), attention(x, keep), masked_softmax(scores, None), masked_softmax(scores, keep)
