"""What is run to measure the shapes of minigpt/init.py."""

from __future__ import annotations

from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.init import init_weights
from minigpt.mlp import MLP

AXES = {"C": "2 * D"}


def probe(C: int) -> list[Tensor]:
    mlp = MLP(GPTConfig(n_head=2, n_embd=C))
    init_weights(mlp, n_layer=12)
    return list(mlp.parameters())
