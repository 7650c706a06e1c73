"""Where fences begin and end."""

from __future__ import annotations

import pytest
from _ext.fences import Fence, parse


def test_two_fences_with_their_lines() -> None:
    text = "Text\n\n```pycon\n>>> 1\n1\n```\n\n~~~~ text\n```\n~~~~\n"
    assert parse(text) == [
        Fence(3, 6, 0, "pycon", (">>> 1", "1")),
        Fence(8, 10, 0, "text", ("```",)),
    ]


def test_indented_fence_is_dedented() -> None:
    (fence,) = parse("- item\n\n    ```pycon\n    >>> if x:\n    ...     y\n\n    ```\n")
    assert (fence.indent, fence.body, fence.last) == (4, (">>> if x:", "...     y", ""), 7)


def test_longer_marks_hold_shorter_ones() -> None:
    (fence,) = parse("````markdown\n```pycon\n>>> 1\n```\n````\n")
    assert (fence.language, fence.body) == ("markdown", ("```pycon", ">>> 1", "```"))


def test_inline_code_of_three_backticks_is_no_fence() -> None:
    assert parse("```not a fence``` but code\n") == []


def test_backticks_may_stand_behind_tildes() -> None:
    (fence,) = parse("~~~ text `x`\na\n~~~\n")
    assert (fence.info, fence.language) == ("text `x`", "text")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("```pycon\n>>> 1\n", 2),
        ("```pycon\n>>> 1\n  ```\n", 3),  # the site's Markdown wants the same indentation
        ("````pycon\n>>> 1\n```\n", 3),
        ("```", 1),
        ("- item\n\n    ```pycon\n    >>> 1\n\nText, far outside.\n", 5),
    ],
)
def test_unclosed(text: str, last: int) -> None:
    (fence,) = parse(text)
    assert (fence.closed, fence.last) == (False, last)


def test_what_follows_an_unclosed_fence_in_a_list_is_read() -> None:
    fences = parse("- item\n\n    ```text\n    a\n\n```pycon\n>>> 1\n```\n")
    assert [(fence.first, fence.language, fence.closed) for fence in fences] == [
        (3, "text", False),
        (6, "pycon", True),
    ]


def test_only_line_feeds_end_lines() -> None:
    (fence,) = parse("a\u2028b\x0c\n```text\nx\n```\n")
    assert (fence.first, fence.last) == (2, 4)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("pycon", "pycon"),
        ("Python source", "python"),
        ("{ .python .x }", "python"),
        ("{.pycon hl_lines='1'}", "pycon"),
        ("python{.x}", "python"),
        ('pycon title="a b"', "pycon"),
        ("c++", "c++"),
        ("", ""),
    ],
)
def test_language(info: str, language: str) -> None:
    (fence,) = parse(f"```{info}\n```\n")
    assert fence.language == language


@pytest.mark.parametrize(
    ("info", "expected"),
    [("python source", True), ("python", False), ("python source x", False), ("pycon source", False)],
)
def test_is_source(info: str, expected: bool) -> None:
    (fence,) = parse(f"```{info}\n```\n")
    assert fence.is_source is expected
