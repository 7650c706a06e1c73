"""Examples of pages and docstrings: found with their lines, and nothing that looks like one passed over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from _ext import examples, sections

WALK = "---\ntitle: x\nwalk: minigpt/norm.py\n---\n"


def fenced(*lines: str, info: str = "pycon") -> str:
    return "\n".join([f"```{info}", *lines, "```", ""])


def problems(text: str) -> list[str]:
    return [str(problem) for problem in examples.read_page("docs/zh/x.md", text)[1]]


def test_lines_sources_and_outputs() -> None:
    text = "Text\n\n" + fenced(">>> x = 1", ">>> for i in range(2):", "...     i", "0", "1") + "\n"
    found = examples.page_examples(text + fenced(">>> x", "1", info="python"))
    assert [(example.line, example.source, example.want) for example in found] == [
        (4, "x = 1\n", ""),
        (5, "for i in range(2):\n    i\n", "0\n1\n"),
        (12, "x\n", "1\n"),
    ]


def test_digest_is_of_source_and_output() -> None:
    (example,) = examples.page_examples(fenced(">>> 1 + 1", "2"))
    assert example.digest == hashlib.sha256(b"1 + 1\n\n2\n").hexdigest()[:16]
    assert example.digest == examples.digest("1 + 1\n", "2\n")
    (moved,) = examples.page_examples("Text\n\n" + fenced(">>> 1 + 1", "2"))
    assert moved.digest == example.digest
    (changed,) = examples.page_examples(fenced(">>> 1 + 1", "3"))
    assert changed.digest != example.digest


def test_output_may_hold_blank_lines() -> None:
    text = fenced(">>> print('a', 'b', sep='\\n\\n')", "a", "", "b", "", "", ">>> 1", "1", "")
    assert problems(text) == []
    first, second = examples.page_examples(text)
    assert (first.want, second.want, second.line) == ("a\n<BLANKLINE>\nb\n", "1\n", 8)


def test_pages_that_are_right_have_no_problems() -> None:
    assert (
        problems(WALK + fenced("import torch", info="python source") + fenced(">>> # a word", ">>> 1", "1"))
        == []
    )
    assert problems("````markdown\n" + fenced("x = 1", info="python") + ">>> 1\n````\n") == []
    assert (
        problems(fenced("$ make test", info="console") + "Inline `>>> x`, ```code``` and a - b > c.\n") == []
    )


OUTSIDE = "expected `>>>` in a ```pycon fence only, got one outside, which is never run; fence it"
OTHER_FENCE = (
    "expected `>>>` in a ```pycon fence only, got one in ```{}, which is never run; mark the fence pycon"
)
UNCLOSED = "expected a closing mark as long and as far indented as this one, got none; add it"
HIDDEN = (
    "expected a fence on lines of its own, indented with spaces, got one behind a tab or a list or quote mark"
    ", where code is not found; move it"
)
NO_PROMPT = (
    "expected `>>>` in a fence of Python, got none in ```{}, which is never run; "
    "make it a ```pycon fence of examples"
)
NO_WALK = (
    "expected `python source` on a page with `walk:` in its front matter only, got it on another; "
    "name the module, or make it a ```pycon fence with `>>>`"
)
LEFT_OVER = (
    "expected every line to belong to an example, got {!r}, which is never run or compared; "
    "begin code with `>>> `, move other text out of the fence"
)
UNREADABLE = "expected an example that doctest can read, but this line {}; correct it"
OPTION = (
    "expected no doctest option but +ELLIPSIS and +CPU_ONLY, got {}; "
    "make the example one that runs and compares as it stands"
)
NO_REASON = "expected the reason for +CPU_ONLY, got none; write `>>> # CPU only: why` on the line above"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (fenced("x = 1", info="python"), 1, NO_PROMPT.format("python")),
        (fenced("x = 1"), 1, NO_PROMPT.format("pycon")),
        (fenced("x = 1", info="py"), 1, NO_PROMPT.format("py")),
        (fenced("x = 1", info="{ .python3 }"), 1, NO_PROMPT.format("{ .python3 }")),
        (WALK + fenced("x = 1", info="python source x"), 5, NO_PROMPT.format("python source x")),
        (fenced("import torch", info="python source"), 1, NO_WALK),
        ("---\ntitle: x\n---\nwalk: x\n" + fenced("x", info="python source"), 5, NO_WALK),
        ("Text\n\n>>> 1\n1\n", 3, OUTSIDE),
        ("    >>> 1\n", 1, OUTSIDE),
        ("> >>> 1\n", 1, OUTSIDE),
        ("Text\n" + fenced("$ python", ">>> 1", ">>> 2", info="text"), 4, OTHER_FENCE.format("text")),
        (fenced(">>> 1", info=""), 2, OTHER_FENCE.format("")),
        ("```pycon\n>>> 1\n1\n", 1, UNCLOSED),
        ("```text\nx\n  ```\n", 1, UNCLOSED),
        ("````markdown\n```\n", 1, UNCLOSED),
        ("- ```python\n  x = 1\n", 1, HIDDEN),
        ("> ```python\n> x = 1\n> ```\n", 1, HIDDEN),
        ("\t```python\n\tx = 1\n\t```\n", 1, HIDDEN),
        ("1. ~~~ python\n", 1, HIDDEN),
        (fenced("Setting up:", ">>> 1", "1"), 2, LEFT_OVER.format("Setting up:")),
        (fenced(">>> # nothing", "42", ">>> 1", "1"), 3, LEFT_OVER.format("42")),
        (fenced(">>> # nothing", "42"), 3, LEFT_OVER.format("42")),
        (
            fenced(">>> 1", "1", "  >>> 2", "2"),
            5,
            UNREADABLE.format("has inconsistent leading whitespace: '2'"),
        ),
        (fenced(">>>1"), 2, UNREADABLE.format("lacks blank after >>>: '>>>1'")),
        (fenced(">>> 1  # doctest: +X"), 2, UNREADABLE.format("has an invalid option: '+X'")),
        (fenced(">>> 1  # doctest: +SKIP"), 2, OPTION.format("+SKIP")),
        (fenced(">>> 1  # doctest: -ELLIPSIS"), 2, OPTION.format("-ELLIPSIS")),
        (fenced(">>> 1  # doctest: +NORMALIZE_WHITESPACE"), 2, OPTION.format("+NORMALIZE_WHITESPACE")),
        (fenced(">>> 1", "1", ">>> 1  # doctest: +CPU_ONLY"), 4, NO_REASON),
        (fenced(">>> # CPU only:", ">>> 1  # doctest: +CPU_ONLY"), 3, NO_REASON),
    ],
)
def test_what_would_not_be_run(text: str, line: int, expected: str) -> None:
    assert problems(text) == [f"docs/zh/x.md:{line}: {expected}"]


def test_option_on_a_line_of_its_own() -> None:
    (problem,) = problems(fenced(">>> 1", "1", ">>> # doctest: +ELLIPSIS"))
    assert problem.startswith(
        "docs/zh/x.md:4: expected an example that doctest can read, but this line has an option"
    )


def test_every_problem_of_a_page_is_told() -> None:
    text = fenced("x = 1", info="python") + fenced("y", ">>> 1", "1") + ">>> 2\n"
    assert [problem.split(":")[1] for problem in problems(text)] == ["1", "5", "9"]


@pytest.mark.parametrize(
    "lines",
    [
        (">>> # CPU only: float16 sums differ", ">>> 1  # doctest: +CPU_ONLY"),
        (">>> 1  # CPU only: float16 sums differ  # doctest: +CPU_ONLY",),
    ],
)
def test_reason_for_cpu_only(lines: tuple[str, ...]) -> None:
    text = fenced(*lines)
    assert problems(text) == []
    (example,) = examples.page_examples(text)
    assert example.cpu_only == "float16 sums differ"


MODULE = '''"""Module.

>>> 1
1
"""

X = 1
"""An attribute.

>>> X
1
"""


class A:
    """Class.

    Examples:
        >>> A().f(
        ...     "x"
        ... )
        2

        Text that follows.
    """

    def f(self, x: str = "y"):
        r"""Method: $\\mu$.

        ```pycon
        >>> 3

        ```
        """
        def g():
            """>>> 4"""
'''


def test_docstrings() -> None:
    groups, wrong = examples.read_module("minigpt/a.py", MODULE)
    assert wrong == []
    lines = {name: [(example.line, example.want) for example in found] for name, found in groups.items()}
    assert lines == {
        "a": [(3, "1\n"), (10, "1\n")],
        "A": [(19, "2\n")],
        "A.f": [(31, "")],
        "A.f.g": [(36, "")],
    }
    source = MODULE.split("\n")
    assert all(">>>" in source[example.line - 1] for found in groups.values() for example in found)


@pytest.mark.parametrize(
    ("docstring", "line", "expected"),
    [
        ("F.\n\n    ```python\n    f()\n    ```\n    ", 4, NO_PROMPT.format("python")),
        (
            "F.\\n\n    >>> f()\n    ",
            2,
            "expected as many lines in a docstring's text as in the file, got an escaped line break; "
            'begin it with r"""',
        ),
        ("F.\n\n    >>> f()  # doctest: +SKIP\n    ", 4, OPTION.format("+SKIP")),
        ("F.\n\n    >>>f()\n    ", 4, UNREADABLE.format("lacks blank after >>>: '    >>>f()'")),
    ],
)
def test_docstrings_that_would_not_be_run(docstring: str, line: int, expected: str) -> None:
    _, wrong = examples.read_module("minigpt/a.py", f'def f():\n    """{docstring}"""\n')
    assert [str(problem) for problem in wrong] == [f"minigpt/a.py:{line}: {expected}"]


def test_files_of_the_repository(tmp_path: Path) -> None:
    for name in ("docs/zh/a.md", "docs/_ext/node_modules/b.md", "docs/c.txt", "minigpt/d/e.py", "README.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(fenced(">>> 1") if file.suffix == ".md" else ">>> 1", encoding="utf-8")
    found = examples.files(tmp_path)
    assert [file.relative_to(tmp_path).as_posix() for file in found] == ["docs/zh/a.md", "minigpt/d/e.py"]
    groups, wrong = examples.read_file(found[0], tmp_path)
    assert (list(groups), wrong) == (["a"], [])


# Pages with a test per section

SECTIONS = "---\nsnippets: section\n---\n"


def groups(text: str, name: str = "docs/zh/errata.md") -> tuple[dict[str, list[int]], list[str]]:
    found, wrong = sections.split(name, text, examples.page_examples(text))
    return {key: [one.line for one in group] for key, group in found.items()}, [str(one) for one in wrong]


def test_a_group_per_heading() -> None:
    text = f"""{SECTIONS}
{fenced(">>> 0")}
# Errata {{#top}}

{fenced(">>> 1")}
## Without examples

### One {{#e1}}

{fenced(">>> 2")}
Text

{fenced(">>> # no heading", ">>> 3")}
### Two {{#e2}}

{fenced(">>> 4")}"""
    assert groups(text) == ({"errata": [6, 12], "e1": [20, 27], "e2": [33]}, [])
    assert groups(text.replace("snippets: section", "title: x")) == ({"errata": [6, 12, 20, 27, 33]}, [])


def test_a_comment_in_a_fence_starts_no_section() -> None:
    text = (
        SECTIONS + "## One {#e1}\n" + fenced(">>> 1") + fenced("# no heading", info="text") + fenced(">>> 2")
    )
    assert groups(text) == ({"e1": [6, 12]}, [])


def test_a_page_of_sections_without_examples() -> None:
    assert groups(SECTIONS + "## One\n") == ({}, [])
    assert groups("Text\n") == ({}, [])


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (
            "---\ntitle: x\nsnippets: sections\n---\n" + fenced(">>> 1"),
            3,
            "expected `snippets: section`, got 'sections'; correct it, or leave it out: one test a page",
        ),
        (
            SECTIONS + "## One\n" + fenced(">>> 1"),
            4,
            "expected an anchor that names the test of this section, got `## One`; write {#anchor} behind it",
        ),
        (
            SECTIONS + "## One {#e1}\n" + fenced(">>> 1") + "## Two {#e1}\n" + fenced(">>> 2"),
            8,
            "expected an anchor that names no other test of this page, got 'e1'; write another",
        ),
        (
            SECTIONS + "## One {#errata}\n" + fenced(">>> 1"),
            4,
            "expected an anchor that names no other test of this page, got 'errata'; write another",
        ),
    ],
)
def test_sections_that_cannot_be_named(text: str, line: int, expected: str) -> None:
    assert groups(text)[1] == [f"docs/zh/errata.md:{line}: {expected}"]
