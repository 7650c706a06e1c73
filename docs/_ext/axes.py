"""Axis letters: sizes to run a probe with, and the name of a size that was measured.

A probe runs twice. A size that is 15 in one run and 27 in the other is named by the first formula, from
simple to complex, that gives 15 and then 27. The sizes are chosen so that no two formulas agree in both runs:
a name is never a guess.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, combinations_with_replacement

# Smaller sizes would look like the constants of real code: 1, 2, 3, 4.
SMALLEST = 5
_DRAWS = 20_000
_PATIENCE = 200  # draws before larger sizes are allowed


@dataclass(frozen=True)
class Axes:
    """The letters of a probe: ``runs`` are its two sets of sizes, ``names`` what a pair of sizes means."""

    runs: tuple[Mapping[str, int], Mapping[str, int]]
    names: Mapping[tuple[float, float], str]

    def name(self, first: int, second: int) -> str | None:
        """The letters for a size measured in both runs; None if no formula explains it."""
        return str(first) if first == second else self.names.get((first, second))

    def shape(self, first: Sequence[int], second: Sequence[int]) -> str | None:
        """The letters for a whole shape: ``(B, T, 3C)``; None if one of its sizes has no name."""
        names = [self.name(a, b) for a, b in zip(first, second, strict=True)]
        return None if None in names else show(names)

    def __str__(self) -> str:
        """Both runs, for messages: ``B=5, C=7 and B=9, C=11``."""
        return " and ".join(", ".join(f"{k}={v}" for k, v in run.items()) for run in self.runs)


def show(sizes: Sequence[object]) -> str:
    """A shape as Python writes a tuple: ``(B, T)``, ``(C,)``, ``()``."""
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def pick(
    letters: Sequence[str],
    relations: Mapping[str, str] | None = None,
    extra: Sequence[str] = (),
    multiples: Mapping[str, int] | None = None,
) -> Axes:
    """Choose the sizes of both runs.

    Args:
        letters: Letters to find sizes for; those that ``relations`` computes are not drawn.
        relations: Letters computed from others, ``{"C": "H * D"}``, each below those it uses. Letters that
            occur in them only are drawn as well.
        extra: Formulas that may name a size although no simpler one does, such as ``"2 * T - 1"``.
        multiples: Letters whose size must be divisible, ``{"D": 2}``.

    Raises:
        ValueError: The formulas are no formulas over letters, or leave no sizes that tell them apart.
    """
    return _pick(
        tuple(letters), tuple((relations or {}).items()), tuple(extra), tuple((multiples or {}).items())
    )


@lru_cache(maxsize=64)
def _pick(letters: tuple, relations: tuple, extra: tuple, multiples: tuple) -> Axes:
    computed = dict(relations)
    used = [name for formula in computed.values() for name in _names(formula)]
    drawn = tuple(dict.fromkeys(name for name in (*letters, *used) if name not in computed))
    letters = tuple(dict.fromkeys((*letters, *drawn, *computed)))
    _check(letters, extra, dict(multiples), drawn)
    formulas = _formulas(letters, extra)
    values = _compile([formula for _, formula in formulas])
    space = _Space(drawn, {name: _compile([formula]) for name, formula in relations}, dict(multiples))
    keep = _different(values, space)
    source = random.Random("axes")  # the same sizes in every build
    for attempt in range(_DRAWS):
        # Small sizes first: they read well in a hover and make quick runs.
        largest = SMALLEST + 7 + attempt // _PATIENCE
        runs = (space.draw(source, largest), space.draw(source, largest + 4))
        names = _tell_apart(runs, letters, values, keep)
        if names is not None:
            return Axes(runs, {pair: formulas[index][0] for pair, index in names.items()})
    raise ValueError(
        f"expected sizes that tell the letters {', '.join(letters)} apart, found none; "
        "mend the relation that makes two of them equal, or gives sizes that are no positive integers"
    )


def _names(formula: str) -> list[str]:
    """Letters of a formula, in order."""
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"expected a formula such as H * D, got {formula!r}; mend it") from error
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _check(letters: tuple, extra: tuple, multiples: dict[str, int], drawn: tuple) -> None:
    for name in letters:
        if not (name.isidentifier() and name[0].isupper()):
            raise ValueError(f"expected axis letters such as B, T, C, got {name!r}; use capital letters")
    for formula in extra:
        for name in _names(formula):
            if name not in letters:
                raise ValueError(f"expected letters out of {', '.join(letters)}, got {name!r} in {formula!r}")
    for name in multiples:
        if name not in drawn:
            raise ValueError(
                f"expected multiples of {', '.join(drawn)}, got {name!r}; name a letter that is drawn"
            )


def _formulas(letters: tuple[str, ...], extra: tuple[str, ...]) -> list[tuple[str, str]]:
    """What a size may be, as ``(text, formula)``, the simplest first."""
    found = [(name, name) for name in letters]
    found += [(formula.replace(" ", "").replace("*", "·"), formula) for formula in extra]
    found += [(f"{k}{name}", f"{k}*{name}") for k in (2, 3, 4) for name in letters]
    found += [(f"{name}{by}", f"{name}{by}") for by in ("+1", "-1") for name in letters]
    found += [("·".join(pair), "*".join(pair)) for pair in combinations_with_replacement(letters, 2)]
    found += [(f"{name}/2", f"{name}/2") for name in letters]
    found += [("+".join(pair), "+".join(pair)) for pair in combinations(letters, 2)]
    found += [(f"{name}{by}", f"{name}{by}") for by in ("+2", "-2") for name in letters]
    found += [("·".join(three), "*".join(three)) for three in combinations_with_replacement(letters, 3)]
    return found


def _compile(formulas: list[str]) -> object:
    """One code object for all formulas: thousands of draws are tried, so they have to be quick."""
    return compile(f"({', '.join(f'({formula})' for formula in formulas)},)", "<axes>", "eval")


def _evaluate(code: object, sizes: Mapping[str, int]) -> tuple[float, ...]:
    return eval(code, {"__builtins__": {}}, sizes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Space:
    """The sizes that a probe allows."""

    drawn: tuple[str, ...]
    computed: Mapping[str, object]
    multiples: Mapping[str, int]

    def draw(self, source: random.Random, largest: int) -> dict[str, int]:
        """Sizes of one run."""
        sizes: dict[str, int] = {}
        for name in self.drawn:
            step = self.multiples.get(name, 1)
            sizes[name] = step * source.randint(-(-SMALLEST // step), max(largest // step, SMALLEST))
        for name, code in self.computed.items():
            try:
                sizes[name] = _evaluate(code, sizes)[0]
            except NameError as error:
                raise ValueError(
                    f"expected {name} below the letters it uses, got {error}; move it"
                ) from error
        return sizes


def _different(values: object, space: _Space) -> list[int]:
    """Indices of the formulas with a meaning of their own: if C = H * D, ``H·D`` is another name of C."""
    source = random.Random("samples")
    samples = [_evaluate(values, space.draw(source, 10_000)) for _ in range(3)]
    first: dict[tuple[float, ...], int] = {}
    for index, sample in enumerate(zip(*samples, strict=True)):
        first.setdefault(sample, index)
    return list(first.values())


def _tell_apart(
    runs: tuple[dict[str, int], dict[str, int]], letters: tuple[str, ...], values: object, keep: list[int]
) -> dict[tuple[float, float], int] | None:
    """Which formula each pair of values means; None if a pair could mean two, or could be a constant."""
    sizes = [run[name] for run in runs for name in letters]
    if len(set(sizes)) < len(sizes) or any(not isinstance(size, int) or size < SMALLEST for size in sizes):
        return None
    first, second = (_evaluate(values, run) for run in runs)
    pairs = {(first[index], second[index]): index for index in keep}
    if len(pairs) < len(keep) or any(a == b for a, b in pairs):
        return None
    return pairs
