"""The graph of ``(w * x + b - y) ** 2``, walked from the loss to the leaves, with values and gradients."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, node, number
from torch import Tensor

LEFT, RIGHT, STEP, TOP, HIGH = 20, 312, 92, 66, 44
WIDE, SIDE, LOW = 236, 148, 26  # of the boxes of the chain, and of those that join it


@dataclass(frozen=True)
class Link:
    """One node of the chain: its name, what it computed, the gradient that arrived, what joined it."""

    name: str
    text: str
    value: float
    gradient: float
    joined: str = ""  # name and value of the other argument
    joined_gradient: float | None = None


@functools.cache
def data() -> tuple[list[Link], str, float]:
    """The chain from first to last operation, and the leaf it begins with, with its gradient."""
    w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    x, y = torch.tensor(3.0), torch.tensor(10.0)
    product = w * x
    total = product + b
    error = total - y
    loss = error**2
    steps = [
        ("w * x", product, f"x = {x.item():g}", None),
        ("… + b", total, f"b = {b.item():g}", b),
        ("… − y", error, f"y = {y.item():g}", None),
        ("loss = (…) ** 2", loss, "", None),
    ]
    found, arrived = chain(loss), {}
    for one in found:
        one.register_prehook(functools.partial(arrived.__setitem__, one))
    loss.backward()
    links = []
    for (text, result, joined, leaf), one in zip(steps, reversed(found), strict=True):
        assert result.grad_fn is one, f"expected the graph of the page, got {type(one).__name__} at {text}"
        grad = None if leaf is None else leaf.grad.item()
        links.append(Link(type(one).__name__, text, result.item(), arrived[one][0].item(), joined, grad))
    start = found[-1].next_functions[0][0]
    assert start.variable is w, f"expected the graph to end at w, got {type(start).__name__}"
    return links, f"w = {w.item():g}", w.grad.item()


def chain(loss: Tensor) -> list[torch.autograd.graph.Node]:
    """Nodes along the first arguments, from the loss back; the leaf's own node is left out."""
    found, at = [], loss.grad_fn
    while not hasattr(at, "variable"):
        found.append(at)
        at = at.next_functions[0][0]
    return found


def draw(lang: str) -> str:
    links, start, start_gradient = data()
    canvas = Canvas(480, TOP + len(links) * STEP + HIGH + 8, lang)
    canvas.text(LEFT, 20, {"zh": "前向：值", "en": "forward: values"}, muted=True)
    back = {"zh": "反向：损失对它的导数", "en": "backward: d loss / d …"}
    canvas.text(460, 20, back, anchor="end", color=COLORS[1])
    box(canvas, Frame(LEFT, 34, WIDE, HIGH - 12), start, start_gradient)
    above = 34 + HIGH - 12
    for row, link in enumerate(links):
        y = TOP + row * STEP + STEP - HIGH
        passed = links[row - 1].gradient if row else start_gradient
        passage(canvas, above, y, passed, link.gradient)
        node(canvas, Frame(LEFT, y, WIDE, HIGH), f"{link.text} = {number(link.value, 0)}", link.name)
        if link.joined:
            side(canvas, link, y)
        above = y + HIGH
    last = f"d loss / d loss = {number(links[-1].gradient, 0)}"
    canvas.text(460, above - HIGH / 2 + 5, last, anchor="end", color=COLORS[1])
    return canvas.svg()


def box(canvas: Canvas, frame: Frame, text: str, gradient: float | None) -> None:
    """A leaf: colored, with its ``grad``, if it wants one."""
    color = INK if gradient is None else COLORS[0]
    canvas.rect(frame, fill=color, opacity=0.05 if gradient is None else 0.22, stroke=color, radius=14)
    grad = "" if gradient is None else f", grad = {number(gradient, 0)}"
    x, y = frame.middle
    canvas.text(x, y + 5, text + grad, anchor="middle", bold=gradient is not None)


def passage(canvas: Canvas, top: float, bottom: float, passed: float, arrived: float) -> None:
    """Down with the value, up with the gradient: what arrived below, times the operation's own derivative."""
    x = LEFT + WIDE / 2
    canvas.arrow([(x - 30, top + 2), (x - 30, bottom - 3)])
    canvas.arrow([(x + 10, bottom - 3), (x + 10, top + 2)], color=COLORS[1], width=2.2)
    factor = number(passed / arrived, 0)
    factor = f"({factor})" if passed * arrived < 0 else factor
    words = f"{number(arrived, 0)} × {factor} = {number(passed, 0)}"
    canvas.text(x + 22, (top + bottom) / 2 + 5, words, color=COLORS[1])


def side(canvas: Canvas, link: Link, y: float) -> None:
    """The other argument of an operation, a leaf on the right."""
    frame = Frame(RIGHT, y + (HIGH - LOW) / 2, SIDE, LOW)
    middle = y + HIGH / 2
    box(canvas, frame, link.joined, link.joined_gradient)
    away = 0 if link.joined_gradient is None else 7
    canvas.arrow([(RIGHT - 2, middle - away), (LEFT + WIDE + 3, middle - away)])
    if link.joined_gradient is not None:
        canvas.arrow([(LEFT + WIDE + 3, middle + 7), (RIGHT - 2, middle + 7)], color=COLORS[1], width=2.2)
