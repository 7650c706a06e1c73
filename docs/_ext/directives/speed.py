"""The latest benchmark, as its artifact ``docs/_reports/speed.json`` has it."""

from __future__ import annotations

import json

from _ext.directives.site import Site, Unable, table

_ARTIFACT = "docs/_reports/speed.json"


def render(site: Site, page: str) -> str:
    """Environment and results. A name or goal may be a text, or a mapping from language to text."""
    path = site.root / _ARTIFACT
    if not path.is_file():
        raise Unable(
            f"expected the benchmark artifact {_ARTIFACT}, got no such file; run the benchmark script"
        )
    try:
        artifact = json.loads(path.read_text(encoding="utf-8"))
        environment = site.say("；", "; ").join(
            f"{key} {value}" for key, value in artifact["environment"].items()
        )
        rows = [_row(site, result) for result in artifact["results"]]
        date = artifact["date"]
    except (KeyError, TypeError, ValueError) as error:
        raise Unable(
            f"{_ARTIFACT} is not in the expected form ({error!r}); run the benchmark script again"
        ) from error
    header = [
        site.say("项目", "Measurement"),
        site.say("中位数", "Median"),
        site.say("范围", "Range"),
        site.say("次数", "Repeats"),
        site.say("目标", "Goal"),
    ]
    lead = site.say(f"测于 {date}。环境：{environment}。", f"Measured {date} on: {environment}.")
    return f"{lead}\n\n{table(header, rows)}"


def _row(site: Site, result: dict) -> list[str]:
    low, high = result["spread"]
    unit = result["unit"]
    return [
        _text(site, result["name"]),
        f"{_number(result['median'])} {unit}",
        f"{_number(low)}–{_number(high)} {unit}",
        str(result["repeats"]),
        _text(site, result.get("goal")) or "—",
    ]


def _text(site: Site, value: str | dict[str, str] | None) -> str:
    return value[site.lang] if isinstance(value, dict) else value or ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
