"""What all ways to write attention share: sizes, call, checks, masks, and the layout of the weights.
zh: 注意力各种写法的共同部分：尺寸、调用方式、检查、掩码，以及权重的布局。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``）。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from minigpt.config import GPTConfig

__all__ = ["Attention", "blocked", "masked_softmax"]


def blocked(T: int, keep: Tensor | None, device: torch.device) -> Tensor:
    """The pairs that must not meet: keys in the query's future, and keys that are padding.
    zh: 不许相遇的那些对：query 之后的 key，以及属于填充的 key。

    Args:
        T: Length of the sequences.
            zh: 序列长度。
        keep: True where a token is, False at padding, shape ``(B, T)``; None if all are tokens.
            zh: 是 token 处为 True，是填充处为 False，形状 ``(B, T)``；全是 token 时为 None。
        device: Where the mask shall be.
            zh: 掩码放在哪个设备上。

    Returns:
        True at ``[..., i, j]`` if query ``i`` must not see key ``j``: ``(T, T)``, or ``(B, 1, T, T)`` with
        ``keep``.
            zh: query ``i`` 不许看 key ``j`` 时，``[..., i, j]`` 为 True：形状 ``(T, T)``；
            给了 ``keep`` 则为 ``(B, 1, T, T)``。

    Examples:
        >>> blocked(3, None, torch.device("cpu")).int().tolist()
        [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
        >>> keep = torch.tensor([[False, True, True]], device="cpu")
        >>> blocked(3, keep, keep.device).int().tolist()
        [[[[1, 1, 1], [1, 0, 1], [1, 0, 0]]]]
    """
    future = torch.ones(T, T, dtype=torch.bool, device=device).triu(diagonal=1)  # (T, T)
    return future if keep is None else future | ~keep[:, None, None, :]


def masked_softmax(scores: Tensor, keep: Tensor | None) -> Tensor:
    """Causal softmax over the keys, also where a query may see none: such a row is 0, and never NaN.
    zh: 沿 key 的因果 softmax；一个 key 都不许看的行也照顾到：这样的行是 0，不会是 NaN。

    Args:
        scores: Shape ``(B, H, T, T)``.
            zh: 形状 ``(B, H, T, T)``。
        keep: True where a token is, shape ``(B, T)``; None if all are tokens.
            zh: 是 token 处为 True，形状 ``(B, T)``；全是 token 时为 None。

    Returns:
        Probabilities of the shape of ``scores``.
            zh: 概率，形状与 ``scores`` 相同。

    Examples:
        >>> keep = torch.tensor([[False, True, True]])
        >>> masked_softmax(torch.zeros(1, 1, 3, 3), keep)[0, 0].tolist()
        [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]]
    """
    mask = blocked(scores.shape[-1], keep, scores.device)
    least = torch.finfo(scores.dtype).min  # -inf would make a row of blocked keys 0 / 0
    probabilities = scores.masked_fill(mask, least).softmax(dim=-1)
    return probabilities if keep is None else probabilities.masked_fill(mask, 0.0)


class Attention(nn.Module):
    """Causal self-attention, to be written in ``attend``; the rest is the same for every way to write it.
    zh: 因果自注意力，各种写法写在 ``attend`` 里，其余部分都相同。

    Args:
        config: Sizes; ``block_size``, ``n_head``, ``n_embd``, ``dropout`` and ``bias`` are read.
            zh: 尺寸；用到 ``block_size``、``n_head``、``n_embd``、``dropout`` 和 ``bias``。
        d_in: Width of the input, if it is not ``n_embd``.
            zh: 输入的宽度；与 ``n_embd`` 不同时才给。
    """

    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__()
        self.block_size = config.block_size
        self.n_head = config.n_head
        self.d_in = config.n_embd if d_in is None else d_in
        self.dropout = config.dropout
        self.resid_dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Check the input, attend, drop.
        zh: 检查输入，计算注意力，做 dropout。

        Args:
            x: Shape ``(B, T, d_in)``, with ``T`` up to ``block_size``.
                zh: 形状 ``(B, T, d_in)``，``T`` 不超过 ``block_size``。
            keep: True where a token is, False at padding, shape ``(B, T)``. Nobody attends to padding; who
                may attend to nothing gets zeros from the heads.
                zh: 是 token 处为 True，是填充处为 False，形状 ``(B, T)``。谁也不关注填充；
                什么都不许关注的位置，从各个头得到零。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Raises:
            TypeError: ``x`` has no floating-point numbers, or ``keep`` no bools.
                zh: ``x`` 不是浮点数，或 ``keep`` 不是布尔值。
            ValueError: A shape does not fit.
                zh: 形状不符。
        """
        self._check(x, keep)
        return self.resid_dropout(self.attend(x, keep))

    def _check(self, x: Tensor, keep: Tensor | None) -> None:
        """Refuse input of another shape or type.
        zh: 拒绝形状或类型不对的输入。
        """
        if not x.is_floating_point():
            raise TypeError(f"expected x of floating-point numbers, got {x.dtype}; embed the token ids first")
        if x.ndim != 3 or x.shape[2] != self.d_in:
            raise ValueError(f"expected x of shape (B, T, {self.d_in}), got {tuple(x.shape)}; reshape it")
        if x.shape[1] > self.block_size:
            raise ValueError(f"expected T <= block_size={self.block_size}, got {x.shape[1]}; cut x[:, -T:]")
        if keep is not None and keep.dtype != torch.bool:
            raise TypeError(f"expected keep of bools, got {keep.dtype}; True is a token: mask == 1, say")
        if keep is not None and keep.shape != x.shape[:2]:
            raise ValueError(f"expected keep of shape {(*x.shape[:2],)}, got {(*keep.shape,)}; fit it to x")

    def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """Attention and output projection: the part that each way writes for itself.
        zh: 注意力和输出投影：各种写法各自实现的部分。

        Args:
            x: Shape ``(B, T, d_in)``.
                zh: 形状 ``(B, T, d_in)``。
            keep: Shape ``(B, T)``, or None.
                zh: 形状 ``(B, T)``，或 None。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        raise NotImplementedError("expected a subclass with attend(x, keep), got none; write one")

    def layers(self) -> list[str]:
        """Names of the layers whose rows, one below the other, are ``c_attn`` of the reference.
        zh: 一些层的名字：它们的行依次叠起来，就是参考实现的 ``c_attn``。

        Returns:
            The names; queries before keys before values.
                zh: 名字；先 query，再 key，再 value。
        """
        return ["c_attn"]

    def to_reference(self) -> dict[str, Tensor]:
        """The weights under the names and in the layout of CausalSelfAttention.
        zh: 按 CausalSelfAttention 的名字和布局给出权重。

        Returns:
            ``c_attn.weight``, shape ``(3C, d_in)``, ``c_proj.weight``, and the biases if there are any.
                zh: ``c_attn.weight``，形状 ``(3C, d_in)``，``c_proj.weight``；有偏置则加上偏置。
        """
        own = self.state_dict()
        weights = {name: tensor for name, tensor in own.items() if name.startswith("c_proj.")}
        for kind in [name.removeprefix("c_proj.") for name in weights]:
            weights[f"c_attn.{kind}"] = torch.cat([own[f"{layer}.{kind}"] for layer in self.layers()])
        return weights

    def from_reference(self, weights: dict[str, Tensor]) -> None:
        """The way back: take over weights that have the names and the layout of CausalSelfAttention.
        zh: 反方向：接收按 CausalSelfAttention 的名字和布局给出的权重。

        Args:
            weights: What ``to_reference`` gives.
                zh: ``to_reference`` 给出的内容。

        Raises:
            RuntimeError: From torch, if a weight is missing, left over, or of another shape.
                zh: 权重缺失、多余或形状不符；由 torch 抛出。
        """
        own = {}
        for name, tensor in weights.items():
            layer, _, kind = name.partition(".")
            layers = self.layers() if layer == "c_attn" else [layer]
            for part, rows in zip(layers, tensor.chunk(len(layers)), strict=True):
                own[f"{part}.{kind}"] = rows
        self.load_state_dict(own)
