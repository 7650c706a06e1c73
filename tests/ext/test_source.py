"""A module cut into logical lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from _ext.source import excerpt, logical_lines, module_name, pieces

ROOT = Path(__file__).parents[2]


def cut(text: str) -> list[tuple[int, int, str]]:
    return [(line.first, line.last, line.text) for line in logical_lines(text)]


def test_each_statement_is_a_line_with_its_physical_numbers() -> None:
    assert cut("import torch\n\nx = 1\n") == [(1, 1, "import torch"), (3, 3, "x = 1")]


def test_indentation_is_part_of_the_text_and_trailing_space_is_not() -> None:
    assert cut("if a:\n    b = 1  \n") == [(1, 1, "if a:"), (2, 2, "    b = 1")]


def test_a_call_over_several_physical_lines_is_one_line() -> None:
    assert cut("f(\n    a,  # why\n\n    b,\n)\n") == [(1, 5, "f(\n    a,  # why\n\n    b,\n)")]


def test_a_backslash_joins_physical_lines() -> None:
    assert cut("x = 1 + \\\n    2\n") == [(1, 2, "x = 1 + \\\n    2")]


def test_semicolons_do_not_cut() -> None:
    assert cut("a = 1; b = 2\n") == [(1, 1, "a = 1; b = 2")]


def test_comments_belong_to_the_line_below() -> None:
    assert cut("a = 1\n\n# one\n# two\n\nb = 2\n") == [(1, 1, "a = 1"), (3, 6, "# one\n# two\n\nb = 2")]


def test_a_trailing_comment_stays_on_its_line() -> None:
    assert cut("a = 1  # (B, T)\nb = 2\n") == [(1, 1, "a = 1  # (B, T)"), (2, 2, "b = 2")]


def test_docstrings_are_left_out_wherever_they_stand() -> None:
    text = (
        '"""Module."""\nclass A:\n    """Class.\n\n    More."""\n    x = 1\n    "about x"\n'
        '    def f(self):\n        r"""F."""\n'
    )
    assert [line[2] for line in cut(text)] == ["class A:", "    x = 1", "    def f(self):"]


def test_a_string_that_is_used_is_no_docstring() -> None:
    assert cut('x = "a"\nf("b")\nf"{x}"\n"a"; y = 1\n')[0] == (1, 1, 'x = "a"')
    assert len(cut('x = "a"\nf("b")\nf"{x}"\n"a"; y = 1\n')) == 4


def test_a_class_of_one_docstring_keeps_its_head() -> None:
    (line,) = logical_lines('class Error(ValueError):\n    """Bad."""\n')
    assert (line.first, line.last, line.text, line.opens) == (1, 1, "class Error(ValueError):", "Error")
    (line,) = logical_lines('class Error(ValueError): "Bad."\n')
    assert line.text == 'class Error(ValueError): "Bad."'


def test_comments_at_the_end_of_the_file_are_a_line_of_their_own() -> None:
    assert cut("a = 1\n# to do\n# later\n") == [(1, 1, "a = 1"), (2, 3, "# to do\n# later")]


def test_comments_above_a_docstring_are_a_line_of_their_own() -> None:
    assert cut('# Licence\n"""Module."""\n# next\nx = 1\n') == [(1, 1, "# Licence"), (3, 4, "# next\nx = 1")]


def test_decorators_are_lines_and_the_first_one_opens() -> None:
    text = "class A:\n    # cheap\n    @property\n    @cache\n    def f(self): ...\n"
    lines = logical_lines(text)
    assert [(line.text.strip(), line.opens) for line in lines] == [
        ("class A:", "A"),
        ("# cheap\n    @property", "A.f"),
        ("@cache", None),
        ("def f(self): ...", None),
    ]


def test_opens_is_the_qualified_name() -> None:
    text = (
        "class A:\n    class B:\n        async def f(self):\n            def g(): pass\n"
        "if x:\n    def h():\n        'Doc.'\n"
    )
    opened = [(line.opens, line.has_docstring) for line in logical_lines(text) if line.opens]
    assert opened == [
        ("A", False),
        ("A.B", False),
        ("A.B.f", False),
        ("A.B.f.<locals>.g", False),
        ("h", True),
    ]


def test_a_signature_over_several_lines_opens_at_its_first() -> None:
    first, body = logical_lines("def f(\n    a: int,\n) -> int:\n    return a\n")
    assert (first.first, first.last, first.opens) == (1, 3, "f")
    assert (body.first, body.opens) == (4, None)


def test_empty_modules_have_no_lines() -> None:
    assert cut("") == cut('"""Only a docstring."""\n') == cut("\n\n") == []


def test_a_file_without_final_newline() -> None:
    assert cut("a = 1\nb = 2") == [(1, 1, "a = 1"), (2, 2, "b = 2")]


def test_broken_python_raises_with_its_line() -> None:
    with pytest.raises(SyntaxError) as caught:
        logical_lines("a = 1\nb = (\n")
    assert caught.value.lineno == 2


def test_pieces_cuts_an_indented_fragment_and_keeps_strings() -> None:
    cut_up = pieces('        x = 1\n        """Doc."""\n    def f():')
    assert [(piece.text.strip(), piece.is_string) for piece in cut_up] == [
        ("x = 1", False),
        ('"""Doc."""', True),
        ("def f():", False),
    ]


@pytest.mark.parametrize("text", ["f(", '"""open', "if a:\n        b\n    c"])
def test_pieces_refuses_what_cannot_be_cut(text: str) -> None:
    with pytest.raises(SyntaxError):
        pieces(text)


def test_excerpt_marks_what_the_module_has_between_two_lines() -> None:
    lines = logical_lines('import a\nimport b\n\n\nclass C:\n    """Doc."""\n    x = 1\n')
    assert excerpt(lines) == "import a\nimport b\n\nclass C:\n\n    x = 1"


def test_module_name() -> None:
    assert module_name("minigpt/norm.py") == "minigpt.norm"
    assert module_name("minigpt/__init__.py") == "minigpt"
    assert module_name("minigpt/variants/sdpa.py") == "minigpt.variants.sdpa"


def test_the_lines_and_docstrings_of_the_real_module_make_up_the_whole_file() -> None:
    """Nothing a reader sees in the file can slip between the lines."""
    text = (ROOT / "minigpt/norm.py").read_text("utf-8")
    rows = text.split("\n")
    covered = {n for piece in pieces(text) for n in range(piece.first, piece.last + 1)}
    assert [row for n, row in enumerate(rows, 1) if n not in covered and row.strip()] == []
    assert [line.text.strip() for line in logical_lines(text)][-1].startswith("return F.layer_norm(")
