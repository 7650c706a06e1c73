"""Walk pages: what a page explains of its module."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from _ext import outline
from _ext.align import align
from _ext.outline import front_matter
from _ext.problems import Problem
from _ext.source import LogicalLine, logical_lines
from _ext.steps import Step, steps_of
from _ext.walk_check import Comparison, fence_problems
from _ext.walk_render import render

__all__ = ["Walk", "front_matter", "read", "render", "unexplained"]


@dataclass(frozen=True)
class Walk:
    """A walk page read against its module: ``explained`` of ``total`` logical lines have a note."""

    page: str
    module: str
    text: str
    source: str
    steps: tuple[tuple[Step, tuple[LogicalLine, ...]], ...] = ()  # each with what the module has for it
    problems: tuple[Problem, ...] = ()
    total: int = 0
    explained: int = 0
    has_docstring: bool = False  # whether the module has one


@functools.lru_cache(maxsize=512)  # `make serve` asks again for all pages after every edit of one
def read(page: str, text: str, module: str, source: str | None) -> Walk:
    """Match a page with its module. ``source`` is None where there is no such module."""
    if source is None:
        message = f"walk: expected a module of this repository, got {module}; there is none, mend the path"
        problem = Problem(page, outline.setting_line(text, "walk"), message)
        return Walk(page, module, text, "", problems=(problem,))
    try:
        lines = logical_lines(source)
    except SyntaxError as error:
        problem = Problem(module, error.lineno or 1, f"expected Python, got an error: {error.msg}; mend it")
        return Walk(page, module, text, source, problems=(problem,))
    steps = steps_of(text)
    units = [unit for step in steps for unit in step.units]
    pairs = align([unit.text for unit in units], [line.text for line in lines])
    comparison = Comparison(page, module, len(outline.rows(text)), units, lines, pairs)
    problems = [*fence_problems(page, module, steps), *comparison.problems()]
    line_of = {units[u]: lines[n] for u, n in pairs.items()}
    noted = [unit for step in steps if step.has_note for unit in step.units if unit in line_of]
    return Walk(
        page,
        module,
        text,
        source,
        tuple((step, tuple(line_of[unit] for unit in step.units if unit in line_of)) for step in steps),
        tuple(sorted(problems, key=lambda problem: problem.line)),
        total=len(lines),
        explained=sum(line_of[unit].text == unit.text for unit in noted),
        has_docstring=ast.get_docstring(ast.parse(source)) is not None,
    )


def unexplained(modules: Mapping[str, str], walks: Sequence[Walk]) -> list[Problem]:
    """Modules without a page, and modules with two pages in one language."""
    return [*_without_page(modules, {walk.module for walk in walks}), *_twice(walks)]


def _without_page(modules: Mapping[str, str], walked: set[str]) -> Iterator[Problem]:
    for module, source in sorted(modules.items()):
        if module not in walked and _has_lines(source):
            page = module.split("/", 1)[1].removesuffix(".py").replace("__init__", "package")
            message = (
                "expected a page that walks through this module, got none; "
                f"create docs/zh/model/{page}.md and docs/en/model/{page}.md with `walk: {module}` on top"
            )
            yield Problem(module, 1, message)


def _has_lines(source: str) -> bool:
    try:
        return bool(logical_lines(source))
    except SyntaxError:  # a page is due all the same, and will say what is wrong
        return True


def _twice(walks: Sequence[Walk]) -> Iterator[Problem]:
    first: dict[tuple[str, str], str] = {}
    for walk in walks:
        language = "/".join(walk.page.split("/")[:2])
        other = first.setdefault((language, walk.module), walk.page)
        if other != walk.page:
            message = f"expected one page on {walk.module}, got this one besides {other}; merge them"
            yield Problem(walk.page, outline.setting_line(walk.text, "walk"), message)
