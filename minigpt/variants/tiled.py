"""Way 10: tiles and an online softmax, which is how FlashAttention works, in plain torch.
zh: 写法 10：分块加在线 softmax，用普通的 torch 写出 FlashAttention 的算法。

Axes: ``B`` batch, ``T`` time, ``H`` heads, ``D`` head size, ``R`` rows of a tile, and its keys.
zh: 轴：``B`` 批，``T`` 时间，``H`` 头数，``D`` 每个头的大小，``R`` 一块里的行数，也是 key 数。
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from minigpt.variants.base import blocked
from minigpt.variants.combined import Combined

__all__ = ["Tiled"]


class Tiled(Combined):
    r"""Softmax over keys that arrive in portions: a maximum and a sum per row are carried along.
    zh: key 一批一批地来，照样算 softmax：每行只需带着一个最大值和一个和。

    $$
    m' = \max(m, \max_j s_j), \qquad \ell' = e^{m - m'} \ell + \sum_j e^{s_j - m'},
    \qquad y' = e^{m - m'} y + \sum_j e^{s_j - m'} v_j
    $$

    Memory: without gradients, ``B * H * R * R`` scores at a time and the ``(T, T)`` mask; with gradients,
    autograd keeps the tiles, a little over ``B * H * T * T / 2``: a fused kernel computes them again instead.
    zh: 内存：不求梯度时，同一时刻只有 ``B * H * R * R`` 个分数，外加 ``(T, T)`` 的掩码；求梯度时 autograd
    会留下各块，比 ``B * H * T * T / 2`` 略多；融合内核则是重新算一遍。

    Source: Milakov and Gimelshein (2018), arXiv:1805.02867; Dao et al. (2022), arXiv:2205.14135.
    zh: 出处：Milakov、Gimelshein（2018），arXiv:1805.02867；Dao 等（2022），arXiv:2205.14135。

    Examples:
        >>> from minigpt.config import GPTConfig
        >>> attention = Tiled(GPTConfig(n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    tile = 64  # rows and keys of a tile

    def mix(self, q: Tensor, k: Tensor, v: Tensor, keep: Tensor | None) -> Tensor:
        """Tile after tile of queries.
        zh: 一块接一块地处理 query。
        """
        mask = blocked(q.shape[2], keep, q.device)  # (T, T) or (B, 1, T, T)
        rows = q.split(self.tile, dim=2)
        outputs = [self._rows(part, k, v, mask, n * self.tile) for n, part in enumerate(rows)]
        return torch.cat(outputs, dim=2)  # (B, H, T, D)

    def _rows(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, first: int) -> Tensor:
        """One tile of queries, beginning at position ``first``, meets all keys it may see.
        zh: 一块 query，从位置 ``first`` 开始，依次遇到它可以看的所有 key。
        """
        q = q / q.shape[-1] ** 0.5  # (B, H, R, D)
        last = first + q.shape[2]
        top = q.new_full((*q.shape[:3], 1), torch.finfo(q.dtype).min)  # (B, H, R, 1): maximum so far
        total = torch.zeros_like(top)  # (B, H, R, 1): sum of the exponentials so far
        y = torch.zeros_like(q)  # (B, H, R, D): weighted sum of the values so far
        for start in range(0, last, self.tile):  # keys from `last` on are in the future of every row
            end = min(start + self.tile, last)
            scores = q @ k[:, :, start:end].mT  # (B, H, R, R)
            scores = scores.masked_fill(mask[..., first:last, start:end], float("-inf"))
            new_top = torch.maximum(top, scores.detach().amax(dim=-1, keepdim=True))
            shrink = (top - new_top).exp()  # what was summed so far refers to the old maximum
            weights = (scores - new_top).exp()  # (B, H, R, R)
            total = total * shrink + weights.sum(dim=-1, keepdim=True)
            weights = F.dropout(weights, self.dropout, self.training)
            y = y * shrink + weights @ v[:, :, start:end]
            top = new_top
        return y / total.clamp(min=1)  # below 1 only where all keys are blocked: 0 / 1
