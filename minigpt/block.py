"""The Block: attention and MLP, each with a normalization in front and a shortcut around.
zh: Block：注意力和 MLP，各自前面有归一化，旁边有捷径。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``）。
"""

from __future__ import annotations

from torch import Tensor, nn

from minigpt.config import GPTConfig
from minigpt.mlp import MLP
from minigpt.norm import LayerNorm
from minigpt.variants import attention

__all__ = ["Block"]


class Block(nn.Module):
    r"""One layer of a GPT: positions exchange information, then each works on its own.
    zh: GPT 的一层：各位置先交换信息，再各自加工。

    $$
    x \leftarrow x + \mathrm{Attn}(\mathrm{LN}_1(x)), \qquad x \leftarrow x + \mathrm{MLP}(\mathrm{LN}_2(x))
    $$

    Source: Radford et al. (2019), section 2.3: normalization moved to the input of each sub-block.
    zh: 出处：Radford 等（2019），2.3 节：归一化移到每个子块的输入端。

    Args:
        config: Sizes, and the kind of attention.
            zh: 尺寸，以及注意力的写法。

    Examples:
        >>> import torch
        >>> block = Block(GPTConfig(n_head=4, n_embd=12))
        >>> block(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.ln_1 = LayerNorm(config.n_embd, config.bias)
        self.attn = attention(config)
        self.ln_2 = LayerNorm(config.n_embd, config.bias)
        self.mlp = MLP(config)

    def forward(self, x: Tensor) -> Tensor:
        """Add what attention and MLP find to the residual stream.
        zh: 把注意力和 MLP 得到的结果加到残差流上。

        Args:
            x: The residual stream, shape ``(B, T, C)``.
                zh: 残差流，形状 ``(B, T, C)``。

        Returns:
            The residual stream after this layer, shape ``(B, T, C)``.
                zh: 经过这一层之后的残差流，形状 ``(B, T, C)``。
        """
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))
