"""The loss without zero_grad."""

from __future__ import annotations

from _figures._mistakes import TRAIN, chart


def draw(lang: str) -> str:
    lines = {
        ("right", "loss"): {"zh": "正确", "en": "right"},
        ("no_zero_grad", "loss"): {"zh": "忘了 zero_grad", "en": "zero_grad forgotten"},
        ("no_zero_grad_no_clip", "loss"): {"zh": "忘了，也没有裁剪", "en": "forgotten, no clipping"},
    }
    return chart(lang, lines, TRAIN)
