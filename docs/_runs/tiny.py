"""The run of `python -m minigpt.train --preset tiny` that the pages show: `python docs/_runs/tiny.py`.

Writes docs/_reports/tiny.json: the log, samples on the way, what the trained heads attend to, and what the
trained model predicts and writes at several settings.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script, from anywhere

from artifact import write
from following import following

from minigpt import GPT
from minigpt.data import prepare
from minigpt.tokenizer import Tokenizer
from minigpt.train.log import Report, read_log
from minigpt.train.loop import train
from minigpt.train.ranks import setup
from minigpt.train.session import Session
from minigpt.train.settings import TrainSettings
from minigpt.train.start import start

STAGES = (0, 10, 50, 100, 200, 500, 1000)  # and the end
PROMPTS = {"en": "The gradient", "zh": "模型"}
SENTENCES = {
    "en": "Each position of the sequence attends to itself and to the positions before it.",
    "zh": "序列里的每个位置都关注它自己和它之前的位置。",
}


@dataclass
class Until:
    """Ends `train` after a step, as Ctrl-C would."""

    run: Session
    step: int

    @property
    def signal(self) -> int | None:
        """What `train` looks at while it takes a step."""
        return SIGINT if self.run.step + 1 == self.step else None


def samples(run: Session) -> dict[str, str]:
    """What the model writes now, from the same random numbers at every stage."""
    return {lang: run.write(run.model, prompt) for lang, prompt in PROMPTS.items()}


@torch.no_grad()
def attention(model: GPT, tokenizer: Tokenizer, text: str) -> dict[str, Any]:
    """Tokens of the text, and per layer, head and query the shares of the keys up to it, in thousandths."""
    ids = tokenizer.encode(text)
    idx = torch.tensor([ids])
    x = model.transformer.wte(idx) + model.transformer.wpe(torch.arange(len(ids)))  # (1, T, C)
    weights = []
    for block in model.transformer.h:
        p = block.attn.probabilities(block.ln_1(x))[0]  # (H, T, T)
        weights.append(
            [[[round(1000 * w) for w in row[: i + 1]] for i, row in enumerate(h)] for h in p.tolist()]
        )
        x = block(x)
    return {"tokens": [shown(tokenizer, i) for i in ids], "weights": weights}


def shown(tokenizer: Tokenizer, token: int) -> str:
    """A token to be read; bytes that are no whole character, as numbers."""
    text = tokenizer.decode([token])
    return text if "\N{REPLACEMENT CHARACTER}" not in text else f"<{token}>"


def main() -> None:
    with TemporaryDirectory() as folder:
        settings = TrainSettings.preset("tiny", out=f"{folder}/run", data=f"{folder}/data", sample_every=0)
        meta = prepare(settings.data, vocab_size=settings.vocab_size)
        run = start(settings, setup("cpu"))
        log, stages = Path(settings.out, "log.jsonl"), []
        with Report(log, 0, settings.steps, quiet=False) as report:
            for step in [*(stage for stage in STAGES if stage < settings.steps), settings.steps]:
                if step:
                    train(run, report, Until(run, step))
                stages.append({"step": step, "samples": samples(run)})
        seen = {
            lang: attention(run.model.eval(), run.data.tokenizer, text) for lang, text in SENTENCES.items()
        }
        parts = {
            "preset": "tiny",
            "data": meta,
            "stages": stages,
            "attention": seen,
            "next": following(run.model, run.data.tokenizer),
            **columns(read_log(log)),
        }
    write("tiny", parts)


def columns(log: list[dict[str, Any]]) -> dict[str, list]:
    """The log in short: means of ten steps, and every evaluation."""
    steps = [one for one in log if "loss" in one]
    tens = [steps[i : i + 10] for i in range(0, len(steps), 10)]
    names = ("loss", "learning_rate", "grad_norm", "tokens_per_second")
    found = {
        name: [[ten[-1]["step"], round(mean(one[name] for one in ten), 6)] for ten in tens] for name in names
    }
    found["val_loss"] = [[one["step"], round(one["val_loss"], 4)] for one in log if "val_loss" in one]
    found["seconds"] = [[ten[-1]["step"], ten[-1]["seconds"]] for ten in tens]
    return found


if __name__ == "__main__":
    main()
