"""Runs the examples of one page or docstring, and says what went wrong where."""

from __future__ import annotations

import doctest
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from _ext.examples import Example

from tests.snippets.checker import Checker

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType]


def run(
    path: str, examples: list[Example], device: str, names: dict[str, Any]
) -> tuple[dict[int, str], list[str]]:
    """Run examples in the namespace ``names``, which is emptied. Returns result by line, and each failure."""
    kept = [example for example in examples if device == "cpu" or not example.cpu_only]
    test = doctest.DocTest([example.parsed for example in kept], {}, path, path, 0, None)
    test.globs = names
    runner = _Runner(path, device)
    runner.run(test, out=lambda text: None)
    results = {example.line: "cpu-only" for example in examples}
    results |= {example.line: "passed" for example in kept}
    results |= dict.fromkeys(runner.failed, "failed")
    return results, list(runner.failed.values())


class _Runner(doctest.DocTestRunner):
    """Runs on after a failure, and keeps what there is to say about each, by line."""

    def __init__(self, path: str, device: str) -> None:
        super().__init__(Checker(), verbose=False)
        self.path, self.device = path, device
        self.failed: dict[int, str] = {}

    def report_failure(
        self, out: Callable[[str], object], test: doctest.DocTest, example: doctest.Example, got: str
    ) -> None:
        why = self._checker.why(example.want, got, self.optionflags)
        title = f"expected the output on the page, got another{f' ({why})' if why else ''}"
        body = [*_section("Expected", example.want.replace("<BLANKLINE>", "")), *_section("Got", got)]
        self._fail(example, title, "correct the page or the code", body)

    def report_unexpected_exception(
        self,
        out: Callable[[str], object],
        test: doctest.DocTest,
        example: doctest.Example,
        exc_info: _ExcInfo,
    ) -> None:
        kind, error, frames = exc_info
        # The first frame is doctest's own.
        told = "".join(traceback.format_exception(kind, error, frames.tb_next)).rstrip()
        body = [*_section("Expected", example.want), *_section("Got", told)]
        self._fail(
            example, f"expected no exception, got {kind.__name__}", "correct the page or the code", body
        )

    def _fail(self, example: doctest.Example, title: str, remedy: str, body: list[str]) -> None:
        line = example.lineno + 1
        first = next(iter(self.failed), None)
        note = [] if first is None else [f"(may be a consequence of the failure in line {first})"]
        head, *rest = example.source.rstrip("\n").split("\n")
        source = [f"    >>> {head}", *(f"    ... {more}".rstrip() for more in rest)]
        told = [f"{self.path}:{line}: on {self.device}, {title}; {remedy}", *note, *source, *body]
        self.failed[line] = "\n".join(told)


def _section(title: str, text: str) -> list[str]:
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    return [f"{title}:", *(f"    {line}".rstrip() for line in lines)] if lines else [f"{title} nothing"]
