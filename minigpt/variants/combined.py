"""Way 3: one matrix makes all queries, keys and values.
zh: 写法 3：一个矩阵算出所有的 query、key 和 value。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.config import GPTConfig
from minigpt.variants.base import Attention, masked_softmax

__all__ = ["Combined"]


class Combined(Attention):
    """``c_attn`` as in GPT-2, cut into five axes by one ``view`` and put in order by one ``permute``.
    zh: 与 GPT-2 一样的 ``c_attn``；一次 ``view`` 切成五个轴，一次 ``permute`` 排好次序。

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
        >>> attention = Combined(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__(config, d_in)
        self.c_attn = nn.Linear(self.d_in, 3 * config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """One product, five axes, three tensors; attend, merge.
        zh: 一次乘法，五个轴，三个张量；计算注意力，合并。
        """
        B, T, _ = x.shape
        qkv = self.c_attn(x).view(B, T, 3, self.n_head, -1)  # (B, T, 3, H, D)
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)  # (B, H, T, D) each
        y = self.mix(queries, keys, values, keep)  # (B, H, T, D)
        return self.c_proj(y.transpose(1, 2).flatten(start_dim=2))  # (B, T, C)

    def mix(self, q: Tensor, k: Tensor, v: Tensor, keep: Tensor | None) -> Tensor:
        """Every position mixes the values it may see: the step that the later ways replace.
        zh: 每个位置混合它能看到的 value：后面几种写法换掉的就是这一步。

        Args:
            q: Queries, shape ``(B, H, T, D)``.
                zh: query，形状 ``(B, H, T, D)``。
            k: Keys, shape ``(B, H, T, D)``.
                zh: key，形状 ``(B, H, T, D)``。
            v: Values, shape ``(B, H, T, D)``.
                zh: value，形状 ``(B, H, T, D)``。
            keep: Shape ``(B, T)``, or None.
                zh: 形状 ``(B, T)``，或 None。

        Returns:
            Shape ``(B, H, T, D)``.
                zh: 形状 ``(B, H, T, D)``。
        """
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, H, T, T)
        weights = F.dropout(masked_softmax(scores, keep), self.dropout, self.training)
        return weights @ v  # (B, H, T, D)
