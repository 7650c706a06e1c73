"""Shapes of the tensors that each line of a module makes, recorded by running it.

A probe, ``docs/_probes/norm.py``, builds and calls what the module defines and returns the result:

    def probe(B, T, C):
        return LayerNorm(C, bias=True)(torch.randn(B, T, C))

Its parameters are the axis letters. It runs twice, with sizes picked by `axes.pick`, so that the letters are
derived. A probe may also have, at its top:

    AXES = {"C": "H * D"}      # a letter computed from others; each of them may be a parameter or not
    MULTIPLES = {"D": 2}       # D must be even
    EXTRA = ("2 * T - 1",)     # a formula that names a size where nothing simpler does

Keys of the result are the lines on which statements begin (comments above do not count).
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from _ext import axes
from _ext.expressions import Site
from _ext.probing import ProbeError, Run, check_same, run, shown
from _ext.record import Event, Stage

__all__ = ["Measured", "ProbeError", "measure", "measure_cached", "shapes_of"]

# A place that sees ever other shapes shows so many of them, then "…".
MOST_SHAPES = 4

# Modules are swapped while a probe runs, for the whole process.
_lock = threading.RLock()
_cache: dict[tuple[Path, Path], tuple[str, dict[int, list[Measured]]]] = {}


@dataclass(frozen=True)
class Measured:
    """One tensor of a line: ``self.weight``, ``(C,)``, ``float32``, and its sizes in both runs."""

    text: str
    shape: str
    dtype: str
    sizes: tuple[str, str]


def measure(module: Path, probe: Path) -> dict[int, list[Measured]]:
    """What each line makes, results first: first line of a statement -> tensors.

    Raises:
        ProbeError: The probe fails, measures nothing, or measures sizes that no letter explains.
    """
    lines: dict[int, list[tuple[Site, Measured]]] = defaultdict(list)
    for site, found in _measured(module, probe):
        lines[site.line].extend((site, one) for one in found)
    return {line: _tidy(found) for line, found in sorted(lines.items())}


def measure_cached(module: Path, probe: Path) -> dict[int, list[Measured]]:
    """`measure`, run again only after a change of the probe or the package. Do not modify the result."""
    key = module.resolve(), probe.resolve()
    digest = _digest(*key)
    if _cache.get(key, ("",))[0] != digest:
        _cache[key] = digest, measure(module, probe)
    return _cache[key][1]


def shapes_of(module: Path, probe: Path) -> dict[str, dict[str, str]]:
    """Shapes by place and name, for JSON: ``{"LayerNorm.forward": {"input": "(B, T, C)", ...}}``.

    A name bound several times has the shape it was bound to last; where calls differ, that of the first call.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for site, measured in sorted(_measured(module, probe), key=lambda pair: pair[0].line):
        if site.result and measured:
            found[site.scope].update({one.text: one.shape for one in reversed(measured) if one.shape != "…"})
    return dict(found)


def _measured(module: Path, probe: Path) -> list[tuple[Site, list[Measured]]]:
    """Every recorded place: results in the order of the file, then the others as they were reached."""
    module, probe = module.resolve(), probe.resolve()
    codes: dict = {}
    with _lock:
        first, second = (run(Stage(module, True, codes), probe, number) for number in (0, 1))
        check_same(first, run(Stage(module, False, codes), probe, 0), probe)
    sites = first.stage.sites
    uneven = first.stage.events.keys() ^ second.stage.events.keys()
    if uneven:
        _unequal(sites[min(uneven)], first, probe, "to be reached in both runs, got it in one")
    order = sorted(index for index in first.stage.events if sites[index].result)
    order += [index for index in first.stage.events if not sites[index].result]
    return [(sites[index], _name(index, first, second, probe)) for index in order]


def _name(index: int, first: Run, second: Run, probe: Path) -> list[Measured]:
    """The different tensors of one place, in order of first appearance."""
    site, found = first.stage.sites[index], {}
    # Loops over an axis are of different lengths: what both runs have is compared.
    pairs = zip(first.stage.events[index], second.stage.events[index], strict=False)
    for one, other in dict.fromkeys(pairs):
        got = f"got {_plain(one)} and {_plain(other)}"
        if (one.text, one.dtype, len(one.shape)) != (other.text, other.dtype, len(other.shape)):
            _unequal(site, first, probe, f"to make the same in both runs, {got}")
        shape = first.axes.shape(one.shape, other.shape)
        if shape is None:
            _unequal(site, first, probe, f"to have sizes that the letters explain, {got}")
        sizes = axes.show(one.shape), axes.show(other.shape)
        measured = Measured(one.text, shape, one.dtype, sizes)
        if len(found) == MOST_SHAPES and (one.text, shape, one.dtype) not in found:
            return [*found.values(), Measured(site.text, "…", one.dtype, ("…", "…"))]
        found.setdefault((one.text, shape, one.dtype), measured)
    return list(found.values())


def _plain(event: Event) -> str:
    return f"{event.text} {axes.show(event.shape)} {event.dtype}"


def _unequal(site: Site, run: Run, probe: Path, what: str) -> NoReturn:
    remedy = f"add the letter to probe() or to AXES or EXTRA of {shown(probe, run.stage)}, or mend the probe"
    message = f"expected {site.text} {what}, with {run.axes}; {remedy}"
    raise ProbeError(shown(run.stage.module, run.stage), site.line, message)


def _tidy(found: list[tuple[Site, Measured]]) -> list[Measured]:
    """One line's tensors: nothing twice, and of what is no call only what the results do not show."""
    results = {(one.shape, one.dtype) for site, one in found if site.result}
    kept: dict[tuple[str, str, str], Measured] = {}
    for site, one in found:
        if site.result or site.call or (one.shape, one.dtype) not in results:
            kept.setdefault((one.text, one.shape, one.dtype), one)
    return list(kept.values())


def _digest(module: Path, probe: Path) -> str:
    """What the measured shapes depend on: the module, the probe, and every other file of the package."""
    stage = Stage(module, False)
    package = stage.root / stage.name.partition(".")[0]
    digest = hashlib.sha256()
    for path in (module, probe, *sorted(package.rglob("*.py"))):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
