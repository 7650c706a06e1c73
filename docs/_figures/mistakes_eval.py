"""The same weights evaluated twice: with eval(), and in training mode."""

from __future__ import annotations

from _figures._mistakes import VAL, chart


def draw(lang: str) -> str:
    lines = {
        ("no_eval", "val"): {"zh": "eval()", "en": "eval()"},
        ("no_eval", "val_in_training_mode"): {"zh": "忘了 eval()", "en": "eval() forgotten"},
    }
    return chart(lang, lines, VAL)
