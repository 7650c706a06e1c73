"""Curves of docs/_reports/mistakes.json, which docs/_runs/mistakes.py writes: what several figures share."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from statistics import median

from _ext.svg import Axis, Canvas, Frame, Series, Words, line_chart

REPORT = Path(__file__).parents[1] / "_reports" / "mistakes.json"
VAL = {"zh": "验证损失", "en": "Validation loss"}
TRAIN = {"zh": "训练损失", "en": "Training loss"}
NORM = {"zh": "梯度范数", "en": "Gradient norm"}


@functools.cache
def report() -> dict:
    return json.loads(REPORT.read_text(encoding="utf-8"))


def curve(run: str, what: str) -> list[tuple[float, float]]:
    """At each step the median of the seeds."""
    curves = [seed[what] for seed in report()[run]["seeds"]]
    return [(at[0][0], median(value for _, value in at)) for at in zip(*curves, strict=True)]


def chart(lang: str, lines: dict[tuple[str, str], Words], y: Words, *, log: bool = False) -> str:
    """One chart: a line for each pair of run and measured quantity."""
    canvas = Canvas(480, 320, lang)
    dashes = (None, "6 5", "2 4")
    series = [
        Series(words, curve(*pair), dash=dashes[n % 3]) for n, (pair, words) in enumerate(lines.items())
    ]
    steps = report()["right"]["seeds"][0]["val"][-1][0]
    x = Axis({"zh": "步数", "en": "Steps"}, low=0, high=steps)
    line_chart(canvas, Frame(8, 4, 460, 312), series, x=x, y=Axis(y, log=log))
    return canvas.svg()
