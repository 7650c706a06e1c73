"""CausalSelfAttention: fused equals by hand equals nn.MultiheadAttention; probabilities; dropout."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from minigpt import CausalSelfAttention, GPTConfig
from tests.proof import assert_dropped, assert_near, gradients, normal, shake

SIZES = [(2, 7, 3, 5), (1, 1, 2, 8), (3, 16, 1, 6), (2, 33, 4, 16)]  # B, T, H, D


def make(H: int, D: int, device: torch.device, **changes: object) -> CausalSelfAttention:
    return shake(CausalSelfAttention(GPTConfig(n_head=H, n_embd=H * D, **changes)), device)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("B", "T", "H", "D"), SIZES)
def test_fused_equals_by_hand(B: int, T: int, H: int, D: int, bias: bool, device: torch.device) -> None:
    attention = make(H, D, device, bias=bias)
    x = normal(B, T, H * D, device=device).requires_grad_()
    assert_near(attention(x), attention.forward_by_hand(x))
    parameters = {"x": x, **dict(attention.named_parameters())}
    by_hand = gradients(attention.forward_by_hand(x), parameters)
    for name, gradient in gradients(attention(x), parameters).items():
        assert_near(gradient, by_hand[name], name=name)


@pytest.mark.parametrize(("B", "T", "H", "D"), SIZES)
def test_equals_multihead_attention_of_torch(B: int, T: int, H: int, D: int, device: torch.device) -> None:
    ours, C = make(H, D, device), H * D
    theirs = nn.MultiheadAttention(C, H, batch_first=True, device=device)
    renamed = {
        "c_attn.weight": "in_proj_weight",
        "c_attn.bias": "in_proj_bias",
        "c_proj.weight": "out_proj.weight",
        "c_proj.bias": "out_proj.bias",
    }
    theirs.load_state_dict({renamed[name]: tensor for name, tensor in ours.state_dict().items()})
    x = normal(B, T, C, device=device).requires_grad_()
    future = torch.ones(T, T, dtype=torch.bool, device=device).triu(1)  # here, True is blocked
    out, probabilities = theirs(x, x, x, attn_mask=future, average_attn_weights=False)
    assert_near(ours(x), out)
    assert_near(ours.probabilities(x), probabilities)
    expected = gradients(out, {"x": x, **dict(theirs.named_parameters())})
    for name, gradient in gradients(ours(x), {"x": x, **dict(ours.named_parameters())}).items():
        assert_near(gradient, expected[renamed.get(name, name)], name=name)


def test_probabilities_are_rows_that_look_back(device: torch.device) -> None:
    probabilities = make(3, 5, device).probabilities(normal(2, 8, 15, device=device))
    assert probabilities.shape == (2, 3, 8, 8)
    assert_near(probabilities.sum(-1), torch.ones(2, 3, 8, device=device), 1e-6)
    assert probabilities.triu(1).abs().max() == 0
    assert probabilities[..., 0, 0].eq(1).all()


def test_probabilities_leave_training_dropout_out(device: torch.device) -> None:
    attention = make(3, 5, device, dropout=0.5).train()
    x = normal(2, 8, 15, device=device)
    assert torch.equal(attention.probabilities(x), attention.probabilities(x))


def test_no_buffers() -> None:
    attention = CausalSelfAttention(GPTConfig(n_head=3, n_embd=15))
    assert list(attention.buffers()) == []
    assert list(attention.state_dict()) == ["c_attn.weight", "c_attn.bias", "c_proj.weight", "c_proj.bias"]


@pytest.mark.parametrize("path", ["forward", "forward_by_hand"])
def test_dropout_of_the_probabilities(path: str, device: torch.device) -> None:
    """With T = 1 and v = 1, a head's output is its only probability: 1, or after dropout 0 or 1/(1-p)."""
    torch.manual_seed(0)
    attention = CausalSelfAttention(GPTConfig(n_head=4, n_embd=4, dropout=0.25)).to(device)
    attention.resid_dropout.p = 0.0
    with torch.no_grad():
        attention.c_attn.weight.zero_()
        attention.c_attn.bias.fill_(1.0)
        attention.c_proj.weight.copy_(torch.eye(4))
        attention.c_proj.bias.zero_()
    x = torch.zeros(5000, 1, 4, device=device)
    attention.forward = getattr(attention, path)
    assert_dropped(attention, x, rate=0.25)


def test_dropout_of_the_output(device: torch.device) -> None:
    torch.manual_seed(0)
    attention = CausalSelfAttention(GPTConfig(n_head=4, n_embd=8, dropout=0.25)).to(device)
    with torch.no_grad():
        attention.c_proj.weight.zero_()
        attention.c_proj.bias.fill_(1.0)
    assert_dropped(attention, torch.zeros(50, 50, 8, device=device), rate=0.25)


def test_half_precision(device: torch.device) -> None:
    attention = make(2, 8, device)
    x = normal(2, 9, 16, device=device)
    expected = attention(x)
    out = attention.bfloat16()(x.bfloat16())
    assert out.dtype == torch.bfloat16
    assert_near(out.float(), expected, 0.03)
    assert_near(attention.forward_by_hand(x.bfloat16()).float(), expected, 0.03)
