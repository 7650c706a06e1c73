"""Validation loss at three learning rates."""

from __future__ import annotations

from _figures._mistakes import VAL, chart, report


def draw(lang: str) -> str:
    names = {
        "slow": {"zh": "太小", "en": "too small"},
        "right": {"zh": "合适", "en": "right"},
        "fast": {"zh": "太大", "en": "too large"},
    }
    lines = {}
    for run, name in names.items():
        peak = report()[run]["settings"]["peak"]
        lines[run, "val"] = {key: f"{words}: {peak:g}" for key, words in name.items()}
    return chart(lang, lines, VAL)
