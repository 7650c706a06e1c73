"""What every benchmark shares: its environment, its statistics, and the JSON artifact that a page shows."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from tempfile import NamedTemporaryFile

import torch

ROOT = Path(__file__).parents[2]
Name = dict[str, str]  # language: text


def environment(device: str = "cpu") -> dict[str, str]:
    """What a reader must know to compare: the machine and the versions."""
    found = {"CPU": _processor(), "threads": str(torch.get_num_threads())}
    if device.startswith("cuda"):
        found["GPU"] = torch.cuda.get_device_name(device)
    versions = {"Python": platform.python_version(), "PyTorch": torch.__version__}
    return {**found, **versions, "OS": platform.system()}


def result(name: Name, unit: str, values: list[float], goal: Name | None = None) -> dict[str, object]:
    """One row of the table: the median of ``values``, and the smallest and the largest of them."""
    return {
        "name": name,
        "unit": unit,
        "median": statistics.median(values),
        "spread": [min(values), max(values)],
        "repeats": len(values),
        "goal": goal,
    }


def ratios(rounds: list[dict[str, float]], numerator: str, denominator: str) -> list[float]:
    """One ratio per round: both sides were measured right after each other."""
    return [one[numerator] / one[denominator] for one in rounds]


def interleave(sides: dict[str, Callable[[], float]], rounds: int, warmup: int = 2) -> list[dict[str, float]]:
    """Seconds per side and round; the sides take turns, so that a slow moment of the machine meets all."""
    for _ in range(warmup):
        for run in sides.values():
            run()
    found = []
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]  # nobody always goes first
        found.append({name: sides[name]() for name in order})
        print(f"round {number + 1}/{rounds}", file=sys.stderr)
    return found


def write(name: str, results: list[dict[str, object]], device: str = "cpu") -> None:
    """Write ``docs/_reports/NAME.json``, completely or not at all."""
    artifact = {
        "environment": environment(device),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "results": results,
    }
    path = ROOT / "docs" / "_reports" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as draft:
        json.dump(artifact, draft, indent=1, ensure_ascii=False)
        draft.write("\n")
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(path)
    print(f"wrote {path.relative_to(ROOT)}")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
