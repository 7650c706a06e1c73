"""The loss curve as a picture: an SVG file made of two lines, two scales and their numbers.
zh: 把损失曲线画成图：一个 SVG 文件，两条线、两条坐标轴和刻度。
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["draw_curve"]

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 700, 24, 372  # edges of the plot
POINTS = 400  # more would not be seen

Point = tuple[float, float]


def thin(points: Sequence[Point]) -> list[Point]:
    """At most ``POINTS`` points, each the mean of neighbors.
    zh: 最多 ``POINTS`` 个点，每个是相邻若干点的平均。

    Args:
        points: Pairs of step and loss.
            zh: 步数与损失的数对。

    Returns:
        The points to draw.
            zh: 要画的点。

    Examples:
        >>> len(thin([(step, 1.0) for step in range(1000)]))
        334
    """
    size = max(1, math.ceil(len(points) / POINTS))
    groups = [points[i : i + size] for i in range(0, len(points), size)]
    return [(sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) for g in groups]


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two limits, five or so.
    zh: 两个界限之间的整齐数字，五个左右。

    Args:
        low: Lower limit.
            zh: 下限。
        high: Upper limit, above ``low``.
            zh: 上限，大于 ``low``。

    Returns:
        The numbers, rising.
            zh: 从小到大的数字。

    Examples:
        >>> ticks(0, 1000), ticks(1.7, 4.2)
        ([0, 200, 400, 600, 800, 1000], [2.0, 2.5, 3.0, 3.5, 4.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / 4))
    size = next(power * k for k in (1, 2, 5, 10) if (high - low) / (power * k) <= 6)
    size = int(size) if size >= 1 else size
    return [round(i * size, 9) for i in range(math.ceil(low / size), math.floor(high / size) + 1)]


def draw_curve(records: Sequence[dict[str, Any]]) -> str:
    """Loss in training and validation over the steps.
    zh: 训练损失和验证损失随步数的变化。

    Args:
        records: What log.jsonl holds.
            zh: log.jsonl 的内容。

    Returns:
        An SVG document, readable on light and dark pages: it brings its own background.
            zh: 一份 SVG 文档；自带背景，在浅色和深色页面上都能看清。
    """
    train = thin([(r["step"], r["loss"]) for r in records if "loss" in r])
    val = [(r["step"], r["val_loss"]) for r in records if "val_loss" in r]
    end = max(1, *(x for x, _ in train + val))
    low, high = min(y for _, y in train + val), max(y for _, y in train + val)
    low, high = (low, high) if high > low else (low - 1, high + 1)

    def across(step: float) -> float:
        return LEFT + step / end * (RIGHT - LEFT)

    def down(loss: float) -> float:
        return BOTTOM - (loss - low) / (high - low) * (BOTTOM - TOP)

    def line(points: Sequence[Point], color: str, width: float) -> str:
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
        return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}"/>'

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for y in ticks(low, high):
        parts.append(f'<path d="M{LEFT} {down(y):.1f}H{RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{down(y) + 4:.1f}" text-anchor="end">{y:g}</text>')
    for x in ticks(0, end):
        parts.append(f'<text x="{across(x):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{x:g}</text>')
    parts += [line(train, "#7aa6d8", 1.2), line(val, "#c2410c", 2)]
    for y, color, name in (
        (TOP + 8, "#3d78b8", "training / 训练"),
        (TOP + 28, "#c2410c", "validation / 验证"),
    ):
        parts.append(f'<text x="{RIGHT}" y="{y}" text-anchor="end" fill="{color}">{name}</text>')
    parts.append(f'<text x="{RIGHT}" y="{BOTTOM + 40}" text-anchor="end">steps / 步</text>')
    parts.append(f'<text x="8" y="{TOP - 8}">loss / 损失</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    return head + 'font-family="sans-serif" font-size="13">\n' + "\n".join(parts) + "\n</svg>\n"
