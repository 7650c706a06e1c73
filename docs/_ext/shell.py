"""What the theme and a page owe each other."""

from __future__ import annotations

import re

from _ext import fences

_FLAG = re.compile(r"[ ]*#[ ]*doctest:[^\n]*$")


def strip_flags(text: str) -> str:
    """A page without the ``# doctest: +X`` comments of its snippets: they are for the test, not for the reader."""
    lines = text.split("\n")
    for fence in fences.parse(text):
        if fence.language in {"pycon", "python"}:
            for number in range(fence.first, fence.last):
                lines[number] = _FLAG.sub("", lines[number])
    return "\n".join(lines)


def features(features: list[str], is_walk: bool) -> list[str]:
    """The theme's features for one page: a walk page needs the room of the table of contents, which moves into the navigation."""
    rest = [feature for feature in features if feature != "toc.integrate"]
    return [*rest, "toc.integrate"] if is_walk else rest
