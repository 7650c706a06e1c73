"""Token files, mapped into memory, and the batches drawn from them.
zh: 映射到内存里的 token 文件，以及从中抽取的批。

``python -m minigpt.data --help`` says how to make them from text.
zh: ``python -m minigpt.data --help`` 说明怎样用文本生成它们。

Axes: ``B`` batch, ``T`` time, ``N`` tokens of the text.
zh: 轴：``B`` 批，``T`` 时间，``N`` 文本的 token 数。
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from minigpt.prepare import META, guide_folder, prepare
from minigpt.tokenizer import Tokenizer, load_tokenizer

__all__ = ["Data", "batch", "load_data", "prepare"]


@dataclass(frozen=True)
class Data:
    """What training reads.
    zh: 训练要读的东西。

    Args:
        train: Token ids to train on, one after another, on the CPU.
            zh: 用于训练的 token 编号，一个接一个，在 CPU 上。
        val: Token ids to validate on.
            zh: 用于验证的 token 编号。
        tokenizer: Makes text of them.
            zh: 把它们变回文本。
    """

    train: Tensor
    val: Tensor
    tokenizer: Tokenizer


def load_data(folder: str | Path) -> Data:
    """Open what ``prepare`` has written. The tokens stay on disk until they are looked at.
    zh: 打开 ``prepare`` 写出的内容。token 留在磁盘上，用到时才读。

    Args:
        folder: Folder with ``meta.json``.
            zh: 装有 ``meta.json`` 的文件夹。

    Returns:
        Tokens and tokenizer.
            zh: token 和分词器。

    Raises:
        ValueError: A file is missing or damaged.
            zh: 文件缺失或损坏。
    """
    folder = Path(folder)
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        train, val = (
            _open(folder / f"{name}.bin", meta[name]["tokens"], getattr(torch, meta["dtype"]))
            for name in ("train", "val")
        )
        return Data(train, val, load_tokenizer(folder))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"expected prepared data in {folder}: {error}; run python -m minigpt.data --out {folder}"
        ) from error


def _open(path: Path, count: int, dtype: torch.dtype) -> Tensor:
    size = path.stat().st_size
    if size != count * dtype.itemsize:
        raise ValueError(f"expected {count * dtype.itemsize} bytes in {path}, got {size}")
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
    """The batch of a step, or the slice of it that one of several processes trains on.
    zh: 某一步的批；有多个进程时，是其中一个进程用来训练的那一份。

    The rows begin at random places. Which ones, ``seed`` and ``step`` decide, and nothing else: whoever knows
    the number of the step knows the batch.
    zh: 每一行从随机位置开始。具体在哪里，只由 ``seed`` 和 ``step`` 决定：知道步数就知道这一批。

    Args:
        tokens: Token ids, one after another.
            zh: token 编号，一个接一个。
        batch_size: Rows in all processes together.
            zh: 所有进程合计的行数。
        block_size: Length ``T`` of a row.
            zh: 一行的长度 ``T``。
        seed: Seed of the training run.
            zh: 这次训练的随机种子。
        step: Number of the step.
            zh: 第几步。
        rank: Number of this process, from 0.
            zh: 本进程的编号，从 0 开始。
        world: Number of processes.
            zh: 进程数。
        device: Where the batch is to be. The way to a CUDA device is not waited for.
            zh: 批要放到哪个设备上。送往 CUDA 设备时不等待。

    Returns:
        Inputs, and targets one place further, of shape ``(B, T)`` with ``B = batch_size / world``.
            zh: 输入，以及后移一位的目标，形状 ``(B, T)``，其中 ``B = batch_size / world``。

    Raises:
        ValueError: There are too few tokens for a row, or the rows cannot be divided among the processes.
            zh: token 太少，不够一行；或行数无法平分给各进程。

    Examples:
        >>> x, y = batch(torch.arange(100), batch_size=4, block_size=8, seed=0, step=0)
        >>> x.shape, torch.equal(y, x + 1)
        (torch.Size([4, 8]), True)
    """
    places = len(tokens) - block_size  # where a row and its last target still fit
    if places < 1:
        raise ValueError(
            f"expected more tokens than block_size={block_size}, got {len(tokens)}; "
            "take more text or a smaller block_size"
        )
    if batch_size % world != 0:
        above = batch_size + world - batch_size % world
        raise ValueError(f"expected batch_size to be a multiple of {world=}, got {batch_size}; try {above}")
    random = Random(f"{seed} {step}")  # torch's generators would use 32 bits of such a pair
    starts = [int(random.random() * places) for _ in range(batch_size)]
    share = batch_size // world
    own = starts[rank * share : (rank + 1) * share]
    rows = torch.stack([tokens[i : i + block_size + 1].long() for i in own])  # (B, T + 1)
    if torch.device(device).type == "cuda":
        rows = rows.pin_memory()
    rows = rows.to(device, non_blocking=True)
    return rows[:, :-1], rows[:, 1:]  # (B, T)


OPTIONS = (
    (
        "--tokenizer",
        "NAME",
        "bpe",
        "bpe, char, or a folder with a tokenizer / bpe、char 或装有分词器的文件夹",
    ),
    ("--vocab-size", "N", 4096, "tokens that bpe learns at most / bpe 最多学多少个 token"),
    ("--val-share", "X", 0.1, "share of each file for validation / 每个文件用于验证的比例"),
)


def main(arguments: list[str] | None = None) -> None:
    """The command ``python -m minigpt.data``.
    zh: 命令 ``python -m minigpt.data``。

    Args:
        arguments: Its arguments; None means those of the command line.
            zh: 命令的参数；None 表示取自命令行。
    """
    about = "Turns text into token files / 把文本变成 token 文件"
    parser = argparse.ArgumentParser(prog="python -m minigpt.data", description=about)
    text = "UTF-8 text; the guide itself if left out / UTF-8 文本；不给就用本指南自己的文本"
    parser.add_argument("--text", nargs="+", metavar="FILE", help=text)
    text = "folder to write; the guide's goes where training looks for it / "
    text += "写到哪个文件夹；本指南的文本默认写到训练时读取的位置"
    parser.add_argument("--out", metavar="DIR", help=text)
    for name, value, default, text in OPTIONS:
        kind, text = type(default), f"{text} (%(default)s)"
        parser.add_argument(name, metavar=value, default=default, type=kind, help=text)
    args = parser.parse_args(arguments)
    if args.text and not args.out:
        parser.error("expected --out DIR with --text, got none; name the folder to write, data/mine say")
    try:
        out = args.out or guide_folder(args.tokenizer, args.vocab_size)
        meta = prepare(out, args.text, args.tokenizer, args.vocab_size, args.val_share, progress=True)
    except (OSError, ValueError) as error:
        parser.exit(1, f"error / 错误: {error}\n")
    print(f"{out}: vocabulary / 词表 {meta['vocab_size']:,}")
    for name, title in (("train", "training / 训练"), ("val", "validation / 验证")):
        print(f"  {name}.bin  {title}: {meta[name]['tokens']:,} tokens, {meta[name]['bytes']:,} bytes")
    print(f"train on it with / 用它训练：\n  python -m minigpt.train --data {out}")


if __name__ == "__main__":
    main()
