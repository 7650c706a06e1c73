"""The terms of the guide with their definitions, from ``docs/glossary.json``."""

from __future__ import annotations

from itertools import groupby

from _ext import curriculum, glossary
from _ext.directives.site import Site, Unable, link, title


def render(site: Site, page: str) -> str:
    """A heading per term, below one per letter of its English name; in front of them links to the letters."""
    terms = sorted(glossary.load(site.root), key=lambda term: term.name("en").lower())
    if not terms:
        raise Unable(f"expected the terms in {glossary.FILE}, got none; write the file")
    letters, sections = [], []
    for letter, group in groupby(terms, key=lambda term: term.name("en")[0].upper()):
        letters.append(f"[{letter}](#letter-{letter.lower()})")
        sections.append(f"## {letter} {{#letter-{letter.lower()}}}")
        sections += [_entry(site, page, term) for term in group]
    return "\n\n".join([" · ".join(letters), *sections])


def _entry(site: Site, page: str, term: glossary.Term) -> str:
    other = term.name("en" if site.lang == "zh" else "zh")
    name = term.name(site.lang)
    heading = name if name == other else f"{name} · {other}"
    notes = [_where(site, page, term)]
    if term.refused and site.lang == "zh":
        notes.append("本指南不写：" + "、".join(term.refused))
    return f"### {heading} {{#{term.id}}}\n\n{term.definition(site.lang)}\n\n" + "<br>".join(notes)


def _where(site: Site, page: str, term: glossary.Term) -> str:
    path, _, anchor = term.page.partition("#")
    file = site.root / "docs" / site.lang / path
    found = curriculum.headings(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if anchor not in found:
        place = f"docs/{site.lang}/{path}, which {glossary.FILE} names"
        raise Unable(
            f"expected a heading {{#{anchor}}} on {place}, got none; correct the glossary or the page"
        )
    taught = link(found[anchor].title, f"docs/{site.lang}/{term.page}", page)
    return f"{title(site, f'docs/{site.lang}/{path}')} › {taught}"
