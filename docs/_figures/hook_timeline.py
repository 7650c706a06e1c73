"""Every hook that fires in one forward and one backward pass through the MLP, in the order of a real run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import torch
from _ext.svg import COLORS, Canvas, Frame, Words
from torch import Tensor
from torch.autograd.graph import register_multi_grad_hook, saved_tensors_hooks

from minigpt.config import GPTConfig
from minigpt.mlp import MLP

CONFIG = GPTConfig(block_size=8, vocab_size=16, n_layer=2, n_head=2, n_embd=4, bias=False)
KINDS: dict[str, tuple[Words, str]] = {  # name and color
    "forward pre": ({"zh": "前向前置钩子", "en": "forward pre-hook"}, COLORS[0]),
    "forward": ({"zh": "前向钩子", "en": "forward hook"}, COLORS[0]),
    "backward pre": ({"zh": "完整反向前置钩子", "en": "full backward pre-hook"}, COLORS[1]),
    "backward": ({"zh": "完整反向钩子", "en": "full backward hook"}, COLORS[1]),
    "tensor": ({"zh": "张量钩子", "en": "tensor hook"}, COLORS[2]),
    "accumulated": ({"zh": "梯度累加后钩子", "en": "post-accumulate-grad hook"}, COLORS[3]),
    "multi": ({"zh": "多梯度钩子", "en": "multi-grad hook"}, COLORS[4]),
    "pack": ({"zh": "保存张量：pack", "en": "saved tensors: pack"}, COLORS[5]),
    "unpack": ({"zh": "保存张量：unpack", "en": "saved tensors: unpack"}, COLORS[5]),
}
OPENS, CLOSES = ("forward pre", "backward pre"), ("forward", "backward")
ROW, INDENT, PLACE, KIND = 22, 14, 64, 226


@dataclass(frozen=True)
class Event:
    """One call of a hook, or ``times`` calls in a row that look the same."""

    kind: str
    place: str
    times: int = 1


@functools.cache
def data() -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events of the forward pass, then those of the backward pass."""
    mlp, log = MLP(CONFIG), []
    x = torch.arange(40.0).sin().reshape(2, 5, 4).requires_grad_()
    hang(mlp, x, log)

    def keep(kind: str) -> Callable[[Tensor], Tensor]:
        return lambda tensor: log.append(Event(kind, "")) or tensor

    with saved_tensors_hooks(keep("pack"), keep("unpack")):
        y = mlp(x)
    forward = tuple(merged(log))
    log.clear()
    y.register_hook(lambda grad: log.append(Event("tensor", "y")))
    y.square().mean().backward()
    return forward, tuple(merged(log))


def hang(mlp: MLP, x: Tensor, log: list[Event]) -> None:
    """All kinds of hooks on the MLP, its two Linear layers, their weights, and two tensors."""

    def note(kind: str, place: str) -> Callable[..., None]:
        return lambda *args: log.append(Event(kind, place))

    for place in ("mlp", "c_fc", "c_proj"):
        module = mlp if place == "mlp" else mlp.get_submodule(place)
        module.register_forward_pre_hook(note("forward pre", place))
        module.register_forward_hook(note("forward", place))
        module.register_full_backward_pre_hook(note("backward pre", place))
        module.register_full_backward_hook(note("backward", place))
    for place, parameter in mlp.named_parameters():
        parameter.register_hook(note("tensor", place))
        parameter.register_post_accumulate_grad_hook(note("accumulated", place))
    register_multi_grad_hook(list(mlp.parameters()), note("multi", "*.weight"))
    x.register_hook(note("tensor", "x"))
    mlp.gelu.register_forward_hook(lambda _, args, out: out.register_hook(note("tensor", "gelu(…)")) and None)


def merged(log: list[Event]) -> list[Event]:
    return [Event(event.kind, event.place, len(list(same))) for event, same in groupby(log)]


def draw(lang: str) -> str:
    forward, backward = data()
    canvas = Canvas(480, (len(forward) + len(backward)) * ROW + 96, lang)
    middle = phase(canvas, "y = mlp(x)", forward, 4)
    bottom = phase(canvas, "y.square().mean().backward()", backward, middle + 10)
    canvas.arrow([(14, 10), (14, bottom)])
    return canvas.svg()


def phase(canvas: Canvas, code: str, events: tuple[Event, ...], top: float) -> float:
    """One direction: the call, a frame around what each module does, a row for each event. Its lower end."""
    canvas.text(30, top + 20, code, mono=True, bold=True)
    top, open_rows = top + 32, []
    for n, event in enumerate(events):
        if event.kind in OPENS:
            open_rows.append(n)
        elif event.kind in CLOSES:
            first, depth = open_rows.pop(), len(open_rows)
            left, inset = 30 + INDENT * depth, 6 * depth
            box = Frame(left, top + first * ROW, 474 - left - inset, (n - first + 1) * ROW)
            color = KINDS[event.kind][1]
            canvas.rect(box, fill=color, opacity=0.08, stroke=color, radius=5, title=event.place)
    for n, event in enumerate(events):
        row(canvas, event, top + (n + 0.5) * ROW)
    return top + len(events) * ROW


def row(canvas: Canvas, event: Event, y: float) -> None:
    words, color = KINDS[event.kind]
    name = canvas.words(words) + (f" × {event.times}" if event.times > 1 else "")
    canvas.circle(PLACE - 8, y, 4.5, fill=color)
    if event.place:  # saved tensors belong to no module
        canvas.text(PLACE + 4, y + 5, event.place, mono=True, bold=event.kind in OPENS + CLOSES)
    canvas.text(KIND, y + 5, name)
