"""What is run to measure the shapes of minigpt/inputs.py."""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.inputs import check_ids, check_targets


def probe(B: int, T: int, V: int) -> Tensor:
    idx = torch.randint(V, (B, T))
    check_ids(idx, GPTConfig(block_size=T, vocab_size=V))
    check_targets(idx, idx)
    return idx
