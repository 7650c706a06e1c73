"""How the runs of this folder write what they found."""

from __future__ import annotations

import json
from typing import Any

from minigpt.atomic import replacing
from minigpt.bench.artifact import ROOT, environment, today


def write(name: str, content: dict[str, Any]) -> None:
    """Write docs/_reports/NAME.json with environment and date, one line per part: there are many numbers."""
    parts = {"environment": environment(), "date": today(), **content}
    lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in parts.items()]
    path = ROOT / "docs/_reports" / f"{name}.json"
    with replacing(path) as file:
        file.write(("{\n" + ",\n".join(lines) + "\n}\n").encode())
    print(f"wrote {path.relative_to(ROOT)}")
