"""Attention as it is taught first: one head, several heads, and the smallest GPT made of them.
zh: 最先要学的注意力：一个头，多个头，以及用它们搭起来的最小的 GPT。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads, ``D`` head size (``C / H``),
``V`` vocabulary.
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数，``D`` 每个头的大小（``C / H``），
``V`` 词表。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.config import GPTConfig
from minigpt.norm import LayerNorm

__all__ = ["Head", "MultiHeadAttention", "NanoBlock", "NanoGPT"]


class Head(nn.Module):
    r"""One head of causal self-attention: each position mixes the values of itself and of earlier positions.
    zh: 因果自注意力的一个头：每个位置把自己和之前各位置的 value 混合起来。

    $$
    \mathrm{head}(x) = \mathrm{softmax}\!\left(\frac{q k^\top}{\sqrt{D}} + \text{mask}\right) v,
    \qquad q = x W_q^\top, \quad k = x W_k^\top, \quad v = x W_v^\top
    $$

    Source: Vaswani et al. (2017), arXiv:1706.03762, section 3.2.1.
    zh: 出处：Vaswani 等（2017），arXiv:1706.03762，3.2.1 节。

    Args:
        config: Sizes; ``n_embd``, ``n_head``, ``block_size`` and ``dropout`` are read.
            zh: 尺寸；用到 ``n_embd``、``n_head``、``block_size`` 和 ``dropout``。

    Examples:
        >>> head = Head(GPTConfig(block_size=8, n_head=4, n_embd=12))
        >>> head(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 3])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.key = nn.Linear(config.n_embd, config.head_size, bias=False)
        self.query = nn.Linear(config.n_embd, config.head_size, bias=False)
        self.value = nn.Linear(config.n_embd, config.head_size, bias=False)
        tril = torch.tril(torch.ones(config.block_size, config.block_size))
        self.register_buffer("tril", tril)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Let every position look back.
        zh: 让每个位置往回看。

        Args:
            x: Shape ``(B, T, C)``, with ``T`` up to ``block_size``.
                zh: 形状 ``(B, T, C)``，``T`` 不超过 ``block_size``。

        Returns:
            Shape ``(B, T, D)``.
                zh: 形状 ``(B, T, D)``。
        """
        k = self.key(x)  # (B, T, D)
        q = self.query(x)  # (B, T, D)
        v = self.value(x)  # (B, T, D)
        T, D = k.shape[-2:]
        scores = q @ k.transpose(-2, -1) / D**0.5  # (B, T, T)
        scores = scores.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        weights = self.dropout(weights)
        return weights @ v  # (B, T, D)


class MultiHeadAttention(nn.Module):
    """Several heads side by side on the same input, their outputs joined and mixed.
    zh: 多个头并排处理同一个输入，输出拼接起来，再混合一次。

    Source: Vaswani et al. (2017), arXiv:1706.03762, section 3.2.2; ``proj`` is its $W^O$.
    zh: 出处：Vaswani 等（2017），arXiv:1706.03762，3.2.2 节；``proj`` 就是其中的 $W^O$。

    Args:
        config: Sizes; those of Head, and ``bias`` for the projection.
            zh: 尺寸；Head 用到的那些，以及投影层的 ``bias``。

    Examples:
        >>> attention = MultiHeadAttention(GPTConfig(block_size=8, n_head=4, n_embd=12))
        >>> attention(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.heads = nn.ModuleList(Head(config) for _ in range(config.n_head))
        self.proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Ask all heads, then mix their answers.
        zh: 先问所有的头，再混合它们的回答。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        out = torch.cat([head(x) for head in self.heads], dim=-1)  # (B, T, C)
        return self.dropout(self.proj(out))


class NanoBlock(nn.Module):
    """Attention with a normalization in front and a shortcut around: a Block without its MLP.
    zh: 前面有归一化、旁边有捷径的注意力：少了 MLP 的 Block。

    Args:
        config: Sizes.
            zh: 尺寸。

    Examples:
        >>> block = NanoBlock(GPTConfig(block_size=8, n_head=4, n_embd=12))
        >>> block(torch.ones(2, 5, 12)).shape
        torch.Size([2, 5, 12])
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.ln = LayerNorm(config.n_embd, config.bias)
        self.sa = MultiHeadAttention(config)

    def forward(self, x: Tensor) -> Tensor:
        """Add to ``x`` what attention finds.
        zh: 把注意力找到的东西加到 ``x`` 上。

        Args:
            x: Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。

        Returns:
            Shape ``(B, T, C)``.
                zh: 形状 ``(B, T, C)``。
        """
        return x + self.sa(self.ln(x))


class NanoGPT(nn.Module):
    """The smallest GPT that learns: embeddings, a few NanoBlocks, and a Linear that rates every token.
    zh: 能学到东西的最小的 GPT：嵌入、几个 NanoBlock，再加一个给每个 token 打分的 Linear。

    Args:
        config: Sizes.
            zh: 尺寸。

    Examples:
        >>> model = NanoGPT(GPTConfig.preset("tiny"))
        >>> idx = torch.tensor([[1, 2, 3, 4]])
        >>> logits, loss = model(idx[:, :-1], idx[:, 1:])
        >>> logits.shape, loss.shape
        (torch.Size([1, 3, 256]), torch.Size([]))
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding = nn.Embedding(config.block_size, config.n_embd)
        self.blocks = nn.Sequential(*[NanoBlock(config) for _ in range(config.n_layer)])
        self.ln = LayerNorm(config.n_embd, config.bias)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Rate every token as the next one, at every position.
        zh: 在每个位置上，给“下一个 token 是谁”的每个候选打分。

        Args:
            idx: Token ids, shape ``(B, T)``, with ``T`` up to ``block_size``.
                zh: token 编号，形状 ``(B, T)``，``T`` 不超过 ``block_size``。
            targets: The true next tokens, shape ``(B, T)``, if the loss is wanted.
                zh: 真正的下一个 token，形状 ``(B, T)``；要算损失时才给。

        Returns:
            Logits of shape ``(B, T, V)`` and the mean cross-entropy, or None without targets.
                zh: 形状为 ``(B, T, V)`` 的 logits，以及平均交叉熵；没有目标时后者为 None。
        """
        positions = torch.arange(idx.shape[1], device=idx.device)  # (T)
        x = self.token_embedding(idx) + self.position_embedding(positions)  # (B, T, C)
        x = self.blocks(x)
        logits = self.lm_head(self.ln(x))  # (B, T, V)
        if targets is None:
            return logits, None
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())  # ()
        return logits, loss
