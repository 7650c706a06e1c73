"""Which cells of a (B, T, C) block share one statistic, in BatchNorm, LayerNorm and RMSNorm."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, number
from torch import Tensor, nn
from torch.autograd.functional import jacobian

from minigpt import LayerNorm

B, T, C = 2, 3, 4
CELL = 30


@dataclass(frozen=True)
class Panel:
    """What the experiment found about one kind of normalization."""

    name: str
    groups: tuple[
        frozenset[int], ...
    ]  # cells that share a statistic, by flat index; the first is the outlined one
    centered: bool  # whether the mean of the group is subtracted
    mean: float
    spread: float  # variance, or the mean square where nothing is subtracted
    after: float  # mean of the marked group in the output


@functools.cache
def data() -> tuple[Tensor, tuple[Panel, ...]]:
    """The block, and the three normalizations probed on it."""
    x = torch.randint(0, 10, (B, T, C), generator=torch.Generator().manual_seed(4)).double()
    batch, layer, rms = nn.BatchNorm1d(C).double(), LayerNorm(C, bias=False).double(), nn.RMSNorm(C).double()
    # BatchNorm1d wants the channels in the middle: (B, C, T).
    kinds = {"BatchNorm1d": lambda t: batch(t.mT).mT, "LayerNorm": layer, "RMSNorm": rms}
    return x, tuple(probe(name, norm, x) for name, norm in kinds.items())


@torch.no_grad()
def probe(name: str, norm: Callable[[Tensor], Tensor], x: Tensor) -> Panel:
    """Two cells belong together if a change of one moves the output of the other."""
    with torch.enable_grad():
        inputs = [x, torch.randn(B, T, C, dtype=x.dtype, generator=torch.Generator().manual_seed(0))]
        slopes = sum(jacobian(norm, one).reshape(x.numel(), x.numel()).abs() for one in inputs)
    linked = [frozenset(row.nonzero().flatten().tolist()) for row in slopes > 1e-9]
    groups = tuple(dict.fromkeys(linked))
    marked = x.flatten()[sorted(groups[0])]
    after = norm(x).flatten()[sorted(groups[0])]
    centered = bool((norm(x + 5) - norm(x)).abs().max() < 1e-4)
    spread = marked.var(correction=0) if centered else marked.square().mean()
    return Panel(name, groups, centered, marked.mean().item(), spread.item(), after.mean().item())


def draw(lang: str) -> str:
    x, panels = data()
    canvas = Canvas(480, 374, lang)
    for n, panel in enumerate(panels):
        left = 66 + n * 143
        canvas.text(left + 2 * CELL, 18, panel.name, bold=True, anchor="middle")
        blocks(canvas, left, x, panel)
        notes(canvas, left, panel)
    for b in range(B):
        for t in range(T):
            canvas.text(56, top(b, t) + 20, f"t={t}", anchor="end", muted=True)
        canvas.text(2, top(b, 0) + 20, f"b={b}", muted=True)
    legend = {
        "zh": "同色的格子共用一份统计量；数值属于描边的那一组",
        "en": "One color, one statistic. The numbers belong to the outlined group.",
    }
    canvas.text(240, 364, legend, anchor="middle", muted=True)
    return canvas.svg()


def top(b: int, t: int) -> float:
    return 52 + b * (T * CELL + 14) + t * CELL


def blocks(canvas: Canvas, left: float, x: Tensor, panel: Panel) -> None:
    """The cells, one color per group; the first group is outlined."""
    for c in range(C):
        canvas.text(left + (c + 0.5) * CELL, 44, f"c={c}" if c == 0 else str(c), anchor="middle", muted=True)
    for cell, value in enumerate(x.flatten().tolist()):
        (b, t), c = divmod(cell // C, T), cell % C
        group = next(n for n, cells in enumerate(panel.groups) if cell in cells)
        place = Frame(left + c * CELL + 1.5, top(b, t) + 1.5, CELL - 3, CELL - 3)
        marked = group == 0
        canvas.rect(
            place,
            fill=COLORS[group % len(COLORS)],
            opacity=0.5 if marked else 0.28,
            stroke=INK if marked else None,
            width=1.8,
            radius=3,
            title=f"x[{b}, {t}, {c}] = {value:g}",
        )
        x_middle, y_middle = place.middle
        canvas.text(x_middle, y_middle + 5, number(value, 0), anchor="middle", bold=marked)


def notes(canvas: Canvas, left: float, panel: Panel) -> None:
    """Under each block: how many groups, and what is computed from the outlined one."""
    sizes = sorted({len(cells) for cells in panel.groups})
    size, count = "/".join(map(str, sizes)), len(panel.groups)
    spread = "σ²" if panel.centered else canvas.words({"zh": "均方", "en": "mean sq."})
    lines = [
        {"zh": f"{count} 组，每组 {size} 格", "en": f"{count} groups of {size}"},
        f"μ = {number(panel.mean)}" if panel.centered else {"zh": "不减均值", "en": "mean stays"},
        f"{spread} = {number(panel.spread)}",
        {"zh": f"输出均值 {number(panel.after)}", "en": f"output mean {number(panel.after)}"},
    ]
    for n, words in enumerate(lines):
        canvas.text(left + 2 * CELL, 272 + n * 20, words, anchor="middle", bold=n == 0)
