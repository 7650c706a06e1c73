"""The size of attention that others have measured, next to their figures."""

from __future__ import annotations

from _ext.directives import cells
from _ext.directives.results import PUBLISHED, TASKS, Results
from _ext.directives.site import Site, table

# Milliseconds of a forward pass on an A100, float32, B=8, T=1024, C=768, H=12, as published in
# LLMs-from-scratch by Sebastian Raschka, ch03/02_bonus_efficient-multihead-attention.
A100 = {
    "per_head": 4.79,
    "separate": 3.15,
    "combined": 3.88,
    "einsum": 4.24,
    "sdpa": 1.15,
    "sdpa_mask": 1.82,
    "mha": 2.26,
    "mha_weights": 3.19,
}
BASE = "sdpa"


def forward(site: Site, page: str, results: Results) -> str:
    """Forward: the ratios may be compared, the milliseconds are of different machines."""
    header = [
        site.say("写法", "Variant"),
        site.say("前向，毫秒", "Forward, ms"),
        site.say("范围", "Range"),
        f": `{BASE}`",
        site.say("A100（他人公布），毫秒", "A100, published, ms"),
        f": `{BASE}`",
    ]
    base = results.seconds(BASE, PUBLISHED, "forward")
    rows = []
    for variant in results.variants:
        own, theirs = results.seconds(variant, PUBLISHED, "forward"), A100.get(variant)
        rows.append(
            [
                cells.variant(site, page, variant),
                cells.milliseconds(own),
                cells.spread(results.times(variant, PUBLISHED, "forward")),
                cells.ratio(own, base),
                f"{theirs:.2f}" if theirs else cells.NOTHING,
                cells.ratio(theirs, A100[BASE]),
            ]
        )
    return table(header, rows)


def step(site: Site, page: str, results: Results) -> str:
    """The same size: a training step, and the memory of both tasks."""
    header = [
        site.say("写法", "Variant"),
        site.say("一步，毫秒", "Step, ms"),
        site.say("范围", "Range"),
        f": `{BASE}`",
        site.say("前向内存，MB", "Forward, MB"),
        site.say("一步内存，MB", "Step, MB"),
    ]
    base = results.seconds(BASE, PUBLISHED, "train")
    rows = []
    for variant in results.variants:
        seconds = results.seconds(variant, PUBLISHED, "train")
        memory = [cells.megabytes(results.memory(variant, PUBLISHED, task)) for task in TASKS]
        times = results.times(variant, PUBLISHED, "train")
        timed = [cells.milliseconds(seconds), cells.spread(times), cells.ratio(seconds, base)]
        rows.append([cells.variant(site, page, variant), *timed, *memory])
    return table(header, rows)
