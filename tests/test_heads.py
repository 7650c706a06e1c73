"""The teaching version: equal to the reference with the same weights, causal, and able to learn."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from minigpt import CausalSelfAttention, GPTConfig, Head, MultiHeadAttention, NanoGPT
from tests.proof import assert_dropped, assert_near, gradients, normal, overfit, shake, tokens

CONFIG = GPTConfig(block_size=9, vocab_size=11, n_layer=2, n_head=3, n_embd=15)


def fused(heads: list[Head], which: str) -> Tensor:
    """Weights of all heads one below the other, as c_attn keeps them."""
    return torch.cat([getattr(head, which).weight for head in heads])


@pytest.mark.parametrize("bias", [True, False])
def test_several_heads_equal_the_fused_attention(bias: bool, device: torch.device) -> None:
    config = GPTConfig(block_size=9, n_head=3, n_embd=15, bias=bias)
    taught = shake(MultiHeadAttention(config), device)
    reference = CausalSelfAttention(config).to(device)
    with torch.no_grad():
        weight = torch.cat([fused(taught.heads, which) for which in ("query", "key", "value")])
        reference.c_attn.weight.copy_(weight)
        reference.c_proj.weight.copy_(taught.proj.weight)
        if bias:  # the heads have none
            reference.c_attn.bias.zero_()
            reference.c_proj.bias.copy_(taught.proj.bias)
    x = normal(2, 7, 15, device=device).requires_grad_()
    assert_near(taught(x), reference(x))

    mine = gradients(taught(x), {"x": x, **dict(taught.named_parameters())})
    theirs = gradients(reference(x), {"x": x, **dict(reference.named_parameters())})
    order = [f"heads.{h}.{which}.weight" for which in ("query", "key", "value") for h in range(3)]
    assert_near(torch.cat([mine[name] for name in order]), theirs["c_attn.weight"], name="c_attn")
    assert_near(mine["x"], theirs["x"], name="x")
    assert_near(mine["proj.weight"], theirs["c_proj.weight"], name="c_proj")
    if bias:
        assert_near(mine["proj.bias"], theirs["c_proj.bias"], name="bias")


def test_one_head_is_the_formula(device: torch.device) -> None:
    head = shake(Head(CONFIG), device)
    x = normal(1, 4, 15, device=device)
    q, k, v = head.query(x)[0], head.key(x)[0], head.value(x)[0]
    for i in range(4):
        weights = torch.stack([q[i] @ k[j] / math.sqrt(5) for j in range(i + 1)]).softmax(0)
        assert_near(head(x)[0, i], weights @ v[: i + 1], 1e-5)


def test_mask_is_a_buffer_and_no_parameter() -> None:
    head = Head(CONFIG)
    assert list(dict(head.named_buffers())) == ["tril"]
    assert sorted(dict(head.named_parameters())) == ["key.weight", "query.weight", "value.weight"]


def test_heads_are_registered() -> None:
    parameters = dict(MultiHeadAttention(CONFIG).named_parameters())
    assert sum(name.startswith("heads.") for name in parameters) == 3 * 3


def test_nano_gpt_learns(device: torch.device) -> None:
    torch.manual_seed(0)
    model = NanoGPT(CONFIG).to(device)
    data = tokens(4, 10, below=11, device=device)
    logits, loss = model(data[:, :-1], data[:, 1:])
    assert logits.shape == (4, 9, 11)
    assert abs(loss.item() - math.log(11)) < 0.5
    assert overfit(model, data, steps=150) < 0.1


def test_nano_gpt_without_targets(device: torch.device) -> None:
    logits, loss = NanoGPT(CONFIG).to(device)(tokens(2, 5, below=11, device=device))
    assert logits.shape == (2, 5, 11)
    assert loss is None


def test_dropout_of_the_probabilities(device: torch.device) -> None:
    """With T = 1 and v = 1 the output is the only probability."""
    torch.manual_seed(0)
    head = Head(GPTConfig(block_size=1, n_head=1, n_embd=1, dropout=0.25)).to(device)
    torch.nn.init.ones_(head.value.weight)
    assert_dropped(head, torch.ones(5000, 1, 1, device=device), rate=0.25)


def test_dropout_of_the_output(device: torch.device) -> None:
    torch.manual_seed(0)
    attention = MultiHeadAttention(GPTConfig(block_size=50, n_head=2, n_embd=8, dropout=0.25)).to(device)
    torch.nn.init.zeros_(attention.proj.weight)
    torch.nn.init.ones_(attention.proj.bias)
    assert_dropped(attention, torch.zeros(50, 50, 8, device=device), rate=0.25)
