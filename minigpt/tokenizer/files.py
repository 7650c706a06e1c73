"""Files of a tokenizer: GPT-2's ``vocab.json`` and ``merges.txt``, or ``characters.json``.
zh: 分词器的文件：GPT-2 的 ``vocab.json`` 和 ``merges.txt``，或 ``characters.json``。
"""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["CHARACTERS", "MERGES", "read_bpe", "read_characters", "write_bpe", "write_characters"]

CHARACTERS, MERGES, VOCAB = "characters.json", "merges.txt", "vocab.json"
VERSION = "#version: 0.2"  # first line of merges.txt; "# #" further down is a merge like any other


def read_bpe(folder: Path) -> tuple[dict[str, int], list[str]]:
    """Read ``vocab.json`` and ``merges.txt``.
    zh: 读 ``vocab.json`` 和 ``merges.txt``。

    Args:
        folder: Folder with both files.
            zh: 装有这两个文件的文件夹。

    Returns:
        Id of each token, and the merges, ``"Ġ t"``, in order.
            zh: 每个 token 的编号；以及按顺序排列的合并，形如 ``"Ġ t"``。

    Raises:
        ValueError: A file is missing or damaged.
            zh: 文件缺失或损坏。
    """
    vocab = json.loads(_read(folder / VOCAB))
    lines = _read(folder / MERGES).split("\n")
    return vocab, [line for line in lines if line and not line.startswith("#version")]


def write_bpe(folder: Path, vocab: dict[str, int], merges: list[str]) -> None:
    """Write ``vocab.json`` and ``merges.txt``.
    zh: 写出 ``vocab.json`` 和 ``merges.txt``。

    Args:
        folder: Where to; made if it does not exist.
            zh: 写到哪里；文件夹不存在则新建。
        vocab: Id of each token.
            zh: 每个 token 的编号。
        merges: The merges, in order.
            zh: 按顺序排列的合并。
    """
    _write(folder / VOCAB, json.dumps(vocab))
    _write(folder / MERGES, "\n".join([VERSION, *merges, ""]))


def read_characters(folder: Path) -> str:
    return json.loads(_read(folder / CHARACTERS))["characters"]


def write_characters(folder: Path, characters: str) -> None:
    _write(folder / CHARACTERS, json.dumps({"characters": characters}))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
