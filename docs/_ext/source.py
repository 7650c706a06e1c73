"""A module cut into logical lines: the units that a walk page explains, one note each.

A logical line is a statement, the head of a compound statement, or a decorator, with the comments above it.
Docstrings are no logical lines: the site renders them. Comments with no statement below them (at the end of
the file, or above a docstring) are a line of their own: they need a note like everything else a reader sees.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LAYOUT = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
_CODE_ROW = re.compile(r"^([ ]*)[^\s#]", re.MULTILINE)
_PLAIN_STRING = re.compile(r"[rRuU]?[\"']")  # no bytes, no f-string: those are never docstrings
_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class LogicalLine:
    """One logical line; ``first`` and ``last`` are physical lines from 1, comments above it included.

    ``opens`` is the qualified name of the class or function that begins here, at its first decorator.
    """

    first: int
    last: int
    text: str
    opens: str | None = None
    has_docstring: bool = False


@dataclass(frozen=True)
class Piece:
    """A line of which nothing is known yet; ``code`` is its first physical line below the comments."""

    first: int
    code: int
    last: int
    text: str
    is_string: bool = False


def pieces(text: str) -> list[Piece]:
    """Cut any run of lines, docstrings included. The run may begin indented and end in the middle of a block.

    Raises:
        SyntaxError: A bracket or a string stays open, or the indentation is impossible.
    """
    row = _CODE_ROW.search(text)
    # The tokenizer dedents only to levels it has seen, so a run that begins indented gets blocks around it.
    blocks = [" " * column + "if 1:" for column in range(len(row[1]) if row else 0)]
    tokens = tokenize.generate_tokens(io.StringIO("\n".join([*blocks, text])).readline)
    try:
        inside = [token for token in tokens if token.start[0] > len(blocks) and token.type not in _LAYOUT]
    except tokenize.TokenError as error:  # the tokenizer's own exception is no SyntaxError
        reason, (line, _) = error.args
        raise SyntaxError(reason, ("", line - len(blocks), 0, "")) from error
    return list(_cut([*blocks, *text.split("\n")], len(blocks), inside))


def _cut(rows: list[str], skipped: int, tokens: list[tokenize.TokenInfo]) -> Iterator[Piece]:
    def piece(first: int, code: int, last: int, is_string: bool = False) -> Piece:
        text = "\n".join(row.rstrip() for row in rows[first - 1 : last])
        return Piece(first - skipped, code - skipped, last - skipped, text, is_string)

    comments: list[int] = []  # where the comments are that wait for their statement
    statement: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type == tokenize.COMMENT:
            if not statement:
                comments.append(token.start[0])
        elif token.type != tokenize.NEWLINE:
            statement.append(token)
        elif statement:
            code = statement[0].start[0]
            is_string = all(_is_plain_string(part) for part in statement)
            if is_string and comments:
                yield piece(comments[0], comments[0], comments[-1])
            yield piece(code if is_string else min([code, *comments]), code, token.start[0], is_string)
            comments, statement = [], []
    if comments:
        yield piece(comments[0], comments[0], comments[-1])


def _is_plain_string(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.STRING and bool(_PLAIN_STRING.match(token.string))


def logical_lines(text: str) -> list[LogicalLine]:
    """The logical lines of a module, docstrings left out. Raises SyntaxError where Python would."""
    opened = dict(_definitions(ast.parse(text), ""))
    lines = []
    for piece in pieces(text):
        if not piece.is_string:
            name, has_docstring = opened.get(piece.code, (None, False))
            lines.append(LogicalLine(piece.first, piece.last, piece.text, name, has_docstring))
    return lines


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Each class and function below a node: line, name as in ``__qualname__``, whether it has a docstring."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _DEFINITIONS):
            yield from _definitions(child, prefix)
            continue
        name = prefix + child.name
        first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
        yield first, (name, ast.get_docstring(child) is not None)
        inner = name + "." if isinstance(child, ast.ClassDef) else name + ".<locals>."
        yield from _definitions(child, inner)


def excerpt(lines: Sequence[LogicalLine]) -> str:
    """The text of several lines, with one empty line wherever they do not follow each other in the module."""
    text, end = "", None
    for line in lines:
        text += "" if end is None else "\n" if line.first == end + 1 else "\n\n"
        text, end = text + line.text, line.last
    return text


def module_name(path: str) -> str:
    """``minigpt/norm.py`` is ``minigpt.norm``; ``minigpt/__init__.py`` is ``minigpt``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
