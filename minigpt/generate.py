"""``python -m minigpt.generate``: continue a text, printing it as it comes.
zh: ``python -m minigpt.generate``：续写一段文字，边生成边打印。
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import torch

from minigpt.checkpoint import load_model
from minigpt.gpt import GPT
from minigpt.pretrained import CONFIG, find_folder
from minigpt.stream import stream
from minigpt.tokenizer import Tokenizer, load_tokenizer
from minigpt.variants.weights import change_attention

__all__ = ["load", "main", "parser", "write"]


def parser() -> argparse.ArgumentParser:
    """The command's flags.
    zh: 这条命令的参数。

    Returns:
        The parser.
            zh: 解析器。
    """
    about = "Continue a text. / 续写一段文字。"
    found = argparse.ArgumentParser("python -m minigpt.generate", description=about)
    add, shown = found.add_argument, " (%(default)s)"
    where = "run, checkpoint, GPT-2 folder or name on the Hub / 训练的文件夹、检查点、GPT-2 或 Hub 上的名字"
    add("--checkpoint", required=True, metavar="MODEL", help=where)
    add("--prompt", required=True, metavar="TEXT", help="text to continue / 要续写的文字")
    text = "how many tokens to add / 续写多少个 token" + shown
    add("--max-new-tokens", type=int, default=200, metavar="N", help=text)
    text = "0 takes the likeliest token / 0 取最可能的 token" + shown
    add("--temperature", type=float, default=0.8, metavar="X", help=text)
    add("--top-k", type=int, metavar="N", help="draw from the N likeliest tokens / 从最可能的 N 个里抽")
    text = "draw from the likeliest tokens that sum up to X / 从概率合计为 X 的最可能的那些里抽"
    add("--top-p", type=float, metavar="X", help=text)
    add("--seed", type=int, metavar="N", help="same seed, same text / 种子相同，文字相同")
    text = "from block_size on, look back as far as possible, or half as far and faster / "
    text += "到 block_size 之后：看得尽量远，或只看一半而更快" + shown
    add("--overflow", choices=["slide", "half"], default="half", help=text)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    add("--device", default=device, metavar="NAME", help="cpu, cuda, cuda:1 / 设备" + shown)
    text = "of the weights / 权重的 dtype" + shown
    add("--dtype", choices=["float32", "bfloat16"], default="float32", help=text)
    return found


def load(name_or_path: str) -> tuple[GPT, Tokenizer]:
    """Find out what the path is, and load model and tokenizer.
    zh: 看清路径是什么，装载模型和分词器。

    Args:
        name_or_path: A run folder, a checkpoint file, a folder with a GPT-2, or a name on the Hub.
            zh: 训练的文件夹、检查点文件、装有 GPT-2 的文件夹，或 Hub 上的名字。

    Returns:
        Both; the model is in evaluation mode, on the CPU, and has the reference attention.
            zh: 两者；模型处于评估模式，在 CPU 上，用参考注意力。

    Raises:
        OSError: There is no such model.
            zh: 没有这个模型。
        ImportError: See find_folder.
            zh: 见 find_folder。
        ValueError: The files are damaged, or the tokenizer is missing.
            zh: 文件损坏，或缺少分词器。
    """
    path = Path(name_or_path)
    if path.exists() and not (path / CONFIG).exists():
        model, tokenizer = load_model(path)
        return change_attention(model, "reference"), tokenizer  # the cache knows no other
    folder = find_folder(name_or_path)
    return GPT.from_pretrained(folder), load_tokenizer(folder)


def write(args: argparse.Namespace) -> Iterator[str]:
    """The text, piece by piece. The prompt comes with the first piece: errors come before any text.
    zh: 文字，一段一段给出。提示与第一段一起给出：有错误时，什么文字都还没有。

    Args:
        args: The flags.
            zh: 各个参数。

    Yields:
        Pieces of text, the prompt included.
            zh: 一段段文字，包括提示。
    """
    model, tokenizer = load(args.checkpoint)
    model.to(args.device, getattr(torch, args.dtype))
    ids = tokenizer.encode(args.prompt)
    if not ids and tokenizer.end is None:
        raise ValueError("expected text in --prompt, got none; this tokenizer cannot begin one: give a word")
    prompt = torch.tensor([ids or [tokenizer.end]], device=args.device)  # the end of a text: another begins
    generator = torch.Generator(args.device)
    generator.manual_seed(generator.seed() if args.seed is None else args.seed)
    tokens = stream(
        model, prompt, args.max_new_tokens,
        overflow=args.overflow, stop=tokenizer.end, generator=generator,
        temperature=args.temperature, top_k=args.top_k, top_p=args.top_p,
    )  # fmt: skip
    ids = takewhile(lambda token: token != tokenizer.end, (token.item() for token in tokens))
    ahead = args.prompt
    for piece in tokenizer.stream(ids):
        yield ahead + piece
        ahead = ""
    yield ahead


def main(arguments: list[str] | None = None) -> int:
    """Run the command.
    zh: 执行这条命令。

    Args:
        arguments: The command line, without the program's name; None takes the real one.
            zh: 命令行参数，不含程序名；None 表示取真正的命令行。

    Returns:
        Exit status: 0, or 1 after an error, or 128 and a signal's number: 130 after Ctrl-C, 141 when whoever
        reads the text has gone.
            zh: 退出状态：0；出错为 1；或 128 加信号编号：Ctrl-C 之后为 130，读文字的一方已经离开为 141。
    """
    args, status = parser().parse_args(arguments), 0
    try:
        try:
            for piece in write(args):
                print(piece, end="", flush=True)
        except KeyboardInterrupt:
            status = 130
        print(flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still flushes
        return 141
    except (AssertionError, ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
        print(f"error / 错误: {error}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
