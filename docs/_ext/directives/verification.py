"""Which examples ran on which device, by the reports in ``docs/_reports``; ``examples.py`` has their form.

An example of today counts as verified where the report has one of the same page with the same digest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from _ext import examples
from _ext.directives.site import Site, Unable, link, table, title

_FOLDER = "docs/_reports"
_COMMAND = "python -m pytest docs minigpt --device cuda --report docs/_reports/cuda.json"
_LINES_SHOWN = 8


@dataclass
class Standing:
    """The examples of one page today, against one device of a report."""

    total: int = 0
    results: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: int = 0
    new: int = 0
    lines: list[int] = field(default_factory=list)  # of the examples changed or new


def render(site: Site, page: str) -> str:
    """One part per report and device, and a plain word if none of them is CUDA."""
    now = _today(site)
    parts, on_cuda = [], False
    for path, report in _reports(site):
        for device, hardware in report["devices"].items():
            ran = [one for one in report["examples"] if one["device"] == device]
            if ran:
                on_cuda |= device.startswith("cuda")
                parts += [
                    _head(site, path, report, device, hardware),
                    _counts(site, ran),
                    _pages(site, page, now, ran),
                ]
    if not on_cuda:
        parts.insert(0, _nothing_on_cuda(site))
    return "\n\n".join(parts)


def compare(now: list[examples.Example], ran: Iterable[dict]) -> Standing:
    """Set the examples of a page against those of a report. Equal digests are paired off, in any order."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for one in ran:
        waiting[one["digest"]].append(one["result"])
    standing = Standing(total=len(now))
    for example in now:
        if waiting[example.digest]:
            standing.results[waiting[example.digest].pop(0)] += 1
        else:
            standing.lines.append(example.line)
    # What has gone from the page was edited as often as something else came; the rest is new.
    gone = sum(map(len, waiting.values()))
    standing.changed = min(gone, len(standing.lines))
    standing.new = len(standing.lines) - standing.changed
    return standing


def _today(site: Site) -> dict[str, list[examples.Example]]:
    """Examples by file: the pages of this language (its twin has the same ones) and all docstrings."""
    found = {}
    for path in examples.files(site.root):
        name = path.relative_to(site.root).as_posix()
        if name.startswith((f"docs/{site.lang}/", "minigpt/")):
            found[name] = list(_examples(path, site.root, path.stat().st_mtime_ns))
    return {name: group for name, group in found.items() if group}


@lru_cache(maxsize=1024)  # `make serve` asks again for all files after every edit of one
def _examples(path: Path, root: Path, modified: int) -> tuple[examples.Example, ...]:
    groups, _ = examples.read_file(path, root)  # the collector reports what is wrong with them
    return tuple(example for group in groups.values() for example in group)


def _reports(site: Site) -> list[tuple[str, dict]]:
    found = []
    for path in sorted((site.root / _FOLDER).glob("*.json")):
        name = f"{_FOLDER}/{path.name}"
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Unable(
                f"expected JSON in {name}, got something else ({error}); make the report again"
            ) from error
        if "examples" not in report:
            continue  # another kind of artifact
        if report.get("schema") != 1:
            schema = report.get("schema")
            raise Unable(
                f"expected a report of schema 1 in {name}, got schema {schema}; make the report again"
            )
        found.append((name, report))
    return found


def _head(site: Site, path: str, report: dict, device: str, hardware: str) -> str:
    reseed = report.get("reseed", 0)
    facts = [f"torch {report['torch']}", f"Python {report['python']}", report["date"][:10]]
    if reseed:
        facts.append(site.say(f"随机种子偏移 {reseed}", f"seeds shifted by {reseed}"))
    return f"**{device.upper()} · {hardware}**\n\n{site.say('，', ', ').join(facts)} (`{path}`)"


def _counts(site: Site, ran: list[dict]) -> str:
    passed, failed, skipped = (
        sum(one["result"] == result for one in ran) for result in ("passed", "failed", "cpu-only")
    )
    return site.say(
        f"两种语言的页面和文档字符串的例子：{passed} 个通过，{failed} 个失败，{skipped} 个仅在 CPU 上运行。",
        f"Examples of both languages and docstrings: {passed} passed, {failed} failed, {skipped} CPU only.",
    )


def _pages(site: Site, page: str, now: dict[str, list[examples.Example]], ran: list[dict]) -> str:
    header = [
        site.say("页面", "Page"),
        site.say("例子", "Examples"),
        site.say("已验证", "Verified"),
        site.say("其余", "The rest"),
    ]
    rows = []
    for name, group in now.items():
        standing = compare(group, [one for one in ran if one["page"] == name])
        shown = f"`{name}`" if name.endswith(".py") else link(title(site, name), name, page)
        rows.append([shown, str(standing.total), str(standing.results["passed"]), _rest(site, standing)])
    return table(header, rows)


def _rest(site: Site, standing: Standing) -> str:
    """The examples that are not verified, by reason. What a reader should not rely on stands out."""
    reasons = {
        site.say("仅 CPU", "CPU only"): standing.results["cpu-only"],
        site.say("**失败**", "**failed**"): standing.results["failed"],
        site.say("**已改动**", "**changed**"): standing.changed,
        site.say("**新增**", "**new**"): standing.new,
    }
    text = site.say("，", ", ").join(f"{reason} {count}" for reason, count in reasons.items() if count)
    if not standing.lines:
        return text or "—"
    shown = ", ".join(map(str, standing.lines[:_LINES_SHOWN]))
    more = ", …" if len(standing.lines) > _LINES_SHOWN else ""
    return text + site.say(f"（第 {shown}{more} 行）", f" (lines {shown}{more})")


def _nothing_on_cuda(site: Site) -> str:
    text = site.say(
        "**还没有任何例子在 CUDA 上验证过。** 在装有 NVIDIA GPU 的机器上，下面的命令会生成报告：",
        "**Nothing has been verified on CUDA yet.** On a machine with an NVIDIA GPU, this makes the report:",
    )
    return f"{text}\n\n```sh\n{_COMMAND}\n```"
