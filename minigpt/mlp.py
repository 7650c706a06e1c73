"""The MLP: what each position does with what it has gathered, on its own.
zh: MLP：每个位置独自处理它收集到的信息。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``); the hidden layer is ``4C`` wide.
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``）；隐藏层宽 ``4C``。
"""

from __future__ import annotations

from torch import Tensor, nn

from minigpt.config import GPTConfig

__all__ = ["MLP"]


class MLP(nn.Module):
    r"""Two Linear layers with GELU between them, applied to every position separately.
    zh: 两个 Linear，中间夹一个 GELU，对每个位置分别计算。

    $$
    y = \mathrm{GELU}(x W_{\text{fc}}^\top + b_{\text{fc}})\, W_{\text{proj}}^\top + b_{\text{proj}},
    \qquad \mathrm{GELU}(u)
    \approx \frac{u}{2}\left(1 + \tanh\!\left(\sqrt{\tfrac{2}{\pi}}\,(u + 0.044715\,u^3)\right)\right)
    $$

    Source: Radford et al. (2019); GELU from Hendrycks and Gimpel (2016), arXiv:1606.08415, in its tanh form,
    with which GPT-2 was trained.
    zh: 出处：Radford 等（2019）；GELU 出自 Hendrycks、Gimpel（2016），arXiv:1606.08415，
    这里用它的 tanh 形式，GPT-2 就是这样训练的。

    Args:
        config: Sizes; ``n_embd``, ``dropout`` and ``bias`` are read.
            zh: 尺寸；用到 ``n_embd``、``dropout`` 和 ``bias``。

    Examples:
        >>> import torch
        >>> mlp = MLP(GPTConfig(n_head=4, n_embd=12))
        >>> mlp(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=config.bias)
        self.gelu = nn.GELU(approximate="tanh")
        self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=config.bias)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Widen, bend, narrow.
        zh: 先变宽，再弯折，最后变窄。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        x = self.c_fc(x)  # (B, T, 4C)
        x = self.gelu(x)
        x = self.c_proj(x)  # (B, T, C)
        return self.dropout(x)
