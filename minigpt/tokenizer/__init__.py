"""Text to token ids and back: one token per character, or byte-level BPE as in GPT-2.
zh: 文本与 token 编号互相转换：每个字符一个 token，或 GPT-2 那样的字节级 BPE。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from minigpt.tokenizer.bpe import BPETokenizer
from minigpt.tokenizer.characters import CharTokenizer
from minigpt.tokenizer.files import CHARACTERS, MERGES, read_bpe, read_characters

__all__ = ["BPETokenizer", "CharTokenizer", "Tokenizer", "load_tokenizer", "tokenizer_from_state"]


class Tokenizer(Protocol):
    """What training and generation ask of a tokenizer.
    zh: 训练和生成对分词器的要求。
    """

    end: int | None

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> list[int]: ...

    def decode(self, ids: Iterable[int]) -> str: ...

    def stream(self, ids: Iterable[int]) -> Iterator[str]: ...

    def save(self, folder: str | Path) -> None: ...

    def state(self) -> dict[str, Any]: ...


def load_tokenizer(folder: str | Path) -> Tokenizer:
    folder = Path(folder)
    if (folder / MERGES).exists():
        return BPETokenizer(*read_bpe(folder))
    if (folder / CHARACTERS).exists():
        return CharTokenizer(read_characters(folder))
    raise ValueError(f"expected {MERGES} or {CHARACTERS} in {folder}, got neither; name a tokenizer's folder")


def tokenizer_from_state(state: dict[str, Any]) -> Tokenizer:
    if state.get("kind") == "bpe":
        return BPETokenizer(state["vocab"], state["merges"])
    if state.get("kind") == "char":
        return CharTokenizer(state["characters"])
    raise ValueError(f"expected the state of a tokenizer, 'bpe' or 'char', got {state.get('kind')!r}")
