"""Where the LayerNorms of a GPT stand: on the branches, not on the residual stream, and once at the end."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Words, node, plus
from torch import Tensor, nn

from minigpt import LayerNorm

SIZES = {"B": 2, "T": 3, "C": 8}
STREAM, NORM = 44, 148  # x of the residual stream, and of the boxes beside it
BRANCH = 150  # height of one branch


@functools.cache
@torch.no_grad()
def data() -> dict[str, tuple[str, str]]:
    """Shape of what leaves each part, as letters and as numbers, from a run with sizes that all differ."""
    channels = SIZES["C"]
    attention = nn.MultiheadAttention(channels, 2, batch_first=True)
    mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
    x = torch.randn(*SIZES.values())
    found = {"x": shape(x)}
    for norm, name, branch in (("ln_1", "attn", lambda t: attention(t, t, t)[0]), ("ln_2", "mlp", mlp)):
        normed = LayerNorm(channels, bias=True)(x)
        out = branch(normed)
        x = x + out
        found |= {norm: shape(normed), name: shape(out), f"+ {name}": shape(x)}
    return found | {"ln_f": shape(LayerNorm(channels, bias=True)(x))}


def shape(tensor: Tensor) -> tuple[str, str]:
    letters = {size: letter for letter, size in SIZES.items()}
    return f"({', '.join(letters[size] for size in tensor.shape)})", str(tuple(tensor.shape))


def draw(lang: str) -> str:
    canvas = Canvas(480, 466, lang)
    canvas.text(STREAM, 20, "x", bold=True, anchor="middle")
    edge(canvas, STREAM + 14, 20, "x")
    block = Frame(8, 40, 464, 2 * BRANCH + 28)
    canvas.rect(block, fill=INK, opacity=0.04, stroke=INK, radius=8)
    repeated = {"zh": "一个 Block，重复 n_layer 次", "en": "one Block, n_layer times"}
    canvas.text(block.right - 12, block.bottom - 12, repeated, anchor="end", muted=True)
    end = block.bottom + 50
    canvas.arrow([(STREAM, 30), (STREAM, end), (NORM, end)], width=4, head=12, color=COLORS[0])
    edge(canvas, 76, end - 10, "+ mlp")
    branch(canvas, 58, "ln_1", "attn", {"zh": "注意力", "en": "Attention"})
    branch(canvas, 58 + BRANCH, "ln_2", "mlp", "MLP")
    last = part(canvas, Frame(NORM, end - 28, 104, 56), "LayerNorm", "ln_f", COLORS[1])
    canvas.arrow([(last.right, end), (346, end)])
    edge(canvas, 266, end - 8, "ln_f")
    canvas.text(354, end + 5, "lm_head", mono=True)
    return canvas.svg()


def branch(canvas: Canvas, top: float, norm: str, name: str, words: Words) -> None:
    """Leaves the stream, passes LayerNorm and one sublayer, and is added back."""
    middle, back = top + 28, top + 100
    canvas.arrow([(STREAM, middle), (NORM, middle)])
    edge(canvas, 76, middle - 8, "x" if norm == "ln_1" else "+ attn")
    first = part(canvas, Frame(NORM, top, 104, 56), "LayerNorm", norm, COLORS[1])
    canvas.arrow([(first.right, middle), (346, middle)])
    edge(canvas, 266, middle - 8, norm)
    second = part(canvas, Frame(346, top, 108, 56), words, name, INK)
    x, _ = second.middle
    canvas.arrow([(x, second.bottom), (x, back), (STREAM + 12, back)])
    edge(canvas, 266, back - 8, name)
    plus(canvas, STREAM, back)


def part(canvas: Canvas, frame: Frame, words: Words, name: str, color: str) -> Frame:
    """A box whose hover shows the shape of what leaves it, as measured."""
    letters, numbers = data()[name]
    return node(canvas, frame, words, name, color=color, title=f"{name} → {letters} = {numbers}")


def edge(canvas: Canvas, x: float, y: float, name: str) -> None:
    canvas.text(x, y, data()[name][0], muted=True)
