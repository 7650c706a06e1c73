"""Griffe extension: every docstring in both languages, from one text.

After Griffe has parsed a docstring, each of its texts (paragraphs, items, admonitions) is cut into its
halves. The two lists of sections wait in ``obj.extra["bilingual"]``, where the template
``docs/_theme/mkdocstrings/python/material/docstring.html.jinja`` takes the one of the page's language.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import griffe

from _ext.halves import Fault, split
from _ext.problems import Problem, report

TITLES = {
    "Note": "注意",
    "Tip": "提示",
    "Warning": "警告",
    "Important": "重要",
    "Example": "例",
    "Source": "出处",
    "See also": "另见",
}
_ITEMS = {
    "parameters": "argument",
    "other parameters": "argument",
    "attributes": "attribute",
    "raises": "exception",
    "warns": "warning",
    "returns": "return value",
    "yields": "yielded value",
}
_HEADING = re.compile(r"^(Args|Arguments|Attributes|Returns|Yields|Raises|Warns|Examples):$", re.MULTILINE)


class Bilingual(griffe.Extension):
    """Cuts the docstrings of a package into halves as soon as Griffe has loaded it."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: object) -> None:
        """Warn about whatever is missing: MkDocs counts the warnings in a strict build."""
        # Griffe's own extension runs last, but the arguments of dataclasses are needed now; twice is no harm.
        griffe.DataclassesExtension().on_package(pkg=pkg)
        report([problem for obj in _objects(pkg) for problem in check(obj)])


def check(obj: griffe.Object) -> list[Problem]:
    """Localize the docstring of an object; what is wrong with it or missing."""
    path = obj.relative_package_filepath.as_posix()
    if not obj.docstring:
        if not _is_public(obj):
            return []
        kind = "function" if obj.is_function else obj.kind.value
        message = (
            f"{obj.path}: this {kind} is public but has no docstring; "
            'write an English summary and, below it, a line "zh: ..."'
        )
        return [Problem(path, obj.lineno or 1, message)]
    # A return value is one text, however many lines it has: Griffe would take each line for another value.
    obj.docstring.parser_options = {**obj.docstring.parser_options, "returns_multiple_items": False}
    reading = _Reading()
    obj.extra["bilingual"] = {lang: reading.sections(obj.docstring.parsed, lang) for lang in ("en", "zh")}
    found = [*reading.faults, *_undocumented(obj)]
    lines = _lines(obj, [fault.line for _, fault in found])
    return [
        Problem(path, line, f"{obj.path}: {where}: {fault.message}")
        for line, (where, fault) in zip(lines, found, strict=True)
    ]


@dataclass
class _Reading:
    """The sections of one docstring in a language, with the faults met on the way."""

    faults: list[tuple[str, Fault]] = field(default_factory=list)

    def sections(self, parsed: list[griffe.DocstringSection], lang: str) -> list[griffe.DocstringSection]:
        """Copies of the sections that hold one language only. Faults are the same in both, and kept once."""
        self.faults = []
        return [self._section(section, lang) for section in parsed]

    def _section(self, section: griffe.DocstringSection, lang: str) -> griffe.DocstringSection:
        result = copy.copy(section)
        kind = section.kind.value
        if kind == "text":
            result.value = self._text(section.value, lang, "text")
        elif kind == "examples":
            result.value = [
                (part, self._text(text, lang, "examples") if part.value == "text" else text)
                for part, text in section.value
            ]
        elif kind == "admonition":
            result.value = self._item(section.value, lang, f"admonition {section.title!r}")
        else:
            result.value = [self._item(item, lang, _label(kind, item)) for item in section.value]
        result.title = self._title(section, lang)
        return result

    def _item(self, item: griffe.DocstringElement, lang: str, where: str) -> griffe.DocstringElement:
        result = copy.copy(item)
        result.description = self._text(item.description, lang, where)
        if "zh" in (getattr(item, "name", None), str(item.annotation)):
            message = (
                '"zh:" stands level with the items, so it is taken for one; indent it by four more spaces'
            )
            self.faults = [pair for pair in self.faults if pair[0] != where]
            self.faults.append((where, Fault("zh:", message)))
        return result

    def _text(self, text: str, lang: str, where: str) -> str:
        halves = split(text)
        self.faults += [(where, fault) for fault in halves.faults]
        if where == "text" and (heading := _HEADING.search(text)):
            message = (
                f"{heading[0]!r} is taken for text; put a blank line above it and indent what belongs to it"
            )
            self.faults.append((where, Fault(heading[0], message)))
        return getattr(halves, lang)

    def _title(self, section: griffe.DocstringSection, lang: str) -> str | None:
        title = section.title
        if title is None or title in TITLES:
            return TITLES[title] if title and lang == "zh" else title
        known = ", ".join(TITLES)
        message = f"title {title!r} has no Chinese half; use one of {known} and put the rest in the text"
        self.faults.append(("title", Fault(title, message)))
        return title


def _label(kind: str, item: griffe.DocstringElement) -> str:
    name = getattr(item, "name", "") or (item.annotation if kind in ("raises", "warns") else "")
    return f"{_ITEMS.get(kind, kind)} `{name}`" if name else _ITEMS.get(kind, kind)


def _objects(obj: griffe.Object) -> Iterator[griffe.Object]:
    """The object and all that is defined in it, imports left out."""
    yield obj
    for member in obj.members.values():
        if not member.is_alias:
            yield from _objects(member)


def _is_public(obj: griffe.Object) -> bool:
    """Whether readers may use it: modules, classes, functions without underscore, what ``__all__`` names."""
    parents: list[griffe.Object] = [obj]
    while parents[-1].parent is not None:
        parents.append(parents[-1].parent)
    if any(parent.name.startswith("_") for parent in parents):
        return False
    if obj.is_attribute and "property" not in obj.labels:
        # A constant may also be described in the docstring of its module.
        return obj.name in (obj.parent.exports or ()) and not _described(obj.parent, obj.name)
    return True


def _described(module: griffe.Object, name: str) -> bool:
    sections = module.docstring.parsed if module.docstring else []
    return any(item.name == name for s in sections if s.kind.value == "attributes" for item in s.value)


def _undocumented(obj: griffe.Object) -> list[tuple[str, Fault]]:
    """Arguments that an ``Args`` section leaves out. Griffe itself warns about those that it has too many."""
    section = next((s for s in obj.docstring.parsed if s.kind.value == "parameters"), None)
    if section is None or not (obj.is_class or obj.is_function):
        return []
    known = {item.name.lstrip("*") for item in section.value}
    names = [parameter.name.lstrip("*") for parameter in obj.parameters]
    missing = [name for name in names if name not in known and name not in ("self", "cls")]
    message = "the signature has it, the Args section has not; describe it there"
    return [(f"argument `{name}`", Fault("Args:", message)) for name in missing]


def _lines(obj: griffe.Object, quotes: list[str]) -> list[int]:
    """Where in the file the quoted lines are, each searched from the one before; else the first line."""
    first, last = obj.docstring.lineno or 1, obj.docstring.endlineno or 1
    source = obj.lines_collection[obj.filepath]
    numbers: list[int] = []
    start = first
    for quote in quotes:
        start = next((n for n in range(start, last + 1) if quote in source[n - 1]), first)
        numbers.append(start)
    return numbers
