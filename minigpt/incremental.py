"""GPT read piece by piece: only the new tokens are computed, the cache stands for the old ones.
zh: 一段一段地读 GPT 的输入：只算新 token，旧 token 由缓存代表。

Axes: ``B`` batch, ``T`` new tokens, ``S`` tokens in the cache, ``C`` channels (``n_embd``), ``H`` heads,
``D`` head size (``C / H``), ``V`` vocabulary.
zh: 轴：``B`` 批，``T`` 新 token，``S`` 缓存里的 token，``C`` 通道（``n_embd``），``H`` 头数，
``D`` 每个头的大小（``C / H``），``V`` 词表。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.attention import CausalSelfAttention
from minigpt.cache import KVCache, cache_shape
from minigpt.gpt import GPT
from minigpt.inputs import check_ids

__all__ = ["cached_hidden", "cached_logits"]


@torch.no_grad()
def cached_hidden(model: GPT, idx: Tensor, cache: KVCache) -> Tensor:
    """What ``GPT.hidden`` returns at the new tokens; whatever they need of the old ones is in the cache.
    zh: ``GPT.hidden`` 在新 token 处的返回值；要用到旧 token 的部分，都在缓存里。

    Args:
        model: A GPT in evaluation mode, with the reference attention.
            zh: 处于评估模式、用参考注意力的 GPT。
        idx: The new token ids, shape ``(B, T)``.
            zh: 新的 token 编号，形状 ``(B, T)``。
        cache: Holds what came before them; the new ones are added.
            zh: 存着它们之前的一切；新的也会加进去。

    Returns:
        Shape ``(B, T, C)``.
            zh: 形状 ``(B, T, C)``。

    Raises:
        TypeError: The model has another attention; see also check_ids.
            zh: 模型用的是别的注意力；另见 check_ids。
        ValueError: The model is in training mode, the cache is for another model or batch, or has too little
            room left; see also check_ids.
            zh: 模型处于训练模式，缓存是为别的模型或别的批大小建的，或缓存剩下的位置不够；另见 check_ids。
    """
    _check(model, idx, cache)
    (B, T), H = idx.shape, model.config.n_head
    mask = cache.mask(T)
    x = model.transformer.wte(idx) + model.transformer.wpe(cache.positions(T))  # (B, T, C)
    if B == T == 1:
        x = x.flatten()  # (C,)
    for layer, block in enumerate(model.transformer.h):
        qkv = _linear(block.attn.c_attn, block.ln_1(x)).view(B, T, 3, H, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # (B, H, T, D) each
        k, v = cache.extend(layer, k, v)  # (B, H, S, D) each
        y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=mask is None and T > 1)
        x = x + _linear(block.attn.c_proj, y.transpose(1, 2).reshape(x.shape))
        hidden = block.mlp.gelu(_linear(block.mlp.c_fc, block.ln_2(x)))  # (B, T, 4C) or (4C,)
        x = x + _linear(block.mlp.c_proj, hidden)
    cache.length += T
    return model.transformer.ln_f(x).view(B, T, -1)


@torch.no_grad()
def cached_logits(model: GPT, idx: Tensor, cache: KVCache) -> Tensor:
    """Scores for the token that follows the last new one; everything else is as for cached_hidden.
    zh: 给紧跟在最后一个新 token 之后的 token 打分；其余与 cached_hidden 相同。

    Args:
        model: A GPT in evaluation mode, with the reference attention.
            zh: 处于评估模式、用参考注意力的 GPT。
        idx: The new token ids, shape ``(B, T)``.
            zh: 新的 token 编号，形状 ``(B, T)``。
        cache: Holds what came before them; the new ones are added.
            zh: 存着它们之前的一切；新的也会加进去。

    Returns:
        Shape ``(B, V)``.
            zh: 形状 ``(B, V)``。

    Raises:
        TypeError: See cached_hidden.
            zh: 见 cached_hidden。
        ValueError: See cached_hidden.
            zh: 见 cached_hidden。

    Examples:
        >>> from minigpt.config import GPTConfig
        >>> model = GPT(GPTConfig.preset("tiny")).eval()
        >>> cache = KVCache(model)
        >>> prefill = cached_logits(model, torch.tensor([[1, 2, 3]]), cache)
        >>> step = cached_logits(model, torch.tensor([[4]]), cache)
        >>> cache.length, torch.allclose(step, model(torch.tensor([[1, 2, 3, 4]]))[0][:, -1], atol=1e-5)
        (4, True)
    """
    x = cached_hidden(model, idx, cache)[:, -1]  # (B, C)
    if len(x) == 1:
        x = x[0]  # (C,)
    return _linear(model.lm_head, x).view(len(idx), -1)


def _linear(layer: nn.Linear, x: Tensor) -> Tensor:
    if x.ndim > 1:
        return layer(x)
    # One vector: a matrix times a vector. In bfloat16 on a CPU, this reads the weights faster than a Linear.
    if layer.bias is None:
        return torch.mv(layer.weight, x)
    return torch.addmv(layer.bias, layer.weight, x)


def _check(model: GPT, idx: Tensor, cache: KVCache) -> None:
    check_ids(idx, model.config)
    if model.training:
        raise ValueError("expected a model in evaluation mode, got one in training mode; call model.eval()")
    attention = model.transformer.h[0].attn
    if not isinstance(attention, CausalSelfAttention):
        raise TypeError(
            f"expected the reference attention, got {type(attention).__name__}; "
            "minigpt.variants.weights.change_attention(model, 'reference') takes the weights over"
        )
    B, T = idx.shape
    weight = model.lm_head.weight
    expected = (cache_shape(model.config, B), weight.dtype, weight.device)
    found = (tuple(cache.k.shape), cache.k.dtype, cache.k.device)
    if found != expected:
        raise ValueError(
            f"expected a cache of shape {expected[0]}, {expected[1]}, on {expected[2]}, "
            f"got {found[0]}, {found[1]}, on {found[2]}; make one with KVCache(model, batch_size={B})"
        )
    room = model.config.block_size - cache.length
    if room < T:
        raise ValueError(
            f"expected at most {room} new tokens, got {T}: the cache holds {cache.length} already; "
            "reset() empties it"
        )
