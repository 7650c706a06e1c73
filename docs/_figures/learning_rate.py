"""The learning rate over a run: warm-up and cosine, and the same cosine planned for more steps."""

from __future__ import annotations

from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart

from minigpt.train.schedule import learning_rate

PLANS = (2000, 3000)


def curve(steps: int) -> list[tuple[float, float]]:
    """The rate of every tenth step, in thousandths."""
    return [
        (step, 1000 * learning_rate(step, steps, warmup=100, peak=3e-3, floor=3e-4))
        for step in range(0, steps + 1, 10)
    ]


def draw(lang: str) -> str:
    canvas = Canvas(480, 300, lang)
    series = [
        Series({"zh": f"计划 {steps} 步", "en": f"planned for {steps} steps"}, curve(steps), COLORS[n])
        for n, steps in enumerate(PLANS)
    ]
    x = Axis({"zh": "步数", "en": "Steps"})
    y = Axis({"zh": "学习率，千分之一", "en": "Learning rate, thousandths"}, low=0, high=3.2)
    line_chart(canvas, Frame(8, 4, 464, 292), series, x=x, y=y)
    return canvas.svg()
