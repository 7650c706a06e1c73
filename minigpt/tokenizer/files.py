"""Files of a tokenizer: GPT-2's ``vocab.json`` and ``merges.txt``, or ``characters.json``.
zh: 分词器的文件：GPT-2 的 ``vocab.json`` 和 ``merges.txt``，或 ``characters.json``。
"""

from __future__ import annotations

import json
from pathlib import Path

from minigpt.atomic import replacing

__all__ = ["read_bpe", "read_characters", "write_bpe", "write_characters"]

CHARACTERS, MERGES, VOCAB = "characters.json", "merges.txt", "vocab.json"
VERSION = "#version: "  # begins the first line of merges.txt; "# #" is a merge like any other


def read_bpe(folder: Path) -> tuple[dict[str, int], list[str]]:
    """Read ``vocab.json`` and ``merges.txt``.
    zh: 读 ``vocab.json`` 和 ``merges.txt``。

    Args:
        folder: Folder with both files.
            zh: 装有这两个文件的文件夹。

    Returns:
        Id of each token; and the merges in order, ``"Ġ t"``.
            zh: 每个 token 的编号；以及按顺序排列的合并，形如 ``"Ġ t"``。

    Raises:
        OSError: A file is missing.
            zh: 文件缺失。
        ValueError: A file is no UTF-8, or ``vocab.json`` is no JSON.
            zh: 文件不是 UTF-8，或 ``vocab.json`` 不是 JSON。
    """
    vocab = json.loads((folder / VOCAB).read_text(encoding="utf-8"))
    lines = (folder / MERGES).read_text(encoding="utf-8").split("\n")
    return vocab, [line for line in lines if line and not line.startswith(VERSION)]


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
    _write(folder / MERGES, "\n".join([VERSION + "0.2", *merges, ""]))


def read_characters(folder: Path) -> str:
    """Read ``characters.json``.
    zh: 读 ``characters.json``。

    Args:
        folder: Folder with the file.
            zh: 装有这个文件的文件夹。

    Returns:
        The characters, in the order of their ids.
            zh: 按编号排列的字符。

    Raises:
        OSError: The file is missing.
            zh: 文件缺失。
        ValueError: The file is no JSON.
            zh: 文件不是 JSON。
    """
    return "".join(json.loads((folder / CHARACTERS).read_text(encoding="utf-8")))


def write_characters(folder: Path, characters: str) -> None:
    """Write ``characters.json``.
    zh: 写出 ``characters.json``。

    Args:
        folder: Where to; made if it does not exist.
            zh: 写到哪里；文件夹不存在则新建。
        characters: The characters, in the order of their ids.
            zh: 按编号排列的字符。
    """
    _write(folder / CHARACTERS, json.dumps(list(characters)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(text.encode())
