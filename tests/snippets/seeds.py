"""Every seed shifted: what an example shows must not hang on the random stream, which is another on each
device.

A CPU-only machine can so check what a GPU would. Covered: torch's seeding functions and generators, those of
``random`` and, if it is installed, of numpy. Not covered: an explicit ``torch.set_rng_state``.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any
from unittest import mock

import torch

try:
    import numpy
except ImportError:  # torch works without it
    numpy = None


def start() -> None:
    """The seeds every page and docstring starts from; other ones within ``shifted``."""
    torch.manual_seed(0)
    random.seed(0)
    if numpy:
        numpy.random.seed(0)


@contextlib.contextmanager
def shifted(shift: int) -> Iterator[None]:
    """Within, whoever seeds with ``n`` gets the stream of ``n + shift``."""
    with contextlib.ExitStack() as stack:
        for owner, name, replacement in _replacements(shift) if shift else ():
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield


def _replacements(shift: int) -> Iterator[tuple[Any, str, Any]]:
    manual_seed = _shifting(torch.manual_seed, shift)
    yield torch, "manual_seed", manual_seed
    yield torch.random, "manual_seed", manual_seed
    yield torch, "Generator", _generator(shift)
    for name in ("manual_seed", "manual_seed_all"):
        for owner in (torch.cuda, torch.cuda.random):
            yield owner, name, _shifting(getattr(owner, name), shift)
    yield random, "seed", _shifting(random.seed, shift)
    yield random, "Random", _random(shift)
    if numpy:
        for name in ("seed", "default_rng", "RandomState"):
            yield numpy.random, name, _shifting(getattr(numpy.random, name), shift)


def _shifting(function: Callable[..., Any], shift: int) -> Callable[..., Any]:
    """The function, its seed (the first argument, whatever its name) shifted."""

    def seed_shifted(*args: Any, **kwargs: Any) -> Any:
        if args:
            return function(_shift(args[0], shift), *args[1:], **kwargs)
        seed = {name: _shift(value, shift) for name, value in kwargs.items() if name in ("seed", "a")}
        return function(**kwargs | seed)

    return seed_shifted


def _shift(seed: Any, shift: int) -> Any:
    """Another seed of the same kind; None asks the system for one and stays."""
    if isinstance(seed, Number):
        return seed + shift
    if isinstance(seed, torch.Tensor):
        return int(seed) + shift
    if isinstance(seed, str | bytes | bytearray):
        return f"{seed!r} + {shift}"
    return [*seed, shift] if isinstance(seed, list | tuple) else seed


def _generator(shift: int) -> type:
    """``torch.Generator`` cannot be patched: a subclass in its place, which recognizes all generators."""
    original = torch.Generator

    class Recognizing(type(original)):  # newer torch has a metaclass of its own
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, original)

    class Generator(original, metaclass=Recognizing):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().manual_seed(
                self.initial_seed() + shift
            )  # one that is never seeded always starts the same

        def manual_seed(self, seed: int) -> torch.Generator:
            return super().manual_seed(_shift(seed, shift))

    return Generator


def _random(shift: int) -> type:
    class Random(random.Random):
        def seed(self, a: Any = None, version: int = 2) -> None:
            super().seed(_shift(a, shift), version)

    return Random
