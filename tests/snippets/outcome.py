"""What came out of the examples: the last lines of a run, and the report (schema: ``_ext/examples.py``)."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import torch
from _ext.examples import Example


@dataclass(frozen=True)
class Record:
    """One example on one device."""

    page: str
    line: int
    digest: str
    device: str
    result: str


@dataclass
class Outcome:
    """Everything that ran."""

    records: list[Record] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def add(self, page: str, device: str, examples: list[Example], results: dict[int, str]) -> None:
        """Note the results of one page or docstring."""
        for example in examples:
            result = results[example.line]
            self.records.append(Record(page, example.line, example.digest, device, result))
            if result == "cpu-only":
                self.not_run.append(f"{page}:{example.line}: not run on {device}: {example.cpu_only}")

    def summary(self) -> Iterator[str]:
        """How many ran on which device, then those that did not run and why."""
        for device in dict.fromkeys(record.device for record in self.records):
            counts = Counter(record.result for record in self.records if record.device == device)
            cpu_only = counts["cpu-only"]
            told = [f"{counts[result]} {result}" for result in ("passed", "failed") if counts[result]]
            told += [f"{cpu_only} for the CPU only, not run"] if cpu_only else []
            number = counts.total() - cpu_only
            yield f"snippets: {number} example{'s' * (number != 1)} on {device} ({', '.join(told)})"
        yield from self.not_run

    def report(self, reseed: int) -> dict[str, object]:
        """The report as JSON wants it."""
        devices = dict.fromkeys(record.device for record in self.records)
        return {
            "schema": 1,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reseed": reseed,
            "devices": {device: _hardware(device) for device in devices},
            "examples": [asdict(record) for record in self.records],
        }


def write(path: Path, report: dict[str, object]) -> None:
    """Write a report in one step, so that nobody ever reads half of one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _hardware(device: str) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()
