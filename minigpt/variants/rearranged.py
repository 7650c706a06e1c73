"""Way 5: the axes named with einops.
zh: 写法 5：用 einops 给轴起名字。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.variants.combined import Combined

__all__ = ["Rearranged"]


class Rearranged(Combined):
    """``rearrange`` in place of ``view``, ``permute``, ``transpose`` and ``flatten``: shapes as a sentence.
    zh: 用 ``rearrange`` 代替 ``view``、``permute``、``transpose``、``flatten``：把形状写成一句话。

    Memory: ``B * H * T * T`` probabilities are kept for the backward pass; with ``keep`` twice that, with
    dropout three times.
    zh: 内存：为反向传播留下 ``B * H * T * T`` 个概率；给了 ``keep`` 是两倍，有 dropout 是三倍。

    Args:
        config: Sizes.
            zh: 尺寸。
        d_in: Width of the input, if it is not ``n_embd``.
            zh: 输入的宽度；与 ``n_embd`` 不同时才给。

    Raises:
        ImportError: einops is not installed.
            zh: 没有安装 einops。
    """

    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__(config, d_in)
        try:
            from einops import rearrange
        except ImportError as error:
            raise ImportError("expected einops, got none; pip install 'minigpt[variants]'") from error
        self.rearrange = rearrange

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """One sentence cuts into heads, another one merges.
        zh: 一句话切成头，另一句话合并。
        """
        pattern = "B T (three H D) -> three B H T D"
        q, k, v = self.rearrange(self.c_attn(x), pattern, three=3, H=self.n_head)  # (B, H, T, D) each
        y = self.mix(q, k, v, keep)  # (B, H, T, D)
        return self.c_proj(self.rearrange(y, "B H T D -> B T (H D)"))  # (B, T, C)
