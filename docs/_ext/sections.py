"""A page cut at its headings: ``snippets: section`` in its front matter gives each a namespace and a test.

The test is named by the heading's anchor, so that a run names the section that no longer holds. Examples
under the title, or above it, have the name of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from _ext import outline
from _ext.problems import Problem
from _ext.prompts import Example

_SETTING = "snippets"


def split(
    path: str, text: str, examples: Iterable[Example]
) -> tuple[dict[str, list[Example]], list[Problem]]:
    """Examples by the name of their test, top to bottom, and what is wrong with the names."""
    page = PurePosixPath(path).stem
    value = outline.front_matter(text).get(_SETTING)
    if value is None:
        found = list(examples)
        return ({page: found} if found else {}), []
    if value != "section":
        message = (
            f"expected `{_SETTING}: section`, got {value!r}; correct it, or leave it out: one test a page"
        )
        return {}, [Problem(path, outline.setting_line(text, _SETTING), message)]
    return _by_section(path, page, text, list(examples))


def _by_section(
    path: str, page: str, text: str, examples: list[Example]
) -> tuple[dict[str, list[Example]], list[Problem]]:
    groups: dict[str, list[Example]] = {}
    problems = []
    for heading, found in _under_headings(text, examples):
        if not found:
            continue
        if heading is None or heading.level == 1:
            groups.setdefault(page, []).extend(found)
        elif heading.anchor is None:
            message = f"expected an anchor that names the test of this section, got `{heading}`"
            problems.append(Problem(path, heading.line, f"{message}; write {{#anchor}} behind it"))
        elif heading.anchor in {page, *groups}:
            message = f"expected an anchor that names no other test of this page, got {heading.anchor!r}"
            problems.append(Problem(path, heading.line, f"{message}; write another"))
        else:
            groups[heading.anchor] = found
    return groups, problems


def _under_headings(
    text: str, examples: list[Example]
) -> Iterator[tuple[outline.Heading | None, list[Example]]]:
    """Each heading with the examples down to the next one; None for those above the first."""
    headings = [None, *outline.headings(text)]
    starts = [0 if heading is None else heading.line for heading in headings]
    for heading, start, stop in zip(headings, starts, [*starts[1:], float("inf")], strict=True):
        yield heading, [example for example in examples if start < example.line < stop]
