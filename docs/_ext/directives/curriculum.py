"""Where each point of the curriculum is taught, by ``docs/curriculum.json``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from _ext import curriculum, outline
from _ext.directives.site import Site, Unable, link, table, title


def render(site: Site, page: str) -> str:
    """A section per part of the curriculum, with a table of its points."""
    path = site.root / curriculum.FILE
    if not path.is_file():
        raise Unable(f"expected the list {curriculum.FILE}, got no such file; write it")
    try:
        parts, points = curriculum.load(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError) as error:
        raise Unable(
            f"{curriculum.FILE} is not in the expected form ({error!r}); compare with curriculum.py"
        ) from error
    header = [site.say("内容", "What"), site.say("在哪里讲", "Where")]
    sections = []
    for name, names in parts.items():
        rows = [_row(site, page, point) for point in points if point.part == name]
        if rows:
            sections.append(f"## {names[site.lang]} {{#{name.lower()}}}\n\n{table(header, rows)}")
    return "\n\n".join(sections)


def _row(site: Site, page: str, point: curriculum.Point) -> list[str]:
    if point.part != "e":
        return [f"**{point.id}** {point.topic[site.lang]}", _where(site, page, point.where)]
    entry, *where = point.where
    claim = _heading(site, entry).title.partition(" · ")[2]
    what = link(claim, f"docs/{site.lang}/{entry}", page)
    return [f"**{point.id}** {what}", _where(site, page, where)]


def _where(site: Site, page: str, targets: Iterable[str]) -> str:
    """A line per page, which names the page once and then links its sections."""
    lines = []
    for path, group in groupby(targets, key=lambda target: target.partition("#")[0]):
        name = title(site, f"docs/{site.lang}/{path}")
        links = [link(_heading(site, one).title, f"docs/{site.lang}/{one}", page) for one in group]
        lines.append(f"{name} › {' · '.join(links)}")
    return "<br>".join(lines)


def _heading(site: Site, target: str) -> outline.Heading:
    path, _, anchor = target.partition("#")
    file = site.root / "docs" / site.lang / path
    found = _headings(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if anchor not in found:
        place = f"docs/{site.lang}/{path}, which {curriculum.FILE} names"
        raise Unable(f"expected a heading {{#{anchor}}} on {place}, got none; correct the list or the page")
    return found[anchor]


@lru_cache(maxsize=64)
def _headings(text: str) -> dict[str, outline.Heading]:
    return curriculum.headings(text)
