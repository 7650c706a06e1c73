"""How many lines of code the walk pages explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from _ext.directives.site import Site, link, table, title

if TYPE_CHECKING:
    from _ext.walk import Walk

_LANGUAGES = {"zh": "中文", "en": "English"}


def render(site: Site, page: str) -> str:
    """Lines explained per module, in both languages."""
    by_module: dict[str, dict[str, Walk]] = {}
    for lang in (site.lang, *_LANGUAGES):
        for walk in site.reading_order(lang):
            by_module.setdefault(walk.module, {})[lang] = walk
    rows = []
    for module, walks in by_module.items():
        here = walks.get(site.lang)
        shown = link(title(site, here.page), here.page, page) if here else "—"
        known = max(walk.total for walk in walks.values())
        counts = [(walks[lang].explained if lang in walks else 0, known) for lang in _LANGUAGES]
        rows.append((f"`{module}`", shown, counts))
    sums = [
        tuple(map(sum, zip(*column, strict=True))) for column in zip(*(row[2] for row in rows), strict=True)
    ]
    header = [site.say("模块", "Module"), site.say("页面", "Page")]
    header += [
        site.say(f"{name}：已讲解 / 代码行", f"{name}: lines explained / of code")
        for name in _LANGUAGES.values()
    ]
    body = [[module, shown, *(_share(*count) for count in counts)] for module, shown, counts in rows]
    total = [
        site.say("**合计**", "**Total**"),
        "",
        *(f"**{_share(*count)}**" for count in sums or [(0, 0)] * 2),
    ]
    return table(header, [*body, total])


def lines(site: Site, page: str) -> str:
    """One sentence: all lines explained in the language of the page."""
    walks = site.walks.get(site.lang, [])
    explained, total = sum(walk.explained for walk in walks), sum(walk.total for walk in walks)
    return site.say(
        f"本指南目前讲解了 {total} 行代码中的 {explained} 行。",
        f"The guide explains {explained} of {total} lines of code.",
    )


def _share(explained: int, total: int) -> str:
    # Rounded down: 100 % is written when nothing is missing, and only then.
    percent = 100 * explained // total if total else 100
    return f"{explained} / {total} ({percent} %)"
