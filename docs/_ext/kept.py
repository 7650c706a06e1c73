"""What is kept from build to build, because making it again takes time and gives the same.

Compiled templates serve both languages and every rebuild of ``make serve``; search entries serve the pages
that an edit left alone.
"""

from __future__ import annotations

from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


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
