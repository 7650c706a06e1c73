"""What is run to measure the shapes of minigpt/data.py."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from minigpt.data import batch, load_data, prepare


def probe(B: int, T: int) -> tuple[Tensor, Tensor]:
    with TemporaryDirectory() as folder:
        text = Path(folder, "text")
        text.write_text("a b\n" * 20, encoding="utf-8")
        prepare(folder, [text], vocab_size=257)
        load_data(folder)
    return batch(torch.arange(10 * T), B, T, seed=0, step=0)
