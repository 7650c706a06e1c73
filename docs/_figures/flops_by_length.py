"""What a token costs in the forward pass of GPT-2 small, part by part, against the length of its text."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, line_chart
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from minigpt import GPT, GPTConfig

LENGTHS = [1, 1024, 2048, 4096, 8192]  # between them the lines are straight
CONFIG = GPTConfig.preset("gpt2", block_size=LENGTHS[-1])  # a longer table of positions costs nothing


@functools.cache
@torch.no_grad()
def data() -> dict[str, list[tuple[float, float]]]:
    """Millions of FLOPs per token, as torch counts them on tensors without memory."""
    with torch.device("meta"):
        model = GPT(CONFIG)
    curves: dict[str, list[tuple[float, float]]] = {"linears": [], "attention": [], "lm_head": []}
    for length in LENGTHS:
        idx = torch.zeros(1, length, dtype=torch.long, device="meta")
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            model(idx)
        counts = counter.get_flop_counts()
        parts = {
            "attention": sum(n for kind, n in counts["GPT"].items() if "bmm" in str(kind)),
            "lm_head": sum(counts["GPT.lm_head"].values()),
        }
        parts["linears"] = counter.get_total_flops() - sum(parts.values())
        for name, flops in parts.items():
            curves[name].append((length, flops / length / 1e6))
    return curves


def draw(lang: str) -> str:
    canvas = Canvas(480, 340, lang)
    names = {
        "linears": {"zh": "各块的矩阵", "en": "Matrices of the Blocks"},
        "attention": {"zh": "注意力", "en": "Attention"},
        "lm_head": "lm_head",
    }
    series = [Series(names[name], curve) for name, curve in data().items()]
    x = Axis({"zh": "文本长度 T", "en": "Length of the text T"}, low=0)
    y = Axis({"zh": "每个 token 的百万次运算（前向）", "en": "Million FLOPs per token, forward"}, low=0)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 464, 332), series, x=x, y=y)
    crossing = 6 * CONFIG.n_embd
    for length, label in ((1024, "GPT-2"), (crossing, f"6C = {crossing}")):
        canvas.line((x_scale(length), y_scale.start), (x_scale(length), y_scale.end), dash="2 4", opacity=0.6)
        canvas.text(x_scale(length) + 6, y_scale.end + 14, label)
    canvas.circle(x_scale(crossing), y_scale(data()["linears"][0][1]), 4, fill=COLORS[1])
    return canvas.svg()
