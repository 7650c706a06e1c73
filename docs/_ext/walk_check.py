"""What can be wrong between a walk page and its module, in words.

Page and module are lined up as a diff would, so that one mistake gives one finding and no cascade of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from _ext.problems import Problem
from _ext.source import LogicalLine
from _ext.steps import Step, Unit


def fence_problems(page: str, module: str, steps: list[Step]) -> Iterator[Problem]:
    """Findings on fences and notes as such, whatever code they hold."""
    for step in steps:
        fence, fault = step.fence, None
        if not fence.closed:
            fault = "expected an end to this source fence, got the end of the page; close it with ```"
        elif fence.indent:
            fault = f"expected a source fence at the margin, got {fence.indent} spaces before it; remove them"
        elif not step.units:
            fault = f"expected a line of {module} in this source fence, got none; put one in or delete it"
        elif not step.has_note:
            fault = f"expected a note on {quote(step.units[-1].text)}, got none; write it below the fence"
        if fault:
            yield Problem(page, fence.first, fault)


@dataclass(frozen=True)
class Comparison:
    """The code of a page, ``units``, lined up with its module, ``lines``; ``pairs`` are indices of both."""

    page: str
    module: str
    size: int  # of the page, in lines
    units: list[Unit]
    lines: list[LogicalLine]
    pairs: dict[int, int]

    def problems(self) -> Iterator[Problem]:
        """What is edited, out of order or surplus on the page; then what it lacks."""
        missing = [n for n in range(len(self.lines)) if n not in self.pairs.values()]
        for u, unit in enumerate(self.units):
            twin = next((n for n in missing if self.lines[n].text == unit.text), None)
            if u in self.pairs:
                if self.lines[self.pairs[u]].text != unit.text:
                    yield Problem(self.page, unit.line, self._edited(unit, self.pairs[u]))
            elif twin is None:
                yield Problem(self.page, unit.line, self._surplus(unit, u))
            else:
                missing.remove(twin)  # it has a note, only in the wrong place
                yield Problem(self.page, unit.line, self._misplaced(twin))
        for n in missing:
            after = self._unit_after(n)
            yield Problem(self.page, after.line if after else self.size, self._missing(n, after))

    def _edited(self, unit: Unit, n: int) -> str:
        line = self.lines[n]
        rows = enumerate(zip_longest(line.text.split("\n"), unit.text.split("\n")), line.first)
        number, (here, there) = next((number, pair) for number, pair in rows if pair[0] != pair[1])
        expected, got = quote(here or ""), quote(there or "")
        if expected == got:
            expected, got = f"{expected} {_indentation(here)}", f"it {_indentation(there)}"
        return (
            f"expected {self.module}:{number} {expected}, got {got}; "
            f"was it changed? Run `{self._sync}`, then check the note"
        )

    def _surplus(self, unit: Unit, u: int) -> str:
        due = max((n for v, n in self.pairs.items() if v < u), default=-1) + 1
        expected = self._line(due) if due < len(self.lines) else f"no further line of {self.module}"
        return (
            f"expected {expected}, got {quote(unit.text)}, which {self.module} does not have "
            "(or not so often); delete the fence, and its note or the part of it that no longer holds"
        )

    def _misplaced(self, n: int) -> str:
        after = self._unit_after(n)
        where = f"above the fence at line {after.line}" if after else "below the last fence"
        return f"out of order: this is {self._line(n)}; move the fence and its note {where}"

    def _missing(self, n: int, after: Unit | None) -> str:
        where = "above this fence" if after else "at the end of the page"
        return (
            f"no note for {self._line(n)}; write its fence and a note {where}, "
            f"or let `{self._sync}` put in the fence"
        )

    def _unit_after(self, n: int) -> Unit | None:
        return next((self.units[u] for u, m in sorted(self.pairs.items()) if m > n), None)

    def _line(self, n: int) -> str:
        return f"{self.module}:{self.lines[n].first} {quote(self.lines[n].text)}"

    @property
    def _sync(self) -> str:
        return f"python docs/_ext/sync.py {self.module}"


def quote(code: str) -> str:
    """Code inside a message: one line of it, comments above it left out where there is anything else."""
    rows = [row.strip() for row in code.splitlines() if row.strip()]
    start = next((n for n, row in enumerate(rows) if not row.startswith("#")), 0)
    more = " ..." if len(rows) > start + 1 else ""
    return f"`{rows[start]}{more}`" if rows else "nothing"


def _indentation(row: str) -> str:
    return f"indented by {len(row) - len(row.lstrip())}"
