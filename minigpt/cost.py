"""What a GPT costs: parameters, arithmetic, and how much of a device it keeps busy.
zh: 一个 GPT 的开销：多少参数，多少运算，设备的算力用上了几成。

Axes: ``T`` time, ``C`` channels (``n_embd``), ``V`` vocabulary (``vocab_size``).
zh: 轴：``T`` 时间，``C`` 通道（``n_embd``），``V`` 词表（``vocab_size``）。
"""

from __future__ import annotations

from torch import nn

from minigpt.config import GPTConfig

__all__ = ["flops_per_token", "mfu", "num_parameters"]


def num_parameters(model: nn.Module, embedding: bool = True) -> int:
    """Number of parameters; what two layers share counts once.
    zh: 参数个数；两层共用的只算一次。

    Args:
        model: Any module.
            zh: 任意模块。
        embedding: Whether to count the tables of ``nn.Embedding``. In GPT, the tokens' table is the weight
            of ``lm_head`` too, which then goes uncounted.
            zh: 是否计入 ``nn.Embedding`` 的表。GPT 的 token 表同时是 ``lm_head`` 的权重，会一并不计。

    Returns:
        The number.
            zh: 个数。

    Examples:
        >>> model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 3))
        >>> num_parameters(model), num_parameters(model, embedding=False)
        (55, 15)
    """
    tables = {m.weight for m in model.modules() if isinstance(m, nn.Embedding)}
    counted = [p for p in model.parameters() if embedding or p not in tables]
    return sum(p.numel() for p in counted)


def flops_per_token(config: GPTConfig, T: int, backward: bool = True) -> int:
    r"""Multiplications and additions in the matrix products of one token.
    zh: 一个 token 的各次矩阵乘法里，乘法和加法的总次数。

    $$
    \mathrm{FLOPs} = 3\,\bigl(L\,(24\,C^2 + 4\,T C) + 2\,C V\bigr), \qquad L = \texttt{n\_layer}
    $$

    The factor 3: a forward, and a backward of twice the work. Attention counts all ``T`` positions, as is
    usual, though the causal mask needs half of them. The rest (normalization, GELU, softmax) is left out.
    zh: 系数 3 是一次前向，加上工作量两倍的反向。按惯例，注意力算足 ``T`` 个位置，尽管因果掩码只需要一半。
    其余（归一化、GELU、softmax）略去。

    Source: Chowdhery et al. (2022), arXiv:2204.02311, appendix B.
    zh: 出处：Chowdhery 等（2022），arXiv:2204.02311，附录 B。

    Args:
        config: Sizes of the model.
            zh: 模型的尺寸。
        T: Length of the sequence that the token stands in.
            zh: 这个 token 所在序列的长度。
        backward: Whether to count training (forward and backward) or the forward pass alone.
            zh: 是按训练（前向加反向）算，还是只算前向。

    Returns:
        The number of floating-point operations.
            zh: 浮点运算次数。

    Examples:
        >>> flops_per_token(GPTConfig.preset("gpt2"), T=1024)
        854438400
    """
    C = config.n_embd
    linears = 2 * (3 * C * C + C * C + 4 * C * C + 4 * C * C)  # c_attn, c_proj, c_fc, c_proj
    attention = 2 * (T * C + T * C)  # scores, and the values they weigh
    forward = config.n_layer * (linears + attention) + 2 * C * config.vocab_size
    return 3 * forward if backward else forward


def mfu(config: GPTConfig, T: int, tokens_per_second: float, peak_flops: float) -> float:
    """Model FLOPs utilization: the share of a device's arithmetic that training makes use of.
    zh: 模型算力利用率（MFU）：训练用上了设备算力的多大一部分。

    Source: Chowdhery et al. (2022), arXiv:2204.02311, section 4.1.
    zh: 出处：Chowdhery 等（2022），arXiv:2204.02311，4.1 节。

    Args:
        config: Sizes of the model.
            zh: 模型的尺寸。
        T: Length of the sequences.
            zh: 序列长度。
        tokens_per_second: Tokens trained on in a second, measured.
            zh: 实测每秒训练的 token 数。
        peak_flops: What the device can do in a second at the dtype in use, from its data sheet.
            zh: 设备在所用 dtype 下每秒的运算上限，查产品规格。

    Returns:
        A share, 1 being all of the peak.
            zh: 比例，1 表示用满。

    Examples:
        >>> mfu(GPTConfig.preset("gpt2"), T=1024, tokens_per_second=146_000, peak_flops=312e12)
        0.3998
    """
    return flops_per_token(config, T) * tokens_per_second / peak_flops
