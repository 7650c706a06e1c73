"""Initialization: the standard deviation of every kind of parameter, measured."""

from __future__ import annotations

import math
import re

import pytest
import torch

from minigpt import GPT, GPTConfig

L = 8
CONFIG = GPTConfig(block_size=64, vocab_size=200, n_layer=L, n_head=4, n_embd=64)

KINDS = {
    r"transformer\.wte\.weight": 0.02,
    r"transformer\.wpe\.weight": 0.02,
    r"transformer\.h\.\d+\.attn\.c_attn\.weight": 0.02,
    r"transformer\.h\.\d+\.attn\.c_proj\.weight": 0.02 / math.sqrt(2 * L),
    r"transformer\.h\.\d+\.mlp\.c_fc\.weight": 0.02,
    r"transformer\.h\.\d+\.mlp\.c_proj\.weight": 0.02 / math.sqrt(2 * L),
}
CONSTANTS = {
    r"transformer\.h\.\d+\.(attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.bias": 0.0,
    r"transformer\.(h\.\d+\.ln_[12]|ln_f)\.bias": 0.0,
    r"transformer\.(h\.\d+\.ln_[12]|ln_f)\.weight": 1.0,
}


def pooled(pattern: str) -> torch.Tensor:
    """All numbers of the parameters that match."""
    torch.manual_seed(0)
    parameters = GPT(CONFIG).named_parameters()
    found = [parameter.detach().flatten() for name, parameter in parameters if re.fullmatch(pattern, name)]
    return torch.cat(found)


@pytest.mark.parametrize(("pattern", "std"), KINDS.items())
def test_random_kinds(pattern: str, std: float) -> None:
    numbers = pooled(pattern)
    doubt = std / math.sqrt(len(numbers))  # one standard error
    assert abs(numbers.std().item() - std) < 5 * doubt
    assert abs(numbers.mean().item()) < 5 * doubt


@pytest.mark.parametrize(("pattern", "value"), CONSTANTS.items())
def test_constant_kinds(pattern: str, value: float) -> None:
    assert pooled(pattern).eq(value).all()


def test_no_parameter_is_of_another_kind() -> None:
    for name, _ in GPT(CONFIG).named_parameters():
        matches = [pattern for pattern in {**KINDS, **CONSTANTS} if re.fullmatch(pattern, name)]
        assert len(matches) == 1, name
