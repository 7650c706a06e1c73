"""How many tokens a character costs, against the size of the vocabulary, in both languages."""

from __future__ import annotations

from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from _figures._tokens import SIZES, text, tokenizer


def draw(lang: str) -> str:
    canvas = Canvas(480, 300, lang)
    names = {"zh": {"zh": "中文", "en": "Chinese"}, "en": {"zh": "英文", "en": "English"}}
    series = [
        Series(
            name,
            [(size, len(tokenizer(size).encode(text(key))) / len(text(key))) for size in SIZES],
            dots=True,
        )
        for key, name in names.items()
    ]
    line_chart(
        canvas,
        Frame(8, 4, 464, 292),
        series,
        x=Axis({"zh": "词表大小", "en": "Size of the vocabulary"}, low=0),
        y=Axis({"zh": "每个字符的 token 数", "en": "Tokens per character"}, low=0),
    )
    return canvas.svg()


def cost(language: str, size: int) -> float:
    return len(tokenizer(size).encode(text(language))) / len(text(language))
