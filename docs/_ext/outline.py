"""The frame of a page: its front matter and its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from _ext import fences

_FRONT_MATTER = re.compile(r"\A---[ ]*\n(?P<body>.*?)^---[ ]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_SETTING = re.compile(r"^(?P<key>[\w-]+):[ ]*(?P<value>.*?)[ ]*$")
_HEADING = re.compile(r"^(?P<marks>#{1,6})[ ]+(?P<title>.*?)[ ]*#*[ ]*$")
_ANCHOR = re.compile(r"[ ]*\{[^}]*#(?P<anchor>[^\s}]+)[^}]*\}$")


@dataclass(frozen=True)
class Heading:
    """A heading; ``anchor`` is the one written behind it, ``{#anchor}``, or None."""

    line: int
    level: int
    title: str
    anchor: str | None

    def __str__(self) -> str:
        return f"{'#' * self.level} {self.title}"


def rows(text: str) -> list[str]:
    """The lines of a page as editors count them: a form feed or U+2028 ends none."""
    return text.removesuffix("\n").split("\n")


def front_matter(text: str) -> dict[str, str]:
    """The settings at the top of a page that are one line each."""
    found = _FRONT_MATTER.match(text)
    settings = (_SETTING.match(line) for line in rows(found["body"])) if found else ()
    return {setting["key"]: setting["value"].strip("\"'") for setting in settings if setting}


def front_matter_size(text: str) -> int:
    """How many lines the front matter takes, its marks included."""
    found = _FRONT_MATTER.match(text)
    return found[0].count("\n") if found else 0


def setting_line(text: str, key: str) -> int:
    """The line of the front matter that holds a setting; 1 if there is none."""
    lines = rows(text)[: front_matter_size(text)]
    return next((n for n, line in enumerate(lines, 1) if line.startswith(key + ":")), 1)


def headings(text: str) -> list[Heading]:
    """All headings of a page, in order. What looks like one inside a fence (a comment, say) is none."""
    found = []
    for number, line in prose(text):
        heading = _HEADING.match(line)
        if heading:
            anchor = _ANCHOR.search(heading["title"])
            title = heading["title"][: anchor.start()] if anchor else heading["title"]
            found.append(Heading(number, len(heading["marks"]), title, anchor["anchor"] if anchor else None))
    return found


def prose(text: str) -> list[tuple[int, str]]:
    """The lines of a page, numbered, without its front matter and its fences."""
    skipped = set(range(1, front_matter_size(text) + 1))
    for fence in fences.parse(text):
        skipped.update(range(fence.first, fence.last + 1))
    return [(number, line) for number, line in enumerate(rows(text), 1) if number not in skipped]
