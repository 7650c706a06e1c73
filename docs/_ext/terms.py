"""Tooltips: the first time that a finished page uses a term of the glossary, the term carries its definition.

Only running text is touched: paragraphs, list items, table cells. Left alone are code, headings, links,
pictures, captions, formulas (which are TeX at this point) and what can already have the focus.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from _ext.glossary import Term

_TAG = r"""[^'">]*(?:"[^"]*"[^'">]*|'[^']*'[^'">]*)*"""
_CLOSED = "pre|code|svg|math|script|style|a|abbr|button|label|summary|figcaption|h[1-6]|th|dt|kbd"
_LEAVE = (
    rf"<!--.*?-->|<(?P<tag>{_CLOSED})(?=[\s>]){_TAG}>.*?</(?P=tag)\s*>"
    r'|<(?P<formula>span|div) class="arithmatex">.*?</(?P=formula)>'
    r'|<ul class="walk-shapes".*?</ul>|<span class="doc-section-title">.*?</span>'
    r'|<p class="(?:admonition-title|erratum-meta)".*?</p>'
)
_TOKEN = re.compile(rf"(?P<leave>{_LEAVE})|<(?P<end>/?)(?P<name>[A-Za-z][\w-]*){_TAG}>", re.DOTALL)
_PROSE = {"p", "li", "td", "dd"}

_HAN = re.compile(r"[\u3400-\u9fff]")


def mark(html: str, lang: str, terms: tuple[Term, ...]) -> str:
    """The page with a tooltip at the first occurrence of each term."""
    if not terms:
        return html
    pattern, owner = _pattern(terms, lang)
    seen: set[str] = set()

    def wrap(found: re.Match[str]) -> str:
        term = owner[_key(found[0])]
        if term is None or term.id in seen:
            return found[0]
        seen.add(term.id)
        title = escape(term.definition(lang).replace("`", ""))
        return f'<abbr class="term" title="{title}" tabindex="0">{found[0]}</abbr>'

    out, depth, done = [], 0, 0
    for token in _TOKEN.finditer(html):
        text = html[done : token.start()]
        out += (pattern.sub(wrap, text) if depth and text else text, token[0])
        done = token.end()
        if not token["leave"] and token["name"] in _PROSE:
            depth += -1 if token["end"] else 1
    return "".join([*out, html[done:]])


@lru_cache(maxsize=8)
def _pattern(terms: tuple[Term, ...], lang: str) -> tuple[re.Pattern[str], Mapping[str, Term | None]]:
    """What finds any form of a term, the longest first, and whose each form is.

    Forms that get no tooltip are found as well, so that no shorter term is marked inside them.
    """
    owner: dict[str, Term | None] = {}
    shapes: dict[str, str] = {}
    for term in terms:
        marked = term.marked(lang)
        for form in (*marked, *term.forms(lang)):
            for written in _written(form):
                text = written.partition("（")[0]
                owner.setdefault(_key(text), term if form in marked else None)
                shapes.setdefault(text, _shape(written, term))
    return re.compile(_alternatives(shapes)), owner


def _alternatives(shapes: Mapping[str, str]) -> str:
    """All forms, the longest first; by their first letters, so that most places of a page fail at once."""
    groups: dict[str, list[str]] = {}
    for form in sorted(shapes, key=len, reverse=True):
        groups.setdefault(form[0].lower(), []).append(shapes[form])
    parts: dict[bool, list[str]] = {True: [], False: []}
    for letter, members in groups.items():
        first = f"[{letter}{letter.upper()}]" if letter != letter.upper() else re.escape(letter)
        parts[bool(_HAN.match(letter))].append(f"(?={first})(?:{'|'.join(members)})")
    han, latin = "|".join(parts[True]), "|".join(parts[False])
    words = rf"(?<![A-Za-z0-9_.\-])(?=[A-Za-z])(?:{latin})" if latin else ""
    return "|".join(part for part in (words, han) if part)


def _written(form: str) -> tuple[str, ...]:
    """A form and its English plural: ``batch``, ``batches``."""
    if _HAN.search(form) or not form[-1].isalpha():
        return (form,)
    return (form, form + ("es" if re.search(r"(?:s|x|ch|sh)$", form) else "s"))


def _shape(form: str, term: Term) -> str:
    form, bracket, english = form.partition("（")
    if len(form) == 1 and _HAN.match(form):
        # Part of too many words: a term where the page introduces it, with its English in brackets.
        bracket, english = "（", term.name("en")
    words = r"\s+".join(re.escape(word) for word in form.split())
    if form[0].islower():  # it may begin a sentence
        words = f"[{form[0]}{form[0].upper()}]{words[1:]}"
    if bracket:
        return f"{words}(?={bracket}{re.escape(english)})"
    after = "" if _HAN.match(form[-1]) else r"(?![A-Za-z0-9_]|[.\-][A-Za-z0-9])"
    return f"{words}{after}"


def _key(form: str) -> str:
    return " ".join(form.split()).lower()
