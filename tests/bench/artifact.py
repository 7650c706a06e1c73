"""Names of minigpt.bench for the scripts of this folder."""

from __future__ import annotations

from minigpt.bench.artifact import ROOT, environment, write
from minigpt.bench.measure import interleave, ratios, result

__all__ = ["ROOT", "environment", "interleave", "ratios", "result", "write"]
