"""Small training runs, right and with one thing wrong: `python docs/_runs/mistakes.py`.

Writes docs/_reports/mistakes.json, which the page on good and bad runs draws. Each run has three seeds:
what differs less than they do is chance.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from artifact import write

from minigpt import GPT, GPTConfig, configure_optimizers
from minigpt.data import Data, batch, load_data, prepare
from minigpt.train.schedule import learning_rate

STEPS, EVERY = 400, 20  # losses on other text are taken every so many steps
WINDOW = 5  # steps that make one point of a curve
SEEDS = (0, 1, 2)
ROWS, LENGTH = 16, 64


@dataclass(frozen=True)
class Run:
    """What a run may do wrong; the defaults are right."""

    peak: float = 3e-3
    warmup: int = 40
    clip: float = 1.0
    zero_grad: bool = True
    dropout: float = 0.0
    tokens: int | None = None  # how much of the text is trained on
    shift: int = 1  # how far the targets are ahead


RUNS = {
    "right": Run(),
    "slow": Run(peak=1e-4),
    "fast": Run(peak=1e-1),
    "no_warmup": Run(peak=1e-2, warmup=0),
    "warmup": Run(peak=1e-2),
    "no_clip": Run(peak=1e-2, clip=0.0),
    "no_zero_grad": Run(zero_grad=False),
    "no_zero_grad_no_clip": Run(zero_grad=False, clip=0.0),
    "no_eval": Run(dropout=0.2),
    "little_text": Run(tokens=4000),
    "no_shift": Run(shift=0),
}


def learn(run: Run, data: Data, seed: int) -> dict[str, list]:
    """Train; return curves: training loss and norm of the gradient of each step, losses on other text."""
    torch.manual_seed(seed)
    vocab_size = data.tokenizer.vocab_size
    sizes = {"n_layer": 2, "n_head": 4, "n_embd": 64, "block_size": LENGTH}
    model = GPT(GPTConfig(vocab_size=vocab_size, dropout=run.dropout, **sizes))
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=run.peak, betas=(0.9, 0.95))
    found: dict[str, list] = {"val": [], "val_in_training_mode": []}
    losses: list[float] = []
    norms: list[float] = []
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            found["val"].append([step, evaluate(model.eval(), data, run.shift)])
            found["val_in_training_mode"].append([step, evaluate(model.train(), data, run.shift)])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS, run.warmup, run.peak, run.peak / 10)
        x, y = batch(data.train[: run.tokens], ROWS, LENGTH, seed, step)
        _, loss = model(x, y if run.shift else x)
        if run.zero_grad:
            optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), run.clip or float("inf"))
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    found["loss"] = [[i, round(sum(losses[i : i + WINDOW]) / WINDOW, 4)] for i in range(0, STEPS, WINDOW)]
    found["norm"] = [[i, round(max(norms[i : i + WINDOW]), 4)] for i in range(0, STEPS, WINDOW)]
    return found


@torch.no_grad()
def evaluate(model: GPT, data: Data, shift: int) -> float:
    """Mean loss on eight batches of text that is never trained on; the mode of the model is left as it is."""
    losses = []
    for number in range(8):
        x, y = batch(data.val, ROWS, LENGTH, seed=7, step=number)
        losses.append(model(x, y if shift else x)[1].item())
    return round(sum(losses) / len(losses), 4)


def main() -> None:
    torch.set_num_threads(1)  # at this size, threads only wait for each other
    with TemporaryDirectory() as folder:
        prepare(folder, vocab_size=1024)  # of this guide
        data = load_data(folder)
        found = {}
        for name, run in RUNS.items():
            found[name] = {
                "settings": dataclasses.asdict(run),
                "seeds": [learn(run, data, seed) for seed in SEEDS],
            }
            ends = [one["val"][-1][1] for one in found[name]["seeds"]]
            print(name, ends, file=sys.stderr)
    write("mistakes", {"vocab_size": data.tokenizer.vocab_size, "window": WINDOW, **found})


if __name__ == "__main__":
    main()
