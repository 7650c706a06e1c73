"""The run of docs/_reports/tiny.json: what several figures share."""

from __future__ import annotations

import functools
import json
from pathlib import Path

STEPS = {"zh": "步数", "en": "Steps"}


@functools.cache
def report() -> dict:
    path = Path(__file__).parents[1] / "_reports" / "tiny.json"
    return json.loads(path.read_text(encoding="utf-8"))
