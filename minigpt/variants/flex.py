"""Way 9: FlexAttention, with the mask as a function.
zh: 写法 9：FlexAttention，掩码写成函数。

Axes: ``B`` batch, ``T`` time, ``H`` heads, ``D`` head size.
zh: 轴：``B`` 批，``T`` 时间，``H`` 头数，``D`` 每个头的大小。
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask, flex_attention

from minigpt.variants.combined import Combined

__all__ = ["Flex", "causal_block_mask"]

NO_BACKWARD = ("cpu", "mps")  # device types; as of torch 2.13


@lru_cache(maxsize=16)
def causal_block_mask(T: int, device: torch.device) -> BlockMask:
    """Which tiles of the ``(T, T)`` pairs contain allowed ones; made once for each ``T`` and device.
    zh: ``(T, T)`` 的各个小块里，哪些含有允许的对；每种 ``T`` 和设备只造一次。

    Args:
        T: Length of the sequences.
            zh: 序列长度。
        device: Where the mask shall be.
            zh: 掩码放在哪个设备上。

    Returns:
        The mask of blocks.
            zh: 块掩码。
    """
    return create_block_mask(lambda b, h, i, j: i >= j, None, None, T, T, device=str(device))


class Flex(Combined):
    """Tiles that the mask rules out are skipped, once ``torch.compile`` has made a kernel of the function.
    zh: 经 ``torch.compile`` 把掩码函数编译成内核之后，被掩码整块排除的小块会跳过不算。

    It has no dropout of the probabilities, and on the CPU and on MPS no backward pass.
    zh: 它没有对概率的 dropout；在 CPU 和 MPS 上没有反向传播。

    Memory: compiled, as Sdpa, and a mask of one number for ``128 * 128`` pairs. Not compiled, all
    ``B * H * T * T`` scores, several times over.
    zh: 内存：编译后与 Sdpa 相同，另加每 ``128 * 128`` 对一个数的掩码；不编译则要好几份
    ``B * H * T * T`` 的分数。
    """

    def mix(self, q: Tensor, k: Tensor, v: Tensor, keep: Tensor | None) -> Tensor:
        """One call, with a mask of blocks; refuses what the function cannot do.
        zh: 一次调用，带块掩码；这个函数做不到的，报错拒绝。
        """
        if q.requires_grad and q.device.type in NO_BACKWARD:
            raise NotImplementedError(
                f"expected torch.no_grad() or a CUDA GPU, got gradients on {q.device.type}, where "
                "flex_attention has no backward pass; train with change_attention(model, 'sdpa')"
            )
        if self.training and self.dropout > 0:
            raise ValueError(
                f"expected dropout=0 in training, got {self.dropout}: flex_attention has none; "
                "call eval(), or train with change_attention(model, 'sdpa')"
            )
        B, _, T, _ = q.shape
        if keep is None:
            mask = causal_block_mask(T, q.device)
        else:
            mask = create_block_mask(
                lambda b, h, i, j: (i >= j) & keep[b, j], B, None, T, T, device=str(q.device)
            )
        return flex_attention(q, k, v, block_mask=mask)  # (B, H, T, D)
