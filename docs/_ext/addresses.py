"""Links of drawings: ``href="{page:model/norm.md#L51}"`` becomes relative to the page the drawing is on.

They become ``xlink:href``: the theme's script sets ``href`` of all that has one, which fails for SVG links.
"""

from __future__ import annotations

import functools
import posixpath
import re
from pathlib import Path

from _ext import outline
from _ext.source import logical_lines

_LINK = re.compile(r'href="\{page:(?P<page>[^}#]*)(?:#(?P<anchor>[^}]*))?\}"')


class AddressError(Exception):
    """A link leads nowhere; the message says what to do."""


def resolve(svg: str, own: str, root: Path, lang: str) -> str:
    """A drawing for the page ``own``, a path below ``docs/lang`` like those in the links.

    Raises:
        AddressError: There is no such page, or it has no such anchor.
    """
    return _LINK.sub(
        lambda link: f'xlink:href="{_address(link["page"], link["anchor"], own, root, lang)}"', svg
    )


def _address(target: str, anchor: str | None, own: str, root: Path, lang: str) -> str:
    file = root / "docs" / lang / target
    if not file.is_file():
        raise AddressError(
            f"expected links to pages of docs/{lang}/, got {target!r}; write the page, or take the link out"
        )
    if anchor and anchor not in _anchors(file, root):
        raise AddressError(
            f"expected a link to an anchor of {target}, got {anchor!r}; "
            "name one written as {#anchor}, or L12 for what begins on line 12 of its module"
        )
    url = posixpath.relpath(_folder(target), _folder(own)) + "/"
    return f"{url}#{anchor}" if anchor else url


def _folder(page: str) -> str:
    """Where a page stands: ``model/norm.md`` at ``/model/norm``, ``model/index.md`` at ``/model``."""
    return "/" + (
        posixpath.dirname(page) if posixpath.basename(page) == "index.md" else page.removesuffix(".md")
    )


def _anchors(page: Path, root: Path) -> set[str]:
    """Anchors an author wrote, and those of the lines that a walk page explains."""
    text = page.read_text("utf-8")
    module = root / outline.front_matter(text).get("walk", "")
    written = {heading.anchor for heading in outline.headings(text) if heading.anchor}
    return written | (_lines(module.read_text("utf-8")) if module.is_file() else set())


@functools.lru_cache
def _lines(module: str) -> set[str]:
    return {f"L{line.first}" for line in logical_lines(module)}
