"""The code on a page lined up with the code of the module: what is equal, what was edited, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

# Below this a line is another line, not an edited one: a note must not end up under code it does not explain.
ALIKE = 0.6


def align(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Pairs an index in ``old`` with one in ``new``, both rising: equal lines, then edited ones."""
    pairs: dict[int, int] = {}
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, start, stop, new_start, new_stop in matcher.get_opcodes():
        if kind == "equal":
            pairs.update(zip(range(start, stop), range(new_start, new_stop), strict=True))
        elif kind == "replace":
            edited = _edited(old[start:stop], new[new_start:new_stop])
            pairs.update((start + i, new_start + j) for i, j in edited)
    return pairs


def _edited(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Among all rising pairings of lines that are alike, the one whose similarities sum to the most."""
    best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}  # for the first i and j lines
    nothing = (0.0, [])
    for i, before in enumerate(old):
        for j, after in enumerate(new):
            options = [best.get((i - 1, j), nothing), best.get((i, j - 1), nothing)]
            alike = similarity(before, after)
            if alike >= ALIKE:
                score, pairs = best.get((i - 1, j - 1), nothing)
                options.append((score + alike, [*pairs, (i, j)]))
            best[i, j] = max(options, key=lambda option: option[0])
    return best[len(old) - 1, len(new) - 1][1]


def similarity(before: str, after: str) -> float:
    """How alike two lines are, from 0 to 1; indentation does not count."""
    return SequenceMatcher(None, before.strip(), after.strip(), autojunk=False).ratio()
