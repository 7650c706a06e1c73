"""The module tree of a GPT with two Blocks, read off the object: attributes, classes, own parameters."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from _ext.svg import COLORS, INK, PAPER, Canvas, Frame
from torch import nn

from minigpt.config import GPTConfig
from minigpt.gpt import GPT

CONFIG = GPTConfig(block_size=8, vocab_size=16, n_layer=2, n_head=2, n_embd=4)  # that of the page
PATH = "transformer.h.0.attn.c_attn"  # the one path that is drawn in color
ROW, STEP, TOP, CLASS = 23, 17, 40, 242


@dataclass(frozen=True)
class Node:
    """One module, or, for ``twin``, a whole subtree that repeats the one before it."""

    path: str
    kind: str
    own: str  # shapes of the parameters in its own register
    depth: int
    twin: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def lit(self) -> bool:
        return self.path == PATH or PATH.startswith(self.path + ".") or not self.path


@functools.cache
def data() -> tuple[Node, ...]:
    gpt = GPT(CONFIG)
    owner = {}  # parameter -> the first place it was met at
    return tuple(walk(gpt, "", 0, owner))


def walk(module: nn.Module, path: str, depth: int, owner: dict[nn.Parameter, str]) -> list[Node]:
    """The module and all below it, in the order of registration."""
    own = []
    for name, parameter in module.named_parameters(recurse=False):
        here = f"{path}.{name}"
        first = owner.setdefault(parameter, here)
        shape = "×".join(str(size) for size in parameter.shape)
        own.append(shape if first == here else f"= {'.'.join(first.split('.')[-2:])}")
    nodes, before = [Node(path, type(module).__name__, ", ".join(own), depth)], None
    for name, child in module.named_children():
        below = f"{path}.{name}" if path else name
        if before is not None and list(child.children()) and looks(child) == looks(before[1]):
            nodes.append(Node(below, type(child).__name__, "", depth + 1, twin=before[0]))
        else:
            nodes += walk(child, below, depth + 1, owner)
        before = name, child
    return nodes


def looks(module: nn.Module) -> tuple[str, list[tuple[str, tuple[int, ...]]]]:
    """Equal for modules that have the same parts of the same sizes."""
    return repr(module), [(name, tuple(p.shape)) for name, p in module.named_parameters()]


def draw(lang: str) -> str:
    nodes = data()
    canvas = Canvas(480, TOP + len(nodes) * ROW + 8, lang)
    canvas.text(12, 20, {"zh": "属性名", "en": "attribute"}, muted=True)
    canvas.text(CLASS, 20, {"zh": "类", "en": "class"}, muted=True)
    canvas.text(468, 20, {"zh": "自己的参数", "en": "own parameters"}, anchor="end", muted=True)
    place = {node.path: (20 + node.depth * STEP, TOP + n * ROW + 12) for n, node in enumerate(nodes)}
    for node in sorted(nodes, key=lambda node: node.lit):  # the lit branches on top
        elder = [n for n in nodes[: nodes.index(node)] if n.parent == node.parent and n.path]
        branch(canvas, node, place, since=node.parent if node.lit or not elder else elder[-1].path)
    for node in nodes:
        row(canvas, node, *place[node.path])
    return canvas.svg()


def branch(canvas: Canvas, node: Node, place: dict[str, tuple[float, float]], since: str) -> None:
    """The line down from the parent, or from where it left for the sibling ``since``, and across."""
    if node.path:
        x0, (x1, y1) = place[node.parent][0], place[node.path]
        y0 = place[since][1]
        paint = {"color": COLORS[0], "width": 2.5} if node.lit else {"opacity": 0.3}
        canvas.polyline([(x0, y0), (x0, y1), (x1, y1)], **paint)


def row(canvas: Canvas, node: Node, x: float, y: float) -> None:
    if node.lit:
        canvas.rect(Frame(x - 5, y - 5, 10, 10), fill=COLORS[0], radius=2)
    elif node.own:
        canvas.circle(x, y, 4)
    else:
        canvas.circle(x, y, 4, fill=PAPER, stroke=INK)
    canvas.text(x + 11, y + 5, node.name or "gpt", mono=True, bold=node.lit)
    canvas.text(CLASS, y + 5, node.kind, bold=node.lit)
    if node.twin:
        words = {"zh": f"内部与 {node.twin} 相同", "en": f"inside as in {node.twin}"}
        canvas.text(468, y + 5, words, anchor="end", muted=True)
    elif node.own:
        canvas.text(468, y + 5, node.own, anchor="end")
