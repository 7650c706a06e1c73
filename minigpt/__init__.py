"""A small, complete GPT, written to be read.
zh: 一个小而完整的 GPT，为了让人读懂而写。
"""

from __future__ import annotations

from minigpt.attention import CausalSelfAttention
from minigpt.block import Block
from minigpt.config import GPTConfig
from minigpt.cost import flops_per_token, mfu, num_parameters
from minigpt.gpt import GPT
from minigpt.heads import Head, MultiHeadAttention, NanoGPT
from minigpt.mlp import MLP
from minigpt.norm import LayerNorm
from minigpt.optim import configure_optimizers

__all__ = [
    "GPT",
    "MLP",
    "Block",
    "CausalSelfAttention",
    "GPTConfig",
    "Head",
    "LayerNorm",
    "MultiHeadAttention",
    "NanoGPT",
    "configure_optimizers",
    "flops_per_token",
    "mfu",
    "num_parameters",
]
