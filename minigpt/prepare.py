"""Text files to token files: the work behind ``python -m minigpt.data``.
zh: 从文本文件到 token 文件：``python -m minigpt.data`` 背后的工作。
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from tqdm import tqdm

from minigpt.atomic import replacing
from minigpt.corpus import Part, divide, guide_files, read
from minigpt.tokenizer import BPETokenizer, CharTokenizer, Tokenizer, load_tokenizer

__all__ = ["META", "guide_folder", "prepare"]

META = "meta.json"
"""The file that makes a folder a prepared one.
zh: 有了这个文件，文件夹才算准备好。
"""
SAMPLE = 50_000_000  # a vocabulary is learned from so many characters at most
CODES = {"uint16": "H", "int32": "i"}  # names of array for the dtypes of torch


def guide_folder(tokenizer: str, vocab_size: int) -> Path:
    """Where the guide's own text is kept, cut into tokens in this way.
    zh: 本指南自己的文本按这种方式切成 token 之后，放在哪里。

    Args:
        tokenizer: ``"bpe"`` or ``"char"``.
            zh: ``"bpe"`` 或 ``"char"``。
        vocab_size: See prepare.
            zh: 见 prepare。

    Returns:
        A folder under the current one.
            zh: 当前文件夹之下的一个文件夹。

    Raises:
        ValueError: Any other tokenizer: training does not look for it.
            zh: 其他分词器：训练不会去找它。

    Examples:
        >>> guide_folder("bpe", 4096).as_posix()
        'data/guide-bpe-4096'
    """
    if tokenizer not in ("bpe", "char"):
        raise ValueError(f"expected --out DIR with a tokenizer of your own, got {tokenizer!r} and no folder")
    size = f"-{vocab_size}" if tokenizer == "bpe" else ""
    return Path("data", f"guide-{tokenizer}{size}")


def prepare(
    folder: str | Path,
    texts: Iterable[str | Path] | None = None,
    tokenizer: str = "bpe",
    vocab_size: int = 4096,
    val_share: float = 0.1,
    progress: bool = False,
) -> dict[str, Any]:
    """Write ``train.bin`` and ``val.bin``, the tokenizer's files, and last ``meta.json``.
    zh: 写出 ``train.bin`` 和 ``val.bin``、分词器的文件，最后是 ``meta.json``。

    The tail of every file is for validation, so that both parts hold every language and every kind of text.
    zh: 每个文件的尾部都用于验证，于是两部分都包含每种语言、每类文本。

    Args:
        folder: Where to; made if it does not exist.
            zh: 写到哪里；文件夹不存在则新建。
        texts: Text files in UTF-8; without any, the guide itself.
            zh: UTF-8 文本文件；不给就用本指南自己的文本。
        tokenizer: ``"bpe"`` or ``"char"``, learned from the texts; or a folder with a tokenizer's files.
            zh: ``"bpe"`` 或 ``"char"``，从文本学出；或装有分词器文件的文件夹。
        vocab_size: Tokens that ``"bpe"`` learns at most.
            zh: ``"bpe"`` 最多学多少个 token。
        val_share: Share of each file that is for validation.
            zh: 每个文件用于验证的比例。
        progress: Whether to show progress bars in a terminal.
            zh: 是否在终端里显示进度条。

    Returns:
        The contents of ``meta.json``.
            zh: ``meta.json`` 的内容。

    Raises:
        OSError: A file cannot be read or written.
            zh: 文件无法读取或写入。
        ValueError: A file is empty or not in UTF-8, no text is left for validation, or there is no such
            tokenizer.
            zh: 文件是空的或不是 UTF-8，没有文本可供验证，或没有这样的分词器。
    """
    files = [Path(text) for text in texts] if texts else guide_files()
    train, val = zip(*(divide(file, val_share) for file in files), strict=True)
    if all(first == end for _, first, end in val):
        raise ValueError(
            f"expected lines for validation, got none: the last line of {files[0]} is more than "
            f"{val_share=} of it; break it up or take more text"
        )
    chosen = _tokenizer(tokenizer, [*train, *val], vocab_size, progress)
    dtype = "uint16" if chosen.vocab_size <= 2**16 else "int32"
    meta: dict[str, Any] = {"files": len(files), "vocab_size": chosen.vocab_size, "dtype": dtype}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "train.bin") as first, replacing(folder / "val.bin") as second:
        meta["train"] = _write(first, train, chosen, dtype, progress)
        meta["val"] = _write(second, val, chosen, dtype, progress)
        (folder / META).unlink(missing_ok=True)  # from here until it is back, the folder is unfinished
    chosen.save(folder)
    with replacing(folder / META) as file:
        file.write(json.dumps(meta, indent=2).encode())
    return meta


def _tokenizer(name: str, parts: list[Part], vocab_size: int, progress: bool) -> Tokenizer:
    texts = (text for part in parts for text in read(part))
    if name == "char":
        return CharTokenizer.train(texts)
    if name == "bpe":
        return BPETokenizer.train(_first(texts, SAMPLE), vocab_size, progress)
    return load_tokenizer(name)


def _first(texts: Iterable[str], limit: int) -> Iterator[str]:
    for text in texts:
        if limit <= 0:
            return
        limit -= len(text)
        yield text


def _write(
    file: BinaryIO, parts: Iterable[Part], tokenizer: Tokenizer, dtype: str, progress: bool
) -> dict[str, Any]:
    name, size, checksum = Path(file.name).stem, sum(end - first for _, first, end in parts), sha256()
    hidden = None if progress else True  # None: shown in a terminal only
    with tqdm(desc=name, total=size, unit="B", unit_scale=True, disable=hidden) as bar:
        for part in parts:
            for ids in _encode(part, tokenizer, bar):
                data = array(CODES[dtype], ids).tobytes()
                checksum.update(data)
                file.write(data)
    count = file.tell() // array(CODES[dtype]).itemsize
    return {"tokens": count, "bytes": size, "sha256": checksum.hexdigest()}


def _encode(part: Part, tokenizer: Tokenizer, bar: tqdm) -> Iterator[list[int]]:
    for text in read(part):
        yield tokenizer.encode(text)
        bar.update(len(text.encode()))
    if tokenizer.end is not None:
        yield [tokenizer.end]
