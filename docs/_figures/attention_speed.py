"""Time and memory of every way to write attention, on a CPU, over the length of the text."""

from __future__ import annotations

from _figures import _attention

READS = ("docs/_reports/attention-cpu.json",)


def data() -> _attention.Results | None:
    return _attention.data("cpu")


def draw(lang: str) -> str:
    return _attention.draw(lang, data())
