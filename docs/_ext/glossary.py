"""The terms of the guide in both languages (``docs/glossary.json``), and the check that pages keep to them.

One line per term:

    {"id": "token", "en": "token", "zh": "token", "page": "how-to-read.md#letters",
     "define": {"en": "...", "zh": "..."}, "aliases": {"en": [...], "zh": [...]}, "refused": ["令牌"]}

``page`` is the heading that teaches it, in the tree of a language. ``aliases`` are further forms that pages
use. ``refused`` are Chinese renderings that no page may use. Where ``marks`` stands, only these forms get a
tooltip (see ``terms.py``): for words that are everyday words as well. ``连续（contiguous`` is ``连续``
where its English follows in brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from _ext import outline, twins
from _ext.problems import Problem

FILE = "docs/glossary.json"
PAGE = "glossary.md"
LANGUAGES = ("en", "zh")

_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)

# What is no prose: code spans, formulas, addresses, attributes.
_NO_PROSE = re.compile(r"(`+).+?\1|\$[^$\n]+\$|\]\([^)]*\)|<[^>]*>|\{[^}]*\}")


@dataclass(frozen=True)
class Term:
    """One term; what differs by language is a pair, English first. ``line`` is where the file has it."""

    id: str
    names: tuple[str, str]
    definitions: tuple[str, str]
    aliases: tuple[tuple[str, ...], tuple[str, ...]]
    marks: tuple[tuple[str, ...] | None, tuple[str, ...] | None]
    refused: tuple[str, ...]
    page: str
    line: int

    def name(self, lang: str) -> str:
        return self.names[LANGUAGES.index(lang)]

    def definition(self, lang: str) -> str:
        return self.definitions[LANGUAGES.index(lang)]

    def forms(self, lang: str) -> tuple[str, ...]:
        """How pages of a language write it."""
        return (self.name(lang), *self.aliases[LANGUAGES.index(lang)])

    def marked(self, lang: str) -> tuple[str, ...]:
        """The forms that get a tooltip."""
        marks = self.marks[LANGUAGES.index(lang)]
        return self.forms(lang) if marks is None else marks


def load(root: Path) -> tuple[Term, ...]:
    """The terms of a repository; none where it has no glossary, or one that ``check`` refuses to read."""
    path = root / FILE
    try:
        return parse(path.read_text(encoding="utf-8")) if path.is_file() else ()
    except _UNREADABLE:
        return ()


@lru_cache(maxsize=8)
def parse(text: str) -> tuple[Term, ...]:
    """The terms in the text of the file, in its order."""
    lines = text.split("\n")
    return tuple(_term(entry, lines) for entry in json.loads(text)["terms"])


def _term(entry: Mapping[str, object], lines: list[str]) -> Term:
    mark = f'"id": "{entry["id"]}"'
    line = next((number for number, row in enumerate(lines, 1) if mark in row), 1)
    define, aliases, marks = (entry.get(key, {}) for key in ("define", "aliases", "marks"))
    return Term(
        entry["id"],
        tuple(entry.get(lang, "") for lang in LANGUAGES),
        tuple(define.get(lang, "") for lang in LANGUAGES),
        tuple(tuple(aliases.get(lang, ())) for lang in LANGUAGES),
        tuple(tuple(marks[lang]) if lang in marks else None for lang in LANGUAGES),
        tuple(entry.get("refused", ())),
        entry.get("page", ""),
        line,
    )


def check(root: Path) -> list[Problem]:
    """Everything that is wrong with the glossary of a repository, and with the terms of its pages."""
    path = root / FILE
    if not path.is_file():
        return []
    try:
        terms = parse(path.read_text(encoding="utf-8"))
    except _UNREADABLE as error:
        message = f"expected terms in the form that glossary.py describes, got {error!r}; mend the file"
        return [Problem(FILE, 1, message)]
    pages = {lang: _texts(root / "docs" / lang, "*.md") for lang in LANGUAGES}
    chinese = {f"docs/zh/{path}": outline.prose(text) for path, text in pages["zh"].items()}
    for path, text in _texts(root / "minigpt", "*.py").items():  # the Chinese halves of docstrings
        chinese[f"minigpt/{path}"] = list(enumerate(outline.rows(text), 1))
    return check_terms(terms, pages) + check_renderings(terms, chinese)


@lru_cache(maxsize=128)
def _anchors(text: str) -> frozenset[str]:
    return frozenset(anchor for _, anchor in twins.anchors(text))


def check_terms(terms: tuple[Term, ...], pages: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    """Whether each term is whole, has a place in both languages, and is used by some page of both."""
    anchors = {
        (lang, path): _anchors(text)
        for lang, tree in pages.items()
        for path, text in tree.items()
        if any(term.page.partition("#")[0] == path for term in terms)
    }
    prose = {lang: "\n".join(map(_all_prose, tree.values())).lower() for lang, tree in pages.items()}
    seen: set[str] = set()
    problems = []
    for term in terms:
        found = [*_form(term, seen), *_places(term, anchors), *_use(term, prose)]
        problems += [Problem(FILE, term.line, message) for message in found]
        seen.add(term.id)
    return problems


def check_renderings(terms: tuple[Term, ...], texts: Mapping[str, list[tuple[int, str]]]) -> list[Problem]:
    """Each place where a Chinese text, given by its numbered lines, uses a rendering that is refused."""
    right = {form: term.name("zh") for term in terms for form in term.refused}
    if not right:
        return []
    pattern = re.compile("|".join(re.escape(form) for form in sorted(right, key=len, reverse=True)))
    problems = []
    for path, lines in texts.items():
        for number, line in lines:
            for form in pattern.findall(_NO_PROSE.sub(" ", line)):
                message = f"expected the term {right[form]!r} of {FILE}, got {form!r}; write the former"
                problems.append(Problem(path, number, message))
    return problems


def _form(term: Term, seen: set[str]) -> Iterator[str]:
    if term.id in seen:
        yield f"expected each id once, got {term.id!r} again; leave one"
    for what, pair in (("name", term.names), ("definition", term.definitions)):
        for lang, text in zip(LANGUAGES, pair, strict=True):
            if not text:
                yield f"expected the {what} of {term.id!r} in {lang}, got none; write it"


def _places(term: Term, anchors: Mapping[tuple[str, str], frozenset[str]]) -> Iterator[str]:
    path, _, anchor = term.page.partition("#")
    for lang in LANGUAGES:
        if anchor not in anchors.get((lang, path), ()):
            page = f"docs/{lang}/{path}"
            yield f"expected a heading {{#{anchor}}} on {page} for {term.id!r}, got none; correct `page`"


def _use(term: Term, prose: Mapping[str, str]) -> Iterator[str]:
    for lang in LANGUAGES:
        if not any(form and form.lower() in prose.get(lang, "") for form in term.forms(lang)):
            forms = ", ".join(term.forms(lang))
            yield f"expected some page of docs/{lang} to use {forms}, got none; remove the entry {term.id!r}"


@lru_cache(maxsize=256)
def _all_prose(text: str) -> str:
    return "\n".join(line.replace("`", "") for _, line in outline.prose(text))


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    files = sorted(folder.rglob(pattern))
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in files}
