"""Way 6: scaled_dot_product_attention, told that it is causal.
zh: 写法 6：scaled_dot_product_attention，告诉它是因果的。

Axes: ``B`` batch, ``T`` time, ``H`` heads, ``D`` head size.
zh: 轴：``B`` 批，``T`` 时间，``H`` 头数，``D`` 每个头的大小。
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from minigpt.variants.base import blocked
from minigpt.variants.combined import Combined

__all__ = ["Sdpa"]


class Sdpa(Combined):
    """Scores, mask, softmax, dropout and product in one call: the reference, with padding added.
    zh: 打分、掩码、softmax、dropout、乘积，一次调用完成：就是参考实现，另加对填充的处理。

    Memory: where a fused kernel runs, ``B * H * T`` numbers besides the inputs and the output; without one
    (on the CPU with dropout, say) three times ``B * H * T * T``. ``keep`` adds a mask of ``B * T * T``.
    zh: 内存：用上融合内核时，除输入输出外只有 ``B * H * T`` 个数；用不上时（例如 CPU 上带 dropout），
    要三倍的 ``B * H * T * T``。``keep`` 另加一个 ``B * T * T`` 的掩码。

    Examples:
        >>> import torch
        >>> from minigpt.config import GPTConfig
        >>> attention = Sdpa(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def mix(self, q: Tensor, k: Tensor, v: Tensor, keep: Tensor | None) -> Tensor:
        """One call; a mask only where there is padding.
        zh: 一次调用；有填充时才造掩码。
        """
        p = self.dropout if self.training else 0.0
        if keep is None:
            return F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=True)  # (B, H, T, D)
        allowed = ~blocked(q.shape[2], keep, q.device)  # (B, 1, T, T)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed, dropout_p=p)  # (B, H, T, D)
