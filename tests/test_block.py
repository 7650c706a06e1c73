"""MLP and Block: against torch's own TransformerEncoderLayer, and what dropout does to them."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from minigpt import MLP, Block, GPTConfig
from tests.proof import assert_dropped, assert_near, gradients, normal, shake

RENAMED = {
    "ln_1": "norm1",
    "attn.c_attn.weight": "self_attn.in_proj_weight",
    "attn.c_attn.bias": "self_attn.in_proj_bias",
    "attn.c_proj": "self_attn.out_proj",
    "ln_2": "norm2",
    "mlp.c_fc": "linear1",
    "mlp.c_proj": "linear2",
}


def renamed(name: str) -> str:
    """Our parameter's name in nn.TransformerEncoderLayer."""
    for ours, theirs in RENAMED.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    raise KeyError(name)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("B", "T", "H", "D"), [(2, 7, 3, 5), (1, 1, 2, 8)])
def test_block_equals_the_encoder_layer_of_torch(
    B: int, T: int, H: int, D: int, bias: bool, device: torch.device
) -> None:
    C = H * D
    ours = shake(Block(GPTConfig(n_head=H, n_embd=C, bias=bias)), device)
    theirs = nn.TransformerEncoderLayer(
        C,
        H,
        dim_feedforward=4 * C,
        dropout=0.0,
        activation=lambda x: F.gelu(x, approximate="tanh"),
        batch_first=True,
        norm_first=True,
        bias=bias,
        device=device,
    )
    theirs.load_state_dict({renamed(name): tensor for name, tensor in ours.state_dict().items()})
    x = normal(B, T, C, device=device).requires_grad_()
    mask = nn.Transformer.generate_square_subsequent_mask(T, device=device)
    out = theirs(x, src_mask=mask, is_causal=True)
    assert_near(ours(x), out)
    expected = gradients(out, {"x": x, **dict(theirs.named_parameters())})
    for name, gradient in gradients(ours(x), {"x": x, **dict(ours.named_parameters())}).items():
        assert_near(gradient, expected["x" if name == "x" else renamed(name)], name=name)


def test_mlp_is_the_formula(device: torch.device) -> None:
    mlp = shake(MLP(GPTConfig(n_head=1, n_embd=6)), device)
    x = normal(2, 3, 6, device=device)
    u = x @ mlp.c_fc.weight.T + mlp.c_fc.bias
    gelu = u / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
    assert_near(mlp(x), gelu @ mlp.c_proj.weight.T + mlp.c_proj.bias)


def test_mlp_works_on_each_position_alone(device: torch.device) -> None:
    mlp = shake(MLP(GPTConfig(n_head=1, n_embd=6)), device)
    x = normal(2, 5, 6, device=device)
    changed = x.clone()
    changed[:, 2] += 1
    assert_near(mlp(changed)[:, [0, 1, 3, 4]], mlp(x)[:, [0, 1, 3, 4]], 1e-6)
    assert not torch.allclose(mlp(changed)[:, 2], mlp(x)[:, 2])


def test_dropout_rate_of_the_mlp(device: torch.device) -> None:
    torch.manual_seed(0)
    mlp = MLP(GPTConfig(n_head=1, n_embd=8, dropout=0.25)).to(device)
    with torch.no_grad():
        mlp.c_proj.weight.zero_()
        mlp.c_proj.bias.fill_(1.0)
    x = torch.zeros(50, 50, 8, device=device)
    assert_dropped(mlp, x, rate=0.25)


def test_block_is_the_identity_when_nothing_is_added(device: torch.device) -> None:
    block = shake(Block(GPTConfig(n_head=2, n_embd=8)), device)
    for linear in (block.attn.c_proj, block.mlp.c_proj):
        nn.init.zeros_(linear.weight)
        nn.init.zeros_(linear.bias)
    x = normal(2, 4, 8, device=device)
    assert torch.equal(block(x), x)
