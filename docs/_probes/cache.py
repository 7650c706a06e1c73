"""What is run to measure the shapes of minigpt/cache.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.cache import KVCache
from minigpt.config import GPTConfig
from minigpt.gpt import GPT

AXES = {"S": "T + 4"}


def probe(L: int, B: int, H: int, T: int, D: int, S: int) -> tuple[Tensor | None, ...]:
    model = GPT(GPTConfig(block_size=S, vocab_size=5, n_layer=L, n_head=H, n_embd=H * D))
    cache = KVCache(model, B)
    cache.k.zero_()
    cache.v.zero_()
    cache.length = S - T  # as if so many had been read
    plain = cache.positions(T), cache.mask(T)
    cache.padding = torch.zeros(B, dtype=torch.long)
    padded = cache.positions(T), cache.mask(T)
    return *plain, *padded, *cache.extend(0, *torch.randn(2, B, H, T, D))
