"""Settings that work together, by name.
zh: 按名字取用的、彼此配套的设置。
"""

from __future__ import annotations

from typing import Any

__all__ = ["PRESETS"]

# What a preset leaves out keeps the default of TrainSettings.
TINY: dict[str, Any] = {}
CHAR: dict[str, Any] = {
    "out": "runs/char",
    "tokenizer": "char",
    "n_layer": 6,
    "n_head": 6,
    "n_embd": 384,
    "block_size": 256,
    "dropout": 0.2,  # many passes over a small text
    "batch_size": 64,
    "steps": 5000,
    "learning_rate": 1e-3,
    "min_learning_rate": 1e-4,
    "eval_every": 250,
    "eval_batches": 20,
    "sample_every": 500,
    "sample_tokens": 200,  # a token is one character here
    "save_every": 500,
}
GPT2: dict[str, Any] = {
    "out": "runs/gpt2",
    "vocab_size": 50257,
    "n_layer": 12,
    "n_head": 12,
    "n_embd": 768,
    "block_size": 1024,
    "batch_size": 16,
    "accumulation": 32,  # 16 * 32 * 1024 = 0.5 million tokens per step
    "steps": 600_000,
    "learning_rate": 6e-4,
    "min_learning_rate": 6e-5,
    "warmup": 2000,
    "beta2": 0.95,  # many tokens per step: a shorter memory will do
    "dtype": "bfloat16",
    "compile": True,
    "eval_every": 1000,
    "eval_batches": 50,
    "sample_every": 1000,
    "save_every": 1000,
    "log_every": 10,
}
PRESETS = {"tiny": TINY, "char": CHAR, "gpt2": GPT2}
"""Presets by name.
zh: 按名字取用的预设。
"""
