"""A small, complete GPT, written to be read.
zh: 一个小而完整的 GPT，为了让人读懂而写。
"""

from __future__ import annotations

from minigpt.norm import LayerNorm

__all__ = ["LayerNorm"]
