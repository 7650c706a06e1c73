"""Way 1: one head after another.
zh: 写法 1：一个头接一个头地算。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.config import GPTConfig
from minigpt.variants.base import Attention, masked_softmax

__all__ = ["PerHead", "SingleHead"]


class SingleHead(nn.Module):
    """One head with a query, a key and a value Linear of its own.
    zh: 一个头，有自己的 query、key、value 三个 Linear。

    Args:
        config: Sizes.
            zh: 尺寸。
        d_in: Width of the input.
            zh: 输入的宽度。
    """

    def __init__(self, config: GPTConfig, d_in: int) -> None:
        super().__init__()
        self.dropout = config.dropout
        self.query = nn.Linear(d_in, config.head_size, bias=config.bias)
        self.key = nn.Linear(d_in, config.head_size, bias=config.bias)
        self.value = nn.Linear(d_in, config.head_size, bias=config.bias)

    def forward(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """What this head finds.
        zh: 这个头找到的东西。

        Args:
            x: Shape ``(B, T, d_in)``.
                zh: 形状 ``(B, T, d_in)``。
            keep: Shape ``(B, T)``, or None.
                zh: 形状 ``(B, T)``，或 None。

        Returns:
            Shape ``(B, T, D)``.
                zh: 形状 ``(B, T, D)``。
        """
        q, k, v = self.query(x), self.key(x), self.value(x)  # (B, T, D) each
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, T, T)
        weights = masked_softmax(scores.unsqueeze(1), keep).squeeze(1)  # an axis for one head, and back
        return F.dropout(weights, self.dropout, self.training) @ v  # (B, T, D)


class PerHead(Attention):
    """A loop over heads, their outputs side by side, and one Linear that mixes them.
    zh: 循环跑遍各个头，输出并排放好，再用一个 Linear 混合。

    Memory: each head keeps its ``(B, T, T)`` probabilities for the backward pass, ``B * H * T * T`` numbers
    in all; with ``keep`` twice that, with dropout three times. Each of the ``3 * H`` small products reads the
    input anew.
    zh: 内存：每个头为反向传播留下自己的 ``(B, T, T)`` 概率，共 ``B * H * T * T`` 个数；给了 ``keep`` 是两倍，
    有 dropout 是三倍。``3 * H`` 次小的矩阵乘法各自重读一遍输入。

    Args:
        config: Sizes.
            zh: 尺寸。
        d_in: Width of the input, if it is not ``n_embd``.
            zh: 输入的宽度；与 ``n_embd`` 不同时才给。

    Examples:
        >>> attention = PerHead(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__(config, d_in)
        self.heads = nn.ModuleList(SingleHead(config, self.d_in) for _ in range(config.n_head))
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """Ask head after head, join what they say, and mix it.
        zh: 挨个问每个头，把回答接起来，再混合。
        """
        y = torch.cat([head(x, keep) for head in self.heads], dim=-1)  # (B, T, C)
        return self.c_proj(y)

    def layers(self) -> list[str]:
        """The queries of all heads, then the keys, then the values.
        zh: 先是所有头的 query，再是 key，再是 value。
        """
        return [f"heads.{h}.{part}" for part in ("query", "key", "value") for h in range(self.n_head)]
