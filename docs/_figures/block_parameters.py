"""Where the parameters of one Block of GPT-2 small are."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Canvas, Frame, Words, bars, number

from minigpt import Block, GPTConfig

PARTS: tuple[tuple[str, Words], ...] = (
    ("attn.c_attn", {"zh": "注意力 c_attn", "en": "attention c_attn"}),
    ("attn.c_proj", {"zh": "注意力 c_proj", "en": "attention c_proj"}),
    ("mlp.c_fc", "MLP c_fc"),
    ("mlp.c_proj", "MLP c_proj"),
    ("ln_", {"zh": "两个 LayerNorm", "en": "two LayerNorms"}),
)


@functools.cache
def data() -> dict[str, int]:
    """Parameters whose names begin so."""
    with torch.device("meta"):
        block = Block(GPTConfig.preset("gpt2"))
    found = {
        part: sum(p.numel() for name, p in block.named_parameters() if name.startswith(part))
        for part, _ in PARTS
    }
    if sum(found.values()) != sum(p.numel() for p in block.parameters()):
        raise ValueError(f"expected every parameter of a Block in one of {list(found)}; add what is missing")
    return found


def draw(lang: str) -> str:
    canvas = Canvas(480, 236, lang)
    total = sum(data().values())
    canvas.text(
        12,
        22,
        {
            "zh": f"GPT-2 small 的一个块：{total:,} 个参数",
            "en": f"One Block of GPT-2 small: {total:,} parameters",
        },
        bold=True,
    )
    items = [(words, data()[part]) for part, words in PARTS]
    bars(canvas, Frame(12, 36, 456, 168), items)
    share = sum(count for part, count in data().items() if part.startswith("mlp")) / total
    canvas.text(
        12,
        226,
        {
            "zh": f"MLP 共占 {number(100 * share, 1)}%",
            "en": f"Share of the MLP: {number(100 * share, 1)} %",
        },
        color=COLORS[0],
    )
    return canvas.svg()
