"""What each new token costs GPT-2 small, with a KV cache and without, counted by torch."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Axis, Canvas, Frame, Series, line_chart
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from minigpt import GPT, GPTConfig
from minigpt.cache import KVCache
from minigpt.incremental import cached_logits

PROMPT, NEW = 32, 992  # up to block_size
STEP = 31  # every so many tokens one is counted; the curves are straight in between


def vector(*shapes: tuple[int, ...], **_: object) -> int:
    """Operations of mv(matrix, vector) and addmv(bias, matrix, vector): torch's counter knows neither."""
    rows, columns = shapes[-2]
    return 2 * rows * columns


@functools.cache
@torch.no_grad()
def data() -> dict[str, list[tuple[float, float]]]:
    """Operations for the token at each position, on tensors without memory."""
    with torch.device("meta"):
        model = GPT(GPTConfig.preset("gpt2")).eval()
        idx = torch.zeros(1, PROMPT + NEW, dtype=torch.int64)
        cache = KVCache(model)
    curves: dict[str, list[tuple[float, float]]] = {"without": [], "with": []}
    for n in range(PROMPT, PROMPT + NEW + 1, STEP):
        first = n == PROMPT
        cache.length = 0 if first else n - 1
        passes = {
            "without": lambda n=n: model.lm_head(model.hidden(idx[:, :n])[:, -1]),
            "with": lambda n=n, first=first: cached_logits(model, idx[:, 0 if first else n - 1 : n], cache),
        }
        for name, run in passes.items():
            curves[name].append((n, count(run)))
    return curves


def count(run: object) -> int:
    """Operations of one call."""
    mapping = {torch.ops.aten.mv: vector, torch.ops.aten.addmv: vector}
    counter = FlopCounterMode(display=False, custom_mapping=mapping)
    with sdpa_kernel(SDPBackend.MATH), counter:
        run()
    return counter.get_total_flops()


def draw(lang: str) -> str:
    canvas = Canvas(480, 320, lang)
    names = {
        "without": {"zh": "无缓存", "en": "Without a cache"},
        "with": {"zh": "有 KV 缓存", "en": "With the KV cache"},
    }
    series = [Series(names[name], curve) for name, curve in data().items()]
    x = Axis({"zh": "到这个 token 为止的长度", "en": "Length of the text up to this token"}, low=0)
    y = Axis({"zh": "这个 token 的浮点运算次数", "en": "Floating-point operations for this token"}, log=True)
    line_chart(canvas, Frame(8, 4, 464, 312), series, x=x, y=y)
    return canvas.svg()
