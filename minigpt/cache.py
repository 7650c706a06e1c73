"""The KV cache: keys and values of the tokens already read, so that each token is computed once.
zh: KV 缓存：存下已读 token 的 key 和 value，每个 token 因此只算一次。

Axes: ``L`` layers, ``B`` batch, ``T`` new tokens, ``S`` tokens in the cache, ``H`` heads, ``D`` head size
(``C / H``).
zh: 轴：``L`` 层，``B`` 批，``T`` 新 token，``S`` 缓存里的 token，``H`` 头数，
``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig
from minigpt.gpt import GPT

__all__ = ["KVCache", "cache_shape"]


class KVCache:
    """Room for the keys and values of ``block_size`` tokens in every layer, taken once.
    zh: 为每一层的 ``block_size`` 个 token 的 key 和 value 一次性留好位置。

    Args:
        model: The GPT it serves: sizes, dtype and device are the model's.
            zh: 它所服务的 GPT：尺寸、dtype 和设备都与模型相同。
        batch_size: Number ``B`` of sequences.
            zh: 序列的个数 ``B``。

    Examples:
        >>> cache = KVCache(GPT(GPTConfig.preset("tiny")), batch_size=2)
        >>> cache.k.shape, cache.length
        (torch.Size([4, 2, 4, 64, 16]), 0)
    """

    def __init__(self, model: GPT, batch_size: int = 1) -> None:
        self.k = model.lm_head.weight.new_empty(cache_shape(model.config, batch_size))  # (L, B, H, S, D)
        self.v = torch.empty_like(self.k)  # (L, B, H, S, D)
        self.reset()

    def reset(self, padding: Tensor | None = None) -> None:
        """Forget everything; the memory stays.
        zh: 全部忘掉；内存留着。

        Args:
            padding: How many columns at the beginning of each row hold no token, shape ``(B,)``; None: none.
                zh: 每一行开头有几列不是 token，形状 ``(B,)``；None 表示没有。
        """
        self.length = 0
        self.padding = padding

    def positions(self, T: int) -> Tensor:
        """Position of each new token in its own sequence.
        zh: 每个新 token 在它自己序列里的位置。

        Args:
            T: Number of new tokens.
                zh: 新 token 的个数。

        Returns:
            Shape ``(T,)``, with padding ``(B, T)``; 0 for the padding itself.
                zh: 形状 ``(T,)``；有填充时是 ``(B, T)``，填充处为 0。
        """
        columns = torch.arange(self.length, self.length + T, device=self.k.device)  # (T,)
        if self.padding is None:
            return columns
        return (columns - self.padding[:, None]).clamp(min=0)  # (B, T)

    def mask(self, T: int) -> Tensor | None:
        """Which columns each new token may attend to.
        zh: 每个新 token 可以关注哪些列。

        Args:
            T: Number of new tokens.
                zh: 新 token 的个数。

        Returns:
            True where it may, shape ``(T, S)``, with padding ``(B, 1, T, S)``; None where no mask is needed:
            ``is_causal`` says it all of an empty cache, and one token may see everything.
                zh: 可以处为 True，形状 ``(T, S)``，有填充时是 ``(B, 1, T, S)``；不需要掩码时为 None：
                缓存为空时 ``is_causal`` 就够了，只有一个新 token 时它什么都可以看。
        """
        if self.padding is None and (self.length == 0 or T == 1):
            return None
        column = torch.arange(self.length + T, device=self.k.device)  # (S,)
        row = column[self.length :, None]  # (T, 1)
        if self.padding is None:
            return column <= row  # (T, S)
        token = column >= self.padding[:, None, None, None]  # (B, 1, 1, S)
        return (column <= row) & token | (column == row)  # (B, 1, T, S)

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Put keys and values of new tokens behind the old ones.
        zh: 把新 token 的 key 和 value 接在旧的后面。

        Args:
            layer: Which layer.
                zh: 哪一层。
            k: Keys, shape ``(B, H, T, D)``.
                zh: key，形状 ``(B, H, T, D)``。
            v: Values, shape ``(B, H, T, D)``.
                zh: value，形状 ``(B, H, T, D)``。

        Returns:
            Keys and values of all tokens so far, each of shape ``(B, H, S, D)``: views, nothing is copied.
                zh: 到目前为止所有 token 的 key 和 value，形状都是 ``(B, H, S, D)``；是视图，没有复制。
        """
        end = self.length + k.shape[2]
        self.k[layer, :, :, self.length : end] = k
        self.v[layer, :, :, self.length : end] = v
        return self.k[layer, :, :, :end], self.v[layer, :, :, :end]  # (B, H, S, D)


def cache_shape(config: GPTConfig, batch_size: int) -> tuple[int, ...]:
    """Shape of the keys, and of the values.
    zh: key 的形状，也是 value 的形状。

    Args:
        config: Sizes of the model.
            zh: 模型的尺寸。
        batch_size: Number ``B`` of sequences.
            zh: 序列的个数 ``B``。

    Returns:
        ``(L, B, H, S, D)``, with ``S`` as long as ``block_size``.
            zh: ``(L, B, H, S, D)``，其中 ``S`` 等于 ``block_size``。
    """
    return config.n_layer, batch_size, config.n_head, config.block_size, config.head_size
