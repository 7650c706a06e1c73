"""Among how many tokens the draw chooses, in effect, at each temperature."""

from __future__ import annotations

from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from _figures._next import PROMPTS, logits

TEMPERATURES = [n / 20 for n in range(2, 41)]


def perplexity(which: tuple[str, str], temperature: float) -> float:
    scores = (logits(*which) / temperature).log_softmax(dim=-1)
    return (-(scores.exp() * scores).sum()).exp().item()


def draw(lang: str) -> str:
    canvas = Canvas(480, 320, lang)
    series = [
        Series(words, [(T, perplexity(which, T)) for T in TEMPERATURES]) for which, words in PROMPTS.items()
    ]
    x_scale, y_scale = line_chart(
        canvas,
        Frame(8, 4, 464, 312),
        series,
        x=Axis({"zh": "温度", "en": "Temperature"}, low=0, high=2),
        y=Axis({"zh": "困惑度", "en": "Perplexity"}, low=1, high=10_000, log=True),
    )
    vocabulary = len(logits("en", "open"))
    at = y_scale(vocabulary)
    canvas.line((x_scale.start, at), (x_scale.end, at), dash="4 3", opacity=0.7)
    canvas.text(x_scale.start + 8, at - 6, f"V = {vocabulary}", muted=True)
    return canvas.svg()
