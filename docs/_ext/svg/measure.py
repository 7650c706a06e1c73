"""How wide a text will be, without a font: good to a tenth, enough to place labels and to notice clipping."""

from __future__ import annotations

import unicodedata

# Advance widths in em, near those of Helvetica, Arial and Roboto.
_NARROW = dict.fromkeys("ijl.,:;'|!·", 0.27) | dict.fromkeys("ftrI()[]{}/ -", 0.34)
_WIDE = (
    dict.fromkeys("mwMW@%", 0.86)
    | dict.fromkeys("ABCDEGHKNOPQRSUVXYw", 0.69)
    | dict.fromkeys("+−=×÷<>~≈→√⊙", 0.6)
)
_MONO = 0.61
_DEFAULT = 0.56


def width_of(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Width of one line of text, in the units of ``size``."""
    return sum(_advance(char, mono) for char in text) * size * (1.05 if bold and not mono else 1.0)


def height_of(size: float) -> tuple[float, float]:
    """How far a line of text reaches above and below its baseline, Chinese characters included."""
    return 0.88 * size, 0.22 * size


def _advance(char: str, mono: bool) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if unicodedata.combining(char):
        return 0.0
    if mono:
        return _MONO
    if unicodedata.category(char) in {"No", "Lm"}:  # superscripts and subscripts
        return 0.36
    return _NARROW.get(char) or _WIDE.get(char, _DEFAULT)
