"""The sizes of a GPT, checked once and never changed afterwards.
zh: GPT 的各种尺寸：创建时检查一次，此后不再改变。

Axes: ``T`` time (at most ``block_size``), ``C`` channels (``n_embd``), ``H`` heads (``n_head``),
``D`` head size (``C / H``), ``V`` vocabulary (``vocab_size``).
zh: 轴：``T`` 时间（不超过 ``block_size``），``C`` 通道（``n_embd``），``H`` 头数（``n_head``），
``D`` 每个头的大小（``C / H``），``V`` 词表（``vocab_size``）。
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["GPTConfig"]

SIZES = ("block_size", "vocab_size", "n_layer", "n_head", "n_embd")

# Ways to write attention, the keys of minigpt.variants.VARIANTS. This file imports nothing of the model.
ATTENTIONS = (
    "reference", "per_head", "separate", "combined", "einsum", "einops",
    "sdpa", "sdpa_mask", "mha", "mha_weights", "flex", "tiled",
)  # fmt: skip

# What a preset leaves out keeps the default of GPTConfig, which is GPT-2's.
PRESETS: dict[str, dict[str, int]] = {
    "tiny": {"block_size": 64, "vocab_size": 256, "n_layer": 4, "n_head": 4, "n_embd": 64},
    "char": {"block_size": 256, "vocab_size": 256, "n_layer": 6, "n_head": 6, "n_embd": 384},
    "gpt2": {"n_layer": 12, "n_head": 12, "n_embd": 768},
    "gpt2-medium": {"n_layer": 24, "n_head": 16, "n_embd": 1024},
    "gpt2-large": {"n_layer": 36, "n_head": 20, "n_embd": 1280},
    "gpt2-xl": {"n_layer": 48, "n_head": 25, "n_embd": 1600},
}


@dataclass(frozen=True)
class GPTConfig:
    """Every number that decides the shape of a GPT, and the way its attention is written.
    zh: 决定一个 GPT 形状的全部数字，以及注意力的写法。

    The defaults are GPT-2 small.
    zh: 默认值就是 GPT-2 small。

    Impossible values raise when the configuration is made, before any weight exists.
    zh: 不可能的取值在创建配置时就报错，那时还没有任何权重。

    Source: Radford et al. (2019), *Language Models are Unsupervised Multitask Learners*; the field names are
    those of GPT-2's code.
    zh: 出处：Radford 等（2019），*Language Models are Unsupervised Multitask Learners*；
    字段名取自 GPT-2 的代码。

    Args:
        block_size: Longest sequence the model can read, in tokens.
            zh: 模型一次最多能读的序列长度，单位是 token。
        vocab_size: Number ``V`` of different tokens.
            zh: 不同 token 的个数 ``V``。
        n_layer: Number of Blocks.
            zh: Block 的层数。
        n_head: Number ``H`` of attention heads in a Block.
            zh: 每个 Block 里注意力头的个数 ``H``。
        n_embd: Width ``C`` of the residual stream; a multiple of ``n_head``.
            zh: 残差流的宽度 ``C``；必须是 ``n_head`` 的倍数。
        dropout: Probability of zeroing a number in training, in ``[0, 1)``.
            zh: 训练时把一个数置零的概率，取值 ``[0, 1)``。
        bias: Whether Linear and LayerNorm layers have a bias.
            zh: Linear 和 LayerNorm 是否带偏置。
        attention: Which of ``minigpt.variants`` computes attention; all give the same numbers.
            zh: 由 ``minigpt.variants`` 中的哪一种来算注意力；算出的数都一样。

    Raises:
        TypeError: A size is no ``int``, ``dropout`` no number, or ``bias`` no ``bool``.
            zh: 某个尺寸不是 ``int``，``dropout`` 不是数，或 ``bias`` 不是 ``bool``。
        ValueError: A size is below 1, ``n_embd`` is no multiple of ``n_head``, ``dropout`` is not in
            ``[0, 1)``, or no attention has this name.
            zh: 某个尺寸小于 1，``n_embd`` 不是 ``n_head`` 的倍数，``dropout`` 不在 ``[0, 1)`` 内，
            或没有叫这个名字的注意力。

    Examples:
        >>> GPTConfig(n_layer=2, n_head=4, n_embd=32).head_size
        8
        >>> GPTConfig(n_head=5)
        Traceback (most recent call last):
        ValueError: expected n_embd to be a multiple of n_head=5, got 768; try n_embd=770
    """

    block_size: int = 1024  # longest T: each position has a learned vector
    vocab_size: int = 50257  # V: 256 bytes, 50,000 merges and <|endoftext|>
    n_layer: int = 12  # Blocks, one after another
    n_head: int = 12  # H
    n_embd: int = 768  # C
    dropout: float = 0.0  # 0.1 in GPT-2's config.json
    bias: bool = True  # as GPT-2
    attention: str = "reference"  # minigpt.attention.CausalSelfAttention

    def __post_init__(self) -> None:
        for name in SIZES:
            size = getattr(self, name)
            if type(size) is not int:  # isinstance would take True for 1
                raise TypeError(f"expected {name} as an int, got {size!r}; write a whole number")
            if size < 1:
                raise ValueError(f"expected {name} >= 1, got {size}; choose a positive size")
        if self.n_embd % self.n_head != 0:
            above = self.n_embd + self.n_head - self.n_embd % self.n_head
            raise ValueError(
                f"expected n_embd to be a multiple of n_head={self.n_head}, "
                f"got {self.n_embd}; try n_embd={above}"
            )
        if type(self.dropout) not in (int, float):
            raise TypeError(f"expected dropout as a number, got {self.dropout!r}; write 0.1, say")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"expected 0 <= dropout < 1, got {self.dropout}; 0 turns it off")
        if type(self.bias) is not bool:
            raise TypeError(f"expected bias as a bool, got {self.bias!r}; write True or False")
        if self.attention not in ATTENTIONS:
            names = ", ".join(ATTENTIONS)
            raise ValueError(f"expected a kind of attention, got {self.attention!r}; choose from {names}")

    @property
    def head_size(self) -> int:
        """Size ``D`` of one head: the channels are divided equally among the heads.
        zh: 一个头的大小 ``D``：通道平均分给各个头。
        """
        return self.n_embd // self.n_head

    @classmethod
    def preset(cls, name: str, **changes: Any) -> GPTConfig:
        """Configuration known by name, with some fields changed if you like.
        zh: 按名字取一份现成的配置，可以顺便改动几个字段。

        Source: the four sizes of GPT-2 as OpenAI released them; ``tiny`` and ``char`` are this guide's own,
        for bytes and for characters.
        zh: 出处：OpenAI 发布的 GPT-2 的四种尺寸；``tiny`` 和 ``char`` 是本指南自己的，
        分别以一个字节、一个字符作一个 token。

        Args:
            name: ``tiny``, ``char``, ``gpt2``, ``gpt2-medium``, ``gpt2-large`` or ``gpt2-xl``.
                zh: ``tiny``、``char``、``gpt2``、``gpt2-medium``、``gpt2-large`` 或 ``gpt2-xl``。
            **changes: Fields that shall differ from the preset.
                zh: 要与预设不同的字段。

        Returns:
            The configuration.
                zh: 得到的配置。

        Raises:
            ValueError: There is no preset of this name.
                zh: 没有这个名字的预设。

        Examples:
            >>> GPTConfig.preset("gpt2-xl").n_embd
            1600
            >>> GPTConfig.preset("tiny", dropout=0.1).dropout
            0.1
        """
        if name not in PRESETS:
            names = ", ".join(PRESETS)
            raise ValueError(f"expected the name of a preset, got {name!r}; choose from {names}")
        return cls(**{**PRESETS[name], **changes})
