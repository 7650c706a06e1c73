"""Checkpoints: all that a training run needs to go on, written so that no accident costs more than the last.
zh: 检查点：训练继续下去所需的一切；写入方式保证，无论出什么意外，最多只损失最后一个。

A file is what ``torch.save`` writes, then a SHA-256 of it, then a mark.
zh: 一个文件依次是：``torch.save`` 写出的内容、它的 SHA-256、一个标记。
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, BinaryIO

import torch

from minigpt.atomic import PARTIAL, replacing
from minigpt.config import GPTConfig
from minigpt.gpt import GPT
from minigpt.tokenizer import Tokenizer, tokenizer_from_state

__all__ = ["checkpoints", "latest", "load_checkpoint", "load_model", "save_checkpoint"]

NAME = re.compile(r"step-\d{8}\.pt")  # with zeros in front, names sort as numbers do
MARK = b"minigpt checkpoint 1"
TAIL = hashlib.sha256().digest_size + len(MARK)  # bytes after what torch.save wrote


def save_checkpoint(folder: str | Path, step: int, state: dict[str, Any], keep: int) -> Path:
    """Write a checkpoint; then, and only then, remove the oldest ones.
    zh: 写一个检查点；写好之后才删除最旧的。

    Args:
        folder: Where the checkpoints are; made if it does not exist.
            zh: 放检查点的文件夹；不存在则新建。
        step: How many steps of training the state has behind it.
            zh: 这个状态已经训练了多少步。
        state: Tensors, numbers, strings, and lists and dicts of them.
            zh: 张量、数、字符串，以及由它们组成的列表和字典。
        keep: How many checkpoints up to this step stay, this one included.
            zh: 到这一步为止保留几个检查点，包括这一个。

    Returns:
        The new file.
            zh: 新文件。

    Raises:
        OSError: The disk is full, say. The earlier checkpoints are untouched.
            zh: 比如磁盘已满。之前的检查点原样保留。
        TypeError: The state holds an object that could not be loaded again safely.
            zh: 状态里有无法再安全读取的对象。
        ValueError: ``keep`` is below 1.
            zh: ``keep`` 小于 1。
    """
    if keep < 1:
        raise ValueError(f"expected keep >= 1, got {keep}; the newest checkpoint has to stay")
    path = Path(folder, f"step-{step:08d}.pt")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            torch.save(state, file)
            file.write(_checksum(file, file.tell()) + MARK)
            file.flush()
            torch.load(file.name, weights_only=True, mmap=True)  # as a reader will, without the numbers
    except UnpicklingError as error:
        raise TypeError(
            "expected a state of tensors, numbers, strings, lists and dicts, "
            f"got something else in it; convert it before saving: {error}"
        ) from error
    except (OSError, RuntimeError) as error:  # torch wraps the first in the second
        reason = error if isinstance(error, OSError) else error.__context__ or error
        raise OSError(
            f"expected to write {path}, got: {reason}; earlier checkpoints are whole: "
            "free some space or choose another folder, and resume"
        ) from error
    earlier = [file for file in checkpoints(folder) if file.name <= path.name]
    for file in [*earlier[:-keep], *Path(folder).glob(f"*{PARTIAL}")]:
        file.unlink(missing_ok=True)
    return path


def checkpoints(folder: str | Path) -> list[Path]:
    """The checkpoints of a folder, by step. Nothing is opened.
    zh: 文件夹里的检查点，按步数排列。不打开任何文件。

    Args:
        folder: A run folder, or the folder ``checkpoints`` in it.
            zh: 训练的文件夹，或其中的 ``checkpoints`` 文件夹。

    Returns:
        The files; the newest is the last.
            zh: 各个文件；最新的在最后。
    """
    inner = Path(folder, "checkpoints")
    files = (inner if inner.is_dir() else Path(folder)).iterdir()
    return sorted(file for file in files if NAME.fullmatch(file.name))


def latest(path: str | Path) -> Path:
    """The newest checkpoint.
    zh: 最新的检查点。

    Args:
        path: A run folder, a folder of checkpoints, or a file, which is returned as it is.
            zh: 训练的文件夹、放检查点的文件夹，或一个文件；若是文件，原样返回。

    Returns:
        The file.
            zh: 文件。

    Raises:
        FileNotFoundError: There is none.
            zh: 一个也没有。
    """
    path = Path(path)
    if path.is_file():
        return path
    if not path.is_dir():
        raise FileNotFoundError(f"expected a checkpoint or a run folder, got {path}; no such file or folder")
    files = checkpoints(path)
    if not files:
        raise FileNotFoundError(
            f"expected checkpoints (step-*.pt) in {path}, found none; "
            "start without resuming, or give another folder"
        )
    return files[-1]


def load_checkpoint(path: str | Path, map_location: str | torch.device = "cpu") -> dict[str, Any]:
    """Read a checkpoint. Not a byte of it is interpreted before its checksum is found right.
    zh: 读一个检查点。校验和对上之前，不解释其中任何一个字节。

    Args:
        path: See latest.
            zh: 见 latest。
        map_location: Device for the tensors.
            zh: 张量放到哪个设备上。

    Returns:
        The state that was saved.
            zh: 当时保存的状态。

    Raises:
        FileNotFoundError: See latest.
            zh: 见 latest。
        ValueError: The file is cut short, was changed, or is something else; the error names a whole one.
            zh: 文件被截断、被改动，或根本是别的东西；错误信息会指出一个完好的检查点。
    """
    file = latest(path)
    problem = _damage(file)
    if problem is None:
        return torch.load(file, map_location=map_location, weights_only=True)
    others = (other for other in reversed(checkpoints(file.parent)) if other != file)
    whole = next((other for other in others if _damage(other) is None), None)
    remedy = f"resume from {whole}, which is whole" if whole else "no other one here is whole: start anew"
    raise ValueError(f"expected {file} to be a whole checkpoint, got {problem}; move it away; {remedy}")


def load_model(path: str | Path) -> tuple[GPT, Tokenizer]:
    """The model of a checkpoint, in evaluation mode, on the CPU, and its tokenizer.
    zh: 检查点里的模型（处于评估模式，在 CPU 上）和它的分词器。

    Args:
        path: See latest.
            zh: 见 latest。

    Returns:
        Both.
            zh: 两者。
    """
    state = load_checkpoint(path)
    model = GPT(GPTConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval(), tokenizer_from_state(state["tokenizer"])


def _damage(file: Path) -> str | None:
    with file.open("rb") as opened:
        checksum = _checksum(opened, max(file.stat().st_size - TAIL, 0))
        tail = opened.read()
    if len(tail) < TAIL or not tail.endswith(MARK):
        return "a file without a checksum at its end: cut short, or no checkpoint of minigpt"
    return None if tail == checksum + MARK else "content that does not match its checksum: it was changed"


def _checksum(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    checksum = hashlib.sha256()
    while piece := file.read(min(size, 1 << 20)):
        checksum.update(piece)
        size -= len(piece)
    return checksum.digest()  # the file now stands behind these bytes
