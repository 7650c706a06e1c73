"""Way 8: nn.MultiheadAttention, with and without the probabilities it can return.
zh: 写法 8：nn.MultiheadAttention，要或不要它能返回的概率。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from minigpt.config import GPTConfig
from minigpt.variants.base import Attention, blocked

__all__ = ["MultiHead", "MultiHeadWeights"]

# Ours, and the names in nn.MultiheadAttention.
NAMES = {
    "c_attn.weight": "mha.in_proj_weight",
    "c_attn.bias": "mha.in_proj_bias",
    "c_proj.weight": "mha.out_proj.weight",
    "c_proj.bias": "mha.out_proj.bias",
}


class MultiHead(Attention):
    """torch's own module. Its masks say True where attention is blocked.
    zh: torch 自带的模块。它的掩码里，True 表示挡住。

    Memory: as Sdpa, which it calls; with ``keep``, a mask of ``B * H * T * T`` numbers.
    zh: 内存：它调用的就是 SDPA，所以与 Sdpa 相同；给了 ``keep`` 则另加
    ``B * H * T * T`` 个数的掩码。

    Args:
        config: Sizes.
            zh: 尺寸。
        d_in: Width of the input; only ``n_embd`` is possible.
            zh: 输入的宽度；只能是 ``n_embd``。
        batch_first: Whether the module inside reads ``(B, T, C)`` or ``(T, B, C)``.
            zh: 里面的模块读 ``(B, T, C)`` 还是 ``(T, B, C)``。

    Raises:
        ValueError: ``d_in`` is not ``n_embd``.
            zh: ``d_in`` 不等于 ``n_embd``。

    Examples:
        >>> attention = MultiHead(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    need_weights = False

    def __init__(self, config: GPTConfig, d_in: int | None = None, batch_first: bool = True) -> None:
        super().__init__(config, d_in)
        C = config.n_embd
        if self.d_in != C:
            raise ValueError(f"expected d_in={C}, as wide as n_embd, got {d_in}; choose another attention")
        self.mha = nn.MultiheadAttention(C, self.n_head, self.dropout, config.bias, batch_first=batch_first)

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """The first of what the module returns.
        zh: 取模块返回值的前一半。
        """
        return self._ask(x, keep, need_weights=self.need_weights)[0]

    def probabilities(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """What each position attends to, per head; in training, after dropout.
        zh: 每个位置关注哪里，按头给出；训练时是 dropout 之后的。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
            keep: Shape ``(B, T)``, or None.
                zh: 形状 ``(B, T)``，或 None。

        Returns:
            Shape ``(B, H, T, T)``.
                zh: 形状 ``(B, H, T, T)``。
        """
        self._check(x, keep)
        weights = self._ask(x, keep, need_weights=True, average_attn_weights=False)[1]
        return weights if keep is None else weights.masked_fill(blocked(x.shape[1], keep, x.device), 0.0)

    def _ask(self, x: Tensor, keep: Tensor | None, **options: Any) -> tuple[Tensor, Tensor | None]:
        """Call the module in the layout it wants, and mend what it cannot do.
        zh: 按模块要的布局调用它，再补上它做不到的。
        """
        mask = blocked(x.shape[1], keep, x.device)  # (T, T) or (B, 1, T, T)
        if keep is not None:
            nobody = mask.all(dim=-1, keepdim=True)  # (B, 1, T, 1)
            # A row that may see nothing would become NaN: it may see all, and is overwritten below.
            mask = (mask & ~nobody).expand(-1, self.n_head, -1, -1).flatten(0, 1)  # (B * H, T, T)
        x = x if self.mha.batch_first else x.transpose(0, 1)
        out, weights = self.mha(x, x, x, attn_mask=mask, is_causal=keep is None, **options)
        out = out if self.mha.batch_first else out.transpose(0, 1)  # (B, T, C)
        if keep is not None:
            bias = self.mha.out_proj.bias
            nothing = out.new_zeros(()) if bias is None else bias  # what c_proj makes of zeros
            out = torch.where(nobody[:, 0], nothing, out)
        return out, weights

    def to_reference(self) -> dict[str, Tensor]:
        """Rename.
        zh: 改名。
        """
        own = self.state_dict()
        return {ours: own[theirs] for ours, theirs in NAMES.items() if theirs in own}

    def from_reference(self, weights: dict[str, Tensor]) -> None:
        """Rename, the other way.
        zh: 反过来改名。
        """
        self.load_state_dict({NAMES[name]: tensor for name, tensor in weights.items()})


class MultiHeadWeights(MultiHead):
    """The same, asked for its probabilities in every call, as it is by default; they are thrown away.
    zh: 同一个模块，每次调用都要概率（默认就是这样），要来又扔掉。

    Memory: the probabilities are made, ``B * H * T * T`` numbers, and kept for the backward pass.
    zh: 内存：造出概率，``B * H * T * T`` 个数，并为反向传播留着。
    """

    need_weights = True
