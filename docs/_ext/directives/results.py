"""The artifact of `python -m minigpt.bench attention`, read for tables and figures."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PUBLISHED = (8, 1024, 768, 12)  # B, T, C, H of the figures that others have published
TASKS = {
    "forward": {"zh": "前向", "en": "forward"},
    "train": {"zh": "前向加反向", "en": "forward and backward"},
}

Size = tuple[int, int, int, int]  # B, T, C, H
Key = tuple[str, str, Size]  # variant, mode, size


@dataclass(frozen=True)
class Results:
    """Times in seconds, memory in bytes. A variant that was wrong has neither."""

    environment: dict[str, str]
    date: str
    compiler: str  # why torch.compile did not work, or nothing
    rows: dict[Key, dict[str, Any]]

    @property
    def variants(self) -> list[str]:
        """In the order of the artifact."""
        return list(dict.fromkeys(variant for variant, _, _ in self.rows))

    @property
    def sweep(self) -> list[Size]:
        """The sizes that differ in T alone: the largest such family, from short to long."""
        families: dict[tuple[int, ...], set[Size]] = {}
        for _, _, (B, T, C, H) in self.rows:
            families.setdefault((B, C, H), set()).add((B, T, C, H))
        return sorted(max(families.values(), key=len, default=set()))

    def seconds(self, variant: str, size: Size, task: str, mode: str = "eager") -> float | None:
        """The median."""
        return statistics.median(times) if (times := self.times(variant, size, task, mode)) else None

    def times(self, variant: str, size: Size, task: str, mode: str = "eager") -> list[float]:
        """One per round."""
        return self.rows.get((variant, mode, size), {}).get(task, [])

    def memory(self, variant: str, size: Size, task: str) -> int | None:
        """Bytes at the peak, beyond weights and input."""
        row = self.rows.get((variant, "eager", size), {})
        return None if row.get("status") == "wrong" else row.get("memory", {}).get(task)


def read(root: Path, device: str) -> Results | None:
    """The results of a device, or None if nobody has measured there.

    Raises:
        ValueError: The file is not in the form that the benchmark writes.
    """
    name = f"docs/_reports/attention-{device}.json"
    if not (root / name).is_file():
        return None
    try:
        found = json.loads((root / name).read_text(encoding="utf-8"))
        rows = {
            (row["variant"], row["mode"], (row["B"], row["T"], row["C"], row["H"])): row
            for row in found["results"]
        }
        return Results(found["environment"], found["date"], found.get("compiler", ""), rows)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"expected results of the benchmark in {name}, got another form ({error!r}); "
            "run python -m minigpt.bench attention --fresh"
        ) from error
