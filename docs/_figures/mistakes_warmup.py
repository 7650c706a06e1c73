"""Gradient norm with warm-up and clipping, without the one, without the other."""

from __future__ import annotations

from _figures._mistakes import TRAIN, chart

LINES = {
    ("warmup", "loss"): {"zh": "预热 + 裁剪", "en": "warm-up and clipping"},
    ("no_warmup", "loss"): {"zh": "没有预热", "en": "no warm-up"},
    ("no_clip", "loss"): {"zh": "没有裁剪", "en": "no clipping"},
}


def draw(lang: str) -> str:
    return chart(lang, LINES, TRAIN)
