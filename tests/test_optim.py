"""configure_optimizers: who decays, by how much, and that each parameter is in one group."""

from __future__ import annotations

import torch

from minigpt import GPT, GPTConfig, configure_optimizers
from tests.proof import assert_near, tokens

CONFIG = GPTConfig(block_size=8, vocab_size=11, n_layer=2, n_head=2, n_embd=8)


def test_matrices_decay_and_vectors_do_not() -> None:
    model = GPT(CONFIG)
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=1e-3, betas=(0.9, 0.95))
    names = {parameter: name for name, parameter in model.named_parameters()}
    decayed, kept = ([names[p] for p in group["params"]] for group in optimizer.param_groups)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.0]
    assert sorted(decayed + kept) == sorted(names.values())
    assert all(name.endswith(".weight") and ".ln_" not in name for name in decayed)
    assert all(name.endswith(".bias") or ".ln_" in name for name in kept)
    assert decayed.count("transformer.wte.weight") == 1  # though lm_head holds it too


def test_hyperparameters_arrive() -> None:
    optimizer = configure_optimizers(GPT(CONFIG), weight_decay=0.1, learning_rate=3e-4, betas=(0.8, 0.9))
    assert isinstance(optimizer, torch.optim.AdamW)
    for group in optimizer.param_groups:
        assert (group["lr"], group["betas"], group["fused"]) == (3e-4, (0.8, 0.9), True)


def test_frozen_parameters_are_left_out() -> None:
    model = GPT(CONFIG)
    model.transformer.wpe.weight.requires_grad_(False)
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=1e-3, betas=(0.9, 0.95))
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    assert id(model.transformer.wpe.weight) not in held
    assert len(held) == len(list(model.parameters())) - 1


def test_one_step_is_adamw(device: torch.device) -> None:
    """A first step shrinks a number by lr * weight_decay, then moves it by lr against the gradient's sign."""
    torch.manual_seed(0)
    model = GPT(CONFIG).to(device)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = configure_optimizers(model, weight_decay=0.5, learning_rate=0.01, betas=(0.9, 0.95))
    idx = tokens(2, 8, below=11, device=device)
    model(idx, idx)[1].backward()
    optimizer.step()
    for name, p in model.named_parameters():
        shrunk = before[name] * (1 - 0.01 * 0.5) if p.ndim >= 2 else before[name]
        clear = p.grad.abs() > 1e-5  # eps = 1e-8 is nothing beside it
        assert clear.any()
        assert_near((p - shrunk)[clear], (-0.01 * p.grad.sign())[clear], 2e-3, name)
