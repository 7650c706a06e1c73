"""The optimizer of GPT-2's kind of training: AdamW that shrinks matrices only.
zh: GPT-2 这类训练所用的优化器：只衰减矩阵的 AdamW。
"""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW

__all__ = ["configure_optimizers"]


def configure_optimizers(
    model: nn.Module,
    weight_decay: float,
    learning_rate: float,
    betas: tuple[float, float],
) -> AdamW:
    """AdamW in two groups: matrices decay, vectors (biases, LayerNorm weights) do not.
    zh: 分两组的 AdamW：矩阵参与权重衰减，向量（偏置、LayerNorm 的权重）不参与。

    Each number of a vector shifts or scales one channel; a pull to zero would only undo that. A tied weight
    is one parameter, and is updated once. ``fused`` updates many parameters in one kernel; CPU, CUDA, MPS
    and XPU have it.
    zh: 向量的每个数只平移或缩放一个通道，把它拉向零只会抵消这种作用。共享的权重是同一个参数，只更新一次。
    ``fused`` 在一个算子里更新许多参数；CPU、CUDA、MPS、XPU 都有它。

    Source: Loshchilov and Hutter (2017), arXiv:1711.05101; the grouping is older:
    GPT-1 decayed "all non bias or gain weights" (Radford et al., 2018, section 4.1).
    zh: 出处：Loshchilov、Hutter（2017），arXiv:1711.05101；这样分组更早就有：
    GPT-1 衰减的是“all non bias or gain weights”（Radford 等，2018，4.1 节）。

    Args:
        model: Any module; parameters with ``requires_grad=False`` are left out.
            zh: 任意模块；``requires_grad=False`` 的参数不参与。
        weight_decay: Decay of the matrices; each step subtracts ``learning_rate * weight_decay`` of a weight.
            zh: 矩阵的衰减系数；每一步从权重里减去它自身的 ``learning_rate * weight_decay`` 倍。
        learning_rate: Size of a step.
            zh: 步长。
        betas: Memory of the gradient's mean and of its square.
            zh: 梯度均值和平方均值各自的记忆系数。

    Returns:
        The optimizer: group 0 decays, group 1 does not.
            zh: 优化器：第 0 组衰减，第 1 组不衰减。

    Examples:
        >>> model = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8))
        >>> optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=3e-4, betas=(0.9, 0.95))
        >>> [(len(group["params"]), group["weight_decay"]) for group in optimizer.param_groups]
        [(1, 0.1), (3, 0.0)]
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in parameters if p.ndim >= 2]
    vectors = [p for p in parameters if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return AdamW(groups, lr=learning_rate, betas=betas, fused=True)
