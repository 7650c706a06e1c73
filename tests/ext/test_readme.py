"""The design names every file of the machinery, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

EXT = Path(__file__).parents[2] / "docs/_ext"
LEFT_OUT = {"README.md", "__init__.py", "__pycache__", "node_modules"}


def unlike(table: str, files: set[str]) -> list[str]:
    """What is wrong with a table whose first column names files."""
    rows = [line.split("|")[1] for line in table.split("\n") if line.startswith("| `")]
    named = [name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)]
    missing = [
        f"expected a row for {name}, got none; say what it does" for name in sorted(files - set(named))
    ]
    gone = [f"expected only files that exist, got {name}; take it out" for name in named if name not in files]
    twice = [f"expected {n} once, got it again; leave one" for n in sorted({*named}) if named.count(n) > 1]
    return missing + gone + twice


def test_the_design_names_every_file() -> None:
    files = {path.name for path in EXT.iterdir() if not path.name.startswith(".")} - LEFT_OUT
    text = (EXT / "README.md").read_text(encoding="utf-8")
    assert unlike(text, files) == []


def test_a_table_that_fell_behind() -> None:
    table = "| file | job |\n|-|-|\n| `a.py`, `gone.py` | x |\n| `svg/` | uses `a.py` |\n| `a.py` | y |\n"
    assert unlike(table, {"a.py", "svg", "new.py"}) == [
        "expected a row for new.py, got none; say what it does",
        "expected only files that exist, got gone.py; take it out",
        "expected a.py once, got it again; leave one",
    ]
