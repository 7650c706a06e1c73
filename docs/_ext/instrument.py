# ruff: noqa: N802, N815 (names that NodeTransformer looks for)
"""A module's syntax tree with a recorder put around every expression that may make a tensor.

A line tracer sees names once a line is done; this also sees ``q.view(...)`` inside
``q = q.view(...).transpose(1, 2)``. Positions stay those of the file, so that tracebacks name real lines.
"""

from __future__ import annotations

import ast

from _ext.expressions import MADE, Expressions, Site


def instrument(source: str, filename: str) -> tuple[ast.Module, list[Site]]:
    """The tree of ``source`` that calls ``__record__(index of the site, value)``, and its sites."""
    tree = ast.parse(source, filename)
    work = _Statements(source)
    work.visit(tree)
    return ast.fix_missing_locations(tree), work.sites


class _Statements(Expressions):
    """What lines name or return. Left alone: annotations, decorators, defaults, bases, targets, patterns."""

    def _names(self, target: ast.expr, place: ast.AST, makes: bool = False) -> list[ast.stmt]:
        """Statements that record what was just assigned to ``target``."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return [record for element in target.elts for record in self._names(element, place, makes)]
        if isinstance(target, ast.Starred):
            return self._names(target.value, place, makes)
        while isinstance(target, ast.Subscript):  # of `mask[i] = ...` the whole `mask` is shown
            target = target.value
        if not _is_dotted(target):
            return []
        text = ast.unparse(target)
        load = ast.parse(text, mode="eval").body
        for node in ast.walk(load):
            ast.copy_location(node, place)
        record = self.record(load, text, place, result=True, makes=makes)
        return [ast.copy_location(ast.Expr(record), place)]

    def _assign(self, node: ast.Assign | ast.AnnAssign, targets: list[ast.expr]) -> list[ast.stmt]:
        if node.value is None:
            return [node]
        covered = all(_is_covered(target) for target in targets)
        node.value = self.inside(node.value) if covered else self.visit(node.value)
        return [node, *(record for target in targets for record in self._names(target, node, makes=True))]

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        return self._assign(node, node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        return self._assign(node, [node.target])

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        node.value = self.visit(node.value)
        return [node, *self._names(node.target, node)]

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        value = node.value
        if isinstance(value, ast.Tuple) and not any(isinstance(part, ast.Starred) for part in value.elts):
            texts = [f"return {self.text.brief(part)}" for part in value.elts]
            value.elts = [
                self.record(self.inside(part), text, part, result=True)
                for part, text in zip(value.elts, texts, strict=True)
            ]
        elif value is not None:
            node.value = self.record(self.inside(value), "return", value, result=True)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if not isinstance(node.value, MADE):
            return self.generic_visit(node)
        text = self.text.brief(node.value)
        node.value = self.record(self.inside(node.value), text, node.value, result=True, makes=True)
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.stmt:
        return node

    visit_TypeAlias = visit_Delete

    # Statements with a body.

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for node in body:
            new = self.visit(node)
            found.extend(new if isinstance(new, list) else [new])
        return found

    def visit_For(self, node: ast.For | ast.AsyncFor) -> ast.stmt:
        node.iter = self.visit(node.iter)
        names = self._names(node.target, node)
        node.body, node.orelse = names + self._block(node.body), self._block(node.orelse)
        return node

    visit_AsyncFor = visit_For

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.stmt:
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
        named = [item.optional_vars for item in node.items if item.optional_vars is not None]
        names = [record for target in named for record in self._names(target, node)]
        node.body = names + self._block(node.body)
        return node

    visit_AsyncWith = visit_With

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            self.line = case.pattern.lineno
            case.guard = case.guard and self.visit(case.guard)
            case.body = self._block(case.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        self.scope.append(node.name)
        node.body = self._block(node.body)
        self.scope.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
        """The line of ``def`` shows what its arguments were."""
        self.scope.append(node.name)
        known = node.args
        arguments = [*known.posonlyargs, *known.args, *filter(None, [known.vararg]), *known.kwonlyargs]
        names = [
            record
            for argument in arguments
            if argument.arg not in ("self", "cls")
            for record in self._names(ast.Name(argument.arg, ast.Load()), node)
        ]
        body = self._block(node.body)
        start = 0 if ast.get_docstring(node, clean=False) is None else 1
        node.body = body[:start] + names + body[start:]
        self.scope.pop()
        return node

    visit_AsyncFunctionDef = visit_FunctionDef


def _is_dotted(node: ast.expr) -> bool:
    """Whether ``node`` is ``name`` or ``name.attribute``: reading it again costs and changes nothing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_covered(target: ast.expr) -> bool:
    """Whether the names of ``target`` hold everything that is assigned to it."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_is_covered(element) for element in target.elts)
    return _is_dotted(target.value if isinstance(target, ast.Starred) else target)
