"""Which cells of a (B, C, T) block share one statistic, in six normalizations of torch.nn."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from _ext.svg import COLORS, Canvas, Frame
from torch import Tensor, nn
from torch.autograd.functional import jacobian

B, C, T = 2, 4, 3
CELL = 20
ORDER = (
    "BatchNorm1d(4)",
    "InstanceNorm1d(4)",
    "GroupNorm(2, 4)",
    "GroupNorm(1, 4)",
    "LayerNorm(4)",
    "RMSNorm(4)",
)
LAST = ("LayerNorm(4)", "RMSNorm(4)")  # these want the channels last


@functools.cache
def data() -> dict[str, tuple[frozenset[int], ...]]:
    """For each layer the cells that belong together, by flat index."""
    return {name: groups(build(name)) for name in ORDER}


def build(name: str) -> Callable[[Tensor], Tensor]:
    layer = eval(f"nn.{name}", {"nn": nn}).double()
    return (lambda x: layer(x.mT).mT) if name in LAST else layer


def groups(norm: Callable[[Tensor], Tensor]) -> tuple[frozenset[int], ...]:
    """Two cells belong together if a change of one moves the output of the other, for one of two inputs."""
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(B, C, T, dtype=torch.float64, generator=generator) for _ in range(2)]
    slopes = sum(jacobian(norm, x).reshape(x.numel(), x.numel()).abs() for x in inputs)
    linked = (frozenset(row.nonzero().flatten().tolist()) for row in slopes > 1e-9)
    return tuple(dict.fromkeys(linked))


def draw(lang: str) -> str:
    canvas = Canvas(480, 346, lang)
    for n, (name, found) in enumerate(data().items()):
        left, top = 34 + n % 3 * 154, 44 + n // 3 * 168
        panel(canvas, left, top, name, found)
        if n % 3 == 0:
            for c in range(C):
                canvas.text(
                    left - 6,
                    top + (c + 0.75) * CELL,
                    f"c={c}" if c == 0 else str(c),
                    anchor="end",
                    muted=True,
                )
    return canvas.svg()


def panel(canvas: Canvas, left: float, top: float, name: str, found: tuple[frozenset[int], ...]) -> None:
    """Two examples side by side, each with a row per channel; one color per group."""
    middle = left + T * CELL + 5
    canvas.text(middle, top - 24, name, bold=True, anchor="middle")
    for b in range(B):
        canvas.text(left + b * (T * CELL + 10) + T * CELL / 2, top - 5, f"b={b}", anchor="middle", muted=True)
    for cell in range(B * C * T):
        (b, c), t = divmod(cell // T, C), cell % T
        group = next(number for number, cells in enumerate(found) if cell in cells)
        place = Frame(left + b * (T * CELL + 10) + t * CELL + 1, top + c * CELL + 1, CELL - 2, CELL - 2)
        # Six colors, up to eight groups: those of the second example are lighter where they would repeat.
        again = group >= len(COLORS) or (len(found) > len(COLORS) and b == 1)
        color = COLORS[group % 4 if len(found) > len(COLORS) else group]
        canvas.rect(place, fill=color, opacity=0.28 if again else 0.7, radius=2, title=f"x[{b}, {c}, {t}]")
    sizes = {len(cells) for cells in found}
    size, count = "/".join(map(str, sorted(sizes))), len(found)
    words = {"zh": f"{count} 组，每组 {size} 格", "en": f"{count} group{'s' * (count > 1)} of {size}"}
    canvas.text(middle, top + C * CELL + 20, words, anchor="middle")
