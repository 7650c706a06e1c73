"""Runs the file of a figure, once per state of the code it stands on."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

_NAME = re.compile(r"[a-z0-9_]+")
_loaded: dict[tuple[Path, str], tuple[str, ModuleType, dict[str, str]]] = {}


class FigureError(Exception):
    """A figure cannot be drawn; the message says why and what to do."""


def draw(name: str, root: Path, lang: str) -> str:
    """The SVG of figure ``name``. Both languages share one run of the module, hence what it caches."""
    file = root / "docs" / "_figures" / f"{name}.py"
    if not _NAME.fullmatch(name) or not file.is_file():
        known = ", ".join(sorted(path.stem for path in file.parent.glob("[a-z]*.py"))) or "none yet"
        raise FigureError(
            f"expected a figure of docs/_figures/, got {name!r}; "
            f"write docs/_figures/{name}.py or name one of: {known}"
        )
    digest = _digest(file, root)
    known_digest, module, drawn = _loaded.get((file, name), ("", None, {}))
    if known_digest != digest or lang not in drawn:
        with _fresh_run(root):
            if known_digest != digest:
                module, drawn = _load(file, root), {}
            drawn[lang] = _call(module, file, root, lang)
        _loaded[file, name] = digest, module, drawn
    return drawn[lang]


def _digest(file: Path, root: Path) -> str:
    """Changes with the figure, the drawing library and the package that the figure runs."""
    here = Path(__file__).parent
    parts = [file, *sorted((here / "svg").glob("*.py")), *sorted((root / "minigpt").rglob("*.py"))]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


@contextmanager
def _fresh_run(root: Path) -> Iterator[None]:
    """Import ``minigpt`` anew, since ``mkdocs serve`` outlives edits; leave torch's random stream alone."""
    import torch

    ours = [name for name in sys.modules if name.partition(".")[0] == "minigpt"]
    before = {name: sys.modules.pop(name) for name in ours}
    importlib.invalidate_caches()
    sys.path.insert(0, str(root))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            yield
    finally:
        sys.path.remove(str(root))
        for name in [name for name in sys.modules if name.partition(".")[0] == "minigpt"]:
            del sys.modules[name]
        sys.modules.update(before)


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


def _call(module: ModuleType, file: Path, root: Path, lang: str) -> str:
    try:
        svg = module.draw(lang)
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
