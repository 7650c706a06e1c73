"""What each process of tests/test_parallel.py does, started by torchrun; and what one process does alone."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from torch.optim import Optimizer

from minigpt import GPT, GPTConfig, configure_optimizers
from minigpt.checkpoint import load_checkpoint, save_checkpoint
from minigpt.train.parallel import clip, full_model, full_state, load_state, sync, wrap
from minigpt.train.ranks import Ranks, close, setup
from tests.proof import shake, tokens

CONFIG = GPTConfig(block_size=8, vocab_size=13, n_layer=2, n_head=2, n_embd=12)
PASSES, ROWS, LIMIT = 2, 4, 0.1  # passes per step, sequences per pass in all processes, norm to clip to


def make(ranks: Ranks, strategy: str, dtype: torch.dtype) -> tuple[nn.Module, Optimizer]:
    model = wrap(shake(GPT(CONFIG)).to(dtype), strategy, ranks)
    return model, configure_optimizers(model, weight_decay=0.1, learning_rate=1e-2, betas=(0.9, 0.95))


def batches(ranks: Ranks, step: int) -> list[tuple[Tensor, Tensor]]:
    """The share of this process in the passes of a step."""
    rows = [tokens(ROWS, 9, below=13, seed=100 + PASSES * step + i) for i in range(PASSES)]
    mine = [row.chunk(ranks.world)[ranks.rank] for row in rows]
    return [(row[:, :-1], row[:, 1:]) for row in mine]


def whole(tensor: Tensor) -> Tensor:
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).detach().clone()


def gradients(model: nn.Module) -> dict[str, Tensor]:
    return {name.removeprefix("module."): whole(p.grad) for name, p in model.named_parameters()}


def backward(model: nn.Module, ranks: Ranks, step: int, passes: int = PASSES) -> Tensor:
    """Gradients of a step; returns the mean loss over all processes. Fewer passes leave it unfinished."""
    total = torch.zeros(())
    for i, (x, y) in enumerate(batches(ranks, step)[:passes], start=1):
        with sync(model, on=i == PASSES):
            loss = model(x, y)[1] / PASSES
            loss.backward()
        total = total + loss.detach()
    return ranks.mean(total)


def steps(model: nn.Module, optimizer: Optimizer, ranks: Ranks, first: int, last: int) -> list[list[float]]:
    """Train; the loss and the norm of the gradient of each step."""
    seen = []
    for step in range(first, last):
        loss = backward(model, ranks, step)
        norm = clip(model, LIMIT)
        optimizer.step()
        optimizer.zero_grad()
        seen.append([loss.item(), norm.item()])
    return seen


def study(ranks: Ranks, strategy: str, folder: Path) -> dict[str, Any]:
    """Everything that is compared between one process and several."""
    found: dict[str, Any] = {}
    model, _ = make(ranks, strategy, torch.float32)
    backward(model, ranks, 0)
    found["gradients"] = gradients(model)
    model, _ = make(ranks, strategy, torch.float32)
    backward(model, ranks, 0, passes=PASSES - 1)
    found["unfinished"] = [p.grad for p in model.parameters()]

    model, optimizer = make(ranks, strategy, torch.float64)
    inner = getattr(model, "module", model)
    found["sizes"] = [(p.to_local() if isinstance(p, DTensor) else p).numel() for p in model.parameters()]
    found["losses"] = steps(model, optimizer, ranks, 0, 3)
    state, moments = full_state(model, optimizer)
    found["names"] = list(state)
    if ranks.is_main:
        save_checkpoint(folder / strategy, 3, {"model": state, "optimizer": moments}, keep=1)
    plain = full_model(model, ranks)
    found["logits"] = None if plain is None else plain(tokens(1, 8, below=13))[0].detach()
    found["after"] = steps(model, optimizer, ranks, 3, 5)
    found["tied"] = [inner.lm_head.weight is inner.transformer.wte.weight]
    if (folder / "alone").exists():
        found["from alone"] = resume(ranks, strategy, folder / "alone")
    return found


def resume(ranks: Ranks, strategy: str, checkpoint: Path) -> list[list[float]]:
    """Two steps more, from a checkpoint, by a model that has other weights before."""
    model, optimizer = make(ranks, strategy, torch.float64)
    steps(model, optimizer, ranks, 0, 1)
    state = load_checkpoint(checkpoint)
    load_state(model, optimizer, state["model"], state["optimizer"])
    inner = getattr(model, "module", model)
    assert inner.lm_head.weight is inner.transformer.wte.weight
    return steps(model, optimizer, ranks, 3, 5)


def main(task: str, folder: Path) -> None:
    torch.set_num_threads(1)
    ranks = setup("cpu", timedelta(seconds=3 if task == "stall" else 60))
    if task == "study":
        found = {strategy: study(ranks, strategy, folder) for strategy in ("ddp", "fsdp")}
        mine = torch.tensor([1.0, 2.0]) * (ranks.rank + 1)
        found["mean"] = [ranks.mean(mine), mine]
        torch.save(found, folder / f"{ranks.rank}.pt")
    elif task == "fail":
        if ranks.rank == 1:
            raise ValueError("expected a reader who tries this, got one")
        ranks.barrier()
    elif task == "stall":
        if ranks.rank == 1:
            time.sleep(120)
        ranks.barrier()
    close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
