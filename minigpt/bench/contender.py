"""One way of writing attention, set up to be checked and timed.
zh: 注意力的一种写法，准备好接受核对和计时。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads.
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数。
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from minigpt.bench.memory import in_fresh_process, peak
from minigpt.config import GPTConfig
from minigpt.variants import attention
from minigpt.variants.weights import copy_weights

__all__ = ["Contender", "Size", "differences", "memory"]

TOLERANCE = 1e-4  # of the largest number of a tensor; other orders of summation differ by less
TASKS = ("forward", "train")


@dataclass(frozen=True)
class Size:
    """Sizes of an input and of the layer that reads it.
    zh: 输入的尺寸，以及读取它的那一层的尺寸。
    """

    B: int
    T: int
    C: int
    H: int

    def config(self, name: str) -> GPTConfig:
        """Configuration of a layer of this size.
        zh: 这个尺寸的层所用的配置。

        Args:
            name: Name of the variant.
                zh: 写法的名字。

        Returns:
            The configuration.
                zh: 配置。
        """
        return GPTConfig(block_size=self.T, n_embd=self.C, n_head=self.H, attention=name)


class Contender:
    """A layer with the weights of the reference, and an input: the same ones for all names.
    zh: 一个装着参考实现权重的层，加上一个输入：无论哪个名字，权重和输入都相同。

    Args:
        name: Name of the variant.
            zh: 写法的名字。
        size: Sizes.
            zh: 尺寸。
        device: Where it runs.
            zh: 在哪里运行。
        compiled: Whether to go through ``torch.compile``.
            zh: 是否经过 ``torch.compile``。
    """

    def __init__(self, name: str, size: Size, device: str = "cpu", compiled: bool = False) -> None:
        generator = torch.Generator("cpu").manual_seed(0)
        self.config = size.config(name)
        self.reference = attention(size.config("reference"))
        with torch.no_grad():
            for parameter in self.reference.parameters():
                values = torch.randn(parameter.shape, generator=generator, device="cpu")
                parameter.copy_(values / size.C**0.5)
        # Without dropout, eval() changes no number; nn.MultiheadAttention has code of its own for it.
        self.layer = attention(self.config).eval()
        copy_weights(self.reference, self.layer)
        self.layer.to(device)
        self.call = torch.compile(self.layer, dynamic=False) if compiled else self.layer
        shape = (2, size.B, size.T, size.C)
        self.x, self.upstream = torch.randn(shape, generator=generator, device="cpu").to(device)
        self.x.requires_grad_()

    def forward(self) -> Tensor:
        """What a layer does when a model is only used.
        zh: 只使用模型时，这一层要做的事。

        Returns:
            Its output, shape ``(B, T, C)``.
                zh: 输出，形状 ``(B, T, C)``。
        """
        with torch.no_grad():
            return self.call(self.x)

    def train(self) -> None:
        """What it does in a training step: forward, and the gradients of its input and its weights.
        zh: 训练的一步里它要做的事：前向，再求输入和权重的梯度。
        """
        self.forget()
        self.call(self.x).backward(self.upstream)

    def forget(self) -> None:
        """Drop the gradients of the last step.
        zh: 丢掉上一步的梯度。
        """
        self.x.grad = None
        self.layer.zero_grad()

    def outcome(self, task: str) -> dict[str, Tensor]:
        """What a task computes: the output, or the gradients, of weights as the reference has them.
        zh: 一项任务算出的东西：输出，或者各个梯度；权重的梯度按参考实现的样子排列。

        Args:
            task: ``forward`` or ``train``.
                zh: ``forward`` 或 ``train``。

        Returns:
            Names and tensors.
                zh: 名称和张量。
        """
        if task == "forward":
            return {"output": self.forward()}
        self.train()
        # Gradients that take the places of weights in a second layer are moved as weights are.
        holder = attention(self.config)
        with torch.no_grad():
            for place, parameter in zip(holder.parameters(), self.layer.parameters(), strict=True):
                place.copy_(torch.zeros(()) if parameter.grad is None else parameter.grad)
        copy_weights(holder, self.reference)
        gradients = {f"gradient of {name}": p.data for name, p in self.reference.named_parameters()}
        return {"gradient of the input": self.x.grad, **gradients}


def differences(found: dict[str, Tensor], expected: dict[str, Tensor]) -> list[str]:
    """What is not as it should be, in words.
    zh: 用文字说明哪里与应有的不一致。

    Args:
        found: Outcome of a variant.
            zh: 某种写法的结果。
        expected: Outcome of the reference.
            zh: 参考实现的结果。

    Returns:
        One text for each tensor that differs.
            zh: 每个不一致的张量一句话。

    Examples:
        >>> differences({"output": torch.ones(2)}, {"output": torch.tensor([1.0, 4.0])})
        ['output differs by 0.75 of its largest number']
    """
    texts = []
    for name, tensor in found.items():
        share = ((tensor - expected[name]).abs().max() / expected[name].abs().max()).item()
        if not share <= TOLERANCE:  # nan is not
            texts.append(f"{name} differs by {share:.2g} of its largest number")
    return texts


def memory(name: str, size: Size, device: str, task: str) -> int:
    """Bytes that a task needs at its peak, besides weights and input.
    zh: 一项任务在峰值时需要的字节数，不算权重和输入。

    Args:
        name: Name of the variant.
            zh: 写法的名字。
        size: Sizes.
            zh: 尺寸。
        device: Where it runs.
            zh: 在哪里运行。
        task: ``forward`` or ``train``.
            zh: ``forward`` 或 ``train``。

    Returns:
        The bytes.
            zh: 字节数。
    """
    if device == "cpu":  # memory that an earlier call freed would hide what this one uses
        return in_fresh_process(_peak, name, size, device, task)
    return _peak(name, size, device, task)


def _peak(name: str, size: Size, device: str, task: str) -> int:
    contender = Contender(name, size, device)
    run = getattr(contender, task)
    return peak(lambda: (run(), contender.forget()), device)  # gradients are part of what a step needs
