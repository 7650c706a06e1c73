"""Numbers that one attention layer keeps for the backward pass, against the length of the text."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, Axis, Canvas, Frame, Series, Words, line_chart
from torch import Tensor

from minigpt import GPTConfig
from minigpt.variants import attention

H, D = 12, 64  # GPT-2 small
LENGTHS = [64, 128, 256, 512, 1024]
SAME = {"separate": ("per_head", "combined", "einops"), "sdpa": ("reference", "mha")}  # one line for each
LINES: dict[str, Words] = {
    "tiled": "tiled",
    "mha_weights": "mha_weights",
    "einsum": "einsum",
    "sdpa_mask": "sdpa_mask",
    "separate": {"zh": "per_head 到 combined、einops", "en": "per_head to combined, einops"},
    "sdpa": {"zh": "sdpa、mha、reference", "en": "sdpa, mha, reference"},
}


@functools.cache
def data() -> dict[str, list[tuple[float, float]]]:
    """Floats kept, by the name of the attention; ways that share a line are checked to be equal."""
    with torch.device("cpu"):
        for one, others in SAME.items():
            assert all(kept(other, LENGTHS[1]) == kept(one, LENGTHS[1]) for other in others)
        return {name: [(T, kept(name, T)) for T in LENGTHS] for name in LINES}


def kept(name: str, T: int) -> int:
    """Floats in the distinct storages that autograd puts aside for a batch of two, parameters left out."""
    layer = attention(GPTConfig(block_size=T, n_head=H, n_embd=H * D, attention=name))
    sizes = {p.untyped_storage().data_ptr(): 0 for p in layer.parameters()}

    def pack(tensor: Tensor) -> Tensor:
        if tensor.is_floating_point():
            storage = tensor.untyped_storage()
            sizes.setdefault(storage.data_ptr(), storage.nbytes() // tensor.element_size())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        _alive = layer(torch.zeros(2, T, H * D))  # keeps the storages from being used again
    return sum(sizes.values())


def draw(lang: str) -> str:
    canvas = Canvas(480, 400, lang)
    series = [
        Series(LINES[name], curve, color=COLORS[n], dash="6 4" if name == "einsum" else None, dots=True)
        for n, (name, curve) in enumerate(data().items())
    ]
    x = Axis({"zh": "文本长度 T", "en": "Length of the text T"}, log=True)
    y = Axis({"zh": "为反向传播留下的数（两段文本）", "en": "Numbers kept for backward, two texts"}, log=True)
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 464, 392), series, x=x, y=y)
    at = x_scale(5 * D)
    canvas.line((at, y_scale.start), (at, y_scale.end), dash="2 4", opacity=0.6)
    canvas.text(at + 6, y_scale.start - 8, f"5D = {5 * D}")
    return canvas.svg()
