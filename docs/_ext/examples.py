"""The ``>>>`` examples of pages and docstrings: where they stand, and their digest.

The snippet collector (``tests/snippets``) runs what this module finds; the verification page of the site
compares it with a report. Only the standard library is needed.

A report is what ``pytest --report FILE`` writes. By custom one file per kind of device is committed: ``pytest
docs minigpt --device cuda --report docs/_reports/cuda.json``. Its JSON object, schema 1:

    schema    1
    torch     version, "2.13.0+cpu"
    python    version, "3.11.7"
    date      when the run ended, UTC, "2025-01-31T12:00:00Z"
    reseed    what was added to every seed; 0 in an ordinary run
    devices   device as selected -> name of its hardware: {"cuda": "NVIDIA H200"}
    examples  list of {"page": "docs/zh/x.md", "line": 12, "digest": "89abcdef01234567", "device": "cuda",
              "result": "passed"}; result is "passed", "failed" or "cpu-only" (not run; the page says why)

``page`` is relative to the repository, and is a module for the example of a docstring. ``line`` was true when
the report was written; the digest tells whether the example, its output included, still is the one that ran.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from _ext import sections
from _ext.problems import Problem
from _ext.prompts import CPU_ONLY, PROMPT, Example, Reader, digest

__all__ = ["CPU_ONLY", "Example", "digest", "files", "page_examples", "read_file", "read_module", "read_page"]

_HIDDEN_FENCE = re.compile(r"^(?:[\s>]|[*+-]\s|\d+[.)]\s)*(?:`{3,}\s*[^`\s][^`]*|~{3,}\s*[^~\s].*)$")
_WALK = re.compile(r"\A---\n(?:(?!---$).*\n)*?walk:[ \t]*\S", re.MULTILINE)


def files(root: Path) -> list[Path]:
    """Every file of the repository that may hold examples."""
    pages = (page for page in (root / "docs").rglob("*.md") if "node_modules" not in page.parts)
    return sorted([*pages, *(root / "minigpt").rglob("*.py")])


def read_file(path: Path, root: Path) -> tuple[dict[str, list[Example]], list[Problem]]:
    """Examples of a page (a group, or one per section) or a module (one per docstring), and what is wrong."""
    name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return read_module(name, text)
    examples, problems = read_page(name, text)
    groups, unnamed = sections.split(name, text, examples)
    return groups, problems + unnamed


def page_examples(text: str) -> list[Example]:
    """Examples of a page, top to bottom."""
    return read_page("", text)[0]


def read_page(path: str, text: str) -> tuple[list[Example], list[Problem]]:
    """Examples of a page, and everything on it that looks like an example and would not be run."""
    reader = Reader(path)
    for number, line in enumerate(reader.fences(text, walk=bool(_WALK.match(text))), 1):
        if PROMPT.match(line):
            reader.wrong(
                number,
                "expected `>>>` in a ```pycon fence only, got one outside, which is never run; fence it",
            )
        elif _HIDDEN_FENCE.match(line):
            message = "expected a fence on lines of its own, indented with spaces, got one behind a tab or a"
            reader.wrong(number, f"{message} list or quote mark, where code is not found; move it")
    return reader.examples, reader.problems


def read_module(path: str, text: str) -> tuple[dict[str, list[Example]], list[Problem]]:
    """Examples of each docstring of a module, by qualified name; the module's own under the file's name."""
    groups: dict[str, list[Example]] = {}
    problems: list[Problem] = []
    for name, node in _docstrings(ast.parse(text), ""):
        content, last = str(node.value), node.end_lineno or node.lineno
        reader = Reader(path, above=node.lineno - 1)
        rest = reader.fences(content, walk=False)
        if ">>>" in content and content.count("\n") != last - node.lineno:
            message = "expected as many lines in a docstring's text as in the file, got an escaped line break"
            reader.wrong(1, f'{message}; begin it with r"""')
        reader.session(rest, 1)
        problems += reader.problems
        if reader.examples:
            found = groups.setdefault(name or Path(path).stem, [])
            found += sorted(reader.examples, key=lambda example: example.line)
    return groups, problems


def _docstrings(node: ast.AST, name: str) -> Iterator[tuple[str, ast.Constant]]:
    """Every string that stands as a statement, which takes in the docstrings of attributes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            if isinstance(child.value.value, str):
                yield name, child.value
        elif isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _docstrings(child, f"{name}.{child.name}".lstrip("."))
        else:
            yield from _docstrings(child, name)
