"""The code fences of a walk page, brought up to date with the module. Notes are never touched.

A new line gets a fence without a note, which fails the build until somebody writes it. The note of a line
that is gone stays, with its fence, and is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from _ext import outline
from _ext.align import align
from _ext.problems import Problem
from _ext.source import LogicalLine, excerpt, logical_lines
from _ext.steps import Step, Unit, steps_of
from _ext.walk_check import quote
from _ext.walk_render import fenced


class SyncError(Exception):
    """A page or module that cannot be worked on as it is; ``problem`` says where and why."""

    def __init__(self, path: str, line: int, message: str) -> None:
        self.problem = Problem(path, line, message)
        super().__init__(str(self.problem))


def resync(page: str, text: str, module: str, source: str) -> tuple[str, list[Problem]]:
    """The page with its fences rewritten, and what its author has to do; places are those in the new text."""
    try:
        lines = logical_lines(source)
    except SyntaxError as error:
        message = f"expected Python, got an error: {error.msg}; mend it"
        raise SyncError(module, error.lineno or 1, message) from error
    steps = steps_of(text)
    for step in steps:
        if not step.fence.closed:
            message = "expected an end to this source fence, got none; close it with ```"
            raise SyncError(page, step.fence.first, message)
    units = [unit for step in steps for unit in step.units]
    pairs = align([unit.text for unit in units], [line.text for line in lines])
    writer = _Writer(page, module, lines, {units[u]: n for u, n in pairs.items()}, outline.rows(text))
    for step in steps:
        writer.step(step)
    writer.finish()
    changed = writer.out != writer.rows
    return "\n".join(writer.out).rstrip("\n") + "\n" if changed else text, writer.problems


@dataclass
class _Writer:
    """Copies a page row by row; at each fence it puts in what the module has now."""

    page: str
    module: str
    lines: list[LogicalLine]
    line_of: dict[Unit, int]  # which line of the module the page has there, edited or not
    rows: list[str]
    out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copied: int = 0  # rows
    begun: bool = False  # whether a line of the module is written

    def step(self, step: Step) -> None:
        """Copy what is above the fence, write the fence, copy its note, add what follows in the module."""
        self._copy(step.fence.first - 1)
        kept = [unit for unit in step.units if unit in self.line_of]
        if kept:
            if not self.begun:
                self._add(-1)
            self.begun = True
            self._rewrite(step, kept)
        else:
            for unit in step.units:
                self._report(
                    f"{self._gone(unit)}: a note without a line; move it or delete it, with its fence"
                )
        self._copy(step.note_last)
        if kept:
            self._add(self.line_of[kept[-1]])

    def finish(self) -> None:
        """Copy what is below the last note. A page without any line of the module gets them all there."""
        self._copy(len(self.rows))
        if not self.begun:
            self._add(-1)

    def _rewrite(self, step: Step, kept: list[Unit]) -> None:
        """Write the lines of a fence; where the module has a new one between them, the fence is cut."""
        for unit in step.units:
            if unit not in kept:
                self._report(f"{self._gone(unit)}: left out of this fence; mend its note")
        parts: list[list[Unit]] = [[]]
        for unit in kept:
            parts[-1].append(unit)
            if unit != kept[-1] and self._new_after(self.line_of[unit]):
                parts.append([])
        for part in parts[:-1]:
            self._report("a new line cuts this fence; write a note on each part, or join the fences")
            self._fence(part)
            self._add(self.line_of[part[-1]])
        if parts[-1] == list(step.units) and all(self._line(unit).text == unit.text for unit in kept):
            self._copy(step.fence.last)  # to the byte
        else:
            self._fence(parts[-1])
            self.out.pop()  # the page has an empty line below the fence if its author wants one
            self.copied = step.fence.last

    def _fence(self, units: list[Unit]) -> None:
        for unit in units:
            line = self._line(unit)
            if line.text != unit.text:
                self._report(f"the code is now {self._name(line)}; check that the note still holds")
        self.out += fenced(excerpt([self._line(unit) for unit in units]).split("\n"), "python source")

    def _add(self, n: int) -> None:
        """Write fences for the lines of the module behind line ``n`` that the page does not have."""
        for line in self._new_after(n):
            if self.out and self.out[-1].strip():
                self.out.append("")
            self._report(f"new: {self._name(line)}; write a note below this fence")
            self.out += fenced(line.text.split("\n"), "python source")

    def _new_after(self, n: int) -> list[LogicalLine]:
        known = set(self.line_of.values())
        stop = next((m for m in range(n + 1, len(self.lines)) if m in known), len(self.lines))
        return self.lines[n + 1 : stop]

    def _copy(self, stop: int) -> None:
        self.out += self.rows[self.copied : stop]
        self.copied = max(self.copied, stop)

    def _line(self, unit: Unit) -> LogicalLine:
        return self.lines[self.line_of[unit]]

    def _name(self, line: LogicalLine) -> str:
        return f"{self.module}:{line.first} {quote(line.text)}"

    def _gone(self, unit: Unit) -> str:
        known = self.line_of.values()
        moved = (line for n, line in enumerate(self.lines) if n not in known and line.text == unit.text)
        line = next(moved, None)
        return (
            f"{quote(unit.text)} is now {self._name(line)}"
            if line
            else f"{self.module} has no {quote(unit.text)}"
        )

    def _report(self, message: str) -> None:
        """A finding at the row that is written next."""
        self.problems.append(Problem(self.page, len(self.out) + 1, message))
