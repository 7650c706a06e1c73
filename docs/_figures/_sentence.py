"""What the pictures of the page about one sentence share: the run of that page, and how a tensor is drawn."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import torch
from _ext.examples import Example, page_examples
from _ext.svg import Canvas, Frame, Words, heatmap
from torch import Tensor

READS = ("docs/en/model/one-sentence.md",)
ROOT = Path(__file__).parents[2]
NAMES = 36  # room for the words in front of the rows


def run() -> dict[str, Any]:
    """The variables of the page after its last snippet. Its code is the same in both languages."""
    return _run((ROOT / READS[0]).read_text("utf-8"))


@functools.lru_cache(maxsize=1)
def _run(text: str) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the model is small: on a busy machine a second thread is waited for
    try:
        for example in page_examples(text):
            _step(example, variables)
    finally:
        torch.set_num_threads(threads)
    return variables


def _step(example: Example, variables: dict[str, Any]) -> None:
    try:
        with redirect_stdout(io.StringIO()):
            exec(compile(example.source, READS[0], "single"), variables)
    except Exception as error:
        message = f"expected the snippet on line {example.line} of {READS[0]} to run, got {error!r}"
        raise RuntimeError(message) from error


def words() -> list[str]:
    """The words of the sentence."""
    return run()["sentence"].split()


def tensor(name: str) -> Tensor:
    """A tensor of the page without its batch axis, of length 1, if it has one."""
    found = run()[name]
    return found[0] if found.ndim > 2 else found


def strongest(names: Sequence[str]) -> float:
    """The largest absolute value of several tensors: the strongest color that they share."""
    return max(tensor(name).abs().max().item() for name in names)


def grid(canvas: Canvas, panels: Sequence[tuple[str, Words]], across: int, *, row: float = 20) -> None:
    """Tensors of the page, (T, channels) each, as maps in one color scale, ``across`` side by side."""
    largest = strongest([name for name, _ in panels])
    gap, height = 14, 5 * row + 40
    width = (canvas.width - 2 - NAMES - (across - 1) * gap) / across
    for n, (name, title) in enumerate(panels):
        line, column = divmod(n, across)
        left, top = NAMES + column * (width + gap), line * height
        cells = Frame(left, top + 26, width, 5 * row)
        canvas.text(left, top + 18, title, bold=True)
        heatmap(canvas, cells, tensor(name).tolist(), diverging=True, largest=largest)
        if column == 0:
            for t, word in enumerate(words()):
                canvas.text(left - 8, cells.y + (t + 0.5) * row + 5, word, anchor="end")
