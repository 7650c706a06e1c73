"""Move weights between ways to write attention, and a whole model from one way to another.
zh: 在注意力的各种写法之间搬运权重，以及把整个模型换成另一种写法。
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from torch import nn

from minigpt.variants import attention

if TYPE_CHECKING:
    from minigpt.gpt import GPT

__all__ = ["change_attention", "copy_weights"]


def copy_weights(a: nn.Module, b: nn.Module) -> None:
    """Give ``b`` the weights of ``a``: any two of VARIANTS with the same sizes.
    zh: 把 ``a`` 的权重交给 ``b``：VARIANTS 中任意两个，尺寸相同即可。

    Args:
        a: Where the weights come from; unchanged.
            zh: 权重的来源；保持不变。
        b: Where they go to; keeps its dtype and device.
            zh: 权重的去处；dtype 和设备不变。

    Raises:
        TypeError: One of them is no attention of VARIANTS.
            zh: 其中一个不是 VARIANTS 里的注意力。
        ValueError: Sizes differ, or one has biases and the other has none.
            zh: 尺寸不同，或一个有偏置而另一个没有。
    """
    if not (hasattr(a, "n_head") and hasattr(b, "n_head")):
        got = f"{type(a).__name__} and {type(b).__name__}"
        raise TypeError(f"expected attention of VARIANTS, got {got}; change_attention takes a whole GPT")
    if a.n_head != b.n_head:  # the shapes of the weights would not tell
        raise ValueError(f"expected the same n_head, got {a.n_head} and {b.n_head}; make b from a's config")
    weights = getattr(a, "to_reference", a.state_dict)()
    try:
        getattr(b, "from_reference", b.load_state_dict)(weights)
    except RuntimeError as error:
        raise ValueError(f"expected the same sizes: {error}; make b from a's config") from error


def change_attention(model: GPT, name: str) -> GPT:
    """The same model with its attention written another way; the weights are copied, ``model`` stays.
    zh: 同一个模型，注意力换一种写法；权重是复制的，``model`` 不变。

    Args:
        model: A GPT.
            zh: GPT。
        name: One of the names in VARIANTS.
            zh: VARIANTS 里的一个名字。

    Returns:
        A new GPT on the same device, of the same dtype and in the same mode.
            zh: 新的 GPT，设备、dtype、训练或评估模式都不变。

    Raises:
        ValueError: There is no attention of this name.
            zh: 没有叫这个名字的注意力。
    """
    changed = deepcopy(model)
    changed.config = replace(model.config, attention=name)
    for block in changed.transformer.h:
        new = attention(changed.config).to(block.ln_1.weight)  # its device and dtype
        copy_weights(block.attn, new)
        block.attn = new.train(model.training)
    return changed
