"""Tables of the layers and losses of ``torch.nn``: every shape and every count in them comes from a run.

What is typed here is one constructor and the shape of one input per row. A shape is written as a tuple;
``ids (2, 5)`` means whole numbers of that shape, such as an Embedding takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from _ext.directives.site import Site, Unable, table

# Constructor and input of each layer, under the anchor of the section that explains it.
LAYERS: dict[str, list[tuple[str, str]]] = {
    "linear": [
        ("Linear(4, 16)", "(2, 5, 4)"),
    ],
    "conv": [
        ("Conv1d(4, 16, 3)", "(2, 4, 28)"),
        ("Conv2d(1, 16, 3)", "(2, 1, 28, 28)"),
        ("Conv2d(1, 16, 3, padding=1)", "(2, 1, 28, 28)"),
        ("Conv2d(1, 16, 3, stride=2)", "(2, 1, 28, 28)"),
        ("Conv2d(16, 16, 3, groups=16)", "(2, 16, 28, 28)"),
        ("Conv3d(1, 16, 3)", "(2, 1, 8, 9, 9)"),
    ],
    "pooling": [
        ("MaxPool1d(2)", "(2, 16, 27)"),
        ("MaxPool2d(2)", "(2, 16, 26, 26)"),
        ("MaxPool3d(2)", "(2, 16, 6, 7, 7)"),
        ("AvgPool1d(2)", "(2, 16, 27)"),
        ("AvgPool2d(2)", "(2, 16, 26, 26)"),
        ("AvgPool3d(2)", "(2, 16, 6, 7, 7)"),
        ("AdaptiveAvgPool2d(1)", "(2, 16, 26, 26)"),
    ],
    "recurrent": [
        ("RNN(4, 16, batch_first=True)", "(2, 5, 4)"),
        ("GRU(4, 16, batch_first=True)", "(2, 5, 4)"),
        ("LSTM(4, 16, batch_first=True)", "(2, 5, 4)"),
        ("LSTM(4, 16)", "(5, 2, 4)"),
        ("LSTM(4, 16, num_layers=2)", "(5, 2, 4)"),
    ],
    "norms": [
        ("BatchNorm1d(16)", "(8, 16)"),
        ("BatchNorm2d(16)", "(2, 16, 13, 13)"),
        ("BatchNorm3d(16)", "(2, 16, 3, 3, 3)"),
        ("InstanceNorm2d(16)", "(2, 16, 13, 13)"),
        ("GroupNorm(4, 16)", "(2, 16, 13, 13)"),
        ("LayerNorm(16)", "(2, 5, 16)"),
        ("LayerNorm(16, bias=False)", "(2, 5, 16)"),
        ("LayerNorm((5, 16))", "(2, 5, 16)"),
        ("RMSNorm(16)", "(2, 5, 16)"),
    ],
    "embedding": [
        ("Embedding(50, 16)", "ids (2, 5)"),
    ],
    "dropout": [
        ("Dropout(0.5)", "(2, 5, 16)"),
        ("Dropout2d(0.5)", "(2, 16, 13, 13)"),
    ],
    "activations": [
        ("ReLU()", "(2, 5, 16)"),
        ("GELU(approximate='tanh')", "(2, 5, 16)"),
        ("Softmax(dim=-1)", "(2, 5, 16)"),
        ("PReLU()", "(2, 5, 16)"),
        ("Flatten()", "(2, 16, 13, 13)"),
    ],
}

# Constructor, input and target of each loss.
LOSSES: list[tuple[str, str, str]] = [
    ("CrossEntropyLoss()", "(8, 10)", "ids (8,)"),
    ("CrossEntropyLoss()", "(8, 10)", "(8, 10)"),
    ("CrossEntropyLoss()", "(2, 10, 5)", "ids (2, 5)"),
    ("BCEWithLogitsLoss()", "(8, 3)", "(8, 3)"),
    ("BCELoss()", "(8, 3)", "(8, 3)"),
    ("MSELoss()", "(8, 3)", "(8, 3)"),
    ("L1Loss()", "(8, 3)", "(8, 3)"),
    ("KLDivLoss(reduction='batchmean')", "(8, 10)", "(8, 10)"),
    ("HingeEmbeddingLoss()", "(8,)", "(8,)"),
]


@dataclass(frozen=True)
class Found:
    """What a run tells about a layer."""

    out: str
    parameters: int
    buffers: int
    modes_differ: bool


def render(site: Site, page: str) -> str:
    """One row per layer, its name leading to the section that explains it; then who knows its mode."""
    header = [
        site.say("层", "Layer"),
        site.say("输入", "Input"),
        site.say("输出", "Output"),
        site.say("参数 + 缓冲区", "Parameters + buffers"),
    ]
    rows, modes = [], []
    for anchor, layers in LAYERS.items():
        for constructor, size in layers:
            found = measure(constructor, size)
            counts = [f"{count:,}" for count in (found.parameters, found.buffers) if count]
            linked = f"[`{constructor}`](#{anchor})"
            rows.append([linked, _words(site, size), found.out, " + ".join(counts) or "—"])
            modes += [f"`{constructor}`"] * found.modes_differ
    listed = site.say("、", ", ").join(modes) or site.say("无", "none")
    said = site.say(
        f"训练与评估结果不同的：{listed}。其余的结果相同。",
        f"Different in training and evaluation: {listed}. The others give the same result in both.",
    )
    return f"{table(header, rows)}\n\n{said}"


def losses(site: Site, page: str) -> str:
    """One row per loss and kind of target."""
    header = [
        site.say("损失", "Loss"),
        site.say("输入", "Input"),
        site.say("目标", "Target"),
        site.say("结果", "Result"),
        "`reduction='none'`",
    ]
    rows = [
        [f"`{constructor}`", _words(site, size), _words(site, goal), *_reduced(constructor, size, goal)]
        for constructor, size, goal in LOSSES
    ]
    return table(header, rows)


@cache  # both languages and every rebuild of `make serve` show the same layers
def measure(constructor: str, size: str) -> Found:
    """Build the layer, run it in both modes on the same numbers, and count what it holds."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        layer, x = _build(constructor), _tensor(size)
        try:
            trained, evaluated = _flat(layer.train()(x)), _flat(layer.eval()(x))
        except (RuntimeError, ValueError, IndexError) as error:
            raise Unable(_advice(f"nn.{constructor} to take {size}", error)) from error
    return Found(
        out=", ".join(f"`{tuple(one.shape)}`" for one in trained),
        parameters=sum(p.numel() for p in layer.parameters()),
        buffers=sum(b.numel() for b in layer.buffers()),
        modes_differ=not all(map(torch.equal, trained, evaluated)),
    )


def _reduced(constructor: str, size: str, goal: str) -> Iterator[str]:
    """Shapes of the result as the loss comes, and unreduced; zeros suit every input and target there is."""
    loss, x, y = _build(constructor), torch.zeros_like(_tensor(size)), torch.zeros_like(_tensor(goal))
    for reduction in (loss.reduction, "none"):
        loss.reduction = reduction
        yield f"`{tuple(loss(x, y).shape)}`"


def _build(constructor: str) -> nn.Module:
    try:
        return eval(f"nn.{constructor}", {"nn": nn})
    except (AttributeError, TypeError, ValueError) as error:
        raise Unable(_advice(f"a layer from nn.{constructor}", error)) from error


def _tensor(size: str) -> Tensor:
    shape = eval(size.removeprefix("ids "), {})
    return torch.randint(9, shape) if size.startswith("ids ") else torch.randn(shape)


def _flat(result: Tensor | tuple) -> list[Tensor]:
    """All tensors of a result: that of an LSTM is (output, (h, c))."""
    return [result] if isinstance(result, Tensor) else [one for part in result for one in _flat(part)]


def _words(site: Site, size: str) -> str:
    plain = size.removeprefix("ids ")
    return site.say("编号 ", "ids ") + f"`{plain}`" if plain != size else f"`{size}`"


def _advice(expected: str, error: Exception) -> str:
    return f"expected {expected}, got {error}; correct docs/_ext/directives/layers.py"
