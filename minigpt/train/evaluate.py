"""How good the model is, on text that it is not trained on, and how it writes.
zh: 模型在没有训练过的文本上表现如何，以及它写出的文字。

Axes: ``B`` batch, ``T`` time.
zh: 轴：``B`` 批，``T`` 时间。
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Generator, Tensor, nn

from minigpt.gpt import GPT
from minigpt.tokenizer import Tokenizer

__all__ = ["mean_loss", "precision", "write_sample"]


def precision(device: torch.device, dtype: str) -> torch.autocast:
    """Context in which matrix products are computed in ``dtype``; the weights stay as they are.
    zh: 一个上下文，其中的矩阵乘法用 ``dtype`` 计算；权重本身不变。

    Args:
        device: Where the model is.
            zh: 模型所在的设备。
        dtype: ``float32``, which changes nothing, ``bfloat16`` or ``float16``.
            zh: ``float32``（不作改变）、``bfloat16`` 或 ``float16``。

    Returns:
        The context.
            zh: 上下文。
    """
    return torch.autocast(device.type, getattr(torch, dtype), enabled=dtype != "float32")


@torch.no_grad()
def mean_loss(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], dtype: str) -> Tensor:
    """Mean loss over batches, without dropout; the model is in training mode again afterwards.
    zh: 若干批的平均损失，不做 dropout；结束后模型回到训练模式。

    Args:
        model: Returns ``(logits, loss)``.
            zh: 返回 ``(logits, loss)`` 的模型。
        batches: Pairs of token ids and targets, each of shape ``(B, T)``.
            zh: 一对对的 token 编号和目标，形状都是 ``(B, T)``。
        dtype: See precision.
            zh: 见 precision。

    Returns:
        Shape ``()``.
            zh: 形状 ``()``。
    """
    model.eval()
    losses = []
    for x, y in batches:
        with precision(x.device, dtype):
            _, loss = model(x, y)
        losses.append(loss)
    model.train()
    return torch.stack(losses).mean()


def write_sample(
    model: GPT, tokenizer: Tokenizer, prompt: str, tokens: int, temperature: float, seed: int
) -> str:
    """Let the model continue a text; the same seed gives the same words.
    zh: 让模型续写一段文字；种子相同，写出的就相同。

    Args:
        model: In training mode, and again afterwards.
            zh: 处于训练模式的模型；结束后仍回到训练模式。
        tokenizer: Of the model.
            zh: 该模型的分词器。
        prompt: The beginning, at least one token.
            zh: 开头，至少一个 token。
        tokens: How many to add.
            zh: 续写多少个 token。
        temperature: See sample.
            zh: 见 sample。
        seed: Of the random numbers.
            zh: 随机数的种子。

    Returns:
        The whole text; what would steer the terminal is shown as a question mark.
            zh: 整段文字；会操纵终端的字符显示为问号。
    """
    device = model.lm_head.weight.device
    idx = torch.tensor([tokenizer.encode(prompt)], device=device)  # (1, T)
    generator = Generator(device).manual_seed(seed)
    model.eval()
    idx = model.generate(idx, tokens, temperature=temperature, generator=generator)
    model.train()
    text = tokenizer.decode(idx[0].tolist())
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
