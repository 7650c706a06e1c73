"""A vocabulary learned from one page of the guide in both languages: what the figures on tokens share."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from minigpt.tokenizer import BPETokenizer

PAGES = Path(__file__).parents[1]
SENTENCES = {"zh": "归一化的权重初始化为 1。", "en": "The weight of the normalization starts at one."}
SIZES = (257, 300, 400, 600, 1000, 2000)


@functools.cache
def text(lang: str) -> str:
    """The prose of the page on LayerNorm, without its code."""
    page = (PAGES / lang / "model" / "norm.md").read_text(encoding="utf-8")
    return re.sub(r"```.*?```", "", page, flags=re.DOTALL)


@functools.cache
def learned() -> BPETokenizer:
    """Trained once, to the largest size."""
    return BPETokenizer.train([text("zh"), text("en")], vocab_size=max(SIZES))


@functools.cache
def tokenizer(size: int) -> BPETokenizer:
    """The same with its first merges only: what training would have stopped at."""
    whole = learned()
    merges = whole.merges[: size - 257]
    tokens = [*list(whole.vocab)[: 256 + len(merges)], "<|endoftext|>"]
    return BPETokenizer({token: i for i, token in enumerate(tokens)}, merges)
