"""Generation with the KV cache, token by token as they come; prompts may differ in length.
zh: 用 KV 缓存生成，token 生成一个给出一个；各条提示的长度可以不同。

Axes: ``B`` batch, ``T`` time, ``V`` vocabulary.
zh: 轴：``B`` 批，``T`` 时间，``V`` 词表。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from minigpt.cache import KVCache
from minigpt.gpt import GPT
from minigpt.incremental import cached_logits
from minigpt.sampling import sample

__all__ = ["generate", "left_pad", "stream"]


def left_pad(prompts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Make one batch of prompts of different lengths: all end in the last column, where generation goes on.
    zh: 把长度不同的提示排成一批：都在最后一列结束，生成就从那里接下去。

    Args:
        prompts: Token ids of each prompt.
            zh: 每条提示的 token 编号。

    Returns:
        Token ids of shape ``(B, T)``, 0 in front of the shorter prompts; and how many of these zeros each row
        has, shape ``(B,)``.
            zh: token 编号，形状 ``(B, T)``，较短的提示前面补 0；以及每一行补了几个，形状 ``(B,)``。

    Raises:
        ValueError: There is no prompt, or one is empty.
            zh: 一条提示也没有，或有一条是空的。

    Examples:
        >>> idx, padding = left_pad([[5, 6, 7], [8]])
        >>> idx.tolist(), padding.tolist()
        ([[5, 6, 7], [0, 0, 8]], [0, 2])
    """
    lengths = [len(prompt) for prompt in prompts]
    if min(lengths, default=0) == 0:
        raise ValueError(f"expected at least one token per prompt, got {lengths}; start with some token")
    padding = [max(lengths) - length for length in lengths]
    rows = [[0] * zeros + list(prompt) for zeros, prompt in zip(padding, prompts, strict=True)]
    return torch.tensor(rows), torch.tensor(padding)


@torch.no_grad()
def stream(
    model: GPT,
    idx: Tensor,
    max_new_tokens: int,
    *,
    padding: Tensor | None = None,
    overflow: str = "slide",
    chunk: int | None = None,
    cache: KVCache | None = None,
    stop: int | None = None,
    **sampling: Any,
) -> Iterator[Tensor]:
    """Continue each sequence and give out every token as soon as it is drawn.
    zh: 续写每个序列，每抽出一个 token 就立刻给出。

    ``block_size`` positions are all the model has. When they are used up, the cache starts anew from the last
    ``block_size`` tokens (``"slide"``: equal to GPT.generate, at a full pass for every further token) or from
    half as many (``"half"``: one pass makes room for many tokens, which see less of the past).
    zh: 模型只有 ``block_size`` 个位置。用完之后，缓存重新开始：从最后 ``block_size`` 个 token 开始
    （``"slide"``：与 GPT.generate 相等，但此后每个 token 都要完整算一遍），或从其中后一半开始
    （``"half"``：算一遍就腾出许多位置，但看到的过去变少）。

    Args:
        model: A GPT in evaluation mode, with the reference attention.
            zh: 处于评估模式、用参考注意力的 GPT。
        idx: The beginning: token ids of shape ``(B, T)``, at least one per sequence.
            zh: 开头：token 编号，形状 ``(B, T)``，每个序列至少一个。
        max_new_tokens: How many tokens to add at most.
            zh: 最多续写多少个 token。
        padding: How many columns in front of each row are no tokens, shape ``(B,)``: see left_pad.
            zh: 每一行前面有几列不是 token，形状 ``(B,)``：见 left_pad。
        overflow: ``"slide"`` or ``"half"``.
            zh: ``"slide"`` 或 ``"half"``。
        chunk: Read the prompt in pieces of this many tokens, for less memory; None reads it at once.
            zh: 把提示切成这么多个 token 一段来读，省内存；None 表示一次读完。
        cache: A KVCache to use again, whatever it holds; None makes one.
            zh: 重复使用的 KVCache，里面有什么都行；None 则新建一个。
        stop: Token that ends a sequence; it is given out, and repeated while other sequences go on.
            zh: 结束序列的 token；它本身也会给出，别的序列还没完时重复给出它。
        **sampling: ``temperature``, ``top_k``, ``top_p``, ``generator``: see sample.
            zh: ``temperature``、``top_k``、``top_p``、``generator``：见 sample。

    Yields:
        The next token of every sequence, shape ``(B, 1)``.
            zh: 每个序列的下一个 token，形状 ``(B, 1)``。

    Raises:
        TypeError: See cached_hidden.
            zh: 见 cached_hidden。
        ValueError: ``overflow`` is neither of the two, or ``max_new_tokens`` is negative; see also
            cached_hidden and sample.
            zh: ``overflow`` 不是这两者之一，或 ``max_new_tokens`` 是负数；另见 cached_hidden 和 sample。
    """
    size = model.config.block_size
    keep = {"slide": size, "half": max(1, size // 2)}
    if overflow not in keep:
        raise ValueError(f"expected overflow as 'slide' or 'half', got {overflow!r}; choose one of them")
    if max_new_tokens < 0:
        raise ValueError(f"expected max_new_tokens >= 0, got {max_new_tokens}; 0 adds nothing")
    B, T = idx.shape
    cache = KVCache(model, B) if cache is None else cache
    cache.reset(padding)
    tokens = torch.cat((idx, idx.new_empty(B, max_new_tokens)), dim=1)  # (B, T + max_new_tokens)
    begin = 0  # the column that comes first in the cache
    ended = torch.zeros(B, 1, dtype=torch.bool, device=idx.device)
    for n in range(T, T + max_new_tokens):
        if n - begin > size:
            begin = n - keep[overflow]
            cache.reset(None if padding is None else (padding - begin).clamp(min=0))
        unread = tokens[:, begin + cache.length : n]
        for piece in unread.split(chunk or size, dim=1):
            logits = cached_logits(model, piece, cache)  # (B, V)
        token = sample(logits, **sampling)  # (B, 1)
        if stop is not None:
            token = token.masked_fill(ended, stop)
            ended |= token == stop
        tokens[:, n : n + 1] = token
        yield token
        if stop is not None and ended.all():
            return


def generate(model: GPT, idx: Tensor, max_new_tokens: int, **options: Any) -> Tensor:
    """Continue each sequence: what GPT.generate does, with each token computed once.
    zh: 续写每个序列：与 GPT.generate 做同样的事，但每个 token 只算一次。

    Args:
        model: A GPT in evaluation mode, with the reference attention.
            zh: 处于评估模式、用参考注意力的 GPT。
        idx: The beginning: token ids of shape ``(B, T)``, at least one per sequence.
            zh: 开头：token 编号，形状 ``(B, T)``，每个序列至少一个。
        max_new_tokens: How many tokens to add at most.
            zh: 最多续写多少个 token。
        **options: All else is as for stream.
            zh: 其余与 stream 相同。

    Returns:
        Token ids, the beginning included, shape ``(B, T + max_new_tokens)``; fewer if all sequences
        stopped.
            zh: token 编号，包含开头，形状 ``(B, T + max_new_tokens)``；所有序列都提前结束时更短。

    Raises:
        TypeError: See stream.
            zh: 见 stream。
        ValueError: See stream.
            zh: 见 stream。

    Examples:
        >>> from minigpt.config import GPTConfig
        >>> model = GPT(GPTConfig.preset("tiny")).eval()
        >>> idx = torch.tensor([[1, 2, 3]])
        >>> torch.equal(generate(model, idx, 5, temperature=0), model.generate(idx, 5, temperature=0))
        True
    """
    return torch.cat((idx, *stream(model, idx, max_new_tokens, **options)), dim=1)
