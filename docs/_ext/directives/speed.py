"""The latest benchmarks, as their artifacts in ``docs/_reports/`` have them."""

from __future__ import annotations

import json
import re
from itertools import groupby

from _ext.directives import cells
from _ext.directives.site import Site, Unable, table

_SITE = "docs/_reports/speed.json"
_MODEL = "docs/_reports/speed-model.json"
_CUDA = "docs/_reports/speed-model-cuda.json"
_GENERATION = "docs/_reports/speed-generation.json"
_GENERATION_CUDA = "docs/_reports/speed-generation-cuda.json"
_NOT_ON_A_GPU = "还没有在 GPU 上测过。", "Nothing has been measured on a GPU yet."
_GOAL = re.compile(r"([<>≤≥]) ([\d.]+)(?: (\S+))?")  # one that a number meets or misses


def render(site: Site, page: str) -> str:
    """The site's own speed."""
    return _artifact(site, _SITE)


def model(site: Site, page: str) -> str:
    """The model's speed on a CPU."""
    return _artifact(site, _MODEL)


def cuda(site: Site, page: str) -> str:
    """The model's speed on a GPU, or the plain word that nobody has measured it yet."""
    command = "`python tests/bench/model.py --device cuda`"
    return _if_measured(site, _CUDA, command, *_NOT_ON_A_GPU)


def generation(site: Site, page: str) -> str:
    """How fast text is generated, on a CPU and on a GPU, or the plain word that nobody has measured it."""
    command = "`python tests/bench/generation.py`"
    on_cpu = _if_measured(site, _GENERATION, command, "还没有测过。", "Nothing has been measured yet.")
    command = "`python tests/bench/generation.py --device cuda`"
    return f"{on_cpu}\n\n{_if_measured(site, _GENERATION_CUDA, command, *_NOT_ON_A_GPU)}"


def _if_measured(site: Site, name: str, command: str, zh: str, en: str) -> str:
    if (site.root / name).is_file():
        return _artifact(site, name)
    return site.say(f"{zh}{command} 会测量并写出 `{name}`。", f"{en} {command} measures and writes `{name}`.")


def _artifact(site: Site, name: str) -> str:
    """Environment and results. A name or goal may be a text, or a mapping from language to text."""
    path = site.root / name
    if not path.is_file():
        raise Unable(f"expected the benchmark artifact {name}, got no such file; run the benchmark script")
    try:
        artifact = json.loads(path.read_text(encoding="utf-8"))
        environment = site.say("；", "; ").join(
            f"{key} {value}" for key, value in artifact["environment"].items()
        )
        tables = [
            _table(site, group, list(results))
            for group, results in groupby(artifact["results"], lambda one: _text(site, one.get("group")))
        ]
        date = artifact["date"]
    except (KeyError, TypeError, ValueError) as error:
        raise Unable(
            f"{name} is not in the expected form ({error!r}); run the benchmark script again"
        ) from error
    lead = site.say(f"测于 {date}。环境：{environment}。", f"Measured {date} on: {environment}.")
    return "\n\n".join([lead, *tables])


def _table(site: Site, group: str, results: list[dict]) -> str:
    """What was measured under one title, if it has one: on a phone, a long name of a column would fill it."""
    header = [
        site.say("项目", "Measurement"),
        site.say("中位数", "Median"),
        site.say("范围", "Range"),
        site.say("次数", "Repeats"),
        site.say("目标", "Goal"),
    ]
    rows = table(header, [_row(site, result) for result in results])
    return f"**{group}**\n\n{rows}" if group else rows


def _row(site: Site, result: dict) -> list[str]:
    low, high = result["spread"]
    unit = result["unit"]
    return [
        _text(site, result["name"]),
        f"{_number(result['median'])} {unit}",
        cells.span(_number(low), _number(high)),
        str(result["repeats"]),
        _goal(site, result) or cells.NOTHING,
    ]


def _goal(site: Site, result: dict) -> str:
    """The goal, and whether the median meets it."""
    goal = _text(site, result.get("goal"))
    found = _GOAL.fullmatch(goal)
    if not found:
        return goal
    if found[3] not in (None, result["unit"]):
        raise ValueError(f"a goal in {found[3]} for values in {result['unit']}")
    sign, bound, median = found[1], float(found[2]), result["median"]
    met = {"<": median < bound, "≤": median <= bound, ">": median > bound, "≥": median >= bound}[sign]
    verdict = site.say("达到", "met") if met else site.say("**未达到**", "**missed**")
    return f"{goal}{site.say('，', ', ')}{verdict}"


def _text(site: Site, value: str | dict[str, str] | None) -> str:
    return value[site.lang] if isinstance(value, dict) else value or ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
