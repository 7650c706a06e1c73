"""What the trained model predicts after its prompts: what several figures share."""

from __future__ import annotations

import functools

import torch
from _ext.svg import Words
from _figures._tiny import report
from torch import Tensor

PROMPTS: dict[tuple[str, str], Words] = {
    ("en", "open"): {"zh": "英文，下文不定", "en": "open, English"},
    ("zh", "open"): {"zh": "中文，下文不定", "en": "open, Chinese"},
    ("en", "sure"): {"zh": "下文确定", "en": "nearly certain"},
}


@functools.cache
def logits(lang: str, kind: str) -> Tensor:
    """Of all tokens after a prompt of ``lang``, likeliest first, shape (V,)."""
    return torch.tensor(report()["next"][lang][kind]["scores"], device="cpu") / 100


def shown(token: str) -> str:
    """A token to be read: a space that belongs to it, and a line break, can be seen."""
    return token.replace(" ", "␣").replace("\n", "↵")
