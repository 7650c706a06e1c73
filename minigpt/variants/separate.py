"""Way 2: one matrix each for all queries, all keys and all values.
zh: 写法 2：所有的 query、key、value 各用一个矩阵。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.config import GPTConfig
from minigpt.variants.base import Attention, masked_softmax

__all__ = ["Separate"]


class Separate(Attention):
    """All heads at once: ``view`` cuts the channels into heads, ``transpose`` brings the heads to the front.
    zh: 所有的头一起算：``view`` 把通道切成头，``transpose`` 把头换到前面。

    Memory: ``B * H * T * T`` probabilities are kept for the backward pass; with ``keep`` twice that, with
    dropout three times.
    zh: 内存：为反向传播留下 ``B * H * T * T`` 个概率；给了 ``keep`` 是两倍，有 dropout 是三倍。

    Args:
        config: Sizes.
            zh: 尺寸。
        d_in: Width of the input, if it is not ``n_embd``.
            zh: 输入的宽度；与 ``n_embd`` 不同时才给。

    Examples:
        >>> import torch
        >>> attention = Separate(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__(config, d_in)
        self.query = nn.Linear(self.d_in, config.n_embd, bias=config.bias)
        self.key = nn.Linear(self.d_in, config.n_embd, bias=config.bias)
        self.value = nn.Linear(self.d_in, config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """Three products, cut into heads, attend, merge.
        zh: 三次乘法，切成头，计算注意力，合并。
        """
        B, T, _ = x.shape
        q = self.query(x).view(B, T, self.n_head, -1).transpose(1, 2)  # (B, H, T, D)
        k = self.key(x).view(B, T, self.n_head, -1).transpose(1, 2)  # (B, H, T, D)
        v = self.value(x).view(B, T, self.n_head, -1).transpose(1, 2)  # (B, H, T, D)
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, H, T, T)
        weights = F.dropout(masked_softmax(scores, keep), self.dropout, self.training)
        y = weights @ v  # (B, H, T, D)
        return self.c_proj(y.transpose(1, 2).flatten(start_dim=2))  # (B, T, C)

    def layers(self) -> list[str]:
        """In the order of the rows of ``c_attn``.
        zh: 按 ``c_attn`` 各行的次序。
        """
        return ["query", "key", "value"]
