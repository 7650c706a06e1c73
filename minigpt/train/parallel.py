"""One model trained by several processes: each has a copy, or each has a part.
zh: 多个进程训练同一个模型：每个进程各有一份，或各有一部分。
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from minigpt.gpt import GPT
from minigpt.train.ranks import Ranks

__all__ = ["clip", "full_model", "full_state", "load_state", "sync", "wrap"]

WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)


def wrap(model: GPT, strategy: str, ranks: Ranks) -> nn.Module:
    """Make a model take part in the work of all processes. Do this before an optimizer is made.
    zh: 让模型参与所有进程的共同工作。要在创建优化器之前做。

    Args:
        model: With the same weights in every process, on its device.
            zh: 各进程权重相同的模型，已在各自的设备上。
        strategy: ``ddp``: each process has all of the model; ``fsdp``: weights, gradients and the optimizer's
            numbers are divided among them.
            zh: ``ddp``：每个进程都有完整的模型；``fsdp``：权重、梯度和优化器的数值由各进程分担。
        ranks: The processes.
            zh: 各个进程。

    Returns:
        What to call and to train; the model itself if there is one process.
            zh: 用来调用和训练的模型；只有一个进程时就是原模型。
    """
    if ranks.world == 1:
        return model
    if strategy == "ddp":
        return DistributedDataParallel(model)
    mesh = init_device_mesh(ranks.device.type, (ranks.world,))
    for block in model.transformer.h:
        fully_shard(block, mesh=mesh)
    return fully_shard(model, mesh=mesh)  # what is in no Block: both tables and ln_f


def sync(model: nn.Module, on: bool) -> AbstractContextManager[Any]:
    """Surrounds forward and backward: gradients are exchanged in it, or only added up in each process.
    zh: 套在前向和反向外面：其中的梯度要么在进程间交换，要么只在各进程里累加。

    Args:
        model: From wrap.
            zh: 由 wrap 得到。
        on: Whether they are exchanged: in the last pass of a step.
            zh: 是否交换：一步的最后一遍才交换。

    Returns:
        The context.
            zh: 上下文。
    """
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(on)
    if isinstance(model, DistributedDataParallel) and not on:
        return model.no_sync()
    return nullcontext()


def clip(model: nn.Module, limit: float) -> Tensor:
    """Shorten the gradient, all parameters taken together, to a norm of at most ``limit``.
    zh: 把梯度（所有参数合在一起）缩短，使范数不超过 ``limit``。

    Args:
        model: From wrap.
            zh: 由 wrap 得到。
        limit: The largest norm; infinity only measures.
            zh: 范数上限；无穷大则只测量。

    Returns:
        The norm before, shape ``()``, the same in every process.
            zh: 缩短之前的范数，形状 ``()``，各进程相同。
    """
    norm = clip_grad_norm_(model.parameters(), limit)  # ()
    return norm.full_tensor() if isinstance(norm, DTensor) else norm


def full_state(model: nn.Module, optimizer: Optimizer) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both states as one process alone would have them. Every process has to call this.
    zh: 两者的状态，与单个进程时的形式相同。每个进程都必须调用。

    Args:
        model: From wrap.
            zh: 由 wrap 得到。
        optimizer: Of its parameters.
            zh: 管理其参数的优化器。

    Returns:
        State of the model and of the optimizer, whole and on the CPU in process 0, empty in the others.
        The optimizer's has names of parameters where its own ``state_dict`` has numbers.
            zh: 模型的状态和优化器的状态：在 0 号进程里完整、位于 CPU，在其他进程里为空。
            优化器自己的 ``state_dict`` 用编号，这里用参数名。
    """
    return get_state_dict(model, optimizer, options=WHOLE)


def full_model(model: nn.Module, ranks: Ranks) -> GPT | None:
    """The model with all its weights, for samples. Every process has to call this.
    zh: 持有全部权重的模型，供写样本用。每个进程都必须调用。

    Args:
        model: From wrap.
            zh: 由 wrap 得到。
        ranks: The processes.
            zh: 各个进程。

    Returns:
        In process 0 the model, put together from its parts if it is divided; None in the others.
            zh: 在 0 号进程里是模型，如果被分开就先拼好；其他进程里是 None。
    """
    if not isinstance(model, FSDPModule):
        return getattr(model, "module", model) if ranks.is_main else None  # DDP has it inside
    state = get_model_state_dict(model, options=WHOLE)
    if not ranks.is_main:
        return None
    with torch.device("meta"):  # no numbers are drawn for weights that are replaced at once
        whole = GPT(model.config)
    whole.load_state_dict(state, assign=True)
    return whole.to(ranks.device)


def load_state(
    model: nn.Module, optimizer: Optimizer, model_state: dict[str, Any], optimizer_state: dict[str, Any]
) -> None:
    """Put in what full_state gave, in any number of processes. Every process has to call this.
    zh: 装回 full_state 得到的状态；进程数可以不同。每个进程都必须调用。

    Args:
        model: From wrap.
            zh: 由 wrap 得到。
        optimizer: Of its parameters.
            zh: 管理其参数的优化器。
        model_state: The same in every process.
            zh: 模型的状态，各进程相同。
        optimizer_state: The same in every process.
            zh: 优化器的状态，各进程相同。
    """
    set_state_dict(
        model,
        optimizer,
        model_state_dict=model_state,
        optim_state_dict=optimizer_state,
        options=StateDictOptions(full_state_dict=True),
    )
