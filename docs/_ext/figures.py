"""Figures: ``![caption](figure:NAME)`` on a line of its own becomes what ``docs/_figures/NAME.py`` draws.

A drawing links pages with ``Canvas.link("model/norm.md#forward", ...)``; the address becomes relative here.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from _ext import addresses, fences
from _ext.draw import FigureError, draw
from _ext.problems import Problem

_ALONE = re.compile(r"^!\[(?P<caption>.*)\]\(figure:(?P<name>[^)\s]*)\)[ ]*$")
_ANYWHERE = re.compile(r"\]\(figure:")
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_ID = re.compile(r'\sid="([^"]*)"')
_PLACE = re.compile(r"docs/(?P<lang>[^/]+)/(?P<page>.+)")


def inline(text: str, page: str, root: Path, lang: str) -> tuple[str, list[Problem]]:
    """Put the figures of a page in. ``page`` is its path below ``root``, for the messages."""
    lines = text.split("\n")
    written, problems = _figure_lines(text), []
    places = _places(written, _content(root / page) or text)
    ids: Counter[str] = Counter()
    for number, line in written.items():
        try:
            found = _ALONE.match(line)
            if not found:
                raise FigureError(
                    "expected a figure alone on its line, at the left margin, got more; move it out"
                )
            lines[number - 1] = _figure(found["name"], found["caption"], page, root, lang, ids)
        except FigureError as error:
            problems.append(Problem(page, places[number], str(error)))
    return "\n".join(lines), problems


def plain(caption: str) -> str:
    """The caption without Markdown and TeX marks, to be read aloud."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", caption)
    text = re.sub(r"[`$\\{}]|\*\*?", "", text)
    return " ".join(text.split())


def _figure_lines(text: str) -> dict[int, str]:
    """The lines that name a figure, by number; fences and code spans only talk about figures."""
    fenced = {n for fence in fences.parse(text) for n in range(fence.first, fence.last + 1)}
    numbered = enumerate(text.split("\n"), 1)
    return {n: line for n, line in numbered if n not in fenced and _ANYWHERE.search(_CODE_SPAN.sub("", line))}


def _places(written: dict[int, str], source: str) -> dict[int, int]:
    """For each line of the text at hand its line in the file: earlier steps of the build move lines."""
    left = list(_figure_lines(source).items())
    places = {}
    for number, line in written.items():
        same = next((entry for entry in left if entry[1].strip() == line.strip()), None)
        if same:
            left.remove(same)
        places[number] = same[0] if same else 1  # the build put it there
    return places


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _figure(name: str, caption: str, page: str, root: Path, lang: str, seen: Counter[str]) -> str:
    if not caption.strip():
        raise FigureError(
            f"expected a caption in ![caption](figure:{name}), got none; say what the picture shows"
        )
    place = _PLACE.fullmatch(page)
    own = place["page"] if place else page
    svg = draw(name, root, lang, own).strip()
    _check_xml(svg, name)
    try:
        svg = addresses.resolve(svg, own, root, lang)
    except addresses.AddressError as error:
        raise FigureError(f"docs/_figures/{name}.py: {error}") from error
    ids = [f"fig-{name}", *_ID.findall(svg)]
    seen.update(ids)
    twice = [one for one in ids if seen[one] > 1]
    if twice:
        raise FigureError(
            f"figure {name!r}: expected ids that occur once, got {twice[0]!r} again; "
            "show each figure once on a page, and begin ids inside a drawing with its name"
        )
    # What is inside an image cannot be reached.
    role = 'role="group" xmlns:xlink="http://www.w3.org/1999/xlink"' if "<a " in svg else 'role="img"'
    named = svg.replace("<svg", f'<svg {role} aria-label="{escape(plain(caption))}"', 1)
    # The inner <div> has no `markdown` attribute, so that Markdown leaves the drawing alone: no <p>, no
    # emphasis in its texts. <figure> has one, because nested blocks obey that of <figcaption> only then.
    return "\n".join(
        [
            "",
            f'<figure class="fig" id="fig-{name}" markdown="block">',
            f'<div class="fig-drawing">\n{named}\n</div>',
            f'<figcaption markdown="span">{caption}</figcaption>',
            "</figure>",
            "",
        ]
    )


def _check_xml(svg: str, name: str) -> None:
    file = f"docs/_figures/{name}.py"
    try:
        tag = ElementTree.fromstring(svg).tag
    except ElementTree.ParseError as error:
        advice = "escape <, > and & in texts, or use Canvas"
        raise FigureError(f"{file}: expected well-formed XML, got {error}; {advice}") from error
    if tag != "{http://www.w3.org/2000/svg}svg":
        raise FigureError(
            f"{file}: expected <svg xmlns=...> as outermost element, got <{tag}>; return Canvas.svg()"
        )
    if "\n\n" in svg or not svg.startswith("<svg"):
        raise FigureError(
            f"{file}: expected SVG that begins with <svg and has no blank line, got other; take them out"
        )
