"""Copies of ``minigpt/variants`` with one mistake each, and the check of the contract that must find it."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from minigpt import variants
from minigpt.variants import Attention
from tests.contract import (
    Case,
    check_blocked_rows,
    check_causal,
    check_dropout,
    check_errors,
    check_eval,
    check_gradients,
    check_half,
    check_large,
    check_long,
    check_outputs,
    check_padding,
    check_state_dict,
    check_strides,
)

SOURCE = Path(variants.__file__).parent
_numbers = itertools.count()

Check = Callable[[type[Attention], torch.device], None]


@dataclass(frozen=True)
class Mistake:
    """``old`` of ``file`` becomes ``new``; that makes the variant called ``name`` wrong, as ``kind`` says."""

    kind: str
    name: str
    file: str
    old: str
    new: str
    check: Check

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}"


def outputs(cls: type[Attention], device: torch.device) -> None:
    check_outputs(cls, Case(), device)


def outputs_of_pads(cls: type[Attention], device: torch.device) -> None:
    check_outputs(cls, Case(B=5, padded=True), device)


def outputs_of_long_texts(cls: type[Attention], device: torch.device) -> None:
    check_long(cls, device, backward=False)


def gradients_of_pads(cls: type[Attention], device: torch.device) -> None:
    check_gradients(cls, Case(B=5, padded=True), device)


def gradients(cls: type[Attention], device: torch.device) -> None:
    check_gradients(cls, Case(), device)


def dropout(cls: type[Attention], device: torch.device) -> None:
    check_dropout(cls, device, of_output=False)


def dropout_of_output(cls: type[Attention], device: torch.device) -> None:
    check_dropout(cls, device, of_output=True)


LINEAR = "self.c_attn(x)"
TURNED = "self.c_attn.weight.view(3, -1, x.shape[2]).mT.flatten(0, 1)"
SQUARE = f"F.linear(x, {TURNED}, self.c_attn.bias)"
MERGE = "y.transpose(1, 2).flatten(start_dim=2)"
SCALE = " / q.shape[-1] ** 0.5"
SOFTMAX = "masked_softmax(scores, keep)"
DROPPED = f"F.dropout({SOFTMAX}, self.dropout, self.training)"
LEAST = "least = torch.finfo(scores.dtype).min"

MISTAKES = [
    # The mask says the opposite.
    Mistake("inverted mask", "combined", "base", "triu(diagonal=1)", "tril(diagonal=-1)", check_causal),
    Mistake("inverted mask", "sdpa_mask", "sdpa_mask", "~blocked", "blocked", check_causal),
    Mistake("inverted mask", "mha_weights", "multihead", "mask = blocked", "mask = ~blocked", check_causal),
    Mistake("inverted mask", "flex", "flex", "i >= j, None", "i <= j, None", check_causal),
    Mistake("inverted padding", "sdpa", "base", "~keep[", "keep[", outputs_of_pads),
    Mistake("padding ignored", "flex", "flex", "(i >= j) & keep[b, j]", "i >= j", check_padding),
    Mistake("own token blocked", "einsum", "base", "triu(diagonal=1)", "triu(diagonal=0)", check_causal),
    Mistake("no mask", "sdpa", "sdpa", "is_causal=True", "is_causal=False", check_causal),
    # Scores grow with the head size.
    *[
        Mistake("missing scale", name, name, SCALE, "", outputs)
        for name in ("per_head", "separate", "combined", "einsum", "tiled")
    ],
    Mistake("missing scale", "sdpa", "sdpa", "is_causal=True", "is_causal=True, scale=1.0", outputs),
    Mistake("scale of n_embd", "combined", "combined", SCALE, " / self.d_in ** 0.5", outputs),
    # Shares that sum to 1 over the wrong axis.
    Mistake("softmax over queries", "combined", "base", "softmax(dim=-1)", "softmax(dim=-2)", check_causal),
    Mistake("softmax over queries", "per_head", "base", "softmax(dim=-1)", "softmax(dim=-2)", outputs),
    Mistake("softmax over heads", "separate", "base", "softmax(dim=-1)", "softmax(dim=1)", outputs),
    Mistake("softmax before the mask", "einsum", "base", ".masked_fill(mask, least).softmax(dim=-1)",
            ".softmax(dim=-1).masked_fill(mask, 0.0)", check_causal),
    # Square matrices accept their transposes.
    Mistake("transposed weights", "einsum", "einsum", "self.c_attn.weight", TURNED, outputs),
    Mistake("transposed weights", "combined", "combined", LINEAR, SQUARE, outputs),
    Mistake("transposed weights", "tiled", "combined", LINEAR, SQUARE, outputs),
    Mistake("transposed projection", "einsum", "einsum", "unflatten(1,", "t().unflatten(1,", outputs),
    Mistake("transposed weights", "separate", "separate", "self.key(x)",
            "(x @ self.key.weight + self.key.bias)", outputs),
    # Memory cut into the wrong pieces.
    *[
        Mistake("missing transpose before the merge", name, file, MERGE, "y.reshape(B, T, -1)", outputs)
        for name, file in (
            ("separate", "separate"), ("combined", "combined"), ("sdpa", "combined"), ("tiled", "combined"))
    ],
    Mistake("missing transpose before the split", "separate", "separate",
            "q = self.query(x).view(B, T, self.n_head, -1).transpose(1, 2)",
            "q = self.query(x).view(B, self.n_head, T, -1)", outputs),
    Mistake("axes in the wrong order", "einops", "rearranged", "(three H D)", "(H three D)", outputs),
    Mistake("axes in the wrong order", "einops", "rearranged", "B T (H D)", "B T (D H)", outputs),
    Mistake("axes in the wrong order", "combined", "combined", "view(B, T, 3, self.n_head, -1)",
            "view(B, T, self.n_head, 3, -1).transpose(2, 3)", outputs),
    Mistake("time for batch", "mha", "multihead", "if self.mha.batch_first else x.transpose(0, 1)",
            "if not self.mha.batch_first else x.transpose(0, 1)", outputs),
    # Queries, keys and values exchanged.
    Mistake("keys for queries", "separate", "separate",
            '["query", "key", "value"]', '["key", "query", "value"]', outputs),
    Mistake("heads before parts", "per_head", "per_head",
            'for part in ("query", "key", "value") for h in range(self.n_head)',
            'for h in range(self.n_head) for part in ("query", "key", "value")', outputs),
    Mistake("keys for values", "sdpa_mask", "sdpa_mask", "(q, k, v, attn", "(q, k, k, attn", outputs),
    # Rows that see nobody.
    Mistake("blocked rows", "combined", "base",
            LEAST, 'least = float("-inf")', check_blocked_rows),
    Mistake("blocked rows", "separate", "base",
            "if keep is None else probabilities.masked_fill(mask, 0.0)", "", check_blocked_rows),
    Mistake("blocked rows", "mha_weights", "multihead", "mask & ~nobody", "mask", check_blocked_rows),
    Mistake("blocked rows", "tiled", "tiled", ".clamp(min=1)", "", check_blocked_rows),
    # Dropout.
    Mistake("dropout in evaluation", "sdpa", "sdpa", " if self.training else 0.0", "", check_eval),
    Mistake("dropout in evaluation", "tiled", "tiled", ", self.training)", ")", check_eval),
    Mistake("dropout not made up for", "combined", "combined",
            DROPPED, f"{SOFTMAX} * ({DROPPED} > 0)", dropout),
    Mistake("dropout in the denominator", "tiled", "tiled", "weights = (scores - new_top).exp()",
            "weights = F.dropout((scores - new_top).exp(), self.dropout, self.training)", dropout),
    Mistake("no dropout", "per_head", "per_head",
            "F.dropout(weights, self.dropout, self.training)", "weights", dropout),
    Mistake("no dropout of the output", "sdpa", "base",
            "self.resid_dropout(self.attend(x, keep))", "self.attend(x, keep)", dropout_of_output),
    Mistake("half the dropout", "combined", "combined",
            "self.dropout, self", "self.dropout / 2, self", dropout),
    Mistake("half the dropout of the output", "mha", "base",
            "nn.Dropout(config.dropout)", "nn.Dropout(config.dropout / 2)", dropout_of_output),
    Mistake("dropout of the values", "per_head", "per_head",
            "F.dropout(weights, self.dropout, self.training) @ v",
            "weights @ F.dropout(v, self.dropout, self.training)", dropout),
    Mistake("dropout of the sums", "separate", "separate", "y = weights @ v",
            f"y = F.dropout({SOFTMAX} @ v, self.dropout, self.training)", dropout),
    Mistake("one dropout for all heads", "combined", "combined", DROPPED,
            f"{SOFTMAX} * F.dropout(scores[:, :1].mul(0).add(1), self.dropout, self.training)", dropout),
    Mistake("one dropout for all queries", "einsum", "einsum", DROPPED,
            f"{SOFTMAX} * F.dropout(scores[:, :, :1].mul(0).add(1), self.dropout, self.training)", dropout),
    Mistake("dropout in evaluation, with padding", "sdpa", "sdpa",
            "attn_mask=allowed, dropout_p=p", "attn_mask=allowed, dropout_p=self.dropout", check_eval),
    Mistake("no dropout with padding", "sdpa", "sdpa",
            "attn_mask=allowed, dropout_p=p", "attn_mask=allowed", dropout),
    # Right in one mode, at one length, in one range of numbers.
    Mistake("padding ignored in training", "sdpa", "sdpa",
            "if keep is None:", "if keep is None or self.training:", gradients_of_pads),
    Mistake("first tile of keys only", "tiled", "tiled",
            "range(0, last, self.tile)", "range(0, min(last, self.tile), self.tile)", outputs_of_long_texts),
    Mistake("mask of the first tile", "tiled", "tiled",
            "mask[..., first:last, start:end]", "mask[..., :last - first, :end - start]",
            outputs_of_long_texts),
    Mistake("last hundred keys only", "flex", "flex", "i >= j, None", "(i >= j) & (i - j < 100), None",
            outputs_of_long_texts),
    Mistake("last hundred keys only", "sdpa_mask", "sdpa_mask",
            "~blocked(q.shape[2], keep, q.device)", "(~blocked(q.shape[2], keep, q.device)).triu(-99)",
            outputs_of_long_texts),
    Mistake("blocked by a number that scores can reach", "combined", "base", LEAST, "least = -1e4",
            check_large),
    Mistake("blocked by a number too large for float16", "combined", "base", LEAST, "least = -1e9",
            check_half),
    Mistake("exponentials without a maximum", "einsum", "base",
            "scores.masked_fill(mask, least).softmax(dim=-1)",
            "torch.nn.functional.normalize(scores.exp().masked_fill(mask, 0.0), p=1, dim=-1)", check_large),
    # The rest.
    Mistake("no bias", "einsum", "einsum", "else out + self.c_proj.bias", "else out", outputs),
    Mistake("no gradient", "combined", "combined",
            "return weights @ v", "return weights.detach() @ v", gradients),
    Mistake("sum not carried on", "tiled", "tiled", "total * shrink", "total", outputs),
    Mistake("maximum not carried on", "tiled", "tiled", "y * shrink", "y", outputs),
    Mistake("float32 only", "tiled", "base", "(self.attend(x, keep))", "(self.attend(x, keep)).float()",
            check_half),
    Mistake("strides assumed", "sdpa", "combined", LINEAR,
            "self.c_attn(x.as_strided(x.shape, (T * x.shape[2], x.shape[2], 1)))", check_strides),
    Mistake("number not saved", "separate", "base", "(self.attend(x, keep))",
            '(self.attend(x, keep)) * self.__dict__.setdefault("gain", torch.rand(()) + 0.5)',
            check_state_dict),
    Mistake("no check", "combined", "base", "self._check(x, keep)", "pass", check_errors),
    Mistake("padding of one text for all", "separate", "base", "keep.shape != x.shape[:2]",
            "keep.ndim != 2 or keep.shape[1] != x.shape[1]", check_errors),
    Mistake("one token too many", "tiled", "base",
            "x.shape[1] > self.block_size", "x.shape[1] > self.block_size + 1", check_errors),
]  # fmt: skip


def broken(mistake: Mistake, folder: Path) -> type[Attention]:
    """The variant from a copy of the package that has the mistake."""
    package = f"broken_variants_{next(_numbers)}"
    (folder / package).mkdir()
    for path in SOURCE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.stem == mistake.file:
            assert mistake.old in text, (
                f"{path.name}: expected the code {mistake.old!r}, got none; mend MISTAKES"
            )
            text = text.replace(mistake.old, mistake.new)
        text = text.replace("minigpt.variants", package)
        (folder / package / path.name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(package).VARIANTS[mistake.name]
    finally:
        sys.path.remove(str(folder))
