"""One step of an LSTM cell with the numbers of a real run, and all steps of that run in a table."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, INK, PAPER, Canvas, Frame, heatmap, node, number, plus
from torch import Tensor, nn

SIGNAL = (1.0, 0.0, 0.0, -1.0, 0.0, 1.0)
GATES = ("i", "f", "g", "o")  # in the order in which nn.LSTMCell stacks them
STEP = 3  # the one that is drawn
# Weight of x and bias of each gate: 1 writes, 0 keeps, -1 erases.
WEIGHT, BIAS = (6.0, 6.0, 0.0, 0.0), (-3.0, 3.0, 2.0, 1.0)
RED = COLORS[1]


@functools.cache
@torch.no_grad()
def data() -> dict[str, list[float]]:
    """Gates and states at every step; the cell's own result is the check that the gates are right."""
    cell = nn.LSTMCell(1, 1)
    cell.weight_ih.copy_(torch.tensor(WEIGHT)[:, None])
    cell.weight_hh.zero_()[3] = 1.0  # the output gate looks at h as well
    cell.bias_ih.copy_(torch.tensor(BIAS))
    cell.bias_hh.zero_()
    found: dict[str, list[float]] = {name: [] for name in ("x", "f", "i", "g", "o", "c", "h")}
    h, c = torch.zeros(1, 1), torch.zeros(1, 1)
    for signal in SIGNAL:
        gates = gate_values(cell, torch.tensor([[signal]]), h)
        expected = gates["f"] * c + gates["i"] * gates["g"]
        h, c = cell(torch.tensor([[signal]]), (h, c))
        if not torch.allclose(c, expected) or not torch.allclose(h, gates["o"] * c.tanh()):
            raise RuntimeError(
                "expected the gates to give the state of the cell, got another; mend gate_values()"
            )
        for name, value in {"x": torch.tensor(signal), **gates, "c": c, "h": h}.items():
            found[name].append(value.item())
    return found


def gate_values(cell: nn.LSTMCell, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    sums = x @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh
    parts = dict(zip(GATES, sums.chunk(4, dim=-1), strict=True))
    return {name: part.tanh() if name == "g" else part.sigmoid() for name, part in parts.items()}


def draw(lang: str) -> str:
    canvas, found = Canvas(480, 490, lang), data()
    now = {name: number(values[STEP]) for name, values in found.items()}
    before = {name: number(found[name][STEP - 1]) for name in "ch"}
    memory(canvas, now, before)
    gates(canvas, now, before)
    top = 290
    canvas.text(4, top, {"zh": "整段运行，一步一列", "en": "The whole run, a column per step"}, bold=True)
    names = ["x", "f", "i", "c", "h"]
    rows = [found[name] for name in names]
    columns = [f"t={t}" for t in range(len(SIGNAL))]
    frame = Frame(4, top + 14, 472, 22.4 + len(rows) * 28)
    cells = heatmap(
        canvas, frame, rows, row_names=names, column_names=columns, digits=2, diverging=True, largest=1.0
    )
    width = cells.width / len(SIGNAL)
    canvas.rect(Frame(cells.x + STEP * width, cells.y, width, cells.height), stroke=RED, width=2, radius=3)
    return canvas.svg()


def memory(canvas: Canvas, now: dict[str, str], before: dict[str, str]) -> None:
    """The line on top, which c runs along, and the way from it to h."""
    canvas.text(4, 38, f"c = {before['c']}")
    canvas.arrow([(4, 48), (109, 48)], width=2.5)
    canvas.arrow([(131, 48), (224, 48)], width=2.5)
    canvas.arrow([(246, 48), (476, 48)], width=2.5)
    canvas.text(476, 38, f"c = {now['c']}", anchor="end", color=RED, bold=True)
    canvas.arrow([(390, 48), (390, 75)])
    node(canvas, Frame(360, 75, 60, 26), "tanh")
    canvas.arrow([(390, 101), (390, 121)])
    canvas.arrow([(401, 132), (476, 132)], width=2.5)
    canvas.text(476, 122, f"h = {now['h']}", anchor="end", color=RED, bold=True)
    times(canvas, 120, 48)
    plus(canvas, 235, 48)
    times(canvas, 235, 110)
    times(canvas, 390, 132)


def gates(canvas: Canvas, now: dict[str, str], before: dict[str, str]) -> None:
    """Four layers side by side on the same input, and where each sends its result."""
    places = {"f": 120, "i": 200, "g": 270, "o": 390}
    roles = {
        "f": {"zh": "遗忘", "en": "forget"},
        "i": {"zh": "写入", "en": "write"},
        "g": {"zh": "内容", "en": "content"},
        "o": {"zh": "输出", "en": "show"},
    }
    for name, x in places.items():
        function = "tanh" if name == "g" else "σ"
        node(canvas, Frame(x - 32, 172, 64, 44), f"{name}: {function}", now[name], color=COLORS[0])
        canvas.text(
            x + 6 if name == "o" else x, 166, roles[name], anchor="start" if name == "o" else "middle"
        )
        canvas.arrow([(x, 250), (x, 216)])
    canvas.arrow([(120, 150), (120, 59)])
    canvas.arrow([(200, 150), (200, 110), (224, 110)])
    canvas.arrow([(270, 150), (270, 110), (246, 110)])
    canvas.arrow([(235, 99), (235, 59)])
    canvas.arrow([(390, 172), (390, 143)])
    canvas.line((60, 250), (390, 250))
    canvas.text(4, 238, f"h = {before['h']}")
    canvas.text(4, 268, f"x = {now['x']}")


def times(canvas: Canvas, x: float, y: float) -> None:
    """The circled cross of a multiplication."""
    canvas.circle(x, y, 11, fill=PAPER, stroke=INK)
    canvas.line((x - 4.5, y - 4.5), (x + 4.5, y + 4.5))
    canvas.line((x - 4.5, y + 4.5), (x + 4.5, y - 4.5))
