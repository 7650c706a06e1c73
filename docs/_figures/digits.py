"""Ten synthetic digits, and what the CNN of foundations/losses.md takes them for, by that page's own code."""

from __future__ import annotations

import doctest
import functools
from pathlib import Path
from typing import Any

import torch
from _ext import fences
from _ext.svg import COLORS, INK, Canvas, Frame, number

PAGE = "docs/en/foundations/losses.md"
# The fences that define what is needed, by a line of each.
NEEDED = ("import torch", "def network():", "def draw(n):", "def fit(net, steps=250):")
PIXEL, GAP = 3, 11
LEVELS = (0.3, 0.7)  # a pixel is drawn in one strength above the first, in another above the second


def page_code() -> dict[str, Any]:
    """The names that the page defines. What its fences print goes nowhere; training is left out."""
    text = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
    bodies = ["\n".join(fence.body) + "\n" for fence in fences.parse(text) if fence.language == "pycon"]
    names: dict[str, Any] = {}
    for mark in NEEDED:
        body = next(body for body in bodies if mark in body)
        for example in doctest.DocTestParser().get_examples(body):
            if example.source.startswith(("import", "from", "def", "@", "rows =", "font =")):
                exec(example.source, names)
    return names


@functools.cache
def data() -> tuple[list[list[list[float]]], list[int], list[tuple[int, float]]]:
    """Ten new images, their labels, and the network's answers with the probability of each."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        page = page_code()
        net = page["network"]()
        page["fit"](net)
        images, labels = page["draw"](200)
        chosen = torch.stack([(labels == digit).nonzero()[0, 0] for digit in range(10)])
        with torch.no_grad():
            sure, answers = net.eval()(images[chosen]).softmax(dim=1).max(dim=1)
    found = list(zip(answers.tolist(), sure.tolist(), strict=True))
    return images[chosen, 0].tolist(), labels[chosen].tolist(), found


def draw(lang: str) -> str:
    canvas = Canvas(480, 268, lang)
    title = {
        "zh": "没见过的图：网络的回答和它给的概率",
        "en": "Unseen images: the answer and its probability",
    }
    canvas.text(8, 16, title, muted=True)
    for n, (image, label, (answer, sure)) in enumerate(zip(*data(), strict=True)):
        side = 28 * PIXEL
        left, top = 8 + n % 5 * (side + GAP), 28 + n // 5 * (side + 34)
        canvas.rect(Frame(left, top, side, side), fill=INK, opacity=0.06)
        for i, row in enumerate(image):
            pixels(canvas, left, top + i * PIXEL, row)
        color = COLORS[2] if answer == label else COLORS[1]
        words = f"{answer}: {number(100 * sure, 0)}%"
        canvas.text(left + side / 2, top + side + 19, words, anchor="middle", color=color, bold=True)
    return canvas.svg()


def pixels(canvas: Canvas, left: float, top: float, row: list[float]) -> None:
    """One row of an image, a rectangle for each stretch of equal strength."""
    levels = [sum(value > level for level in LEVELS) for value in row]
    start = 0
    for end in range(1, len(row) + 1):
        if end == len(row) or levels[end] != levels[start]:
            if levels[start]:
                stretch = Frame(left + start * PIXEL, top, (end - start) * PIXEL, PIXEL)
                canvas.rect(stretch, fill=INK, opacity=0.45 * levels[start])
            start = end
