"""All that a run consists of, made from settings or from a checkpoint, and put into one again.
zh: 一次训练的全部组成：由设置或检查点建立，也能再存成检查点。
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn
from torch.amp import GradScaler
from torch.optim import Optimizer

from minigpt.checkpoint import save_checkpoint
from minigpt.data import Data, batch
from minigpt.gpt import GPT
from minigpt.train.evaluate import write_sample
from minigpt.train.parallel import full_model, full_state
from minigpt.train.ranks import Ranks
from minigpt.train.settings import TrainSettings

__all__ = ["Session"]


@dataclass
class Session:
    """A run between two steps.
    zh: 两步之间的一次训练。
    """

    settings: TrainSettings
    ranks: Ranks
    data: Data
    model: GPT
    wrapped: nn.Module  # the model as torchrun's processes share it; alone, the model itself
    optimizer: Optimizer
    scaler: GradScaler
    step: int = 0  # steps taken

    @property
    def tokens_per_step(self) -> int:
        """Tokens that a step learns from, in all processes together.
        zh: 每一步学习的 token 数，所有进程合计。
        """
        settings = self.settings
        return settings.batch_size * settings.accumulation * settings.block_size

    def due(self, every: int) -> bool:
        """Whether it is time for what happens every so many steps, and at the end.
        zh: 每隔若干步、以及结束时要做的事，现在是否轮到。

        Args:
            every: How many steps lie between; 0 means never.
                zh: 间隔的步数；0 表示从不。

        Returns:
            True when its turn has come.
                zh: 轮到时为 True。
        """
        return every > 0 and (self.step % every == 0 or self.step == self.settings.steps)

    def batches(self, tokens: Tensor, first: int, count: int) -> list[tuple[Tensor, Tensor]]:
        """This process's share of some batches.
        zh: 若干批数据里属于本进程的部分。

        Args:
            tokens: The text to take them from.
                zh: 从哪段文本里取。
            first: Number of the first batch.
                zh: 第一批的编号。
            count: How many.
                zh: 取几批。

        Returns:
            Pairs of token ids and targets.
                zh: 一对对的 token 编号和目标。
        """
        settings, ranks = self.settings, self.ranks
        size = (settings.batch_size, settings.block_size, settings.seed)
        where = (ranks.rank, ranks.world, ranks.device)
        return [batch(tokens, *size, first + i, *where) for i in range(count)]

    def train_batches(self) -> list[tuple[Tensor, Tensor]]:
        """What the next step learns from.
        zh: 下一步要学习的数据。

        Returns:
            One pair for each pass.
                zh: 每遍一对。
        """
        count = self.settings.accumulation
        return self.batches(self.data.train, self.step * count, count)

    def val_batches(self) -> list[tuple[Tensor, Tensor]]:
        """What every evaluation uses: always the same.
        zh: 每次评估所用的数据：总是同一批。

        Returns:
            The pairs.
                zh: 各对数据。
        """
        return self.batches(self.data.val, 0, self.settings.eval_batches)

    def seed_step(self) -> None:
        """Make the next step's random numbers, which dropout takes, depend on seed, step and process alone.
        zh: 让下一步的随机数（供 dropout 使用）只取决于种子、步数和进程。

        A resumed run then draws what an uninterrupted one draws, whatever happened in between.
        zh: 这样，无论中间发生过什么，恢复的训练抽到的数都与不中断的训练相同。
        """
        text = f"{self.settings.seed} {self.step} {self.ranks.rank}"
        torch.manual_seed(Random(text).getrandbits(32))

    def samples(self) -> list[str]:
        """What the present weights make of the prompts. Every process has to call this.
        zh: 用现在的权重续写各个开头。每个进程都必须调用。

        Returns:
            The whole texts; none in the processes that do not speak.
                zh: 整段文字；不负责输出的进程得到空列表。
        """
        model = full_model(self.wrapped, self.ranks)
        return [] if model is None else [self.write(model, text) for text in self.settings.prompts.split("|")]

    def write(self, model: GPT, prompt: str) -> str:
        """Continue a text.
        zh: 续写一段文字。

        Args:
            model: Whole, with the present weights.
                zh: 完整的模型，权重是现在的。
            prompt: The beginning.
                zh: 开头。

        Returns:
            The whole text.
                zh: 整段文字。
        """
        settings = self.settings
        seed = Random(f"{settings.seed} {prompt}").getrandbits(32)
        how = (settings.sample_tokens, settings.temperature, seed)
        return write_sample(model, self.data.tokenizer, prompt, *how)

    def check_finite(self, loss: float, norm: float) -> None:
        """Stop a run whose numbers are ruined, before it saves them.
        zh: 数值已经坏掉的训练，在存盘之前停下。

        With ``float16``, gradients may overflow now and then: the scaler leaves such a step out by itself.
        zh: 用 ``float16`` 时，梯度偶尔会溢出：scaler 会自行跳过这样的一步。

        Args:
            loss: Of the step just taken.
                zh: 刚走完这一步的损失。
            norm: Of its gradient.
                zh: 这一步的梯度范数。

        Raises:
            FloatingPointError: One of them is infinite or no number.
                zh: 其中一个是无穷大，或不是数。
        """
        if math.isfinite(loss) and (math.isfinite(norm) or self.scaler.is_enabled()):
            return
        settings = self.settings
        raise FloatingPointError(
            f"expected finite numbers, got loss {loss} and gradient norm {norm} in step {self.step + 1}; "
            f"earlier checkpoints in {settings.out} are whole: lower --learning-rate "
            f"({settings.learning_rate}), warm up longer ({settings.warmup}), or clip (now {settings.clip})"
        )

    def save(self) -> None:
        """Write a checkpoint.
        zh: 写一个检查点。
        """
        model, optimizer = full_state(self.wrapped, self.optimizer)
        state = {
            "model": model,
            "optimizer": optimizer,
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "config": asdict(self.model.config),
            "settings": asdict(self.settings),
            "tokenizer": self.data.tokenizer.state(),
        }
        if self.ranks.is_main:
            save_checkpoint(Path(self.settings.out, "checkpoints"), self.step, state, self.settings.keep)
