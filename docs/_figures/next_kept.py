"""Probability of the likeliest tokens together, after three prompts: where top-k and where top-p stop."""

from __future__ import annotations

from _ext.svg import COLORS, INK, Axis, Canvas, Frame, Series, line_chart
from _figures._next import PROMPTS, logits

K, P = 20, 0.9


def draw(lang: str) -> str:
    canvas = Canvas(480, 350, lang)
    totals = [logits(*which).softmax(dim=-1).cumsum(dim=-1).tolist() for which in PROMPTS]
    x_scale, y_scale = line_chart(
        canvas,
        Frame(8, 4, 464, 342),
        [Series(words, points(total)) for words, total in zip(PROMPTS.values(), totals, strict=True)],
        x=Axis({"zh": "最可能的多少个 token", "en": "Tokens, likeliest first"}, log=True),
        y=Axis({"zh": "它们的概率之和", "en": "Probability of these together"}, low=0, high=1),
    )
    canvas.line((x_scale(K), y_scale(0)), (x_scale(K), y_scale(1)), dash="4 3", opacity=0.7)
    canvas.text(x_scale(K) + 6, y_scale(0) - 8, f"k = {K}", muted=True)
    canvas.line((x_scale.start, y_scale(P)), (x_scale.end, y_scale(P)), dash="4 3", opacity=0.7)
    canvas.text(x_scale.end, y_scale(P) + 18, f"p = {P}", anchor="end", muted=True)
    for n, total in enumerate(totals):
        count = next(i for i, value in enumerate(total, 1) if value >= P)
        for place in (count, K):
            at = (x_scale(place), y_scale(total[place - 1]))
            canvas.circle(*at, 5, fill=COLORS[n], stroke=INK, title=f"{place}: {total[place - 1]:.3g}")
        # Above the first curve, below the others, so that near neighbors stay apart.
        right, below, anchor = (8, 20, "start") if n else (-8, -8, "end")
        canvas.text(x_scale(count) + right, y_scale(P) + below, f"{count}", anchor=anchor)
    return canvas.svg()


def points(total: list[float]) -> list[tuple[float, float]]:
    """Every place at first, then ever fewer: the axis is logarithmic."""
    places = sorted({min(round(1.12**n), len(total)) for n in range(80)})
    return [(place, total[place - 1]) for place in places]
