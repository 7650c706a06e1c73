"""What is kept from build to build, because making it again takes time and gives the same.

Compiled templates serve both languages and every rebuild of ``make serve``; search entries, and what
Markdown made of a page, serve the pages that an edit left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from _ext.languages import fingerprint


class _Templates(BytecodeCache):
    """Jinja's own cache, in memory; a bucket's checksum tells when a template was edited."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_templates = _Templates()

# By language and page: its content, and its entries.
_entries: dict[tuple[str, str], tuple[str, list[Any]]] = {}


class _Rendered(NamedTuple):
    """What ``Page.render`` made, and what it was made from."""

    origin: tuple[Any, ...]
    made: dict[str, Any]  # attributes of the page
    links: dict[str, dict[str, str]] | None  # ``links_to_anchors``, by path: each build has its own files
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]]  # what autorefs was told, the page left out
    objects: dict[str, Any]  # what mkdocstrings noted for its inventory


_MADE = ("content", "toc", "_title_from_render", "present_anchor_ids")
_BLOCK = ":::"  # mkdocstrings: such a page also shows the docstrings of the package
_docstrings = ""  # fingerprint of what these are made from
_rendered: dict[tuple[str, str, str], _Rendered] = {}  # by configuration file, folder of pages, and page

_code: dict[str, str] = {}  # by source, language and options


class _Heard(logging.Handler):
    """Whether anything was said while a page was rendered."""

    any = False

    def emit(self, record: logging.LogRecord) -> None:
        self.any = True


def templates(env: Environment) -> None:
    """Let an environment share what was compiled."""
    env.bytecode_cache = _templates


def search_entries(index: Any, lang: str) -> None:
    """Let Material's search index take a page's entries from the last build if its content is the same."""
    add = index.add_entry_from_context

    def add_once(page: Any) -> None:
        key, content = (lang, page.url), f"{page.title}\0{page.content}"
        if _entries.get(key, ("",))[0] == content:
            index.entries.extend(_entries[key][1])
            return
        before = len(index.entries)
        add(page)
        _entries[key] = content, index.entries[before:]

    index.add_entry_from_context = add_once


def docstrings(paths: Iterable[Path]) -> None:
    """Before a build: pages with docstrings are rendered again if anything below ``paths`` was edited."""
    global _docstrings
    _docstrings = fingerprint(paths)


def pages(page_class: Any) -> None:
    """Let pages whose Markdown is the same take over what was made of it.

    Links depend on which pages there are, docstrings on the package, and all on the configuration. A page
    that a warning was about is rendered again, so that the warning is repeated until the page is mended.
    """
    render = page_class.render
    if getattr(render, "keeps", False):
        return

    def render_once(page: Any, config: Any, files: Any) -> None:
        key = config.config_file_path, config.docs_dir, page.file.src_uri
        docstrings = _docstrings if _BLOCK in page.markdown else ""
        origin = page.markdown, docstrings, Path(config.config_file_path).read_bytes(), _addresses(files)
        if key in _rendered and _rendered[key].origin == origin:
            _restore(page, _rendered[key], config, files)
            return
        _rendered.pop(key, None)
        heard, log = _Heard(logging.WARNING), logging.getLogger("mkdocs")
        log.addHandler(heard)
        try:
            anchors, objects = _overhear(page, render, config, files)
        finally:
            log.removeHandler(heard)
        if not heard.any:
            links = page.links_to_anchors
            by_path = None if links is None else {file.src_uri: found for file, found in links.items()}
            made = {name: getattr(page, name) for name in _MADE}
            _rendered[key] = _Rendered(origin, made, by_path, anchors, objects)

    render_once.keeps = True  # type: ignore[attr-defined]
    page_class.render = render_once


def code(highlighter: Any) -> None:
    """Let blocks of code that are the same take over their colors: an edit changes few of a page."""
    highlight = highlighter.highlight
    if getattr(highlight, "keeps", False):
        return

    def highlight_once(self: Any, src: str, language: str, *args: Any, **kwargs: Any) -> Any:
        options = {name: value for name, value in vars(self).items() if name != "md"}
        # A title may be stashed in the page at hand, and inline code is an element of its tree.
        if kwargs.get("inline") or kwargs.get("title") or self.auto_title or len(args) > 1:
            return highlight(self, src, language, *args, **kwargs)
        key = repr((src, language, args, kwargs, options))
        if key not in _code:
            _code[key] = highlight(self, src, language, *args, **kwargs)
        return _code[key]

    highlight_once.keeps = True  # type: ignore[attr-defined]
    highlighter.highlight = highlight_once


def _addresses(files: Any) -> frozenset[tuple[str, str, str]]:
    return frozenset((file.src_uri, file.url, file.inclusion.name) for file in files)


def _overhear(page: Any, render: Any, config: Any, files: Any) -> tuple[list[Any], dict[str, Any]]:
    """Render the page, and return the anchors it registered with autorefs, and its objects."""
    autorefs, anchors = config.plugins["autorefs"], []
    register = autorefs.register_anchor
    inventory = _inventory(config)
    before = set(inventory)

    def register_anchor(owner: Any, *args: Any, **kwargs: Any) -> None:
        anchors.append((args, kwargs))
        register(owner, *args, **kwargs)

    autorefs.register_anchor = register_anchor
    try:
        render(page, config, files)
    finally:
        del autorefs.register_anchor
    return anchors, {name: found for name, found in inventory.items() if name not in before}


def _inventory(config: Any) -> dict[str, Any]:
    return config.plugins["mkdocstrings"].handlers.inventory


def _restore(page: Any, kept: _Rendered, config: Any, files: Any) -> None:
    for name, value in kept.made.items():
        setattr(page, name, value)
    if kept.links is not None:
        page.links_to_anchors = {files.src_uris[path]: found for path, found in kept.links.items()}
    for args, kwargs in kept.anchors:
        config.plugins["autorefs"].register_anchor(page, *args, **kwargs)
    _inventory(config).update(kept.objects)
