"""What directives know about the site, and how they write Markdown."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _ext.walk import Walk

_CODE_SPAN = re.compile(r"((`+).+?\2)", re.DOTALL)
_TITLE = re.compile(r"^# +(?P<title>.+?)(?: *\{[^}]*\})? *$", re.MULTILINE)


class Unable(Exception):  # noqa: N818 - read as: unable to write this table, because ...
    """A directive cannot do its work; the message says why and what to do."""


@dataclass(frozen=True)
class Site:
    """The repository, the language that is being built, and the walk pages of each language."""

    root: Path
    lang: str
    walks: dict[str, list[Walk]] = field(default_factory=dict)

    def reading_order(self, lang: str) -> list[Walk]:
        """The walk pages of a language, in the order of the navigation; those it does not list come last."""
        settings = self.root / "mkdocs.yml"
        listed = (
            re.findall(r"[\w/.-]+\.md", settings.read_text(encoding="utf-8")) if settings.is_file() else []
        )
        place = {f"docs/{lang}/{name}": number for number, name in reversed(list(enumerate(listed)))}
        return sorted(self.walks.get(lang, []), key=lambda walk: place.get(walk.page, len(listed)))

    def say(self, zh: str, en: str) -> str:
        """The text in the language of the site."""
        return zh if self.lang == "zh" else en


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table. Cells are Markdown on one line."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def link(text: str, target: str, page: str) -> str:
    """A link from one Markdown file to another, both given from the root of the repository."""
    return f"[{text}]({posixpath.relpath(target, posixpath.dirname(page))})"


def title(site: Site, page: str) -> str:
    """The heading of a page, or its file name while it has none."""
    path = site.root / page
    found = _TITLE.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found["title"] if found else posixpath.basename(page)


def _cell(text: str) -> str:
    # Between backticks a vertical bar is text already, and a backslash would be shown.
    parts = _CODE_SPAN.split(" ".join(text.split()))
    return "".join(part if i % 3 else part.replace("|", "\\|") for i, part in enumerate(parts) if i % 3 != 2)
