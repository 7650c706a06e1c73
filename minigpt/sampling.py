"""From logits to the next token: temperature, top-k, top-p.
zh: 从 logits 到下一个 token：温度、top-k、top-p。

Axes: ``B`` batch, ``V`` vocabulary.
zh: 轴：``B`` 批，``V`` 词表。
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

__all__ = ["keep_top_k", "keep_top_p", "sample"]


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Rule out all tokens but the ``k`` likeliest; whatever ties with the last of them stays too.
    zh: 只留最可能的 ``k`` 个 token；与其中最后一名打平的也留下。

    Source: Fan, Lewis and Dauphin (2018), arXiv:1805.04833.
    zh: 出处：Fan、Lewis、Dauphin（2018），arXiv:1805.04833。

    Args:
        logits: Shape ``(B, V)``.
            zh: 形状 ``(B, V)``。
        k: How many tokens stay; above ``V``, all of them.
            zh: 留下几个；大于 ``V`` 则全部留下。

    Returns:
        Logits of shape ``(B, V)``, minus infinity where a token is ruled out.
            zh: logits，形状 ``(B, V)``；被排除的 token 处是负无穷。

    Raises:
        ValueError: ``k`` is below 1.
            zh: ``k`` 小于 1。

    Examples:
        >>> keep_top_k(torch.tensor([[1.0, 3.0, 2.0]]), 2).tolist()
        [[-inf, 3.0, 2.0]]
    """
    if k < 1:
        raise ValueError(f"expected top_k >= 1, got {k}; None keeps every token")
    best = logits.topk(min(k, logits.shape[-1])).values  # (B, k)
    return logits.masked_fill(logits < best[:, -1:], float("-inf"))  # (B, V)


def keep_top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the likeliest tokens until their probabilities add up to ``p``; rule out the rest.
    zh: 从最可能的 token 开始留，直到概率加起来达到 ``p``；其余排除。

    Source: Holtzman et al. (2019), arXiv:1904.09751, nucleus sampling.
    zh: 出处：Holtzman 等（2019），arXiv:1904.09751，核采样（nucleus sampling）。

    Args:
        logits: Shape ``(B, V)``.
            zh: 形状 ``(B, V)``。
        p: Probability to keep, in ``(0, 1]``; the likeliest token always stays.
            zh: 要保留的概率，取值 ``(0, 1]``；最可能的那个 token 总会留下。

    Returns:
        Logits of shape ``(B, V)``, minus infinity where a token is ruled out.
            zh: logits，形状 ``(B, V)``；被排除的 token 处是负无穷。

    Raises:
        ValueError: ``p`` is outside ``(0, 1]``.
            zh: ``p`` 不在 ``(0, 1]`` 内。

    Examples:
        >>> logits = torch.tensor([[0.1, 0.6, 0.3]]).log()
        >>> keep_top_p(logits, 0.8).exp().tolist()
        [[0.0, 0.6, 0.3]]
    """
    if not 0 < p <= 1:
        raise ValueError(f"expected 0 < top_p <= 1, got {p}; None keeps every token")
    ordered, order = logits.sort(dim=-1, descending=True)  # (B, V) both
    probabilities = ordered.softmax(dim=-1)
    likelier = probabilities.cumsum(dim=-1) - probabilities  # sum of all tokens in front
    ordered = ordered.masked_fill(likelier >= p, float("-inf"))
    return logits.scatter(dim=-1, index=order, src=ordered)  # back in the vocabulary's order


def sample(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Draw one token for every row.
    zh: 为每一行抽一个 token。

    Args:
        logits: Shape ``(B, V)``.
            zh: 形状 ``(B, V)``。
        temperature: Below 1 sharpens the distribution, above 1 flattens it, 0 takes the likeliest token.
            zh: 小于 1 使分布更尖，大于 1 使分布更平，0 直接取最可能的 token。
        top_k: See keep_top_k.
            zh: 见 keep_top_k。
        top_p: See keep_top_p; applied after ``top_k``.
            zh: 见 keep_top_p；在 ``top_k`` 之后执行。
        generator: Source of random numbers, on the device of the logits; torch's own if None.
            zh: 随机数的来源，要与 logits 在同一设备上；None 则用 torch 的全局随机数。

    Returns:
        Token ids of shape ``(B, 1)``.
            zh: token 编号，形状 ``(B, 1)``。

    Raises:
        ValueError: ``temperature`` is negative, or ``top_k`` or ``top_p`` is out of range.
            zh: ``temperature`` 为负，或 ``top_k``、``top_p`` 超出范围。

    Examples:
        >>> logits = torch.tensor([[1.0, 3.0, 2.0]])
        >>> sample(logits, temperature=0).tolist(), sample(logits, top_k=1).tolist()
        ([[1]], [[1]])
    """
    if not temperature >= 0:  # this way round, nan is refused too
        raise ValueError(f"expected temperature >= 0, got {temperature}; 0 is greedy, 1 as trained")
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)  # (B, 1)
    logits = logits.float() / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    probabilities = logits.softmax(dim=-1)
    return torch.multinomial(probabilities, num_samples=1, generator=generator)  # (B, 1)
