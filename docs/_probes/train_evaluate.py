"""What is run to measure the shapes of minigpt/train/evaluate.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.gpt import GPT
from minigpt.tokenizer import CharTokenizer
from minigpt.train.evaluate import mean_loss, write_sample

EXTRA = ("T + 3",)  # the tokens of a sample


def probe(B: int, T: int, V: int) -> Tensor:
    model = GPT(GPTConfig(block_size=T, vocab_size=V, n_layer=1, n_head=1, n_embd=2))
    tokenizer = CharTokenizer("".join(chr(ord("a") + i) for i in range(V)))
    write_sample(model, tokenizer, "a" * T, tokens=3, temperature=1.0, seed=0)
    ids = torch.randint(V, (B, T + 1))
    return mean_loss(model, [(ids[:, :-1], ids[:, 1:])] * 2, "float32")
