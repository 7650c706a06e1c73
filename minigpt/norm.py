"""Layer normalization: the step in front of attention and of the MLP.
zh: 层归一化（Layer Normalization）：注意力和 MLP 之前的那一步。

Axes: ``B`` batch, ``T`` time (position in the sequence), ``C`` channels (``n_embd``).
zh: 轴：``B`` 批（batch），``T`` 时间（序列中的位置），``C`` 通道（``n_embd``）。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["LayerNorm"]


class LayerNorm(nn.Module):
    r"""Standardize the last axis of the input, then scale it and, with ``bias=True``, shift it.
    zh: 沿输入的最后一个轴做标准化，再缩放；``bias=True`` 时还要平移。

    $$
    y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \odot w + b,
    \qquad \mu = \frac{1}{C}\sum_{i=1}^{C} x_i,
    \qquad \sigma^2 = \frac{1}{C}\sum_{i=1}^{C} (x_i - \mu)^2,
    \qquad \epsilon = 10^{-5}
    $$

    Every vector of length ``ndim`` gets its own $\mu$ and $\sigma^2$; $w$ and $b$ are shared by all of them.
    zh: 每个长度为 ``ndim`` 的向量各算各的 $\mu$ 和 $\sigma^2$；$w$ 和 $b$ 则由所有向量共用。

    Source: Ba, Kiros and Hinton (2016), arXiv:1607.06450; ``weight`` and ``bias`` are GPT-2's names.
    zh: 出处：Ba、Kiros、Hinton（2016），arXiv:1607.06450；``weight``、``bias`` 沿用 GPT-2 的名字。

    Args:
        ndim: Size ``C`` of the last axis of the input.
            zh: 输入最后一个轴的大小 ``C``。
        bias: Whether to learn a shift besides the scale.
            zh: 除了缩放，是否还学习平移。

    Examples:
        >>> ln = LayerNorm(4, bias=False)
        >>> ln(torch.tensor([[1.0, 2.0, 3.0, 1000.0]])).tolist()
        [[-0.580, -0.577, -0.575, 1.732]]
    """

    def __init__(self, ndim: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(ndim))
        self.bias = nn.Parameter(torch.zeros(ndim)) if bias else None

    def forward(self, input: Tensor) -> Tensor:
        """Normalize every vector along the last axis.
        zh: 沿最后一个轴归一化每个向量。

        Args:
            input: Floating-point tensor of shape ``(..., C)`` with ``C == ndim``, usually ``(B, T, C)``.
                zh: 浮点张量，形状 ``(..., C)``，其中 ``C == ndim``，通常是 ``(B, T, C)``。

        Returns:
            Tensor of the same shape and dtype as ``input``.
                zh: 形状和 dtype 都与 ``input`` 相同的张量。

        Raises:
            RuntimeError: From torch, if the last axis is not ``ndim`` long or the input is no float tensor.
                zh: 最后一个轴的长度不是 ``ndim``，或输入不是浮点张量；由 torch 抛出。
        """
        return F.layer_norm(input, self.weight.shape, self.weight, self.bias, 1e-5)
