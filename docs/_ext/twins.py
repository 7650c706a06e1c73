"""The two languages compared: twin pages have the same frame, the same code and the same pictures.

Prose is written for its reader and is free. Equal must be: module, probe and how snippets are cut into tests,
headings (their levels and anchors, so that links work in both languages), fences, figures and generated
tables, the number of formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest

import markdown

from _ext import fences, outline
from _ext.problems import Problem

_INSERT = re.compile(r"\((figure:[^)]*)\)|<!--\s*(guide:.*?)\s*-->")
_NO_WORDS = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|<[^>]*>|\]\([^)]*\)|\{[^}]*\}", re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

# Chinese pages are full of English names, English ones quote a Chinese term now and then. Beyond these shares
# of its letters a page is in the wrong language; one with fewer letters than this is not judged.
_LEAST_CHINESE, _MOST_CHINESE, _ENOUGH = 0.1, 0.3, 80


@dataclass(frozen=True)
class Part:
    """Something that both twins must have; the rows of ``text`` begin at ``line`` of the page."""

    line: int
    text: tuple[str, ...]


def compare(zh: Mapping[str, str], en: Mapping[str, str]) -> list[Problem]:
    """Compare the pages of both trees, given by their paths in the tree."""
    problems: list[Problem] = []
    for path in sorted(zh.keys() | en.keys()):
        here, there = f"docs/zh/{path}", f"docs/en/{path}"
        if path in zh and path in en:
            problems += _both(here, zh[path], there, en[path])
        else:
            page, twin = (here, there) if path in zh else (there, here)
            problems.append(
                Problem(page, 1, f"expected its twin {twin}, got none; write it or delete this page")
            )
    return problems


@lru_cache(maxsize=1024)  # `make serve` compares all pages after every edit of one
def _both(here: str, zh: str, there: str, en: str) -> tuple[Problem, ...]:
    return *_compare(here, zh, there, en), *_wrong_language(here, zh, there, en)


def _compare(here: str, zh: str, there: str, en: str) -> Iterator[Problem]:
    for kind, parts_of, remedy in (
        ("setting", _settings, "write the same on both pages"),
        (
            "heading",
            _headings,
            "give both the same level and anchor, as in `## 形状 {#shapes}` and `## Shapes`",
        ),
        ("fence", _fences, "copy the fence from the page that is right"),
        ("figure or table", _inserts, "put the same on both pages, in the same order"),
        ("formula", _formulas, "display the same formulas on both pages"),
    ):
        ours, theirs = parts_of(zh), parts_of(en)
        matcher = SequenceMatcher(
            None, [part.text for part in ours], [part.text for part in theirs], autojunk=False
        )
        for same, start, stop, twin_start, twin_stop in matcher.get_opcodes():
            if same == "equal":
                continue
            for our, their in zip_longest(ours[start:stop], theirs[twin_start:twin_stop]):
                if our and their:
                    yield _different(kind, here, our, there, their, remedy)
                elif our:
                    yield _alone(kind, here, our, there, theirs[:twin_stop], remedy)
                else:
                    yield _alone(kind, there, their, here, ours[:stop], remedy)


def _different(kind: str, here: str, our: Part, there: str, their: Part, remedy: str) -> Problem:
    rows = zip_longest(our.text, their.text, fillvalue="nothing more")
    number, (got, expected) = next((n, pair) for n, pair in enumerate(rows) if pair[0] != pair[1])
    message = f"expected {kind} `{expected}` as in {there}:{their.line + number}, got `{got}`; {remedy}"
    return Problem(here, our.line + number, message)


def _alone(kind: str, page: str, part: Part, twin: str, above: list[Part], remedy: str) -> Problem:
    place = f"{twin}:{above[-1].line}" if above else f"the top of {twin}"
    return Problem(page, part.line, f"expected {kind} `{part.text[0]}` below {place} too, got none; {remedy}")


def _settings(text: str) -> list[Part]:
    found = outline.front_matter(text)
    return [
        Part(outline.setting_line(text, key), (f"{key}: {found[key]}",))
        for key in ("walk", "probe", "snippets")
        if key in found
    ]


def _headings(text: str) -> list[Part]:
    parts = []
    for heading, anchor in anchors(text):
        shown = (
            ""
            if heading.level == 1
            else f" {{#{anchor}}}"
            if re.search("[a-z]", anchor)
            else " without an anchor"
        )
        parts.append(Part(heading.line, ("#" * heading.level + shown,)))
    return parts


def anchors(text: str) -> list[tuple[outline.Heading, str]]:
    """Each heading with its address on the page: the one written behind it, or the one the site derives."""
    return list(_anchored(text))


@lru_cache(maxsize=256)  # the glossary asks for those of one page once per term
def _anchored(text: str) -> tuple[tuple[outline.Heading, str], ...]:
    found = outline.headings(text)
    rows = [f"{heading} {{#{heading.anchor}}}" if heading.anchor else str(heading) for heading in found]
    converter = markdown.Markdown(extensions=["attr_list", "toc"])
    html = converter.convert("\n\n".join(rows))
    return tuple(zip(found, re.findall(r'<h[1-6][^>]*? id="([^"]*)"', html), strict=True))


def _fences(text: str) -> list[Part]:
    """All fences. What is in a ``text`` fence may be prose, so only that there is one counts."""
    return [
        Part(fence.first, ("```text",) if fence.language == "text" else (f"```{fence.info}", *fence.body))
        for fence in fences.parse(text)
    ]


def _inserts(text: str) -> list[Part]:
    return [
        Part(number, (found[1] or found[2],))
        for number, row in outline.prose(text)
        for found in _INSERT.finditer(row)
    ]


def _formulas(text: str) -> list[Part]:
    marks = [number for number, row in outline.prose(text) for _ in range(row.count("$$"))]
    return [Part(number, ("$$",)) for number in marks[::2]]


def _wrong_language(here: str, zh: str, there: str, en: str) -> Iterator[Problem]:
    for page, text, language in ((here, zh, "Chinese"), (there, en, "English")):
        words = _NO_WORDS.sub(" ", "\n".join(row for _, row in outline.prose(text)))
        chinese, latin = len(_CHINESE.findall(words)), len(_LATIN.findall(words))
        share = chinese / max(chinese + latin, 1)
        wrong = share < _LEAST_CHINESE if language == "Chinese" else share > _MOST_CHINESE
        if wrong and chinese + latin >= _ENOUGH:
            message = (
                f"expected a page in {language}, got {share:.0%} Chinese letters; write it in {language}"
            )
            yield Problem(page, 1, message)
