"""What is run to measure the shapes of minigpt/gpt.py."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.gpt import GPT

AXES = {"C": "2 * D"}


def probe(B: int, T: int, C: int, V: int) -> tuple[Tensor, ...]:
    config = GPTConfig(block_size=T, vocab_size=V, n_layer=2, n_head=2, n_embd=C)
    model = GPT(config)
    idx = torch.randint(V, (B, T))
    logits, loss = model(idx, idx)
    longer = model.generate(idx, 1, temperature=0)
    model.crop_block_size(T)
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        loaded = GPT.from_pretrained(folder)
    return logits, loss, longer, loaded.lm_head.weight
