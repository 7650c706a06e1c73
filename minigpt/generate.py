"""``python -m minigpt.generate``: continue a text, printing it as it comes.
zh: ``python -m minigpt.generate``：续写一段文字，边生成边打印。
"""

from __future__ import annotations

import argparse
import sys
from itertools import takewhile
from pathlib import Path

import torch

from minigpt.checkpoint import load_model
from minigpt.gpt import GPT
from minigpt.pretrained import CONFIG, find_folder
from minigpt.stream import stream
from minigpt.tokenizer import Tokenizer, load_tokenizer

__all__ = ["load", "main", "parser"]


def parser() -> argparse.ArgumentParser:
    """The command's flags.
    zh: 这条命令的参数。

    Returns:
        The parser.
            zh: 解析器。
    """
    found = argparse.ArgumentParser("minigpt.generate", description="Continue a text. / 续写一段文字。")
    add = found.add_argument
    add("--checkpoint", required=True, help="run, checkpoint, GPT-2 folder or Hub name / 模型在哪里")
    add("--prompt", required=True, help="text to continue / 要续写的文字")
    add("--max-new-tokens", type=int, default=200, help="how many tokens to add / 续写多少个 token")
    add("--temperature", type=float, default=0.8, help="0 takes the likeliest token / 0 取最可能的 token")
    add("--top-k", type=int, help="draw from the k likeliest tokens only / 只从最可能的 k 个里抽")
    add("--top-p", type=float, help="draw from the likeliest tokens of sum p / 只从概率和为 p 的那些里抽")
    add("--seed", type=int, help="same seed, same text / 种子相同，文字相同")
    add("--overflow", choices=["slide", "half"], default="half", help="at block_size / 到 block_size 时")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cpu, cuda / 设备")
    add("--dtype", choices=["float32", "bfloat16"], default="float32", help="of the weights / 权重的 dtype")
    return found


def load(name_or_path: str) -> tuple[GPT, Tokenizer]:
    """Find out what the path is, and load model and tokenizer.
    zh: 看清路径是什么，装载模型和分词器。

    Args:
        name_or_path: A run folder, a checkpoint file, a folder with a GPT-2, or a name on the Hub.
            zh: 训练的文件夹、检查点文件、装有 GPT-2 的文件夹，或 Hub 上的名字。

    Returns:
        Both; the model is in evaluation mode, on the CPU.
            zh: 两者；模型处于评估模式，在 CPU 上。

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
        return load_model(path)
    folder = find_folder(name_or_path)
    return GPT.from_pretrained(folder), load_tokenizer(folder)


def main(arguments: list[str] | None = None) -> int:
    """Run the command.
    zh: 执行这条命令。

    Args:
        arguments: The command line, without the program's name; None takes the real one.
            zh: 命令行参数，不含程序名；None 表示取真正的命令行。

    Returns:
        Exit status: 0, or 1 after an error, or 130 after Ctrl-C.
            zh: 退出状态：0；出错为 1；Ctrl-C 之后为 130。
    """
    args = parser().parse_args(arguments)
    try:
        model, tokenizer = load(args.checkpoint)
        model.to(args.device, getattr(torch, args.dtype))
        prompt = torch.tensor([tokenizer.encode(args.prompt)], dtype=torch.int64, device=args.device)
        generator = torch.Generator(args.device)
        generator.manual_seed(generator.seed() if args.seed is None else args.seed)
        tokens = stream(
            model, prompt, args.max_new_tokens,
            overflow=args.overflow, stop=tokenizer.end, generator=generator,
            temperature=args.temperature, top_k=args.top_k, top_p=args.top_p,
        )  # fmt: skip
        ids = takewhile(lambda token: token != tokenizer.end, (token.item() for token in tokens))
        print(args.prompt, end="", flush=True)
        for piece in tokenizer.stream(ids):
            print(piece, end="", flush=True)
        print()
    except KeyboardInterrupt:
        print()
        return 130
    except (OSError, ImportError, RuntimeError, TypeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
