"""A walk page cut into steps: source fences, each with the note below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from _ext import fences, outline
from _ext.fences import Fence
from _ext.source import pieces

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Unit:
    """A logical line as the page has it; ``line`` is its place on the page."""

    line: int
    text: str


@dataclass(frozen=True)
class Step:
    """A source fence and its note, which ends with line ``note_last`` of the page."""

    fence: Fence
    note_last: int
    has_note: bool
    units: tuple[Unit, ...]


def steps_of(text: str) -> list[Step]:
    """The steps of a page. A note ends at the next source fence, at the next heading, or with the page."""
    found = [fence for fence in fences.parse(text) if fence.is_source]
    ends = [fence.first for fence in found] + [heading.line for heading in outline.headings(text)]
    size = len(outline.rows(text))
    prose = outline.prose(text)
    steps = []
    for fence in found:
        last = min((end for end in ends if end > fence.last), default=size + 1) - 1
        words = "\n".join(line for number, line in prose if fence.last < number <= last)
        has_note = bool(re.search(r"\w", _COMMENT.sub("", words)))
        steps.append(Step(fence, last, has_note, _units(fence)))
    return steps


def _units(fence: Fence) -> tuple[Unit, ...]:
    try:
        cut = pieces("\n".join(fence.body))
    except SyntaxError:  # not even one line of Python: compared, and reported, as a whole
        return (Unit(fence.first + 1, "\n".join(fence.body)),)
    return tuple(Unit(fence.first + piece.first, piece.text) for piece in cut)
