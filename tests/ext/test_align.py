"""The code of a page lined up with that of its module."""

from __future__ import annotations

from _ext.align import align, likeness


def test_equal_lines_are_paired_and_the_rest_is_left() -> None:
    assert align(["a", "b", "c"], ["a", "x = 1", "c", "d"]) == {0: 0, 2: 2}


def test_an_edited_line_keeps_its_place_among_new_ones() -> None:
    old = ["import a", "self.weight = torch.ones(n)", "return y"]
    new = ["import a", "super().__init__()", "self.weight = torch.zeros(n)", "print()", "return y"]
    assert align(old, new) == {0: 0, 1: 2, 2: 4}


def test_each_edited_line_goes_to_the_likeliest() -> None:
    old = ["self.query = Linear(C, D)", "self.value = Linear(C, D)"]
    new = ["self.query = Linear(C, D, bias=False)", "self.key = Linear(C, D)", "self.value = Linear(C, H)"]
    assert align(old, new) == {0: 0, 1: 2}


def test_another_line_in_the_same_place_is_no_edit() -> None:
    assert align(["a", "return x * self.weight", "b"], ["a", "assert n > 0", "b"]) == {0: 0, 2: 2}


def test_pairs_never_cross() -> None:
    pairs = align(["alpha = 1", "beta = 22"], ["beta = 23", "alpha = 2"])
    assert len(pairs) == 1


def test_nothing_to_pair() -> None:
    assert align([], ["a"]) == align(["a"], []) == align([], []) == {}


def test_indentation_does_not_make_lines_different() -> None:
    assert likeness("    return x", "        return x") == likeness("return x", "return x")


def test_making_the_same_thing_in_another_way_is_an_edit() -> None:
    assert align(["self.w = ones(3)"], ["self.w = randn(n, n)"]) == {0: 0}
