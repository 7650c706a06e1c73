"""What is run to measure the shapes of minigpt/incremental.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.cache import KVCache
from minigpt.config import GPTConfig
from minigpt.gpt import GPT
from minigpt.incremental import cached_hidden, cached_logits

AXES = {"C": "H * D", "S": "T + 4"}


def probe(B: int, T: int, C: int, H: int, V: int, S: int) -> tuple[Tensor, Tensor]:
    model = GPT(GPTConfig(block_size=S, vocab_size=V, n_layer=1, n_head=H, n_embd=C)).eval()
    cache = KVCache(model, B)
    cache.k.zero_()
    cache.v.zero_()
    cache.length = S - T  # as if so many had been read
    idx = torch.randint(V, (B, T))
    many = cached_logits(model, idx, cache)
    return many, cached_hidden(model, idx[:1, :1], KVCache(model))
