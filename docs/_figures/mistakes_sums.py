"""Norm of the gradient where zero_grad is forgotten, with clipping and without."""

from __future__ import annotations

from _figures._mistakes import NORM, chart


def draw(lang: str) -> str:
    lines = {
        ("right", "norm"): {"zh": "正确", "en": "right"},
        ("no_zero_grad", "norm"): {"zh": "忘了 zero_grad", "en": "zero_grad forgotten"},
        ("no_zero_grad_no_clip", "norm"): {"zh": "忘了，也没有裁剪", "en": "forgotten, no clipping"},
    }
    return chart(lang, lines, NORM, log=True)
