"""Cells of the tables about speed: names, milliseconds, ranges, megabytes, ratios."""

from __future__ import annotations

from _ext.directives.site import Site, link

# Modules whose file has another name than the variant.
PAGES = {
    "reference": "model/attention",
    "einops": "variants/rearranged",
    "mha": "variants/multihead",
    "mha_weights": "variants/multihead",
}
NOTHING = "—"


def variant(site: Site, page: str, variant: str) -> str:
    """Its name, leading to the page that explains it once there is one."""
    target = f"docs/{site.lang}/{PAGES.get(variant, f'variants/{variant}')}.md"
    return link(f"`{variant}`", target, page) if (site.root / target).is_file() else f"`{variant}`"


def milliseconds(seconds: float | None) -> str:
    return NOTHING if seconds is None else _short(seconds * 1e3)


def spread(times: list[float]) -> str:
    """From the smallest to the largest."""
    return span(milliseconds(min(times)), milliseconds(max(times))) if times else NOTHING


def span(low: str, high: str) -> str:
    """Both ends on one line: word joiners beside the dash."""
    return f"{low}\u2060–\u2060{high}"


def megabytes(count: int | None) -> str:
    return NOTHING if count is None else f"{count / 1e6:,.0f}" if count >= 1e7 else f"{count / 1e6:.1f}"


def ratio(value: float | None, base: float | None) -> str:
    return f"{value / base:.2f}" if value and base else NOTHING


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
