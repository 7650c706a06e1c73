"""Which process this is, of how many, and how they meet.
zh: 本进程是几个进程中的哪一个，它们又如何会合。
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

__all__ = ["Ranks", "close", "setup"]

PATIENCE = timedelta(minutes=30)  # for the others: the first one may be preparing a large corpus


@dataclass(frozen=True)
class Ranks:
    """This process among all.
    zh: 本进程在全体进程中的位置。

    Args:
        rank: Its number, from 0.
            zh: 它的编号，从 0 开始。
        world: How many there are.
            zh: 进程总数。
        device: Where it computes.
            zh: 它在哪里计算。

    Examples:
        >>> alone = Ranks(0, 1, torch.device("cpu"))
        >>> alone.is_main, alone.mean(torch.tensor(2.5)).item()
        (True, 2.5)
    """

    rank: int
    world: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        """Whether it is the one that writes: log, checkpoints, terminal.
        zh: 是否由它来写：日志、检查点、终端。
        """
        return self.rank == 0

    def mean(self, value: Tensor) -> Tensor:
        """Mean over all processes, each of which has to call this.
        zh: 对所有进程求平均；每个进程都必须调用。

        Args:
            value: What this process has, of any shape, on its device.
                zh: 本进程的值，形状不限，位于它的设备上。

        Returns:
            The same shape, and the same numbers in every process.
                zh: 形状不变，各进程得到相同的数。
        """
        if self.world == 1:
            return value
        total = value.detach().clone()
        dist.all_reduce(total)
        return total / self.world

    def barrier(self) -> None:
        """Go on when every process has come here.
        zh: 等所有进程都到了这里再继续。
        """
        self.mean(torch.zeros((), device=self.device))


def setup(device: str = "auto", patience: timedelta = PATIENCE) -> Ranks:
    """Join the processes that torchrun started; without torchrun, be the only one.
    zh: 加入 torchrun 启动的各个进程；没有 torchrun 时，就只有自己一个。

    Args:
        device: ``auto`` (CUDA if there is any, else the CPU), ``cpu``, ``cuda`` (one GPU per process); one
            process alone may use any other, such as ``cuda:1`` or ``mps``.
            zh: ``auto``（有 CUDA 用 CUDA，否则 CPU）、``cpu``、``cuda``（每个进程一块 GPU）；
            单个进程还可以用别的设备，例如 ``cuda:1`` 或 ``mps``。
        patience: How long to wait for another process before that is an error.
            zh: 等待另一个进程的最长时间，超过就报错。

    Returns:
        The place of this process.
            zh: 本进程的位置。

    Raises:
        ValueError: There is no such device, no GPU for this process, or the device is for one process only.
            zh: 没有这个设备，没有可供本进程使用的 GPU，或这个设备只能供一个进程使用。
    """
    rank, world, local = (
        int(os.environ.get(name, default))
        for name, default in (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0))
    )
    ranks = Ranks(rank, world, _choose(device, local, world))
    if ranks.device.type == "cuda":
        torch.cuda.set_device(ranks.device)
    if world > 1:
        dist.init_process_group("nccl" if ranks.device.type == "cuda" else "gloo", timeout=patience)
    return ranks


def close() -> None:
    """Part from the other processes, after success. After an error just exit: torchrun stops the others.
    zh: 成功之后与其他进程告别。出错时直接退出即可：torchrun 会停下其他进程。
    """
    if dist.is_initialized():
        dist.barrier()  # gloo's threads let go of the last tensors, while there is a Python to give them to
        dist.destroy_process_group()


def _choose(device: str, local: int, world: int) -> torch.device:
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        if local >= torch.cuda.device_count():
            raise ValueError(
                f"expected a GPU for process {local + 1} of this machine, got {torch.cuda.device_count()} "
                "GPUs; start as many processes as there are, or use --device cpu"
            )
        return torch.device("cuda", local)
    if world > 1 and device != "cpu":
        raise ValueError(f"expected cpu or cuda for {world} processes, got {device!r}; use --device auto")
    try:
        return torch.empty(0, device=device).device
    except (AssertionError, RuntimeError) as error:  # torch without CUDA asserts that it has it
        raise ValueError(f"expected a device of this machine, got {device!r}; use --device auto") from error
