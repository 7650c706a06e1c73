"""What one would expect of the ways to write attention, set against what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from _ext.directives.results import PUBLISHED, Results
from _ext.directives.site import Site, table

BY_HAND = ("per_head", "separate", "combined", "einsum", "einops", "mha_weights")
LONG = 2048  # from this length to twice this length, memory is dominated by what grows


@dataclass(frozen=True)
class Finding:
    """An expectation, what was measured in its place, and whether it holds: None if it was not measured."""

    zh: str
    en: str
    measured: str
    holds: bool | None


def render(site: Site, page: str, results: Results) -> str:
    """A table of all expectations, those that fail included."""
    words = {True: site.say("是", "yes"), False: site.say("**否**", "**no**"), None: "—"}
    header = [site.say("预期", "Expected"), site.say("实测", "Measured"), site.say("成立", "Holds")]
    rows = [[site.say(one.zh, one.en), one.measured or "—", words[one.holds]] for one in findings(results)]
    return table(header, rows)


def findings(results: Results) -> Iterator[Finding]:
    """Every expectation, in the order of the table."""
    yield _faster(
        results, "sdpa", "separate", "融合内核比写出分数的快", "The fused kernel beats written-out scores"
    )
    yield _faster(
        results,
        "separate",
        "per_head",
        "一次算完所有的头，比逐个头的循环快",
        "All heads at once beat a loop over heads",
    )
    yield _faster(
        results,
        "combined",
        "separate",
        "一次乘积得到 q、k、v，比三次快",
        "One product for q, k, v beats three",
    )
    yield _faster(
        results, "sdpa", "sdpa_mask", "`is_causal` 比显式的掩码快", "`is_causal` beats an explicit mask"
    )
    yield _faster(results, "mha", "mha_weights", "不要权重比要权重快", "Not asking for weights beats asking")
    yield _growth(
        results, "separate", 4, "手写的内存随 T 的平方增长", "Memory by hand grows with the square of T"
    )
    yield _growth(
        results, "sdpa", 2, "融合内核的内存随 T 线性增长", "Memory of the fused kernel grows with T"
    )
    yield _backward(results)
    yield _compiler(results)


def _faster(results: Results, one: str, other: str, zh: str, en: str) -> Finding:
    """At the published size, forward."""
    fast, slow = (results.seconds(name, PUBLISHED, "forward") for name in (one, other))
    ratio = slow / fast if fast and slow else None
    measured = f"`{other}` : `{one}` = {ratio:.2f}" if ratio else ""
    return Finding(zh, en, measured, None if ratio is None else ratio > 1)


def _growth(results: Results, variant: str, factor: int, zh: str, en: str) -> Finding:
    """Memory of a forward pass at twice the length, as a multiple."""
    sizes = {size[1]: size for size in results.sweep}
    short, long = (
        results.memory(variant, sizes[T], "forward") if T in sizes else None for T in (LONG, 2 * LONG)
    )
    if not short or not long:
        return Finding(zh, en, "", None)
    measured = f"`{variant}`, T {LONG} → {2 * LONG}: × {long / short:.2f}"
    return Finding(zh, en, measured, abs(long / short - factor) < 0.25 * factor)


def _backward(results: Results) -> Finding:
    """Over all variants and sizes: the largest share of a training step that a forward pass takes."""
    shares = {}
    for variant, mode, size in results.rows:
        forward, train = (results.seconds(variant, size, task) for task in ("forward", "train"))
        if mode == "eager" and forward and train:
            shares[variant, size] = forward / train
    zh, en = "只做前向，比前向加反向快", "A forward pass alone is faster than forward and backward"
    if not shares:
        return Finding(zh, en, "", None)
    (variant, (B, T, _, _)), most = max(shares.items(), key=lambda item: item[1])
    return Finding(zh, en, f"`{variant}`, B = {B}, T = {T}: × {most:.2f}", most < 1)


def _compiler(results: Results) -> Finding:
    """Over all variants and sizes, a training step."""
    ratios = {}
    for variant, mode, size in results.rows:
        fast, slow = (
            results.seconds(variant, size, "train", "compiled"),
            results.seconds(variant, size, "train"),
        )
        if mode == "compiled" and fast and slow:
            ratios[variant, size] = slow / fast
    zh, en = "编译之后没有一种变慢", "Nothing gets slower by being compiled"
    if not ratios:
        return Finding(zh, en, "", None)
    (variant, (B, T, _, _)), least = min(ratios.items(), key=lambda item: item[1])
    return Finding(zh, en, f"`{variant}`, B = {B}, T = {T}: × {least:.2f}", least >= 1)
