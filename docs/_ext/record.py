"""Running a probe on a module: once as it is, or with every tensor recorded."""

from __future__ import annotations

import ast
import importlib
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import torch
from torch import Tensor, nn

from _ext.expressions import RECORD, Site
from _ext.instrument import instrument

# A loop over every position must not fill the memory; far more than is ever shown.
_MOST = 1000
_SEED = 1234


@dataclass(frozen=True)
class Event:
    """A tensor seen at a site: ``text`` tells the elements of a tuple apart."""

    text: str
    shape: tuple[int, ...]
    dtype: str


@dataclass
class Stage:
    """A module, the root of its package, and what was recorded in it.

    Files are compiled from their text, never loaded from ``__pycache__``: what lies there may be older than
    an edit of the same second.
    """

    module: Path
    recording: bool
    codes: dict[tuple[str, bool], tuple[CodeType, list[Site]]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    events: dict[int, list[Event]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Folder that holds the outermost package."""
        folder = self.module.parent
        while (folder / "__init__.py").exists():
            folder = folder.parent
        return folder

    @property
    def name(self) -> str:
        """Dotted name of the module: ``minigpt.norm``."""
        parts = self.module.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def count(self) -> int:
        """How many tensors were recorded so far."""
        return sum(map(len, self.events.values()))

    def record(self, index: int, value: object) -> object:
        """Note the tensors in ``value``, and hand it on. Slices and sums of lists make no tensors."""
        site = self.sites[index]
        if site.makes and isinstance(value, nn.Module):
            value_of = _layer(value)
        elif isinstance(value, Tensor) or (isinstance(value, (tuple, list)) and (site.result or site.call)):
            value_of = value
        else:
            return value
        for text, tensor in tensors(value_of, site.text):
            found = self.events.setdefault(index, [])
            if len(found) < _MOST:
                found.append(Event(text, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")))
        return value

    def load(self) -> ModuleType:
        """Import the module, and its package, afresh."""
        return importlib.import_module(self.name)

    def code(self, name: str, path: str, text: str) -> CodeType:
        """Byte code of a module of the package; that of the module itself records."""
        recording = self.recording and name == self.name
        if (name, recording) not in self.codes:
            tree, sites = instrument(text, path) if recording else (ast.parse(text, path), [])
            self.codes[name, recording] = compile(tree, path, "exec", dont_inherit=True), sites
        code, sites = self.codes[name, recording]
        if recording:
            self.sites = sites
        return code

    @contextmanager
    def set(self) -> Iterator[None]:
        """Meanwhile the package is imported through this stage; afterwards all is as it was before."""
        top = self.name.partition(".")[0]
        saved = _take(top)
        finder = _Finder(top, self)
        importlib.invalidate_caches()
        sys.meta_path.insert(0, finder)
        state, threads = random.getstate(), torch.get_num_threads()
        # Tensors are tiny here: on a busy machine, waiting for a second thread costs far more than the work.
        torch.set_num_threads(1)
        try:
            with torch.random.fork_rng(devices=[]), torch.enable_grad():
                seed()
                yield
        finally:
            random.setstate(state)
            torch.set_num_threads(threads)
            sys.meta_path.remove(finder)
            _take(top)
            sys.modules.update(saved)


def seed() -> None:
    """Both streams that a probe may draw from."""
    torch.manual_seed(_SEED)
    random.seed(_SEED)


def tensors(value: object, text: str) -> Iterator[tuple[str, Tensor]]:
    """Tensors in a value, each with its text. Elements all alike are one: ``heads[i]``."""
    if isinstance(value, Tensor):
        if not torch.nn.parameter.is_lazy(value):
            yield text, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from tensors(part, f"{text}.{key}")
    elif isinstance(value, (tuple, list)):
        alike = len(value) > 1 and all(isinstance(part, Tensor) for part in value)
        if alike and len({(part.shape, part.dtype) for part in value}) == 1:
            yield f"{text}[i]", value[0]
            return
        for index, part in enumerate(value):
            if isinstance(part, (Tensor, tuple, list)):
                yield from tensors(part, f"{text}[{index}]")


def _layer(module: nn.Module) -> dict[str, Tensor]:
    """Own tensors of a layer without layers inside: building it makes them."""
    if next(module.children(), None) is not None:
        return {}
    return {**dict(module.named_parameters(recurse=False)), **dict(module.named_buffers(recurse=False))}


def _take(top: str) -> dict[str, ModuleType]:
    """Remove a package and all below it from the imported modules."""
    names = [name for name in sys.modules if name == top or name.startswith(f"{top}.")]
    return {name: sys.modules.pop(name) for name in names}


class _Finder:
    """Finds the modules of one package, below one folder."""

    def __init__(self, top: str, stage: Stage) -> None:
        self._top, self._stage = top, stage

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if name == self._top:
            path = [str(self._stage.root)]
        elif not name.startswith(f"{self._top}."):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(name, spec.origin, self._stage)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, stage: Stage) -> None:
        super().__init__(name, path)
        self._stage = stage

    def get_code(self, name: str) -> CodeType:
        return self._stage.code(name, self.path, self.get_source(name))

    def exec_module(self, module: ModuleType) -> None:
        if self._stage.recording and module.__name__ == self._stage.name:
            setattr(module, RECORD, self._stage.record)
        super().exec_module(module)


def load_probe(path: Path) -> ModuleType:
    """Execute a probe file. It is no part of a package, and forgotten afterwards."""
    module = ModuleType(f"probe of {path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True), module.__dict__)
    finally:
        del sys.modules[module.__name__]
    return module
