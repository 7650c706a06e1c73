"""How a run begins: data, model and optimizer, new or from a checkpoint. Errors come before any writing.
zh: 训练如何开始：数据、模型、优化器，全新的或来自检查点。有错误就在写出任何东西之前报告。
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch.amp import GradScaler

from minigpt.checkpoint import checkpoints
from minigpt.data import Data, load_data
from minigpt.gpt import GPT
from minigpt.optim import configure_optimizers
from minigpt.prepare import META, guide_folder, prepare
from minigpt.train.parallel import load_state, wrap
from minigpt.train.ranks import Ranks
from minigpt.train.session import Session
from minigpt.train.settings import TrainSettings

__all__ = ["start"]


def start(settings: TrainSettings, ranks: Ranks, checkpoint: dict[str, Any] | None = None) -> Session:
    """Build everything, put the checkpoint in, and see that a step can be taken; only then write.
    zh: 建立一切，载入检查点，确认能走一步；之后才写文件。

    Args:
        settings: Of the run.
            zh: 训练的设置。
        ranks: The processes.
            zh: 各个进程。
        checkpoint: To go on from, or None.
            zh: 要接着训练的检查点，或 None。

    Returns:
        The run, before its first step or where the checkpoint left it.
            zh: 一次训练，处于第一步之前，或检查点停下的地方。

    Raises:
        ValueError: Data, checkpoint, processes and settings do not fit together.
            zh: 数据、检查点、进程、设置彼此对不上。
    """
    check_run(settings, ranks, checkpoint)
    data = open_data(settings, ranks)
    check_tokenizer(settings, data, checkpoint)
    torch.manual_seed(settings.seed)  # the same weights in every process
    model = GPT(settings.config(data.tokenizer.vocab_size)).to(ranks.device)
    if settings.compile:
        model.compile()  # in place: class and names stay
    wrapped = wrap(model, settings.parallel, ranks)
    betas = (settings.beta1, settings.beta2)
    optimizer = configure_optimizers(wrapped, settings.weight_decay, settings.learning_rate, betas)
    scaler = GradScaler(ranks.device.type, enabled=settings.dtype == "float16")
    run = Session(settings, ranks, data, model, wrapped, optimizer, scaler)
    if checkpoint is not None:
        load_state(wrapped, optimizer, checkpoint["model"], checkpoint["optimizer"])
        scaler.load_state_dict(checkpoint["scaler"])
        run.step = checkpoint["step"]
    run.train_batches(), run.val_batches()  # a text that is too short raises here
    if ranks.is_main:
        Path(settings.out).mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(settings), indent=2, ensure_ascii=False)  # to be read by people
        Path(settings.out, "settings.json").write_text(text + "\n", encoding="utf-8")
    return run


def open_data(settings: TrainSettings, ranks: Ranks) -> Data:
    """Data of the run; without a folder of the reader's, the guide's own text, prepared at first use.
    zh: 训练数据；读者没有指定文件夹时，用本指南自己的文本，第一次用时准备好。

    Args:
        settings: Of the run.
            zh: 训练的设置。
        ranks: The processes; the first one prepares.
            zh: 各个进程；由第一个负责准备。

    Returns:
        Tokens and tokenizer.
            zh: token 和分词器。
    """
    folder = Path(settings.data or guide_folder(settings.tokenizer, settings.vocab_size))
    if not settings.data and ranks.is_main and not (folder / META).exists():
        prepare(folder, tokenizer=settings.tokenizer, vocab_size=settings.vocab_size, progress=True)
    ranks.barrier()
    return load_data(folder)


def check_run(settings: TrainSettings, ranks: Ranks, checkpoint: dict[str, Any] | None) -> None:
    """Refuse a run that would not fit its processes, its folder or its past.
    zh: 拒绝与进程数、文件夹或已有进度不符的训练。

    Args:
        settings: Of the run.
            zh: 训练的设置。
        ranks: The processes.
            zh: 各个进程。
        checkpoint: To go on from, or None.
            zh: 要接着训练的检查点，或 None。

    Raises:
        ValueError: What does not fit, and what to do.
            zh: 哪里不符，该怎么办。
    """
    size, world, out = settings.batch_size, ranks.world, Path(settings.out)
    if size % world:
        near = size + world - size % world
        raise ValueError(f"expected batch_size a multiple of {world} processes, got {size}; try {near}")
    if checkpoint is None and out.is_dir() and checkpoints(out):
        raise ValueError(
            f"expected a new folder, got {out} with a run in it; --resume {out} or another --out"
        )
    if checkpoint is not None and checkpoint["step"] >= settings.steps:
        done = checkpoint["step"]
        raise ValueError(f"expected steps above {done}, which are done, got {settings.steps}; raise --steps")


def check_tokenizer(settings: TrainSettings, data: Data, checkpoint: dict[str, Any] | None) -> None:
    """Refuse data of another tokenizer than the model's, and prompts that it cannot encode.
    zh: 拒绝分词器与模型不同的数据，以及分词器无法编码的开头。

    Args:
        settings: Of the run.
            zh: 训练的设置。
        data: Tokens and tokenizer.
            zh: token 和分词器。
        checkpoint: To go on from, or None.
            zh: 要接着训练的检查点，或 None。

    Raises:
        ValueError: What does not fit, and what to do.
            zh: 哪里不符，该怎么办。
    """
    if checkpoint is not None and checkpoint["tokenizer"] != data.tokenizer.state():
        raise ValueError("expected the data of the run, got another tokenizer's; give the folder with --data")
    for prompt in settings.prompts.split("|") if settings.sample_every else []:
        try:
            ids = data.tokenizer.encode(prompt)
        except ValueError as error:
            raise ValueError(f"expected prompts that the tokenizer knows, got: {error}; --prompts") from error
        if not ids:
            raise ValueError(f"expected text in every prompt, got {settings.prompts!r}; --prompts 'A|B'")
