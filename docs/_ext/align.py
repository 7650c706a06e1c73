"""The code on a page lined up with the code of the module: what is equal, what was edited, what is left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# Below this a line is another line, not an edited one: a note must not end up under code it does not explain.
ALIKE = 0.6
_HEAD = re.compile(
    r"[^=(]*"
)  # of `self.query = Linear(C)`: what is made; of `def forward(self):`: what is called


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
    """Among all rising pairings of lines that are alike, the one whose likenesses sum to the most."""
    best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}  # for the first i and j lines
    nothing = (0.0, [])
    for i, before in enumerate(old):
        for j, after in enumerate(new):
            options = [best.get((i - 1, j), nothing), best.get((i, j - 1), nothing)]
            alike = likeness(before, after)
            if alike >= ALIKE:
                score, pairs = best.get((i - 1, j - 1), nothing)
                options.append((score + alike, [*pairs, (i, j)]))
            best[i, j] = max(options, key=lambda option: option[0])
    return best[len(old) - 1, len(new) - 1][1]


def likeness(before: str, after: str) -> float:
    """How alike two lines are. Indentation does not count; to make or call the same thing counts extra."""
    before, after = before.strip(), after.strip()
    same_head = _HEAD.match(before)[0] == _HEAD.match(after)[0]
    return SequenceMatcher(None, before, after, autojunk=False).ratio() + 0.3 * same_head
