"""What each of two processes keeps of GPT-2 small: all of it, or its rows of every parameter."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Canvas, Frame, number
from torch import nn

from minigpt import GPT, GPTConfig

WORLD, BYTES = 2, 4  # processes; bytes of a float32
KINDS = (
    {"zh": "权重", "en": "Weights"},
    {"zh": "梯度", "en": "Gradient"},
    {"zh": "均值 m", "en": "Mean m"},
    {"zh": "平方均值 v", "en": "Mean square v"},
)
LEFT, TOP, ROW = 92, 74, 34


@functools.cache
def data() -> dict[str, list[float]]:
    """Gigabytes that each process needs for one number per parameter it holds."""
    with torch.device("meta"):
        parameters = list(GPT(GPTConfig.preset("gpt2")).parameters())
    whole = sum(p.numel() for p in parameters)
    parts = [sum(rows(p, rank) for p in parameters) for rank in range(WORLD)]
    return {
        "DDP": [whole * BYTES / 1e9] * WORLD,
        "FSDP2": [part * BYTES / 1e9 for part in parts],
    }


def rows(parameter: nn.Parameter, rank: int) -> int:
    """Numbers of the shard that fully_shard leaves a process."""
    return parameter.chunk(WORLD)[rank].numel()


def draw(lang: str) -> str:
    canvas = Canvas(480, 266, lang)
    scale = (472 - LEFT - 70) / max(len(KINDS) * size for sizes in data().values() for size in sizes)
    for n, kind in enumerate(KINDS):
        left, top = 8 + n % 2 * 200, 4 + n // 2 * 24
        canvas.rect(Frame(left, top, 14, 14), fill=COLORS[n], opacity=0.55)
        canvas.text(left + 22, top + 12, kind)
    top = TOP
    for name, sizes in data().items():
        canvas.text(8, top + 10, name, bold=True)
        for rank, size in enumerate(sizes):
            y = top + 18 + rank * ROW
            canvas.text(8, y + 18, {"zh": f"进程 {rank}", "en": f"Process {rank}"})
            for n in range(len(KINDS)):
                bar = Frame(LEFT + n * size * scale, y, size * scale - 2, ROW - 8)
                canvas.rect(bar, fill=COLORS[n], opacity=0.55)
            total = number(len(KINDS) * size, 2)
            canvas.text(LEFT + len(KINDS) * size * scale + 6, y + 18, f"{total} GB", muted=True)
        top += 18 + WORLD * ROW + 14
    return canvas.svg()
