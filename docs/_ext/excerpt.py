"""The source text of an expression, short enough to stand beside its shape."""

from __future__ import annotations

import ast

ROOM = 40


class Excerpts:
    """Source texts out of one module."""

    def __init__(self, source: str) -> None:
        # Columns of the syntax tree count bytes.
        self._lines = [line.encode() for line in source.split("\n")]

    def brief(self, node: ast.expr, room: int = ROOM) -> str:
        """The text of ``node`` on one line, with arguments left out if it would be longer than ``room``."""
        whole = self._whole(node)
        if len(whole) <= room:
            return whole
        if room < 4:
            return "…"
        if isinstance(node, ast.Call):
            return self.brief(node.func, room - 3) + "(…)"
        if isinstance(node, ast.Subscript):
            return self.brief(node.value, room - 3) + "[…]"
        if isinstance(node, ast.Attribute):
            return self.brief(node.value, max(room - len(node.attr) - 1, 1)) + "." + node.attr
        if isinstance(node, ast.BinOp):
            sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("a")))[1:-1]
            return sign.join(self._operand(side, (room - len(sign)) // 2) for side in (node.left, node.right))
        return whole[: room - 1] + "…"

    def _operand(self, node: ast.expr, room: int) -> str:
        """Parentheses are no part of the tree, so they are put back."""
        if isinstance(node, (ast.BinOp, ast.Compare, ast.IfExp, ast.BoolOp)):
            return f"({self.brief(node, room - 2)})"
        return self.brief(node, room)

    def _whole(self, node: ast.expr) -> str:
        first, last = node.lineno - 1, node.end_lineno - 1
        if first == last:
            return self._lines[first][node.col_offset : node.end_col_offset].decode()
        lines = [
            self._lines[first][node.col_offset :],
            *self._lines[first + 1 : last],
            self._lines[last][: node.end_col_offset],
        ]
        text = " ".join(b" ".join(lines).decode().split())
        if "#" in text:  # a comment inside: only the tree knows where it ends
            return ast.unparse(node)
        for old in ("( ", "[ ", ", )", ", ]", " )", " ]", " ."):
            text = text.replace(old, old.strip(" ,"))
        return text
