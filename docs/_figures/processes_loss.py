"""The loss of one training run, taken by one process, by two copies, and by two halves of the model."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from _ext.svg import Axis, Canvas, Frame, Series, line_chart

ARTIFACT = Path(__file__).parents[1] / "_reports/processes.json"  # written by docs/_runs/processes.py


@functools.cache
def data() -> dict[str, list[float]]:
    artifact = json.loads(ARTIFACT.read_text(encoding="utf-8"))
    return {name: artifact[name]["loss"] for name in ("one", "ddp", "fsdp")}


def largest_difference() -> float:
    """Of a loss from that of one process, relative to it."""
    one = data()["one"]
    others = (data()["ddp"], data()["fsdp"])
    return max(abs(a - b) / a for losses in others for a, b in zip(one, losses, strict=True))


def draw(lang: str) -> str:
    canvas = Canvas(480, 340, lang)
    names = {
        "one": {"zh": "一个进程", "en": "One process"},
        "ddp": {"zh": "两个，DDP", "en": "Two, DDP"},
        "fsdp": {"zh": "两个，FSDP2", "en": "Two, FSDP2"},
    }
    dashes = {"ddp": "10 10", "fsdp": "2 8"}  # the three lie on one another
    series = [
        Series(names[key], list(enumerate(losses, start=1)), dash=dashes.get(key))
        for key, losses in data().items()
    ]
    x = Axis({"zh": "步数", "en": "Steps"}, low=0, high=len(data()["one"]))
    y = Axis({"zh": "损失", "en": "Loss"})
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 460, 332), series, x=x, y=y)
    most = f"{largest_difference():.0e}".replace("e-0", "e-")
    words = {"zh": f"相对差最大 {most}", "en": f"largest relative difference {most}"}
    canvas.text(x_scale.end, y_scale.end + 16, words, anchor="end", muted=True)
    return canvas.svg()
