"""The same training by one process, by two copies (DDP) and by two halves (FSDP2).

Run: `python docs/_runs/processes.py`.

Writes docs/_reports/processes.json: loss and norm of the gradient of every step.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script, from anywhere

from artifact import write

from minigpt.bench.artifact import ROOT

STEPS = 100
SETTINGS = {
    "steps": STEPS,
    "warmup": 10,
    "n_layer": 2,
    "n_embd": 64,
    "block_size": 64,
    "batch_size": 8,
    "accumulation": 2,
    "eval_every": STEPS,
    "sample_every": 0,
    "device": "cpu",
}
TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
RUNS: dict[str, tuple[list[str], str]] = {
    "one": ([], "ddp"),
    "ddp": (TORCHRUN, "ddp"),
    "fsdp": (TORCHRUN, "fsdp"),
}


def run(*words: str) -> None:
    """A module of Python as a command."""
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True)


def train(folder: Path, name: str) -> list[dict[str, Any]]:
    """The log of a run."""
    launcher, parallel = RUNS[name]
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in SETTINGS.items()]
    files = [f"--data={folder / 'data'}", f"--out={folder / name}", f"--parallel={parallel}"]
    run(*launcher, "minigpt.train", *files, *flags)
    return [json.loads(line) for line in (folder / name / "log.jsonl").read_text("utf-8").splitlines()]


def main() -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(
            "minigpt.data",
            "--out",
            str(folder / "data"),
            "--tokenizer",
            "char",
            "--text",
            "docs/en/model/norm.md",
        )
        logs = {name: [line for line in train(folder, name) if "loss" in line] for name in RUNS}
    content = {
        name: {key: [line[key] for line in log] for key in ("loss", "grad_norm")}
        for name, log in logs.items()
    }
    write("processes", {"settings": SETTINGS, **content})


if __name__ == "__main__":
    main()
