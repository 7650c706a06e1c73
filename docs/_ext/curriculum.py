"""What the guide teaches and where: ``docs/curriculum.json``, set against the pages of both languages.

The file has titles of the parts, and one line per point or erratum:

    {"id": "A0.2", "topic": {"en": "...", "zh": "..."}, "where": ["foundations/class-and-def.md#class"]}

``where`` names the headings that teach it, the best one first, from the tree of a language. An erratum has no
topic, since its heading on ``errata.md`` says it, and that heading comes first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from _ext import outline, twins
from _ext.problems import Problem

FILE = "docs/curriculum.json"
ERRATA = "errata.md"

_ID = re.compile(r"(?P<part>[A-Z]\d+)\.\d+|(?P<short>[A-Za-z])\d+")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_META = 'class="erratum-meta"'


@dataclass(frozen=True)
class Point:
    """One thing that the guide teaches; ``line`` is where the file has it."""

    id: str
    topic: Mapping[str, str]
    where: tuple[str, ...]
    line: int

    @property
    def part(self) -> str:
        """The part it belongs to: ``A0`` for ``A0.2``, ``C`` for ``C1``, ``e`` for an erratum."""
        found = _ID.fullmatch(self.id)
        return (found["part"] or found["short"]) if found else ""


def load(text: str) -> tuple[dict[str, dict[str, str]], list[Point]]:
    """Titles of the parts, and the points in their order, from the text of the file."""
    content = json.loads(text)
    lines = text.split("\n")
    points = []
    for entry in content["points"]:
        mark = f'"id": "{entry["id"]}"'
        line = next((number for number, row in enumerate(lines, 1) if mark in row), 1)
        points.append(Point(entry["id"], entry.get("topic", {}), tuple(entry["where"]), line))
    return content["parts"], points


def check(
    parts: Mapping[str, object], points: list[Point], pages: Mapping[str, Mapping[str, str]]
) -> list[Problem]:
    """Everything that is wrong with the points; pages by language and by their paths in its tree."""
    problems: list[Problem] = []
    known = {lang: {path: headings(text) for path, text in tree.items()} for lang, tree in pages.items()}
    seen = set()
    for point in points:
        found = list(_form(point, parts, seen)) or list(_targets(point, known))
        problems += [Problem(FILE, point.line, message) for message in found]
        seen.add(point.id)
    return problems


def check_errata(points: list[Point], pages: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    """Whether the list has exactly the errata of the page, each with the links that its entry gives."""
    problems = []
    listed = {point.id: point for point in points if point.part == "e"}
    for lang, tree in pages.items():
        page, told = f"docs/{lang}/{ERRATA}", dict(taught(tree.get(ERRATA, "")))
        for name, (line, links) in told.items():
            if name not in listed:
                message = f"expected an entry for {name} in {FILE}, got none; add it with its links"
                problems.append(Problem(page, line, message))
            elif listed[name].where[1:] != links:
                message = f"expected the links of {name} to be those of {FILE}, {listed[name].where[1:]}"
                problems.append(Problem(page, line, f"{message}, got {links}; make them the same"))
        for name in listed.keys() - told.keys():
            message = f"expected an erratum {name} on {page}, got none; write it, or take it off the list"
            problems.append(Problem(FILE, listed[name].line, message))
    return problems


def headings(text: str) -> dict[str, outline.Heading]:
    """The headings of a page by their anchors."""
    return {anchor: heading for heading, anchor in twins.anchors(text)}


def taught(text: str) -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    """Each erratum of the page, with the line of its heading and the links to where it is taught."""
    found = [(heading.line, heading.anchor) for heading in outline.headings(text)]
    stops = [line for line, _ in found[1:]] + [len(text)]
    prose = outline.prose(text)
    for (line, anchor), stop in zip(found, stops, strict=True):
        if re.fullmatch(r"e\d+", anchor or ""):
            rows = [row for number, row in prose if line < number < stop and _META in row]
            yield anchor, (line, tuple(link["target"] for row in rows for link in _LINK.finditer(row)))


def _form(point: Point, parts: Mapping[str, object], seen: set[str]) -> Iterator[str]:
    if point.part not in parts:
        yield f"expected an id of one of the parts {', '.join(parts)}, got {point.id!r}; correct it"
    if point.id in seen:
        yield f"expected each id once, got {point.id!r} again; leave one"
    if point.part != "e" and not (point.topic.get("en") and point.topic.get("zh")):
        yield f"expected the topic of {point.id} in both languages, got {dict(point.topic)}; write the other"
    if not point.where:
        yield f"expected {point.id} to be taught somewhere, got an empty list; name the heading"
    if point.part == "e" and point.where[:1] != (f"{ERRATA}#{point.id}",):
        yield f"expected {ERRATA}#{point.id} first, got {list(point.where)}; put it there"


def _targets(point: Point, known: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Iterator[str]:
    for lang, tree in known.items():
        for target in point.where:
            path, _, anchor = target.partition("#")
            page = f"docs/{lang}/{path}"
            if path not in tree:
                yield f"expected {point.id} to be taught on {page}, got no such page; correct the path"
            elif anchor not in tree[path]:
                message = f"expected a heading {{#{anchor}}} on {page} for {point.id}, got none"
                yield f"{message}; correct the anchor, or give the heading this one"
