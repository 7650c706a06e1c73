"""The command line: one flag for each field of TrainSettings.
zh: 命令行：TrainSettings 的每个字段对应一个选项。
"""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from minigpt.checkpoint import checkpoints, latest, load_checkpoint
from minigpt.train.presets import PRESETS
from minigpt.train.settings import TrainSettings

__all__ = ["read_options"]

PROGRAM = "python -m minigpt.train"
USAGE = f"{PROGRAM} [--preset NAME] [--resume FOLDER] [--SETTING VALUE ...]"
EXAMPLES = """\
examples / 例子
  python -m minigpt.train                              this guide's text, minutes on 2 CPU cores
                                                       本指南的文本，2 个 CPU 核，几分钟
  python -m minigpt.train --preset char --data FOLDER  a bigger model, on text of yours
                                                       更大的模型，用你自己的文本
  python -m minigpt.train --resume runs/tiny           go on after a stop / 中断后继续
  torchrun --nproc-per-node 2 -m minigpt.train         two processes / 两个进程
"""

# Decided when the first weight was made.
FIXED = (
    "n_layer",
    "n_head",
    "n_embd",
    "block_size",
    "bias",
    "attention",
    "tokenizer",
    "vocab_size",
    "out",
    "preset",
)


def make_parser(defaults: TrainSettings) -> ArgumentParser:
    """Parser whose help shows these defaults.
    zh: 建立解析器，帮助里显示的默认值取自参数。

    Args:
        defaults: Settings of the preset in question.
            zh: 所选预设的设置。

    Returns:
        The parser; flags not given leave nothing behind.
            zh: 解析器；没有给出的选项不留下任何值。
    """
    parser = ArgumentParser(
        PROGRAM,
        USAGE,
        description="Train a GPT. / 训练一个 GPT。",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        argument_default=SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--preset", choices=PRESETS, help="defaults of all others (tiny) / 其余各项的默认值")
    parser.add_argument("--resume", metavar="FOLDER", help="go on with a run / 继续一次训练")
    group = parser
    for item in fields(TrainSettings):
        about, default = item.metadata, getattr(defaults, item.name)
        if about["title"]:
            group = parser.add_argument_group(about["title"])
        form: dict[str, Any] = {"type": type(item.default), "choices": about["choices"] or None}
        if type(item.default) is bool:
            form = {"action": BooleanOptionalAction}
        elif not about["choices"]:
            form["metavar"] = {int: "N", float: "X"}.get(type(default), "TEXT")
        text = f"{about['help']} ({default})" if default != "" else about["help"]
        group.add_argument(f"--{item.name.replace('_', '-')}", help=text, **form)
    return parser


def read_options(arguments: Sequence[str] | None = None) -> tuple[TrainSettings, dict[str, Any] | None]:
    """Settings from the command line, and the checkpoint to go on from.
    zh: 从命令行得到设置，以及要接着训练的检查点。

    Args:
        arguments: Words after the command; those of this process if None.
            zh: 命令之后的各个词；None 则取本进程的。

    Returns:
        The settings, and the checkpoint of ``--resume`` or None.
            zh: 设置，以及 ``--resume`` 的检查点；没有则为 None。

    Raises:
        ValueError: The values are wrong, or a flag contradicts the checkpoint.
            zh: 取值有误，或某个选项与检查点矛盾。
    """
    first = ArgumentParser(PROGRAM, USAGE, add_help=False, allow_abbrev=False)
    first.add_argument("--preset", choices=PRESETS, default="tiny")
    preset = first.parse_known_args(arguments)[0].preset
    given = vars(make_parser(TrainSettings.preset(preset)).parse_args(arguments))
    folder = given.pop("resume", None)
    if folder is None:
        return TrainSettings.preset(given.pop("preset", "tiny"), **given), None
    for name in FIXED:
        if name in given:
            flag = name.replace("_", "-")
            raise ValueError(f"expected no --{flag} with --resume, got {given[name]!r}; the run has its own")
    file = latest(folder)
    if file != checkpoints(file.parent)[-1]:
        newest = checkpoints(file.parent)[-1]
        raise ValueError(f"expected the newest checkpoint, {newest}, got {file}; move later ones away first")
    out = file.parent.parent if file.parent.name == "checkpoints" else file.parent
    checkpoint = load_checkpoint(file)
    return replace(TrainSettings(**checkpoint["settings"]), **given, out=str(out)), checkpoint
