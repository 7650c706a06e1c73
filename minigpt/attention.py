"""Causal self-attention, all heads at once: the reference.
zh: 因果自注意力，所有的头一次算完：参考实现。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.config import GPTConfig

__all__ = ["CausalSelfAttention", "causal_probabilities"]


def causal_probabilities(q: Tensor, k: Tensor) -> Tensor:
    r"""How strongly each position attends to itself and to each earlier one.
    zh: 每个位置对自己和之前各个位置分别有多关注。

    $$
    P_{ij} = \frac{\exp(q_i \cdot k_j / \sqrt{D})}{\sum_{m \le i} \exp(q_i \cdot k_m / \sqrt{D})}
    \quad (j \le i), \qquad P_{ij} = 0 \quad (j > i)
    $$

    Args:
        q: Queries, shape ``(B, H, T, D)``.
            zh: query，形状 ``(B, H, T, D)``。
        k: Keys, shape ``(B, H, T, D)``.
            zh: key，形状 ``(B, H, T, D)``。

    Returns:
        Probabilities of shape ``(B, H, T, T)``: ``[b, h, i, j]`` is what position ``i`` gives to position
        ``j``; each row sums to 1.
            zh: 概率，形状 ``(B, H, T, T)``：``[b, h, i, j]`` 是位置 ``i`` 分给位置 ``j`` 的份额；
            每行之和为 1。

    Examples:
        >>> q = k = torch.zeros(1, 1, 3, 4)
        >>> causal_probabilities(q, k)[0, 0].tolist()
        [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.333, 0.333, 0.333]]
    """
    T, D = q.shape[-2:]
    scores = q @ k.transpose(-2, -1) / D**0.5  # (B, H, T, T)
    future = torch.ones(T, T, dtype=torch.bool, device=q.device).triu(diagonal=1)  # (T, T)
    return scores.masked_fill(future, float("-inf")).softmax(dim=-1)


class CausalSelfAttention(nn.Module):
    r"""Multi-head attention that cannot see the future; one matrix product makes all q, k and v.
    zh: 看不见未来的多头注意力；一次矩阵乘法算出所有的 q、k、v。

    $$
    [q, k, v] = x W_{\text{attn}}^\top + b_{\text{attn}},
    \qquad y = [P_1 v_1, \dots, P_H v_H]\, W_{\text{proj}}^\top + b_{\text{proj}}
    $$

    $P_h$ are the causal probabilities of head $h$. With the same weights it equals MultiHeadAttention; it is
    faster.
    zh: $P_h$ 是第 $h$ 个头的因果注意力概率。权重相同时与 MultiHeadAttention 结果相等，只是更快。

    Source: Radford et al. (2019); the names ``c_attn`` and ``c_proj`` are GPT-2's.
    zh: 出处：Radford 等（2019）；``c_attn``、``c_proj`` 是 GPT-2 的名字。

    Args:
        config: Sizes; ``n_embd``, ``n_head``, ``dropout`` and ``bias`` are read.
            zh: 尺寸；用到 ``n_embd``、``n_head``、``dropout`` 和 ``bias``。

    Examples:
        >>> attention = CausalSelfAttention(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.dropout = config.dropout
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)
        self.resid_dropout = nn.Dropout(config.dropout)

    def split_heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of all heads.
        zh: 所有头的 query、key 和 value。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            ``q``, ``k`` and ``v``, each of shape ``(B, H, T, D)``; views of one tensor, nothing is copied.
                zh: ``q``、``k``、``v``，形状都是 ``(B, H, T, D)``；三者是同一个张量的视图，没有复制。
        """
        B, T, C = x.shape
        q, k, v = self.c_attn(x).split(C, dim=-1)  # (B, T, C) each
        shape = (B, T, self.n_head, C // self.n_head)
        q = q.view(shape).transpose(1, 2)  # (B, H, T, D)
        k = k.view(shape).transpose(1, 2)  # (B, H, T, D)
        v = v.view(shape).transpose(1, 2)  # (B, H, T, D)
        return q, k, v

    def merge_heads(self, y: Tensor) -> Tensor:
        """Put the heads' outputs side by side and mix them.
        zh: 把各个头的输出并排放好，再混合。

        Args:
            y: Shape ``(B, H, T, D)``.
                zh: 形状 ``(B, H, T, D)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        y = y.transpose(1, 2).flatten(start_dim=2)  # (B, T, C)
        return self.resid_dropout(self.c_proj(y))

    def forward(self, x: Tensor) -> Tensor:
        """Attend with torch's fused kernel, which never stores the ``(T, T)`` probabilities.
        zh: 用 torch 的融合算子计算注意力，它从不保存 ``(T, T)`` 的概率矩阵。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        q, k, v = self.split_heads(x)  # (B, H, T, D) each
        p = self.dropout if self.training else 0.0  # the function knows of no eval()
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=True)
        return self.merge_heads(y)  # (B, T, C)

    def forward_by_hand(self, x: Tensor) -> Tensor:
        """The same, step by step: to read, and to check ``forward`` against.
        zh: 同样的计算，一步一步写出来：供阅读，也用来核对 ``forward``。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        q, k, v = self.split_heads(x)  # (B, H, T, D) each
        probabilities = causal_probabilities(q, k)  # (B, H, T, T)
        probabilities = F.dropout(probabilities, self.dropout, self.training)
        return self.merge_heads(probabilities @ v)  # (B, T, C)

    def probabilities(self, x: Tensor) -> Tensor:
        """What each position attends to, for figures. A method of its own: ``forward`` pays nothing for it.
        zh: 每个位置关注哪里，画图用；单独一个方法，``forward`` 因此不必付出任何代价。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Probabilities of shape ``(B, H, T, T)``, before dropout.
                zh: 概率，形状 ``(B, H, T, T)``，未经 dropout。
        """
        q, k, _ = self.split_heads(x)  # (B, H, T, D) each
        return causal_probabilities(q, k)  # (B, H, T, T)
