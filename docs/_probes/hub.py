"""What is run to measure the shapes of minigpt/hub.py."""

from __future__ import annotations

from torch import Tensor

from minigpt.block import Block
from minigpt.config import GPTConfig
from minigpt.hub import tensors_from_hub, tensors_to_hub


def probe(C: int) -> list[Tensor]:
    block = Block(GPTConfig(n_head=1, n_embd=C))
    stored = tensors_to_hub(
        {f"transformer.h.0.{name}": t for name, t in block.state_dict().items()}, bias=True
    )
    return list(tensors_from_hub(stored, bias=True).values())
