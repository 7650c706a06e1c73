"""What is run to measure the shapes of minigpt/bench/contender.py."""

from __future__ import annotations

from torch import Tensor

from minigpt.bench.contender import Contender, Size

AXES = {"C": "H * D"}


def probe(B: int, T: int, C: int, H: int) -> tuple[Tensor, dict[str, Tensor]]:
    one = Contender("reference", Size(B, T, C, H))
    return one.forward(), one.outcome("train")
