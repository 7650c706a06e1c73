"""The first value of every parameter, decided in one place.
zh: 每个参数的初值，只在这一处决定。
"""

from __future__ import annotations

from torch import nn

__all__ = ["init_weights"]

# Names of the matrices that write to the residual stream; the second is that of nn.MultiheadAttention.
WRITERS = ("c_proj.weight", "out_proj.weight")


def init_weights(model: nn.Module, n_layer: int) -> None:
    r"""Initialize a GPT as GPT-2 was.
    zh: 按 GPT-2 的方式初始化一个 GPT。

    Matrices and tables are drawn from a normal distribution with standard deviation 0.02. Those that write to
    the residual stream, ``WRITERS``, get $0.02 / \sqrt{2 L}$, $L$ = ``n_layer``: $2 L$ of them add up there.
    Biases are 0. LayerNorm weights are vectors, and stay 1.
    zh: 矩阵和嵌入表取自标准差为 0.02 的正态分布。写入残差流的矩阵 ``WRITERS`` 用 $0.02 / \sqrt{2 L}$，
    其中 $L$ = ``n_layer``：有 $2 L$ 个这样的结果要在那里相加。偏置为 0。LayerNorm 的权重是向量，保持 1。

    Source: Radford et al. (2019), section 2.3; 0.02 is in GPT-2's code.
    zh: 出处：Radford 等（2019），2.3 节；0.02 见 GPT-2 的代码。

    Args:
        model: A GPT, or any module with its parameter names.
            zh: GPT，或参数名与之相同的任意模块。
        n_layer: Number of Blocks.
            zh: Block 的层数。

    Examples:
        >>> linear = nn.Linear(4, 8)
        >>> init_weights(linear, n_layer=12)
        >>> linear.bias.abs().sum().item()
        0.0
    """
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        elif name.endswith(WRITERS):
            nn.init.normal_(parameter, std=0.02 / (2 * n_layer) ** 0.5)
        elif parameter.ndim == 2:
            nn.init.normal_(parameter, std=0.02)
