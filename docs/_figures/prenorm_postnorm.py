"""Pre-norm and post-norm before the first step: gradient of each Block, and how far small changes carry."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from torch import Tensor, nn

from minigpt.block import Block
from minigpt.config import GPTConfig
from minigpt.gpt import GPT

B, T, C, V = 4, 32, 64, 64
STD = 0.02 * (768 / C) ** 0.5  # branches as strong as at C = 768 with 0.02, the output projections too
BLOCKS = 24
DEPTHS = (3, 6, 12, 24, 48)
RUNS = 4  # every point is a mean
Curve = list[tuple[float, float]]


class PostNorm(Block):
    """The parts of Block, each LayerNorm behind its addition."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.ln_1(x + self.attn(x))
        return self.ln_2(x + self.mlp(x))


@functools.cache
def data() -> dict[str, tuple[Curve, Curve]]:
    """Per kind: gradient norm of c_fc.weight by Block, and relative change of the output by depth."""
    torch.manual_seed(0)
    found = {}
    for name, kind in (("pre", Block), ("post", PostNorm)):
        norms = torch.tensor([gradients(build(BLOCKS, kind)) for _ in range(RUNS)]).mean(dim=0)
        moved = [sum(change(build(depth, kind)) for _ in range(RUNS)) / RUNS for depth in DEPTHS]
        found[name] = (list(enumerate(norms.tolist(), start=1)), list(zip(DEPTHS, moved, strict=True)))
    return found


def build(n_layer: int, kind: type[Block]) -> GPT:
    model = GPT(GPTConfig(block_size=T, vocab_size=V, n_layer=n_layer, n_head=4, n_embd=C))
    for block in model.transformer.h:
        block.__class__ = kind
    for weight in matrices(model):
        nn.init.normal_(weight, std=STD)
    if kind is PostNorm:
        model.transformer.ln_f = nn.Identity()
    return model


def matrices(model: GPT) -> list[nn.Parameter]:
    return [weight for weight in model.transformer.h.parameters() if weight.ndim == 2]


def gradients(model: GPT) -> list[float]:
    ids = torch.randint(V, (B, T + 1))
    model(ids[:, :-1], ids[:, 1:])[1].backward()
    return [block.mlp.c_fc.weight.grad.norm().item() for block in model.transformer.h]


@torch.no_grad()
def change(model: GPT) -> float:
    """How far the output moves when every weight moves by 1 %."""
    ids = torch.randint(V, (B, T))
    before = model.hidden(ids)
    for weight in matrices(model):
        weight.add_(0.01 * weight.std() * torch.randn_like(weight))
    return ((model.hidden(ids) - before).norm() / before.norm()).item()


def draw(lang: str) -> str:
    canvas = Canvas(480, 500, lang)
    names = {"pre": "pre-norm", "post": "post-norm"}
    panels = (
        ({"zh": "c_fc.weight 的梯度范数", "en": "Gradient norm of c_fc.weight"}, 0.25),
        (
            {
                "zh": "每个权重变动 1% 时，输出变动多少（%）",
                "en": "Change of the output, in %, per 1 % change of the weights",
            },
            6,
        ),
    )
    axes = (
        {"zh": f"第几块（共 {BLOCKS} 块）", "en": f"Block (of {BLOCKS})"},
        {"zh": "模型的块数", "en": "Blocks in the model"},
    )
    for n, ((label, high), axis) in enumerate(zip(panels, axes, strict=True)):
        curves = {name: [(x, y * (1, 100)[n]) for x, y in found[n]] for name, found in data().items()}
        series = [Series(names[name], curve, dots=n == 1) for name, curve in curves.items()]
        frame = Frame(8, 4 + n * 256, 456, (244, 240)[n])
        line_chart(
            canvas,
            frame,
            series,
            x=Axis(axis, low=0),
            y=Axis(label, low=0, high=high),
            legend=n == 0,
            gutter=34,
        )
    return canvas.svg()
