"""Letters of measured sizes: derived, and never ambiguous."""

from __future__ import annotations

from itertools import combinations

import pytest
from _ext import axes

MODEL = {"letters": ("B", "T", "H", "V", "L"), "relations": {"C": "H * D", "S": "T + M"}}


def simple(letters: list[str]) -> list[str]:
    """Formulas a size may follow, written here once more, apart from the ones under test."""
    found = [f"{k}*{x}" for x in letters for k in (1, 2, 3, 4)]
    found += [f"{x}{by}" for x in letters for by in ("+1", "-1", "+2", "-2", "/2")]
    found += [f"{x}{sign}{y}" for x in letters for y in letters for sign in "*+"]
    return found


@pytest.mark.parametrize(
    "asked",
    [
        {"letters": ("C",)},
        {"letters": ("B", "T", "C")},
        {"letters": ("B", "T", "H", "D", "V", "L", "M", "P")},
        {"letters": ("B", "T", "H"), "multiples": {"D": 2}, "relations": {"C": "H * D"}},
        MODEL,
    ],
)
def test_no_two_meanings_agree_in_both_runs(asked: dict) -> None:
    found = axes.pick(**asked)
    letters = list(found.runs[0])
    values = {f: tuple(eval(f, {}, dict(run)) for run in found.runs) for f in simple(letters)}
    # What means the same for all sizes (H*D and C, B*T and T*B) may agree; those are told by other sizes.
    large = {x: 1009 + 202 * i * i for i, x in enumerate(letters) if x not in asked.get("relations", {})}
    for x, formula in asked.get("relations", {}).items():
        large[x] = eval(formula, {}, large)
    truth = {f: eval(f, {}, large) for f in values}
    for a, b in combinations(values, 2):
        assert values[a] != values[b] or truth[a] == truth[b], f"{a} and {b} are both {values[a]}"
    for formula, (first, second) in values.items():
        assert first != second, f"{formula} looks like the constant {first}"


def test_sizes_of_letters_are_distinct_small_and_no_small_constants() -> None:
    found = axes.pick(**MODEL)
    sizes = [size for run in found.runs for size in run.values()]
    assert len(set(sizes)) == len(sizes)
    assert min(sizes) >= axes.SMALLEST > 4
    drawn = [size for run in found.runs for name, size in run.items() if name not in MODEL["relations"]]
    assert max(drawn) < 100, "large sizes make slow probes"


def test_every_kind_of_name() -> None:
    found = axes.pick(("B", "T", "H"), {"C": "H * D"}, ("2 * T - 1",), {"D": 2})
    one, two = found.runs

    def name(formula: str) -> str | None:
        return found.name(eval(formula, {}, dict(one)), eval(formula, {}, dict(two)))

    assert [name(x) for x in ("1", "4", "50257", "T", "H * D", "D")] == ["1", "4", "50257", "T", "C", "D"]
    assert [name(x) for x in ("3 * C", "4 * C", "2 * T - 1")] == ["3C", "4C", "2·T-1"]
    assert [name(x) for x in ("T + 1", "T - 1", "B * H", "B * T", "D // 2")] == [
        "T+1",
        "T-1",
        "B·H",
        "B·T",
        "D/2",
    ]
    assert [name(x) for x in ("B + T", "T + 2", "B * T * C")] == ["B+T", "T+2", "B·T·C"]
    assert name("5 * T + 3") is None


def test_shapes_are_written_as_python_writes_tuples() -> None:
    found = axes.pick(("B", "C"))
    (b1, c1), (b2, c2) = (tuple(run.values()) for run in found.runs)
    assert found.shape((b1, 1, c1), (b2, 1, c2)) == "(B, 1, C)"
    assert found.shape((c1,), (c2,)) == "(C,)"
    assert found.shape((), ()) == "()"
    assert found.shape((b1, c1), (c2, b2)) is None
    assert str(found) == f"B={b1}, C={c1} and B={b2}, C={c2}"


def test_relations_hold_and_order_their_letters() -> None:
    found = axes.pick(("B", "T"), {"S": "T + M", "C": "H * D", "F": "4 * C"}, multiples={"D": 2})
    for run in found.runs:
        assert run["S"] == run["T"] + run["M"] > run["T"]
        assert run["F"] == 4 * run["C"] == 4 * run["H"] * run["D"]
        assert run["D"] % 2 == 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"letters": ("B", "bias")},
            "expected axis letters such as B, T, C, got 'bias'; use capital letters",
        ),
        (
            {"letters": ("B",), "relations": {"C": "H *"}},
            "expected a formula such as H * D, got 'H *'; mend it",
        ),
        (
            {"letters": ("B",), "relations": {"F": "4 * C", "C": "2 * B"}},
            "expected F below the letters it uses",
        ),
        ({"letters": ("B",), "extra": ("Q + 1",)}, "expected letters out of B, got 'Q' in 'Q + 1'"),
        (
            {"letters": ("B",), "multiples": {"D": 2}},
            "expected multiples of B, got 'D'; name a letter that is drawn",
        ),
        ({"letters": ("B", "C"), "relations": {"C": "B"}}, "mend the relation that makes two of them equal"),
        (
            {"letters": ("B", "C"), "relations": {"C": "B / 2 + 0.3"}},
            "gives sizes that are no positive integers",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    asked: dict, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(axes, "_DRAWS", 200)
    with pytest.raises(ValueError, match=r"expected") as caught:
        axes.pick(**asked)
    assert message in str(caught.value)
