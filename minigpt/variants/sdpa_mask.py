"""Way 7: scaled_dot_product_attention with a mask of one's own.
zh: 写法 7：scaled_dot_product_attention，掩码自备。

Axes: ``B`` batch, ``T`` time, ``H`` heads, ``D`` head size.
zh: 轴：``B`` 批，``T`` 时间，``H`` 头数，``D`` 每个头的大小。
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from minigpt.variants.base import blocked
from minigpt.variants.combined import Combined

__all__ = ["SdpaMask"]


class SdpaMask(Combined):
    """The same function, given the mask as a tensor. In it, True means: may attend.
    zh: 同一个函数，掩码作为张量传入。其中 True 的意思是：允许关注。

    Memory: as Sdpa, and a mask of ``T * T`` numbers, with ``keep`` of ``B * T * T``.
    zh: 内存：与 Sdpa 相同，另加 ``T * T`` 个数的掩码；给了 ``keep`` 则是 ``B * T * T`` 个。

    Examples:
        >>> import torch
        >>> from minigpt.config import GPTConfig
        >>> attention = SdpaMask(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def mix(self, q: Tensor, k: Tensor, v: Tensor, keep: Tensor | None) -> Tensor:
        """One call, always with a mask in which True means allowed.
        zh: 一次调用，总带掩码，True 表示允许。
        """
        p = self.dropout if self.training else 0.0
        allowed = ~blocked(q.shape[2], keep, q.device)  # (T, T) or (B, 1, T, T)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed, dropout_p=p)  # (B, H, T, D)
