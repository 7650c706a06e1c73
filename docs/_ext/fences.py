"""The one parser of Markdown fences: walk pages, twin check and snippet collector all read pages through it.

Needs nothing but the standard library, because the snippet collector must run on a bare GPU machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN = re.compile(r"^(?P<indent>[ ]*)(?P<mark>`{3,}|~{3,})[ ]*(?P<info>[^`]*?)[ ]*$")


@dataclass(frozen=True)
class Fence:
    """A fenced block. ``first`` and ``last`` are the lines of its marks, counted from 1; ``body`` is dedented."""

    first: int
    last: int
    indent: int
    info: str
    body: tuple[str, ...]
    closed: bool = True

    @property
    def language(self) -> str:
        """First word of the info string, lower case, without braces and dots: ``{ .python }`` gives ``python``."""
        words = self.info.strip("{} ").split()
        return words[0].lstrip(".").lower() if words else ""

    @property
    def is_source(self) -> bool:
        """Whether the fence shows a line of a module on a walk page."""
        return self.info.split() == ["python", "source"]


def parse(text: str) -> list[Fence]:
    """All fences of a page, in order. An unclosed fence runs to the end and has ``closed=False``."""
    fences: list[Fence] = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opening = _OPEN.match(lines[number])
        number += 1
        if not opening:
            continue
        first, indent, mark = number, len(opening["indent"]), opening["mark"]
        closing = re.compile(rf"^[ ]*{re.escape(mark[0])}{{{len(mark)},}}[ ]*$")
        while number < len(lines) and not closing.match(lines[number]):
            number += 1
        body = tuple(line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines[first:number])
        closed = number < len(lines)
        number += 1
        fences.append(Fence(first, min(number, len(lines)), indent, opening["info"], body, closed))
    return fences
