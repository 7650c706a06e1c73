"""What the heads of a trained model attend to: part "attention" of a run's artifact, and patterns in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean

FILE = "docs/_reports/tiny.json"

Row = list[int]  # of query i: the shares of keys 0 to i, in thousandths
Head = tuple[int, int]  # its layer, and its number in there

# What a head may look at. The first two queries do not count: for them these places are not yet three.
PATTERNS: dict[str, Callable[[Row], int]] = {
    "previous": lambda row: row[-2],
    "first": lambda row: row[0],
    "itself": lambda row: row[-1],
    "any": max,
}
_FROM = 2


@dataclass(frozen=True)
class Sentence:
    """A sentence, and what each query of each head gives to each key."""

    lang: str
    tokens: list[str]
    weights: list[list[list[Row]]]  # per layer, head and query

    @property
    def heads(self) -> list[Head]:
        """All of them, layer by layer."""
        return list(product(range(len(self.weights)), range(len(self.weights[0]))))


def read(root: Path) -> list[Sentence]:
    """The sentences of the artifact.

    Raises:
        ValueError: There is no artifact, or it is not in the form that the run writes.
    """
    remedy = "run python docs/_runs/tiny.py"
    try:
        found = json.loads((root / FILE).read_text(encoding="utf-8"))["attention"]
        sentences = [Sentence(lang, one["tokens"], one["weights"]) for lang, one in found.items()]
    except FileNotFoundError:
        raise ValueError(f"expected the artifact {FILE}, got no such file; {remedy}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected weights of attention in {FILE}, got {error!r}; {remedy}") from error
    for one in sentences:
        _check(one, remedy)
    return sentences


def share(sentences: list[Sentence], pattern: str, heads: list[Head]) -> float:
    """How much of their attention the heads give to the place that the pattern names, on average."""
    pick = PATTERNS[pattern]
    rows = [row for one in sentences for layer, head in heads for row in one.weights[layer][head][_FROM:]]
    return mean(map(pick, rows)) / 1000


def even(sentences: list[Sentence]) -> float:
    """What any one place gets from a head that treats all places alike."""
    return mean(1 / (i + 1) for one in sentences for i in range(_FROM, len(one.tokens)))


def strongest(sentences: list[Sentence], pattern: str) -> Head:
    """The head that shows a pattern most."""
    return max(sentences[0].heads, key=lambda head: share(sentences, pattern, [head]))


def received(one: Sentence, head: Head) -> list[tuple[str, float]]:
    """What the tokens get of all the attention that a head gives, the one that gets most first; equal tokens
    count as one."""
    rows = one.weights[head[0]][head[1]][_FROM:]
    found: dict[str, float] = {}
    for row in rows:
        for token, got in zip(one.tokens, row, strict=False):  # a row ends at its own token
            found[token] = found.get(token, 0) + got / 1000 / len(rows)
    return sorted(found.items(), key=lambda entry: -entry[1])


def _check(one: Sentence, remedy: str) -> None:
    for layer, head in one.heads:
        rows = one.weights[layer][head]
        lengths, sums = [len(row) for row in rows], [sum(row) for row in rows]
        whole = all(abs(sum(row) - 1000) <= len(row) for row in rows)  # each share was rounded
        if lengths != list(range(1, len(one.tokens) + 1)) or not whole:
            raise ValueError(
                f"expected row i of layer {layer}, head {head} in {FILE} to share 1000 among keys 0 to i, "
                f"got rows of {lengths} that sum to {sums}; {remedy}"
            )
