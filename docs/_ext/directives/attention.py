"""What `python -m minigpt.bench attention` has measured, table by table, or the word that nobody has yet."""

from __future__ import annotations

from collections.abc import Callable

from _ext.directives import cells, expectations, published
from _ext.directives.results import PUBLISHED, Results, Size, read
from _ext.directives.site import Site, Unable, table

STATUS = {
    "wrong": {"zh": "结果不对，没有计时", "en": "wrong, not timed"},
    "not supported": {"zh": "不支持", "en": "not supported"},
    "out of memory": {"zh": "内存不足", "en": "out of memory"},
    "not compiled": {"zh": "不编译", "en": "not compiled"},
    "": {"zh": "还没有测", "en": "not measured yet"},
}


def part(device: str, render: Callable[[Site, str, Results], str]) -> Callable[[Site, str], str]:
    """The directive for one table, which without an artifact says how to get one."""

    def directive(site: Site, page: str) -> str:
        try:
            results = read(site.root, device)
        except ValueError as error:
            raise Unable(str(error)) from error
        return render(site, page, results) if results else _nothing(site, device)

    return directive


def machine(site: Site, page: str, results: Results) -> str:
    """Where and when."""
    environment = site.say("；", "; ").join(f"{key} {value}" for key, value in results.environment.items())
    return site.say(
        f"测于 {results.date}。环境：{environment}。", f"Measured {results.date} on: {environment}."
    )


def sweep(task: str) -> Callable[[Site, str, Results], str]:
    """Times of a task over T."""
    return lambda site, page, results: _over_lengths(
        site, page, results, lambda variant, size: cells.milliseconds(results.seconds(variant, size, task))
    )


def memory(task: str) -> Callable[[Site, str, Results], str]:
    """Memory of a task over T."""
    return lambda site, page, results: _over_lengths(
        site, page, results, lambda variant, size: cells.megabytes(results.memory(variant, size, task))
    )


def compiled(task: str) -> Callable[[Site, str, Results], str]:
    """How many times as fast as without, or why there is no compiler."""

    def render(site: Site, page: str, results: Results) -> str:
        if results.compiler:
            return site.say(
                f"这台机器上 `torch.compile` 不能用：`{results.compiler}`。",
                f"`torch.compile` does not work on this machine: `{results.compiler}`.",
            )

        if not any(mode == "compiled" for _, mode, _ in results.rows):
            return site.say("这次没有测编译方式。", "The compiled mode was not measured in this run.")

        def cell(variant: str, size: Size) -> str:
            eager, fast = (results.seconds(variant, size, task, mode) for mode in ("eager", "compiled"))
            return cells.ratio(eager, fast)

        return _over_lengths(site, page, results, cell, PUBLISHED)

    return render


def exceptions(site: Site, page: str, results: Results) -> str:
    """Who was not measured, and why."""
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for (variant, mode, (_, T, _, _)), row in results.rows.items():
        if row["status"] != "measured":
            found.setdefault((variant, mode, row["status"], row["message"]), []).append(T)
    if not found:
        return site.say(
            "每一种写法都与参考实现相等，全部测到了。",
            "Every variant was found equal to the reference, and everything was measured.",
        )
    header = [
        site.say("写法", "Variant"),
        site.say("方式", "Mode"),
        "T",
        site.say("情况", "What happened"),
        site.say("原话", "In its words"),
    ]
    rows = [
        [
            cells.variant(site, page, variant),
            mode,
            ", ".join(str(T) for T in sorted(set(lengths))),
            STATUS[status][site.lang],
            f'<span class="said">`{message}`</span>' if message else cells.NOTHING,
        ]
        for (variant, mode, status, message), lengths in found.items()
    ]
    return table(header, rows)


def everything(site: Site, page: str, results: Results) -> str:
    """All tables of a device in one place, each with a line above it."""
    parts: list[tuple[str, str, Callable[[Site, str, Results], str]]] = [
        ("", "", machine),
        ("公布过的尺寸", "The published size", published.forward),
        ("公布过的尺寸：训练的一步和内存", "The published size: a training step, and memory", published.step),
        ("前向，毫秒", "Forward, ms", sweep("forward")),
        ("前向加反向，毫秒", "Forward and backward, ms", sweep("train")),
        ("内存，前向加反向，MB", "Memory, forward and backward, MB", memory("train")),
        ("不编译 : 编译，前向加反向", "Eager : compiled, forward and backward", compiled("train")),
        ("没有测到的", "What was not measured", exceptions),
        ("预期与结果", "Expected and found", expectations.render),
    ]
    return "\n\n".join(
        (f"**{site.say(zh, en)}**\n\n" if zh else "") + render(site, page, results)
        for zh, en, render in parts
    )


def _over_lengths(
    site: Site, page: str, results: Results, cell: Callable[[str, Size], str], *further: Size
) -> str:
    """One column per length, and one per further size."""
    sizes = results.sweep
    if not sizes:
        return ""
    B, _, C, H = sizes[0]
    further = tuple(size for size in further if size not in sizes)
    names = [f"T = {size[1]}" for size in sizes]
    names += [f"T = {t},<br>B = {b},<br>C = {c}" for b, t, c, _ in further]
    rows = [
        [cells.variant(site, page, variant), *(cell(variant, size) for size in [*sizes, *further])]
        for variant in results.variants
    ]
    lead = f"B = {B}, C = {C}, H = {H}{site.say('：', ':')}"
    return f"{lead}\n\n{table([site.say('写法', 'Variant'), *names], rows)}"


def _nothing(site: Site, device: str) -> str:
    command = "python -m minigpt.bench attention" + (f" --device {device}" if device != "cpu" else "")
    return site.say(
        f"还没有测过：`docs/_reports/attention-{device}.json` 不存在。运行 `{command}` 会测量并写出它。",
        f"Not measured yet: there is no `docs/_reports/attention-{device}.json`. "
        f"`{command}` measures and writes it.",
    )
