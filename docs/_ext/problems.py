"""A finding of a check: where it is, what is wrong, what mends it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

# Below MkDocs' own logger: `mkdocs build --strict` counts its warnings and fails.
_log = logging.getLogger("mkdocs.guide")


@dataclass(frozen=True)
class Problem:
    """One finding. ``path`` is relative to the repository, ``line`` counts from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def report(problems: list[Problem]) -> None:
    """Log each problem as a warning, which fails a strict build."""
    for problem in problems:
        _log.warning(str(problem))
