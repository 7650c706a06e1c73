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
    """What training and generation ask of a tokenizer. Any class that has all of it is one.
    zh: 训练和生成对分词器的要求。具备这一切的类就是分词器。

    Attributes:
        end: Id of the token that ends a text, None if there is none.
            zh: 表示文本结束的 token 的编号；没有则为 None。
    """

    end: int | None

    @property
    def vocab_size(self) -> int:
        """Number ``V`` of tokens.
        zh: token 的个数 ``V``。
        """

    def encode(self, text: str) -> list[int]:
        """Turn text into token ids.
        zh: 把文本变成 token 编号。
        """

    def decode(self, ids: Iterable[int]) -> str:
        """Turn token ids into text.
        zh: 把 token 编号变回文本。
        """

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Turn token ids into text while they come, never half a character.
        zh: 编号一边来，一边变成文本，绝不给出半个字符。
        """

    def save(self, folder: str | Path) -> None:
        """Write the tokenizer's files into a folder.
        zh: 把分词器的文件写进文件夹。
        """

    def state(self) -> dict[str, Any]:
        """All that is needed to build the tokenizer anew, in types that JSON knows.
        zh: 重建这个分词器所需的一切，用 JSON 认识的类型。
        """


def load_tokenizer(folder: str | Path) -> Tokenizer:
    """Read a tokenizer from its files; those of GPT-2 will do.
    zh: 从文件读出分词器；GPT-2 的文件也可以。

    Args:
        folder: Folder with ``vocab.json`` and ``merges.txt``, or with ``characters.json``.
            zh: 装有 ``vocab.json`` 和 ``merges.txt`` 的文件夹，或装有 ``characters.json`` 的文件夹。

    Returns:
        The tokenizer.
            zh: 分词器。

    Raises:
        ValueError: The files are missing or damaged.
            zh: 文件缺失或损坏。
    """
    folder = Path(folder)
    try:
        if (folder / MERGES).exists():
            return BPETokenizer(*read_bpe(folder))
        return CharTokenizer(read_characters(folder))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"expected vocab.json and {MERGES}, or {CHARACTERS}, in {folder}: {error}"
        ) from error


def tokenizer_from_state(state: dict[str, Any]) -> Tokenizer:
    """Build a tokenizer from what its ``state()`` returned, from a checkpoint, say.
    zh: 用 ``state()`` 的返回值重建分词器，例如取自检查点。

    Args:
        state: What ``state()`` returned.
            zh: ``state()`` 的返回值。

    Returns:
        The tokenizer.
            zh: 分词器。

    Raises:
        ValueError: It is the state of something else.
            zh: 这是别的东西的状态。

    Examples:
        >>> tokenizer_from_state(CharTokenizer("abc").state()).encode("cab")
        [2, 0, 1]
    """
    if state.get("kind") == "bpe":
        return BPETokenizer(state["vocab"], state["merges"])
    if state.get("kind") == "char":
        return CharTokenizer(state["characters"])
    raise ValueError(f"expected the state of a tokenizer, of kind 'bpe' or 'char', got {state.get('kind')!r}")
