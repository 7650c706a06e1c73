"""Too little text: the loss on it falls, the loss on other text rises."""

from __future__ import annotations

from _figures._mistakes import chart


def draw(lang: str) -> str:
    lines = {
        ("little_text", "loss"): {"zh": "少量文字：训练", "en": "little text: training"},
        ("little_text", "val"): {"zh": "少量文字：验证", "en": "little text: validation"},
        ("right", "val"): {"zh": "全部文字：验证", "en": "all of the text: validation"},
    }
    return chart(lang, lines, {"zh": "损失", "en": "Loss"})
