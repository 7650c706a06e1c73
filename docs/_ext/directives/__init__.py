"""Tables made at build time: ``<!-- guide:NAME -->`` on a line of its own becomes Markdown.

A directive is a function of the site and the page that returns Markdown, or raises ``Unable`` with a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from _ext import fences
from _ext.directives import (
    api,
    attention,
    continuations,
    coverage,
    curriculum,
    dependencies,
    expectations,
    glossary,
    layers,
    published,
    speed,
    stages,
    verification,
    viewer,
)
from _ext.directives.site import Site, Unable
from _ext.problems import Problem

__all__ = ["DIRECTIVES", "Site", "Unable", "expand"]

DIRECTIVES: dict[str, Callable[[Site, str], str]] = {
    "api": api.render,
    "attention-compiled-forward": attention.part("cpu", attention.compiled("forward")),
    "attention-compiled-train": attention.part("cpu", attention.compiled("train")),
    "attention-cuda": attention.part("cuda", attention.everything),
    "attention-exceptions": attention.part("cpu", attention.exceptions),
    "attention-expectations": attention.part("cpu", expectations.render),
    "attention-forward": attention.part("cpu", attention.sweep("forward")),
    "attention-keys": viewer.keys,
    "attention-machine": attention.part("cpu", attention.machine),
    "attention-memory-forward": attention.part("cpu", attention.memory("forward")),
    "attention-memory-train": attention.part("cpu", attention.memory("train")),
    "attention-patterns": viewer.patterns,
    "attention-published": attention.part("cpu", published.forward),
    "attention-step": attention.part("cpu", published.step),
    "attention-train": attention.part("cpu", attention.sweep("train")),
    "attention-viewer": viewer.render,
    "coverage": coverage.render,
    "credits-dependencies": dependencies.render,
    "curriculum": curriculum.render,
    "glossary": glossary.render,
    "layers": layers.render,
    "lines": coverage.lines,
    "losses": layers.losses,
    "run-continuations": continuations.render,
    "run-facts": stages.facts,
    "run-greedy": continuations.greedy,
    "run-next": continuations.predictions,
    "run-stages": stages.render,
    "speed": speed.render,
    "speed-cuda": speed.cuda,
    "speed-generation": speed.generation,
    "speed-model": speed.model,
    "verification": verification.render,
}

_LINE = re.compile(r"^ {0,3}<!--\s*guide:(?P<name>[\w-]*)\s*-->\s*$")
_CODE_SPAN = re.compile(r"(`+).+?\1")


def expand(text: str, page: str, site: Site) -> tuple[str, list[Problem]]:
    """Replace the directives of a page, those shown inside fences left alone."""
    fenced = {n for fence in fences.parse(text) for n in range(fence.first, fence.last + 1)}
    lines = text.split("\n")
    problems = []
    for number, line in enumerate(lines, 1):
        if number in fenced or "guide:" not in line:
            continue
        try:
            if match := _LINE.match(line):
                lines[number - 1] = _run(match["name"], page, site)
            elif re.search(r"<!--\s*guide:", _CODE_SPAN.sub("", line)):
                raise Unable("expected `<!-- guide:NAME -->` alone on its line, got more; move the rest away")
        except Unable as error:
            problems.append(Problem(page, _original_line(line, number, page, site), str(error)))
    return "\n".join(lines), problems


def _run(name: str, page: str, site: Site) -> str:
    if name not in DIRECTIVES:
        known = ", ".join(sorted(DIRECTIVES))
        raise Unable(f"expected one of the directives {known}, got {name!r}; correct the name")
    return DIRECTIVES[name](site, page)


def _original_line(line: str, number: int, page: str, site: Site) -> int:
    """Number of the line in the file: earlier steps drop the front matter and lengthen the page."""
    path = site.root / page
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return lines.index(line) + 1 if line in lines else number
