"""Way 4: the axes spelt out with einsum.
zh: 写法 4：用 einsum 把轴写明。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from minigpt.variants.base import masked_softmax
from minigpt.variants.combined import Combined

__all__ = ["Einsum"]


class Einsum(Combined):
    """No axis is moved by hand: each product names the axes it reads and the axes it makes.
    zh: 不用手动搬任何轴：每次乘法都写明读哪些轴、得到哪些轴。

    In the strings, ``b`` is a text, ``i`` the position that asks, ``j`` the one that is asked, ``n`` one of
    query, key and value, ``h`` a head, ``d`` a channel of a head, ``c`` a channel.
    zh: 字符串里，``b`` 是文本，``i`` 是提问的位置，``j`` 是被问的位置，``n`` 是 query、key、value 之一，
    ``h`` 是头，``d`` 是一个头里的通道，``c`` 是通道。

    Memory: ``B * H * T * T`` probabilities are kept for the backward pass; with ``keep`` twice that, with
    dropout three times.
    zh: 内存：为反向传播留下 ``B * H * T * T`` 个概率；给了 ``keep`` 是两倍，有 dropout 是三倍。

    Examples:
        >>> from minigpt.config import GPTConfig
        >>> attention = Einsum(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """Four products, each named by its axes.
        zh: 四次乘法，各自写明用到哪些轴。
        """
        weight = self.c_attn.weight.unflatten(0, (3, self.n_head, -1))  # (3, H, D, C)
        qkv = torch.einsum("btc,nhdc->nbhtd", x, weight)  # (3, B, H, T, D)
        if self.c_attn.bias is not None:
            qkv = qkv + self.c_attn.bias.view(3, 1, self.n_head, 1, -1)
        q, k, v = qkv  # (B, H, T, D) each
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / q.shape[-1] ** 0.5  # (B, H, T, T)
        weights = F.dropout(masked_softmax(scores, keep), self.dropout, self.training)
        y = torch.einsum("bhij,bhjd->bhid", weights, v)  # (B, H, T, D)
        weight = self.c_proj.weight.unflatten(1, (self.n_head, -1))  # (C, H, D)
        out = torch.einsum("bhtd,chd->btc", y, weight)  # (B, T, C)
        return out if self.c_proj.bias is None else out + self.c_proj.bias
