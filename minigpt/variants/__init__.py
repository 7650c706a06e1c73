"""Ten ways to write the same attention: one constructor, one call, and the same numbers.
zh: 同一种注意力的十种写法：构造相同，调用相同，算出的数也相同。
"""

from __future__ import annotations

from torch import nn

from minigpt.attention import CausalSelfAttention
from minigpt.config import GPTConfig
from minigpt.variants.base import Attention
from minigpt.variants.combined import Combined
from minigpt.variants.einsum import Einsum
from minigpt.variants.flex import Flex
from minigpt.variants.multihead import MultiHead, MultiHeadWeights
from minigpt.variants.per_head import PerHead
from minigpt.variants.rearranged import Rearranged
from minigpt.variants.sdpa import Sdpa
from minigpt.variants.sdpa_mask import SdpaMask
from minigpt.variants.separate import Separate
from minigpt.variants.tiled import Tiled

__all__ = ["VARIANTS", "Attention", "attention"]

VARIANTS: dict[str, type[nn.Module]] = {
    "reference": CausalSelfAttention,
    "per_head": PerHead,
    "separate": Separate,
    "combined": Combined,
    "einsum": Einsum,
    "einops": Rearranged,
    "sdpa": Sdpa,
    "sdpa_mask": SdpaMask,
    "mha": MultiHead,
    "mha_weights": MultiHeadWeights,
    "flex": Flex,
    "tiled": Tiled,
}
"""The ways to write attention, by their names in ``GPTConfig.attention``.
zh: 注意力的各种写法，按它们在 ``GPTConfig.attention`` 里的名字排列。
"""


def attention(config: GPTConfig) -> nn.Module:
    """Make the attention that a configuration names.
    zh: 按配置里的名字造出注意力。

    Args:
        config: Sizes, and the name in ``attention``.
            zh: 尺寸，以及 ``attention`` 里的名字。

    Returns:
        A module from ``(B, T, C)`` to ``(B, T, C)``.
            zh: 把 ``(B, T, C)`` 变成 ``(B, T, C)`` 的模块。

    Examples:
        >>> type(attention(GPTConfig(attention="tiled"))).__name__
        'Tiled'
    """
    return VARIANTS[config.attention](config)
