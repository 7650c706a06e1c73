"""What is run to measure the shapes of minigpt/train/loop.py."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.amp import GradScaler

from minigpt.config import GPTConfig
from minigpt.gpt import GPT
from minigpt.optim import configure_optimizers
from minigpt.train.loop import train_step


def probe(B: int, T: int, V: int) -> tuple[Tensor, Tensor]:
    model = GPT(GPTConfig(block_size=T, vocab_size=V, n_layer=1, n_head=1, n_embd=2))
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=1e-3, betas=(0.9, 0.95))
    ids = torch.randint(V, (B, T + 1))
    batches = [(ids[:, :-1], ids[:, 1:])] * 2
    return train_step(model, optimizer, GradScaler("cpu", enabled=False), batches, 1e-3, 1.0, "float32")
