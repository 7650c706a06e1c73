"""Whether an output is the one on the page, on whatever device it was made."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from decimal import Decimal

# 1.5, -0.25, 2., 1e-05; no part of a name (x1.5), of a version (2.6.0) or of a longer number.
_FLOAT = re.compile(
    r"(?<![\w.])[-+]?(?:(?P<whole>\d+)\.(?P<digits>\d*)(?:[eE](?P<power>[-+]?\d+))?|\d+[eE](?P<bare>[-+]?\d+))"
    r"(?!\w|\.\d)"
)
_ANY_FLOAT = re.sub(r"\?P<\w+>", "?:", _FLOAT.pattern)
_DEVICE = re.compile(r",\s*device='cuda(?::\d+)?'")


class Checker(doctest.OutputChecker):
    """Ignores line breaks and a CUDA device's name; floats count to the digits written, the rest exactly.

    A float that is got must round to the one on the page. Where four or more digits after the point are
    written, as torch does, it may be off by one in the last: a value in the middle between two roundings
    prints as either. A whole float (``1.``, ``1.0``, ``1e-05``) is how Python and torch print a value without
    further digits, so it is held to four.
    """

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Called by doctest, for outputs and for the messages of exceptions."""
        pairs = floats(want, got, optionflags)
        return pairs is not None and all(agree(*pair) for pair in pairs)

    def why(self, want: str, got: str, optionflags: int) -> str:
        """The first float that is off, if only floats are."""
        for place, pair in enumerate(floats(want, got, optionflags) or [], 1):
            if not agree(*pair):
                return f"float number {place}: expected {pair[0]}, got {pair[1]}"
        return ""


def floats(want: str, got: str, optionflags: int = 0) -> list[tuple[str, str]] | None:
    """The floats of two outputs in pairs, or None if the outputs differ in more than floats."""
    expected = list(_expected(_plain(want.replace("<BLANKLINE>", "")), bool(optionflags & doctest.ELLIPSIS)))
    # Only the output loses its device: a page that shows one claims it for every device, and must fail.
    match = re.fullmatch("".join(pattern for pattern, _ in expected), _plain(_DEVICE.sub("", got)), re.DOTALL)
    return match and list(zip((number for _, number in expected if number), match.groups(), strict=True))


def agree(want: str, got: str) -> bool:
    """Whether a float agrees with the one written on the page, as far as that one is written."""
    written = _FLOAT.fullmatch(want)
    assert written, want
    digits, power = written["digits"] or "", int(written["power"] or written["bare"] or 0)
    precision = 4 if digits in ("", "0") else len(digits)
    half_units = 3 if precision >= 4 else 1
    return abs(Decimal(got) - Decimal(want)) * 2 <= half_units * Decimal(1).scaleb(power - precision)


def _plain(text: str) -> str:
    """Without line breaks, and without the space torch puts after a bracket if any element has a sign."""
    return re.sub(r"(?<=[\[(]) ", "", " ".join(text.split()))


def _expected(want: str, ellipsis: bool) -> Iterator[tuple[str, str]]:
    """Pieces of a pattern for the output; beside each that stands for a float, the float."""
    end = 0
    for number in _FLOAT.finditer(want):
        yield _text(want[end : number.start()], ellipsis), ""
        yield f"({_ANY_FLOAT})", number[0]
        end = number.end()
    yield _text(want[end:], ellipsis), ""


def _text(text: str, ellipsis: bool) -> str:
    return re.escape(text).replace(re.escape("..."), ".*?") if ellipsis else re.escape(text)
