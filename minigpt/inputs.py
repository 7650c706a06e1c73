"""Checks of what a caller hands to the model: token ids and targets.
zh: 检查调用者交给模型的东西：token 编号和目标。

Axes: ``B`` batch, ``T`` time (at most ``block_size``), ``V`` vocabulary (``vocab_size``).
zh: 轴：``B`` 批，``T`` 时间（不超过 ``block_size``），``V`` 词表（``vocab_size``）。
"""

from __future__ import annotations

import torch
from torch import Tensor

from minigpt.config import GPTConfig

__all__ = ["check_ids", "check_targets"]


def check_ids(idx: Tensor, config: GPTConfig) -> None:
    """Refuse token ids that the model cannot read.
    zh: 拒绝模型读不了的 token 编号。

    Dtype and shape are checked everywhere, the values on a CPU only: to see a number on a GPU, the program
    would have to wait for the GPU in every step. There, an id out of range ends in a device-side assert.
    zh: dtype 和形状在哪里都查；数值只在 CPU 上查：要看 GPU 上的一个数，程序每一步都得停下来等 GPU。
    在 GPU 上，超出范围的编号会触发 device-side assert，程序终止。

    Args:
        idx: Token ids, shape ``(B, T)``.
            zh: token 编号，形状 ``(B, T)``。
        config: Sizes of the model: ``block_size`` bounds ``T``, ``vocab_size`` bounds the ids.
            zh: 模型的尺寸：``block_size`` 限定 ``T``，``vocab_size`` 限定编号。

    Raises:
        TypeError: The ids are not ``int64`` or ``int32``.
            zh: 编号不是 ``int64`` 或 ``int32``。
        ValueError: The rank is not 2, there is no token, the sequence is longer than ``block_size``, or an id
            is out of range.
            zh: 不是 2 维，一个 token 也没有，序列比 ``block_size`` 长，或编号超出范围。

    Examples:
        >>> check_ids(torch.tensor([[0, 300]]), GPTConfig.preset("tiny"))
        Traceback (most recent call last):
        ValueError: expected token ids from 0 to 255, got 300; is this the tokenizer the model was made for?
    """
    if idx.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"expected token ids of dtype int64, got {idx.dtype}; convert with .long()")
    if idx.ndim != 2:
        raise ValueError(
            f"expected token ids of shape (B, T), got {tuple(idx.shape)}; "
            "idx[None] makes a batch of one sequence"
        )
    if idx.numel() == 0:
        raise ValueError(f"expected at least one token, got {tuple(idx.shape)}; start with some token")
    if idx.shape[1] > config.block_size:
        raise ValueError(
            f"expected at most block_size={config.block_size} tokens, got {idx.shape[1]}; "
            "cut the sequence, as in idx[:, -block_size:]"
        )
    if idx.device.type == "cpu" and not torch.compiler.is_compiling():
        wrong = idx[(idx < 0) | (idx >= config.vocab_size)]
        if wrong.numel() > 0:
            raise ValueError(
                f"expected token ids from 0 to {config.vocab_size - 1}, got {wrong[0].item()}; "
                "is this the tokenizer the model was made for?"
            )


def check_targets(targets: Tensor, idx: Tensor) -> None:
    """Refuse targets that do not belong to the token ids.
    zh: 拒绝与 token 编号对不上的目标。

    Their values are left to ``cross_entropy``, which says ``Target 300 is out of bounds.``
    zh: 目标的数值交给 ``cross_entropy`` 去查，它会报 ``Target 300 is out of bounds.``

    Args:
        targets: Next tokens, shape ``(B, T)``, like ``idx``; ``-100`` marks a position without a loss.
            zh: 各位置的下一个 token，形状 ``(B, T)``，与 ``idx`` 相同；``-100`` 表示该位置不算损失。
        idx: Token ids, already checked.
            zh: 已经检查过的 token 编号。

    Raises:
        TypeError: The targets are not ``int64``.
            zh: 目标不是 ``int64``。
        ValueError: The shape differs from that of ``idx``.
            zh: 形状与 ``idx`` 不同。

    Examples:
        >>> idx = torch.tensor([[1, 2, 3, 4]])
        >>> check_targets(idx[:, 1:], idx[:, :-1])
        >>> check_targets(idx[:, 1:], idx)
        Traceback (most recent call last):
        ValueError: expected targets of the shape of idx, (1, 4), got (1, 3); shift both from the same tokens
    """
    if targets.dtype != torch.int64:
        raise TypeError(f"expected targets of dtype int64, got {targets.dtype}; convert with .long()")
    if targets.shape != idx.shape:
        raise ValueError(
            f"expected targets of the shape of idx, {tuple(idx.shape)}, "
            f"got {tuple(targets.shape)}; shift both from the same tokens"
        )
