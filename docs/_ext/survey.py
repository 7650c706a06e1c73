"""What a build finds out about all pages, in both languages, before it renders the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from _ext import measure, twins, walk
from _ext.problems import Problem

Shapes = dict[int, list[measure.Measured]]


@dataclass
class Survey:
    """``walks`` and ``shapes`` are keyed by the page's path in the repository: ``docs/zh/model/norm.md``."""

    walks: dict[str, walk.Walk] = field(default_factory=dict)
    shapes: dict[str, Shapes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def by_language(self, languages: list[str]) -> dict[str, list[walk.Walk]]:
        """The walks of each language."""
        return {
            lang: [self.walks[page] for page in self.walks if f"docs/{lang}/" in page] for lang in languages
        }


def survey(root: Path, languages: list[str]) -> Survey:
    """Read every page and every module of the repository at ``root``."""
    found = Survey()
    trees = {lang: _texts(root / "docs" / lang, "*.md") for lang in languages}
    modules = {f"minigpt/{path}": text for path, text in _texts(root / "minigpt", "*.py").items()}
    found.problems += twins.compare(*trees.values())
    for lang, tree in trees.items():
        for path, text in tree.items():
            _read(root, f"docs/{lang}/{path}", text, modules, found)
    found.problems += walk.unexplained(modules, list(found.walks.values()))
    return found


def coverage(found: Survey, languages: list[str]) -> list[str]:
    """One line per module: how many of its lines each language explains."""
    counts: dict[str, dict[str, str]] = {}
    for lang, walks in found.by_language(languages).items():
        for one in walks:
            counts.setdefault(one.module, {})[lang] = f"{lang} {one.explained}/{one.total}"
    return [f"coverage {module} {' '.join(counts[module].values())}" for module in sorted(counts)]


def _read(root: Path, page: str, text: str, modules: dict[str, str], found: Survey) -> None:
    meta = walk.front_matter(text)
    if "walk" not in meta:
        return
    module = meta["walk"]
    found.walks[page] = walk.read(page, text, module, modules.get(module))
    found.problems += found.walks[page].problems
    if "probe" in meta and module in modules:
        try:
            found.shapes[page] = measure.measure_cached(
                root / module, root / f"docs/_probes/{meta['probe']}.py"
            )
        except measure.ProbeError as error:
            found.problems.append(error.problem)


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in sorted(folder.rglob(pattern))
    }
