"""One run of a probe, and everything that can be wrong with it."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import torch

from _ext import axes
from _ext.problems import Problem
from _ext.record import Stage, load_probe, seed


class ProbeError(Exception):
    """A probe that cannot be run, or measures nothing that can be named; ``problem`` has place and remedy."""

    def __init__(self, path: str, line: int, message: str) -> None:
        self.problem = Problem(path, line, message)
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class Run:
    """What one run recorded, and what the probe returned."""

    stage: Stage
    axes: axes.Axes
    returned: list[torch.Tensor]


def shown(path: Path, stage: Stage) -> str:
    """``path`` as messages name it: relative to the repository."""
    return path.relative_to(stage.root).as_posix() if path.is_relative_to(stage.root) else str(path)


def run(stage: Stage, path: Path, number: int) -> Run:
    """Run the probe with the sizes of run ``number``, 0 or 1."""
    module, place = shown(stage.module, stage), shown(path, stage)
    if not path.is_file():
        raise ProbeError(place, 1, f"expected a probe for {module}, got no such file; write one")
    if not stage.module.is_file():
        raise ProbeError(place, 1, f"expected the module {module}, got no such file; mend the page's `walk:`")
    with stage.set():
        with _failing(stage, stage.module, "expected to import it, mend the module"):
            stage.load()
        with _failing(stage, path, "expected to execute it, mend the probe"):
            probe = load_probe(path)
        letters = _letters(probe, place)
        sizes = {name: letters.runs[number][name] for name in inspect.signature(probe.probe).parameters}
        call = f"probe({', '.join(f'{name}={size}' for name, size in sizes.items())})"
        before = stage.count()
        seed()
        with _failing(stage, path, f"expected {call} to run to its end, mend the probe"):
            result = probe.probe(**sizes)
    line = probe.probe.__code__.co_firstlineno
    if stage.recording and stage.count() == before:
        remedy = "call what it defines"
        raise ProbeError(place, line, f"expected {call} to make tensors in {module}, got none; {remedy}")
    returned = list(_flat(result))
    if not returned:
        got = type(result).__name__
        raise ProbeError(place, line, f"expected {call} to return tensors, got {got}; return its result")
    return Run(stage, letters, returned)


def check_same(recorded: Run, plain: Run, path: Path) -> None:
    """Recording must not change what is recorded."""
    if len(recorded.returned) == len(plain.returned) and all(
        a.shape == b.shape and a.dtype == b.dtype and torch.equal(_bits(a), _bits(b))
        for a, b in zip(recorded.returned, plain.returned, strict=True)
    ):
        return
    raise ProbeError(
        shown(path, plain.stage),
        1,
        "expected the same tensors, bit for bit, with and without recording, got others; "
        "return from probe() only what the seed determines, or mend what looks at its own code",
    )


def _bits(tensor: torch.Tensor) -> torch.Tensor:
    """Bytes, because NaN is unequal to itself."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat if flat.numel() == 0 else flat.view(torch.uint8)


def _flat(value: object) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _flat(part)
    elif isinstance(value, Mapping):
        yield from _flat(list(value.values()))


def _letters(probe: ModuleType, place: str) -> axes.Axes:
    function = getattr(probe, "probe", None)
    if not inspect.isfunction(function):
        raise ProbeError(place, 1, "expected a function probe(B, T, C), got none; write it")
    line = function.__code__.co_firstlineno
    known = inspect.signature(function).parameters.values()
    if not known:
        raise ProbeError(place, line, "expected axis letters as parameters, got none; write probe(B, T, C)")
    for parameter in known:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.default is not parameter.empty:
            raise ProbeError(
                place,
                line,
                f"expected plain axis letters, got {parameter}; write probe(B, T, C)",
            )
    declared = [
        getattr(probe, name, empty) for name, empty in (("AXES", {}), ("EXTRA", ()), ("MULTIPLES", {}))
    ]
    try:
        return axes.pick([parameter.name for parameter in known], *declared)
    except ValueError as error:
        raise ProbeError(place, line, f"{error}; mend the letters of the probe") from error


@contextmanager
def _failing(stage: Stage, place: Path, remedy: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes a ProbeError."""
    try:
        yield
    except (Exception, SystemExit) as error:
        raise _failed(error, stage, place, remedy) from error


def _failed(error: BaseException, stage: Stage, place: Path, remedy: str) -> ProbeError:
    """Named after the last line of ``place`` that ran; if none did, after the last line of the package."""
    frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    what = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
        what = error.msg
    package = stage.root / stage.name.partition(".")[0]
    inside = [frame for frame in frames if frame[0] == str(stage.module) or package in Path(frame[0]).parents]
    path, line = ([frame for frame in frames if frame[0] == str(place)] or inside or [(str(place), 1)])[-1]
    where = ""
    if inside and inside[-1] != (path, line):
        where = f" (raised in {shown(Path(inside[-1][0]), stage)}:{inside[-1][1]})"
    return ProbeError(shown(Path(path), stage), line, f"{type(error).__name__}: {what}{where}; {remedy}")
