"""Norm of the gradient before clipping, of the runs of mistakes_warmup."""

from __future__ import annotations

from _figures._mistakes import NORM, chart
from _figures.mistakes_warmup import LINES


def draw(lang: str) -> str:
    return chart(lang, {(run, "norm"): words for (run, _), words in LINES.items()}, NORM, log=True)
