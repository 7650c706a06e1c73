"""What the theme and a page owe each other."""

from __future__ import annotations

import re

from _ext import fences

_FLAG = re.compile(r"[ ]*#[ ]*doctest:[^\n]*$")
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_SPAN = re.compile(r' id="__span-\d+-')

# Where a line of Chinese was broken in the source: the browser would make a space of the break.
_MARK = "[\u3000-\u303f\uff00-\uffef“”‘’…—]"
_HAN = "[\u3400-\u9fff]"
_OPEN, _CLOSE = r"(?:<(?:strong|em|a)\b[^>]*>)*", r"(?:</(?:strong|em|a)>)*"
_BREAK = re.compile(
    rf"(?P<before>{_MARK}{_CLOSE})\n(?P<after>)|(?P<left>)\n(?P<right>{_OPEN}{_MARK})"
    rf"|(?P<han>{_HAN}{_CLOSE})\n(?P<next>{_OPEN}(?={_HAN}))"
)


def strip_flags(text: str) -> str:
    """A page without the ``# doctest: +X`` comments of its snippets, which are for the test."""
    lines = text.split("\n")
    for fence in fences.parse(text):
        if fence.language in {"pycon", "python"}:
            for number in range(fence.first, fence.last):
                lines[number] = _FLAG.sub("", lines[number])
    return "\n".join(lines)


def features(features: list[str], is_walk: bool) -> list[str]:
    """The theme's features for one page: on a walk page the table of contents moves into the navigation."""
    rest = [feature for feature in features if feature != "toc.integrate"]
    return [*rest, "toc.integrate"] if is_walk else rest


def join_lines(html: str) -> str:
    """A finished page without the spaces that line breaks put between Chinese characters, code left alone."""
    parts = _PRE.split(html)
    parts[::2] = [
        _BREAK.sub(lambda found: "".join(part or "" for part in found.groups()), part) for part in parts[::2]
    ]
    return "".join(parts)


def own_ids(html: str) -> str:
    """A finished page in which each block of code has an id of its own, and so have its lines.

    The theme makes the target of a copy button from the nearest id around it. Without its own, the block in a
    note has that of its step, as the source beside it has, and its button would copy the source.
    """
    parts = _PRE.split(html)
    for number, part in enumerate(parts[1::2], 1):
        named = part if part.startswith("<pre id=") else part.replace("<pre", f'<pre id="code-{number}"', 1)
        parts[2 * number - 1] = _SPAN.sub(f' id="__span-{number}-', named)
    return "".join(parts)


def source_url(repo_url: str, path: str) -> str:
    """Where a code host shows a file; ``{line}`` stands for the line."""
    return f"{repo_url.rstrip('/')}/blob/main/{path}#L{{line}}"
