"""Looking up three token ids in wte, as a product with one-hot rows; then the sum with the rows of wpe."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from _ext.svg import Canvas, Frame, Words, heatmap
from torch.nn import functional as F

from minigpt import GPT, GPTConfig

IDS = (3, 0, 3)
V, C, T = 5, 3, 3
ONE, CELL, ROW = 24, 38, 26  # width of a cell of the one-hot rows, of the others; height of all
INDENT = 54  # room for the names of the rows, in either language
TOP, BELOW = 30, 208  # where the two rows of tables begin


@dataclass(frozen=True)
class Lookup:
    """What goes into the sum that a GPT starts from, and the sum."""

    one_hot: list[list[float]]
    wte: list[list[float]]
    tokens: list[list[float]]
    positions: list[list[float]]
    x: list[list[float]]


@functools.cache
@torch.no_grad()
def data() -> Lookup:
    """The two tables of a GPT, set to round numbers: the sums can be checked by eye."""
    tables = GPT(GPTConfig(block_size=T, vocab_size=V, n_layer=1, n_head=1, n_embd=C)).transformer
    tables.wte.weight.copy_(torch.linspace(-0.7, 0.7, V * C).reshape(V, C))
    tables.wpe.weight.copy_(torch.tensor([0.0, 0.1, 0.2])[:, None] * torch.tensor([1.0, 2.0, -1.0]))
    ids = torch.tensor(IDS)
    one_hot = F.one_hot(ids, V).float()
    tokens, positions = tables.wte(ids), tables.wpe(torch.arange(T))
    if not torch.allclose(one_hot @ tables.wte.weight, tokens):
        raise RuntimeError("expected the product to equal the lookup, got another; mend data()")
    found = (one_hot, tables.wte.weight, tokens, positions, tokens + positions)
    return Lookup(*(table.tolist() for table in found))


def draw(lang: str) -> str:
    canvas, found = Canvas(480, 300, lang), data()
    ids = [{"zh": f"编号 {one}", "en": f"id {one}"} for one in IDS]
    middle = TOP + V * ROW / 2
    canvas.text(4 + INDENT, 18, "one-hot", bold=True)
    short = middle - T * ROW / 2  # three rows, centered beside five
    heatmap(canvas, Frame(4, short, INDENT + V * ONE, T * ROW), found.one_hot, row_names=ids, digits=0)
    canvas.text(187, middle + 5, "×", anchor="middle")
    canvas.text(222, 18, "wte", bold=True, mono=True)
    table(canvas, 202, TOP, found.wte, [str(n) for n in range(V)], 20)
    canvas.text(347, middle + 5, "=", anchor="middle")
    canvas.text(360, 18, "wte(idx)", bold=True, mono=True)
    table(canvas, 360, short, found.tokens)
    canvas.text(4 + INDENT, BELOW - 14, "wte(idx)", bold=True, mono=True)
    table(canvas, 4, BELOW, found.tokens, ids, INDENT)
    canvas.text(187, BELOW + 1.5 * ROW + 5, "+", anchor="middle")
    canvas.text(222, BELOW - 14, "wpe(positions)", bold=True, mono=True)
    table(canvas, 202, BELOW, found.positions, [str(n) for n in range(T)], 20)
    canvas.text(347, BELOW + 1.5 * ROW + 5, "=", anchor="middle")
    canvas.text(360, BELOW - 14, "x", bold=True, mono=True)
    table(canvas, 360, BELOW, found.x)
    return canvas.svg()


def table(
    canvas: Canvas,
    left: float,
    top: float,
    rows: list[list[float]],
    names: Sequence[Words] = (),
    indent: float = 0,
) -> None:
    """A matrix with its numbers, ``indent`` wider for the names of its rows; all share one scale of color."""
    frame = Frame(left, top, indent + C * CELL, len(rows) * ROW)
    heatmap(canvas, frame, rows, row_names=names, digits=1, diverging=True, largest=1.0)
