"""Targets that are the inputs themselves."""

from __future__ import annotations

from _figures._mistakes import TRAIN, chart


def draw(lang: str) -> str:
    lines = {
        ("right", "loss"): {"zh": "目标是下一个 token", "en": "targets one ahead"},
        ("no_shift", "loss"): {"zh": "目标是输入本身", "en": "targets not shifted"},
    }
    return chart(lang, lines, TRAIN)
