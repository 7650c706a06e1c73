"""Wrong token ids and targets: expected, got, cure; and that GPT checks what it gets."""

from __future__ import annotations

import re

import pytest
import torch

from minigpt import GPT, GPTConfig
from minigpt.inputs import check_ids, check_targets

CONFIG = GPTConfig(block_size=6, vocab_size=10, n_layer=1, n_head=1, n_embd=4)

WRONG_IDS = [
    (
        torch.zeros(2, 3),
        TypeError,
        "expected token ids of dtype int64, got torch.float32; convert with .long()",
    ),
    (torch.zeros(2, 3, dtype=torch.bool), TypeError, "got torch.bool"),
    (torch.zeros(3, dtype=torch.long), ValueError, "shape (B, T), got (3,); idx[None] makes a batch"),
    (torch.zeros(1, 2, 3, dtype=torch.long), ValueError, "shape (B, T), got (1, 2, 3)"),
    (
        torch.zeros(2, 0, dtype=torch.long),
        ValueError,
        "at least one token, got (2, 0); start with some token",
    ),
    (torch.zeros(0, 2, dtype=torch.long), ValueError, "at least one token, got (0, 2)"),
    (torch.zeros(2, 7, dtype=torch.long), ValueError, "at most block_size=6 tokens, got 7; cut the sequence"),
]
WRONG_VALUES = [(10, "from 0 to 9, got 10; is this the tokenizer"), (-1, "from 0 to 9, got -1")]
WRONG_TARGETS = [
    (torch.zeros(2, 3), TypeError, "targets of dtype int64, got torch.float32; convert with .long()"),
    (torch.zeros(2, 3, dtype=torch.int32), TypeError, "got torch.int32"),
    (torch.zeros(2, 4, dtype=torch.long), ValueError, "shape of idx, (2, 3), got (2, 4); shift both"),
    (torch.zeros(6, dtype=torch.long), ValueError, "shape of idx, (2, 3), got (6,)"),
]


@pytest.mark.parametrize(("idx", "error", "message"), WRONG_IDS)
def test_wrong_ids(idx: torch.Tensor, error: type[Exception], message: str, device: torch.device) -> None:
    model = GPT(CONFIG).to(device)
    calls = [lambda x: check_ids(x, CONFIG), model]
    for call in calls:
        with pytest.raises(error, match=re.escape(message)):
            call(idx.to(device))


@pytest.mark.parametrize(("value", "message"), WRONG_VALUES)
def test_ids_out_of_range_on_a_cpu(value: int, message: str) -> None:
    idx = torch.tensor([[1, 2], [value, 3]])
    for call in (lambda x: check_ids(x, CONFIG), GPT(CONFIG)):
        with pytest.raises(ValueError, match=re.escape(message)):
            call(idx)


@pytest.mark.parametrize(("targets", "error", "message"), WRONG_TARGETS)
def test_wrong_targets(
    targets: torch.Tensor, error: type[Exception], message: str, device: torch.device
) -> None:
    idx = torch.zeros(2, 3, dtype=torch.long, device=device)
    calls = [lambda y: check_targets(y, idx), lambda y: GPT(CONFIG).to(device)(idx, y)]
    for call in calls:
        with pytest.raises(error, match=re.escape(message)):
            call(targets.to(device))


def test_targets_out_of_range_are_named_by_torch() -> None:
    idx = torch.zeros(1, 2, dtype=torch.long)
    with pytest.raises(IndexError, match="Target 10 is out of bounds"):
        GPT(CONFIG)(idx, idx + 10)


def test_right_input_passes(device: torch.device) -> None:
    for dtype in (torch.int64, torch.int32):
        idx = torch.tensor([[0, 9, 3, 4, 5, 6]], dtype=dtype, device=device)
        assert check_ids(idx, CONFIG) is None
        assert GPT(CONFIG).to(device)(idx)[0].shape == (1, 6, 10)


def test_wrong_prompts_are_refused_by_generate(device: torch.device) -> None:
    model = GPT(CONFIG).to(device)
    with pytest.raises(TypeError, match=r"got torch\.float32"):
        model.generate(torch.zeros(1, 2, device=device), 1)
    with pytest.raises(ValueError, match=re.escape("got (3,)")):
        model.generate(torch.zeros(3, dtype=torch.long, device=device), 1)
    with pytest.raises(ValueError, match="at least one token"):
        model.generate(torch.zeros(1, 0, dtype=torch.long, device=device), 1)
