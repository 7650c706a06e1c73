"""Leaves out the tests of the site where it cannot be built: a GPU machine needs pytest and torch only."""

from __future__ import annotations

import importlib.util
import os

import pytest

_SITE = ["browser", "ext"]
_MISSING = importlib.util.find_spec("mkdocs") is None
_LEFT_OUT = (
    "tests/ext and tests/browser left out: mkdocs is not installed; pip install -e '.[docs,test]' adds it"
)

collect_ignore = _SITE if _MISSING else []


def pytest_configure() -> None:
    if _MISSING and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"{_LEFT_OUT}, and CI must run them")


def pytest_report_header() -> list[str]:
    return [_LEFT_OUT] if _MISSING else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _MISSING:
        terminalreporter.write_line(_LEFT_OUT)
