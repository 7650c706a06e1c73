"""What the proofs share: weights that hide nothing, closeness, and packages that may be absent."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import TypeVar

import pytest
import torch
from torch import Tensor, nn

from minigpt import configure_optimizers

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def shake(model: AnyModule, device: torch.device | str = "cpu", std: float = 0.3) -> AnyModule:
    """Give every parameter random values: biases of 0 and weights of 1 would hide that they are unused."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * std)
    return model.to(device)


def normal(*shape: int, device: torch.device | str = "cpu", seed: int = 1) -> Tensor:
    """Normal numbers, the same on every device."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)


def tokens(*shape: int, below: int, device: torch.device | str = "cpu", seed: int = 2) -> Tensor:
    """Token ids, the same on every device."""
    return torch.randint(below, shape, generator=torch.Generator().manual_seed(seed)).to(device)


def assert_near(actual: Tensor, expected: Tensor, tolerance: float = 1e-5, name: str = "") -> None:
    """The largest difference, relative to the largest expected number, must not exceed the tolerance."""
    assert actual.shape == expected.shape, (
        f"{name}: expected {tuple(expected.shape)}, got {tuple(actual.shape)}"
    )
    scale = expected.detach().abs().max().item()
    difference = (actual - expected).detach().abs().max().item()
    assert difference <= tolerance * scale, (
        f"{name}: differs by {difference / scale:.2e} of the largest number"
    )


def assert_dropped(module: nn.Module, x: Tensor, rate: float) -> None:
    """Ones without dropout must become 0 in a share ``rate`` of the places, and 1 / (1 - rate) elsewhere."""
    out = module.train()(x)
    kept = out != 0
    assert_near(out[kept], torch.full_like(out[kept], 1 / (1 - rate)))
    assert abs(kept.float().mean().item() - (1 - rate)) < 0.02
    assert torch.equal(module.eval()(x), torch.ones_like(x))


def gradients(output: Tensor, of: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gradients of a weighted sum of the output: equal weights would not see two places swapped."""
    weights = normal(*output.shape, device=output.device, seed=3)
    return dict(zip(of, torch.autograd.grad((output * weights).sum(), list(of.values())), strict=True))


def overfit(model: nn.Module, data: Tensor, steps: int) -> float:
    """Train on one batch of shape ``(B, T + 1)``; return the last loss."""
    optimizer = configure_optimizers(model, weight_decay=0.0, learning_rate=1e-2, betas=(0.9, 0.95))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # at this size, threads only wait for each other
    try:
        for _ in range(steps):
            _, loss = model(data[:, :-1], data[:, 1:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    finally:
        torch.set_num_threads(threads)
    return loss.item()


def need(package: str) -> ModuleType:
    """A package that only tests use. Without it they are skipped, except under CI, where they must run."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(package)
    return pytest.importorskip(package, reason=f"{package} is not installed; pip install 'minigpt[test]'")
