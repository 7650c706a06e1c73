"""Token files, memory-mapped, and the batches drawn from them.
zh: 以内存映射方式打开的 token 文件，以及从中抽取的批。

Axes: ``B`` batch, ``T`` time.
zh: 轴：``B`` 批，``T`` 时间。
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from minigpt.prepare import META, prepare
from minigpt.tokenizer import Tokenizer, load_tokenizer

__all__ = ["Data", "batch", "load_data", "prepare"]


@dataclass(frozen=True)
class Data:
    train: Tensor
    val: Tensor
    tokenizer: Tokenizer


def load_data(folder: str | Path) -> Data:
    folder = Path(folder)
    try:
        meta = json.loads((folder / META).read_text())
    except (OSError, ValueError) as error:
        raise ValueError(
            f"expected prepared data in {folder}: {error}; run python -m minigpt.data --out {folder}"
        ) from error
    dtype = torch.uint16 if meta["vocab_size"] <= 2**16 else torch.int32
    train, val = (
        open_tokens(folder / f"{name}.bin", meta[name]["tokens"], dtype) for name in ("train", "val")
    )
    return Data(train, val, load_tokenizer(folder))


def open_tokens(path: Path, count: int, dtype: torch.dtype) -> Tensor:
    size = path.stat().st_size
    if size != count * dtype.itemsize:
        raise ValueError(
            f"expected {count * dtype.itemsize} bytes in {path}, got {size}; prepare the data anew"
        )
    return torch.from_file(str(path), size=count, dtype=dtype, device="cpu")


def batch(
    tokens: Tensor,
    batch_size: int,
    block_size: int,
    seed: int,
    step: int,
    rank: int = 0,
    world: int = 1,
    device: torch.device | str = "cpu",
) -> tuple[Tensor, Tensor]:
    """Batch of a step; with several processes, the slice of it that one of them trains on."""
    if len(tokens) <= block_size:
        raise ValueError(
            f"expected more than block_size={block_size} tokens, got {len(tokens)}; "
            "use more text or a smaller block_size"
        )
    if batch_size % world != 0:
        raise ValueError(f"expected batch_size to be a multiple of world={world}, got {batch_size}")
    random = Random(f"{seed} {step}")
    starts = [int(random.random() * (len(tokens) - block_size)) for _ in range(batch_size)]
    share = batch_size // world
    own = starts[rank * share : (rank + 1) * share]
    rows = torch.stack([tokens[i : i + block_size + 1].long() for i in own])  # (B, T + 1)
    if torch.device(device).type == "cuda":
        rows = rows.pin_memory()
    rows = rows.to(device, non_blocking=True)
    return rows[:, :-1], rows[:, 1:]  # (B, T)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m minigpt.data", description="Text to token files / 文本变成 token 文件"
    )
    parser.add_argument("--out", default="data/guide", help="folder to write / 写到哪个文件夹 (%(default)s)")
    parser.add_argument(
        "--text",
        nargs="+",
        metavar="FILE",
        help="UTF-8 files; the guide itself if left out / UTF-8 文件；默认用本指南自己的文本",
    )
    parser.add_argument(
        "--tokenizer",
        default="bpe",
        help="bpe, char, or a folder with a tokenizer / bpe、char，或装有分词器的文件夹 (%(default)s)",
    )
    parser.add_argument(
        "--vocab-size", type=int, default=4096, help="tokens to learn with bpe / bpe 的词表大小 (%(default)s)"
    )
    parser.add_argument(
        "--val-share",
        type=float,
        default=0.1,
        help="tail of each file that is for validation / 每个文件尾部用于验证的比例 (%(default)s)",
    )
    args = parser.parse_args()
    meta = prepare(args.out, args.text, args.tokenizer, args.vocab_size, args.val_share, progress=True)
    print(args.out, meta)


if __name__ == "__main__":
    main()
