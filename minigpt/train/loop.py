"""The training loop: predict, compare, go back, take a step, and again.
zh: 训练循环：预测、比较、反传、走一步，然后再来。

Axes: ``B`` batch, ``T`` time.
zh: 轴：``B`` 批，``T`` 时间。
"""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor, nn
from torch.amp import GradScaler
from torch.optim import Optimizer

from minigpt.train.evaluate import mean_loss, precision
from minigpt.train.log import Report
from minigpt.train.parallel import clip, sync
from minigpt.train.schedule import learning_rate
from minigpt.train.session import Session
from minigpt.train.stop import Stop

__all__ = ["train", "train_step"]


def train_step(
    model: nn.Module,
    optimizer: Optimizer,
    scaler: GradScaler,
    batches: list[tuple[Tensor, Tensor]],
    rate: float,
    limit: float,
    dtype: str,
) -> tuple[Tensor, Tensor]:
    """Change the weights once, by the mean gradient of all batches.
    zh: 按所有批的平均梯度，改一次权重。

    Args:
        model: Returns ``(logits, loss)``.
            zh: 返回 ``(logits, loss)`` 的模型。
        optimizer: Of the model's parameters.
            zh: 管理模型参数的优化器。
        scaler: Enabled for ``float16`` only, whose smallest numbers gradients would fall below.
            zh: 只在 ``float16`` 时启用，否则梯度会小于它能表示的最小数。
        batches: Pairs of token ids and targets, each of shape ``(B, T)``.
            zh: 一对对的 token 编号和目标，形状都是 ``(B, T)``。
        rate: Learning rate of this step.
            zh: 这一步的学习率。
        limit: Largest norm of the gradient; it is shortened to it. 0 leaves it alone.
            zh: 梯度范数的上限，超出就缩短到它；0 表示不处理。
        dtype: See precision.
            zh: 见 precision。

    Returns:
        Mean loss before the step, and the norm of the gradient before it was shortened, both of shape ``()``.
            zh: 走这一步之前的平均损失，以及缩短之前的梯度范数，形状都是 ``()``。
    """
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    total = torch.zeros((), device=batches[0][0].device)  # ()
    for i, (x, y) in enumerate(batches, start=1):
        with sync(model, on=i == len(batches)):  # processes exchange gradients in the last pass only
            with precision(x.device, dtype):
                _, loss = model(x, y)
            loss = loss / len(batches)  # the sum of the gradients is then their mean
            scaler.scale(loss).backward()
        total += loss.detach()
    scaler.unscale_(optimizer)
    norm = clip(model, limit or math.inf)  # ()
    scaler.step(optimizer)
    scaler.update()
    return total, norm


def train(run: Session, report: Report, stop: Stop) -> None:
    """Take the steps that are left; in between evaluate, sample and save.
    zh: 走完剩下的步；其间评估、采样、存检查点。

    Args:
        run: Model, optimizer, data; changed in place.
            zh: 模型、优化器、数据；就地修改。
        report: Where results go.
            zh: 结果写到哪里。
        stop: Signals: they end the loop after a step, which is then saved.
            zh: 信号：收到后走完一步、存盘，循环结束。

    Raises:
        FloatingPointError: The loss or the gradient is not finite; nothing has been saved since.
            zh: 损失或梯度不是有限的数；此后没有存过任何东西。
    """
    settings = run.settings
    peak, floor = settings.learning_rate, settings.min_learning_rate
    if run.step == 0:
        watch(run, report, {"step": 0})
    while run.step < settings.steps:
        began = time.perf_counter()
        rate = learning_rate(run.step, settings.steps, settings.warmup, peak, floor)
        run.seed_step()
        loss, norm = train_step(
            run.wrapped, run.optimizer, run.scaler, run.train_batches(), rate, settings.clip, settings.dtype
        )
        wish = torch.tensor(float(stop.signal is not None), device=loss.device)  # ()
        loss, norm, wish = run.ranks.mean(torch.stack((loss, norm, wish))).tolist()
        run.check_finite(loss, norm)
        run.step += 1
        speed = round(run.tokens_per_step / (time.perf_counter() - began))
        report.advance(loss, speed)
        norm = norm if math.isfinite(norm) else None  # JSON has no infinity
        values = {"step": run.step, "loss": loss, "learning_rate": rate, "grad_norm": norm}
        watch(run, report, {**values, "tokens_per_second": speed})
        if wish or run.due(settings.save_every):
            run.save()
        if wish:  # of any process: all stop, or none
            return


def watch(run: Session, report: Report, values: dict[str, float]) -> None:
    """Evaluate, log and sample, each when its turn has come.
    zh: 轮到时评估、写日志、采样。

    Args:
        run: See train.
            zh: 见 train。
        report: See train.
            zh: 见 train。
        values: What was measured in the step.
            zh: 这一步测得的数。
    """
    settings = run.settings
    if run.due(settings.eval_every):
        loss = mean_loss(run.wrapped, run.val_batches(), settings.dtype)
        values["val_loss"] = run.ranks.mean(loss).item()
        report.say(f"step {run.step}: validation loss / 验证损失 {values['val_loss']:.3f}")
    if run.due(settings.log_every) or "val_loss" in values:
        report.record(values)
    if run.due(settings.sample_every):
        for text in run.samples():
            report.say("  " + text.replace("\n", "\n  "))
