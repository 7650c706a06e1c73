"""From numbers to places on the canvas, and from numbers to their typeset form."""

from __future__ import annotations

import math
from dataclasses import dataclass

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 2) -> str:
    """A number with a fixed count of decimals and a true minus sign; commas from 10,000 on; no "−0"."""
    text = f"{value:,.{digits}f}" if abs(value) >= 10_000 else f"{value:.{digits}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace("-", "−")


def power(exponent: int) -> str:
    """A power of ten: ``power(-5)`` is 10⁻⁵; 1 and 10 are written out."""
    return {0: "1", 1: "10"}.get(exponent, "10" + str(exponent).translate(_RAISED))


def compact(value: float) -> str:
    """A number as short as it goes, for ticks: 0.5, 20, −3."""
    return f"{value:g}".replace("-", "−")


@dataclass(frozen=True)
class Scale:
    """Maps ``low``..``high`` to ``start``..``end``; with ``log`` equal ratios become equal distances."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if self.low == self.high or (self.log and min(self.low, self.high) <= 0):
            what = "positive ends that differ" if self.log else "ends that differ"
            raise ValueError(
                f"expected a scale with {what}, got {self.low} to {self.high}; give the axis low= and high="
            )

    def __call__(self, value: float) -> float:
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[tuple[float, str]]:
        """At most ``most`` round values within the scale, with their labels."""
        return self._powers(most) if self.log else self._round(most)

    def _powers(self, most: int) -> list[tuple[float, str]]:
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        step = max(1, math.ceil((last - first) / max(most - 1, 1)))
        powers = [(10.0**n, power(n)) for n in range(first, last + 1) if n % step == 0]
        return powers if len(powers) > 2 else self._between(most) or powers

    def _between(self, most: int) -> list[tuple[float, str]]:
        """1, 2 and 5 times powers of ten, for a scale that has few powers; none if too many or too long."""
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        found = [factor * 10.0**n for n in exponents for factor in (1, 2, 5)]
        found = [value for value in found if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]
        labels = [compact(value) for value in found]
        fits = len(found) <= most and all("e" not in label and len(label) < 6 for label in labels)
        return list(zip(found, labels, strict=True)) if fits else []

    def _round(self, most: int) -> list[tuple[float, str]]:
        span = self.high - self.low
        unit = 10.0 ** math.floor(math.log10(span / most))
        step = next(unit * m for m in (1, 2, 5, 10, 20) if span / (unit * m) <= most - 1 + 1e-9)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [(n * step, compact(round(n * step, 12))) for n in range(first, last + 1)]
