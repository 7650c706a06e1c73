"""What the guide stands on: dependencies, their bounds and the reason for each, from ``pyproject.toml``.

The reasons are comments, which no TOML parser returns, so the file is read line by line:

    "torch>=2.6",  # the subject of the guide
                   # zh: 本指南讲解的对象
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from _ext.directives.site import Site, Unable, table

_LIST = re.compile(r"^(?P<name>[\w-]+) *= *\[ *(?P<rest>.*)$")
_SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]")
_ITEM = re.compile(r'^ *"(?P<name>[\w.-]+)(?:\[[^\]]*\])? *(?P<bounds>[^"]*)",? *(?:# *(?P<why>.*))?$')
_CHINESE = re.compile(r"^ *# *zh: *(?P<why>.+)$")


@dataclass
class Dependency:
    """One requirement; ``extra`` is empty for those of the package itself."""

    line: int
    name: str
    extra: str
    bounds: str
    en: str
    zh: str = ""


def render(site: Site, page: str) -> str:
    """All dependencies, with the versions that ``constraints.txt`` locks if there is such a file."""
    found = parse((site.root / "pyproject.toml").read_text(encoding="utf-8"))
    for one in found:
        if not (one.en and one.zh):
            raise Unable(
                f"expected pyproject.toml:{one.line} to give the reason for {one.name} in both languages; "
                "add `# ...` behind it and `# zh: ...` on the line below"
            )
    constraints = site.root / "constraints.txt"
    locked = versions(constraints.read_text(encoding="utf-8")) if constraints.is_file() else {}
    header = [
        site.say("依赖", "Dependency"),
        site.say("用于", "For"),
        site.say("版本范围", "Bounds"),
        site.say("锁定版本", "Locked"),
        site.say("为什么需要", "Why"),
    ]
    uses = {"": ("本包", "package"), "docs": ("网站", "site"), "test": ("测试", "tests")}
    rows = [
        [
            f"`{one.name}`",
            site.say(*uses.get(one.extra, (one.extra, one.extra))),
            f"`{one.bounds}`" if one.bounds else "—",
            locked.get(_normal(one.name), "—"),
            one.zh if site.lang == "zh" else one.en,
        ]
        for one in found
    ]
    return table(header, rows)


def parse(text: str) -> list[Dependency]:
    """The requirements in the text of a ``pyproject.toml``, one per line."""
    found: list[Dependency] = []
    section = group = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SECTION.match(line):
            section, group = match["name"], ""
        elif (match := _LIST.match(line)) and _holds_dependencies(section, match["name"]):
            group = match["name"]
            if match["rest"] not in ("", "]"):
                raise Unable(f"expected one dependency per line in pyproject.toml:{number}; split the list")
        elif line.startswith("]"):
            group = ""
        elif group and (match := _ITEM.match(line)):
            extra = "" if group == "dependencies" else group
            found.append(
                Dependency(number, match["name"], extra, match["bounds"].strip(), match["why"] or "")
            )
        elif group and found and (match := _CHINESE.match(line)):
            found[-1].zh = match["why"].strip()
    return found


def versions(text: str) -> dict[str, str]:
    """Locked versions by normalized name."""
    pairs = re.findall(r"^([\w.-]+) *== *([^\s;#]+)", text, re.MULTILINE)
    return {_normal(name): version for name, version in pairs}


def _holds_dependencies(section: str, name: str) -> bool:
    return section == "project.optional-dependencies" or (section == "project" and name == "dependencies")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
