"""A task that needs positions, learned on 16 of them and tested on 32: learned table and sines."""

from __future__ import annotations

import functools
import math

import torch
from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt import GPT, GPTConfig

V, SEEN, LONG, BACK, STEPS = 8, 16, 32, 4, 250
CONFIG = GPTConfig(block_size=LONG, vocab_size=V, n_layer=2, n_head=2, n_embd=32)


def sines(T: int, C: int) -> Tensor:
    speed = 10000.0 ** (-torch.arange(0, C, 2) / C)
    angle = torch.arange(T)[:, None] * speed
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)


@functools.cache
def data() -> dict[str, list[float]]:
    """Loss at each position that has an answer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # at this size, threads only wait for each other
    torch.manual_seed(0)
    try:
        return {"learned": losses(None), "sines": losses(0.1 * sines(LONG, CONFIG.n_embd))}
    finally:
        torch.set_num_threads(threads)


def batch(B: int, T: int) -> tuple[Tensor, Tensor]:
    """Random tokens; the answer at each position is the token ``BACK`` places before."""
    ids = torch.randint(V, (B, T))
    answers = ids.roll(BACK, dims=1)
    answers[:, :BACK] = -100
    return ids, answers


def losses(fixed: Tensor | None) -> list[float]:
    model = GPT(CONFIG)
    if fixed is not None:
        model.transformer.wpe = nn.Embedding.from_pretrained(fixed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(STEPS):
        loss = model(*batch(32, SEEN))[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    ids, answers = batch(512, LONG)
    with torch.no_grad():
        logits = model(ids)[0].transpose(1, 2)  # (B, V, T)
    return F.cross_entropy(logits, answers, reduction="none").mean(dim=0)[BACK:].tolist()


def draw(lang: str) -> str:
    canvas = Canvas(480, 300, lang)
    names = {
        "learned": {"zh": "学来的表", "en": "learned table"},
        "sines": {"zh": "正弦", "en": "sines"},
    }
    series = [
        Series(names[kind], list(enumerate(values, start=BACK)), dots=True) for kind, values in data().items()
    ]
    x = Axis({"zh": "位置", "en": "Position"}, low=0, high=LONG)
    y = Axis(
        {"zh": "损失（nat）", "en": "Loss in nats"}, low=0, high=math.ceil(max(map(max, data().values())))
    )
    x_scale, y_scale = line_chart(canvas, Frame(8, 4, 464, 292), series, x=x, y=y)
    guess = y_scale(math.log(V))
    canvas.line((x_scale.start, guess), (x_scale.end, guess), dash="4 3", opacity=0.7)
    label = {"zh": f"瞎猜：ln {V}", "en": f"guessing: ln {V}"}
    canvas.text(x_scale.start + 6, guess - 7, label, muted=True)
    edge = x_scale(SEEN - 0.5)
    canvas.line((edge, y_scale.start), (edge, y_scale.end), dash="4 3", opacity=0.7)
    trained = {"zh": "训练到这里为止", "en": "training ended here"}
    canvas.text(edge - 6, y_scale.end + 14, trained, anchor="end", muted=True)
    return canvas.svg()
