"""The one parser of Markdown fences: walk pages, twin check and snippet collector all read pages through it.

Needs nothing but the standard library, because the snippet collector must run on a bare GPU machine. It sees
a fence where the site's Markdown sees one: spaces before the marks (no list marker, no tab, no ``>``), the
closing mark as long and as far indented as the opening one, and no line between them that is indented less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_OPEN = re.compile(r"^(?P<indent> *)(?:(?P<mark>`{3,})(?P<info>[^`]*)|(?P<tildes>~{3,})(?P<title>.*))$")
_LANGUAGE = re.compile(r"[{\s.]*([^\s{}.]*)")


@dataclass(frozen=True)
class Fence:
    """A fenced block. ``first`` and ``last`` are the lines of its marks, from 1; ``body`` is dedented."""

    first: int
    last: int
    indent: int
    info: str
    body: tuple[str, ...]
    closed: bool = True

    @property
    def language(self) -> str:
        """First word of the info string, lower case, no braces and dots: ``{ .python }`` gives ``python``."""
        words = _LANGUAGE.match(self.info)
        return words[1].lower() if words else ""

    @property
    def is_source(self) -> bool:
        """Whether the fence shows a line of a module on a walk page."""
        return self.info.split() == ["python", "source"]


def parse(text: str) -> list[Fence]:
    """All fences of a page, in order. An unclosed fence has ``closed=False`` and runs to where the page
    leaves its indentation: for one that is not indented, to the end of the page.
    """
    return list(_parsed(text))


@lru_cache(maxsize=512)  # a build asks for the fences of a page about ten times
def _parsed(text: str) -> tuple[Fence, ...]:
    fences: list[Fence] = []
    # Not splitlines(): a form feed or U+2028 inside a line must not shift the numbers an editor shows.
    lines = text.removesuffix("\n").split("\n")
    number = 0
    while number < len(lines):
        opening = _OPEN.match(lines[number])
        number += 1
        if not opening:
            continue
        first, indent = number, len(opening["indent"])
        info = (opening["info"] or opening["title"] or "").strip()
        number, closed = _end(lines, first, opening["indent"], opening["mark"] or opening["tildes"])
        body = tuple(line[indent:] for line in lines[first:number])
        number += closed
        fences.append(Fence(first, number, indent, info, body, closed))
    return tuple(fences)


def _end(lines: list[str], start: int, indent: str, mark: str) -> tuple[int, bool]:
    """Index of the closing mark, or of the first line outside the fence; and whether it is closed."""
    for number in range(start, len(lines)):
        line = lines[number].rstrip()
        if line == indent + mark:
            return number, True
        if line and not line.startswith(indent):
            return number, False
    return len(lines), False
