"""What is run to measure the shapes of minigpt/stream.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.gpt import GPT
from minigpt.stream import generate, left_pad

AXES = {"V": "T + 4"}


def probe(B: int, T: int, V: int) -> tuple[Tensor, Tensor]:
    model = GPT(GPTConfig(block_size=T + 3, vocab_size=V, n_layer=1, n_head=2, n_embd=8)).eval()
    idx, padding = left_pad([torch.randint(V, (T,)).tolist() for _ in range(B)])
    return generate(model, idx, 1, temperature=0, padding=padding), padding
