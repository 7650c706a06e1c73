# ruff: noqa: N815 (names that NodeTransformer looks for)
"""Expressions with a recorder put around those that may make a tensor: the inside of a line."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from _ext.excerpt import Excerpts

# Two underscores on both sides: Python does not mangle such a name inside classes.
RECORD = "__record__"
MADE = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript)
_VIEWS = frozenset({"T", "mT", "H", "mH", "real", "imag", "grad"})


@dataclass(frozen=True)
class Site:
    """A place that is recorded.

    ``line`` is where its statement begins (comments above do not count), ``scope`` the qualified name of the
    function or class around it. ``result`` marks what the line names or returns, ``call`` a call inside,
    ``makes`` a place where a layer may be built, whose parameters are then tensors that the line makes.
    """

    line: int
    scope: str
    text: str
    result: bool = False
    call: bool = False
    makes: bool = False


class Expressions(ast.NodeTransformer):
    """Left alone: f-strings, the arguments' defaults of a lambda, ``super()``, what is called."""

    def __init__(self, source: str) -> None:
        self.sites: list[Site] = []
        self.text = Excerpts(source)
        self.scope: list[str] = []
        self.line = 0

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        if isinstance(node, ast.stmt):
            self.line = node.lineno
        return super().visit(node)

    def record(self, value: ast.expr, text: str, place: ast.AST, **kind: bool) -> ast.Call:
        self.sites.append(Site(self.line, ".".join(self.scope) or "<module>", text, **kind))
        index = ast.Constant(len(self.sites) - 1)
        call = ast.Call(ast.Name(RECORD, ast.Load()), [index, value], [])
        return ast.copy_location(call, place)

    def inside(self, node: ast.expr) -> ast.expr:
        """Record what ``node`` is made of, but not ``node``: its value is recorded under another name."""
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            elif not isinstance(node.func, ast.Name):
                node.func = self.visit(node.func)
            node.args = [self.visit(argument) for argument in node.args]
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
        elif isinstance(node, ast.IfExp):
            node.test = self.visit(node.test)
            node.body, node.orelse = self.inside(node.body), self.inside(node.orelse)
        elif isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self.inside(element) for element in node.elts]
        elif isinstance(node, (ast.JoinedStr, ast.Lambda, ast.NamedExpr, ast.Yield)):
            return self.visit(node)
        else:
            self.generic_visit(node)
        return node

    def _made(self, node: ast.expr) -> ast.expr:
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return node
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            return node
        text, call = self.text.brief(node), isinstance(node, ast.Call)
        return self.record(self.inside(node), text, node, call=call, makes=call)

    visit_BinOp = visit_UnaryOp = visit_Compare = visit_Subscript = _made

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return node
        return self._made(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if node.attr in _VIEWS:
            return self._made(node)
        return self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        value = node.value
        node.value = self.record(self.inside(value), node.target.id, value, result=True, makes=True)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.body = self.visit(node.body)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return node

    visit_TemplateStr = visit_JoinedStr

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        if node.value is not None:
            node.value = self.record(self.inside(node.value), "yield", node.value, result=True)
        return node
