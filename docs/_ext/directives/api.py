"""Index of all public names, read from the sources without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from _ext.directives.site import Site, Unable, link, table, title
from _ext.halves import summary

_KINDS = {"class": "类", "function": "函数", "method": "方法", "property": "特性", "constant": "常量"}
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Entry:
    """A public name: ``path`` is where it is defined, ``name`` what the index calls it."""

    path: str
    name: str
    kind: str
    docstring: str

    @property
    def has_anchor(self) -> bool:
        """Whether a page renders its docstring, so that one can link there."""
        return bool(self.docstring) and self.kind != "constant"


def render(site: Site, page: str) -> str:
    """One table per module, in the order in which the guide reads them."""
    parts = []
    for walk in site.reading_order(site.lang):
        tree = _parse(site, walk.module)
        here = link(title(site, walk.page), walk.page, page)
        about = summary(ast.get_docstring(tree) or "", site.lang)
        parts.append(f"**`{_dotted(walk.module)}`** · {here}\n\n{about}")
        rows = [
            _row(site, entry, link(f"`{entry.name}`", walk.page, page))
            for entry in entries(site, walk.module)
        ]
        if rows:
            header = [site.say("名称", "Name"), site.say("种类", "Kind"), site.say("说明", "Summary")]
            parts.append(table(header, rows))
    if not parts:
        raise Unable(
            "expected at least one walk page to index, got none; add a page with `walk:` in its front matter"
        )
    return "\n\n".join(parts)


def entries(site: Site, module: str) -> list[Entry]:
    """What ``__all__`` of a module names, classes followed by their public methods."""
    tree = _parse(site, module)
    found = []
    for name in _exported(tree, module):
        found += list(_find(site, module, tree, name))
    return found


def _row(site: Site, entry: Entry, page_link: str) -> list[str]:
    name = f"[`{entry.name}`][{entry.path}]" if entry.has_anchor else page_link
    kind = site.say(_KINDS[entry.kind], entry.kind)
    return [name, kind, summary(entry.docstring, site.lang)]


def _parse(site: Site, module: str) -> ast.Module:
    path = site.root / module
    if not path.is_file():
        raise Unable(
            f"expected the module {module}, got no such file; correct `walk:` in the front matter of its page"
        )
    return ast.parse(path.read_text(encoding="utf-8"))


def _exported(tree: ast.Module, module: str) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return list(ast.literal_eval(node.value))
    raise Unable(f"expected {module} to say in __all__ what is public, got no __all__; add it")


def _find(site: Site, module: str, tree: ast.Module, name: str) -> Iterator[Entry]:
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, (ast.ClassDef, *_Function)) and node.name == name:
            yield from _defined(node, f"{_dotted(module)}.{name}")
            return
        if isinstance(node, ast.ImportFrom) and name in [a.asname or a.name for a in node.names]:
            yield from _imported(site, node, name)
            return
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield Entry(f"{_dotted(module)}.{name}", name, "constant", _string(following))
            return
    raise Unable(
        f"expected {module} to define {name!r}, which its __all__ names, got nothing; correct __all__"
    )


def _defined(node: ast.stmt, path: str) -> Iterator[Entry]:
    name = path.rpartition(".")[2]
    if not isinstance(node, ast.ClassDef):
        yield Entry(path, name, "function", ast.get_docstring(node) or "")
        return
    yield Entry(path, name, "class", ast.get_docstring(node) or "")
    for child in node.body:
        if isinstance(child, _Function) and not child.name.startswith("_"):
            decorators = [ast.unparse(decorator) for decorator in child.decorator_list]
            if any(decorator.endswith((".setter", ".deleter")) for decorator in decorators):
                continue
            kind = "property" if "property" in decorators else "method"
            yield Entry(f"{path}.{child.name}", f"{name}.{child.name}", kind, ast.get_docstring(child) or "")


def _imported(site: Site, node: ast.ImportFrom, name: str) -> Iterator[Entry]:
    """A name that the package takes from one of its modules: its methods are listed there."""
    source = (node.module or "").replace(".", "/")
    origin = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    for module in (f"{source}.py", f"{source}/__init__.py"):
        if (site.root / module).is_file():
            yield next(_find(site, module, _parse(site, module), origin))
            return
    raise Unable(
        f"expected {name!r} to come from a module of this package, got {node.module!r}; drop it from __all__"
    )


def _string(node: ast.stmt | None) -> str:
    value = getattr(node, "value", None) if isinstance(node, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _dotted(module: str) -> str:
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
