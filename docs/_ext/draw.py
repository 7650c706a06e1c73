"""Runs the file of a figure, once per state of what it stands on.

A figure is ``docs/_figures/NAME.py`` with a function ``draw(lang)``, or ``draw(lang, page)`` if it differs
from page to page: ``page`` is "model/norm.md". What figures share is in files whose names begin with an
underscore: ``from _figures._model import shape``. Files it reads besides the package, the probes and those
are named at its top: ``READS = ("docs/en/model/one-sentence.md",)``.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

_NAME = re.compile(r"[a-z0-9_]+")


@dataclass
class _Loaded:
    """A figure's module, the state of what it stands on, and what it drew, by the arguments of ``draw``."""

    digest: str
    module: ModuleType
    package: dict[str, ModuleType]  # the minigpt that it imported
    drawn: dict[tuple[str, ...], str]


_loaded: dict[Path, _Loaded] = {}
_shared = ""  # the state of what figures share, when it was imported


class FigureError(Exception):
    """A figure cannot be drawn; the message says why and what to do."""


def draw(name: str, root: Path, lang: str, page: str = "") -> str:
    """The SVG of figure ``name``. Both languages share one run of the module, hence what it caches."""
    file = root / "docs" / "_figures" / f"{name}.py"
    if not _NAME.fullmatch(name) or name.startswith("_") or not file.is_file():
        known = ", ".join(sorted(path.stem for path in file.parent.glob("[a-z]*.py"))) or "none yet"
        raise FigureError(
            f"expected a figure of docs/_figures/, got {name!r}; "
            f"write docs/_figures/{name}.py or name one of: {known}"
        )
    loaded = _loaded.get(file)
    if not loaded or loaded.digest != _digest(file, root, loaded.module):
        with _fresh_run(root, {}) as package:
            module = _load(file, root)
        loaded = _loaded[file] = _Loaded(_digest(file, root, module), module, package, {})
    wanted = (lang, page)[: _arguments(loaded.module)]
    if wanted not in loaded.drawn:
        with _fresh_run(root, loaded.package):
            loaded.drawn[wanted] = _call(loaded.module, wanted, file, root)
    return loaded.drawn[wanted]


def _digest(file: Path, root: Path, module: ModuleType | None) -> str:
    """Changes with the figure and with what it stands on."""
    reads = [root / path for path in getattr(module, "READS", ())]
    return _hash([file, *_library(root), *reads])


def _library(root: Path) -> list[Path]:
    """What every figure may stand on: drawing library, package, probes, and what figures share."""
    folders = [Path(__file__).parent / "svg", root / "minigpt", root / "docs/_probes"]
    shared = sorted((root / "docs/_figures").glob("_*.py"))
    return [*shared, *(path for folder in folders for path in sorted(folder.rglob("*.py")))]


def _hash(files: list[Path]) -> str:
    parts = (f"{file}\0".encode() + (file.read_bytes() if file.is_file() else b"") for file in files)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@contextmanager
def _fresh_run(root: Path, package: dict[str, ModuleType]) -> Iterator[dict[str, ModuleType]]:
    """Import ``minigpt`` anew, since ``mkdocs serve`` outlives edits; leave torch's random stream alone.

    ``package`` is what of minigpt is imported already; it is given back with what the run added, so that
    every call of a figure meets the modules that its file met.

    One thread: runs for figures are small, and on a busy machine a second thread is mostly waited for.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    _forget_shared(root)
    before = {name: sys.modules.pop(name) for name in _modules("minigpt")}
    sys.modules.update(package)
    importlib.invalidate_caches()
    sys.path[:0] = [str(root), str(root / "docs")]
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            yield package
    finally:
        torch.set_num_threads(threads)
        del sys.path[:2]
        package.update({name: sys.modules.pop(name) for name in _modules("minigpt")})
        sys.modules.update(before)


def _forget_shared(root: Path) -> None:
    """What figures share is imported once, so that they share its run, and again after an edit."""
    global _shared
    state = f"{root} {_hash(_library(root))}"
    if state != _shared:
        _shared = state
        for name in _modules("_figures"):
            del sys.modules[name]


def _modules(package: str) -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == package]


def _load(file: Path, root: Path) -> ModuleType:
    module = ModuleType(f"figure_{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # dataclasses look their module up there
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    except Exception as error:
        raise FigureError(_trouble(error, file, root)) from error
    if not callable(getattr(module, "draw", None)):
        raise FigureError(
            f"docs/_figures/{file.name}: expected a function draw(lang: str) -> str, got none; add it"
        )
    return module


def _arguments(module: ModuleType) -> int:
    """How many of language and page ``draw`` takes."""
    return 2 if len(inspect.signature(module.draw).parameters) > 1 else 1


def _call(module: ModuleType, arguments: tuple[str, ...], file: Path, root: Path) -> str:
    try:
        svg = module.draw(*arguments)
    except Exception as error:
        raise FigureError(_trouble(error, file, root)) from error
    if not isinstance(svg, str):
        raise FigureError(
            f"docs/_figures/{file.name}: expected SVG text from draw(), got {type(svg).__name__}; "
            "return Canvas.svg()"
        )
    return svg


def _trouble(error: Exception, file: Path, root: Path) -> str:
    """The last line of the figure's own file that the error passed through, and the error."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
    ]
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else (lines or [1])[-1]
    place = f"{file.relative_to(root).as_posix()}:{line}"
    return f"{place}: expected a drawing, got {type(error).__name__}: {error}; mend the figure"
