"""From text to token files: a tokenizer is made, and every text is written down as ids.
zh: 从文本到 token 文件：先得到分词器，再把所有文本写成编号。
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from minigpt.corpus import Part, divide, guide_files, read
from minigpt.tokenizer import BPETokenizer, CharTokenizer, Tokenizer, load_tokenizer

__all__ = ["META", "prepare"]

META = "meta.json"
SAMPLE = 50_000_000  # characters a vocabulary is learned from at most


def prepare(
    folder: str | Path,
    texts: Iterable[str | Path] | None = None,
    tokenizer: str = "bpe",
    vocab_size: int = 4096,
    val_share: float = 0.1,
    progress: bool = False,
) -> dict[str, Any]:
    """Write ``train.bin``, ``val.bin``, the tokenizer and ``meta.json``.
    zh: 写出 ``train.bin``、``val.bin``、分词器和 ``meta.json``。
    """
    files = guide_files() if texts is None else [Path(text) for text in texts]
    pairs = [divide(path, val_share) for path in files]
    parts = {"train": [train for train, _ in pairs], "val": [val for _, val in pairs]}
    chosen = choose_tokenizer(tokenizer, [*parts["train"], *parts["val"]], vocab_size, progress)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    meta: dict[str, Any] = {"vocab_size": chosen.vocab_size, "files": len(files), "byteorder": sys.byteorder}
    with TemporaryDirectory(dir=folder) as draft:
        chosen.save(draft)
        for name in ("train", "val"):
            meta[name] = write_tokens(Path(draft, f"{name}.bin"), parts[name], chosen, progress)
        (folder / META).unlink(missing_ok=True)  # until all is in place, the folder counts as unfinished
        Path(draft, META).write_text(json.dumps(meta, indent=2))
        for file in sorted(Path(draft).iterdir(), key=lambda file: file.name == META):
            file.replace(folder / file.name)
    return meta


def choose_tokenizer(name: str, parts: list[Part], vocab_size: int, progress: bool) -> Tokenizer:
    texts = (text for part in parts for text in read(part))
    if name == "char":
        return CharTokenizer.train(texts)
    if name == "bpe":
        return BPETokenizer.train(first(texts, SAMPLE), vocab_size, progress)
    return load_tokenizer(name)


def first(texts: Iterable[str], limit: int) -> Iterator[str]:
    for text in texts:
        if limit <= 0:
            return
        limit -= len(text)
        yield text


def write_tokens(path: Path, parts: list[Part], tokenizer: Tokenizer, progress: bool) -> dict[str, Any]:
    code = "H" if tokenizer.vocab_size <= 2**16 else "i"
    digest, count, size = sha256(), 0, sum(last - start for _, start, last in parts)
    bar = tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=not progress)
    with path.open("wb") as file, bar:
        for part in parts:
            for text in read(part):
                data = array(code, tokenizer.encode(text)).tobytes()
                count += file.write(data)
                digest.update(data)
                bar.update(len(text.encode()))
            if tokenizer.end is not None:
                data = array(code, [tokenizer.end]).tobytes()
                count += file.write(data)
                digest.update(data)
    return {"tokens": count // array(code).itemsize, "bytes": size, "sha256": digest.hexdigest()}
