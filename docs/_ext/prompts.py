"""One example, and the reader that finds them in fences and docstrings; ``examples.py`` is the door to both.

Stricter than doctest, which passes over what it does not take for an example: here every line of a fence is
part of one, and what would not be run is a problem with its line. More lenient in one thing: in a fence,
output may hold blank lines.
"""

from __future__ import annotations

import doctest
import hashlib
import re
from dataclasses import dataclass, field

from _ext.fences import Fence, parse
from _ext.problems import Problem

CPU_ONLY = doctest.register_optionflag("CPU_ONLY")
PROMPT = re.compile(r"^[ \t>]*>>>")

_ALLOWED = {CPU_ONLY, doctest.ELLIPSIS}
_PYTHON = {"python", "pycon", "py", "py3", "python3", "ipython", "doctest"}
_SHOWN = {"markdown", "md"}  # fences that show how a page is written
_COMMENT = re.compile(r"^\s*>>>\s*(#.*)?$")
_REASON = re.compile(r"#\s*CPU only:[ \t]*(?P<reason>[^#\s][^#\n]*)")
_PARSER_SAYS = re.compile(r"line (?P<line>\d+) of the \w+ for @,? (?P<what>.*)", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One example. ``line`` is that of its ``>>>``, from 1; ``cpu_only`` says why it runs on the CPU only."""

    line: int
    source: str
    want: str
    cpu_only: str = ""
    parsed: doctest.Example | None = field(default=None, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """Changes with the code and with the output, not with the place."""
        return digest(self.source, self.want)


def digest(source: str, want: str) -> str:
    """Sixteen hexadecimal digits for an example and its output."""
    return hashlib.sha256(f"{source}\n{want}".encode()).hexdigest()[:16]


class Reader:
    """Collects examples and problems of one text, which starts below line ``above`` of the file ``path``."""

    def __init__(self, path: str, above: int = 0) -> None:
        self.path, self.above = path, above
        self.examples: list[Example] = []
        self.problems: list[Problem] = []

    def wrong(self, line: int, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.path, self.above + line, message))

    def fences(self, text: str, walk: bool) -> list[str]:
        """Read the fences of a text; return its lines, those of fences blanked."""
        outside = text.split("\n")
        for fence in parse(text):
            self._fence(fence, walk)
            outside[fence.first - 1 : fence.last] = [""] * (fence.last - fence.first + 1)
        return outside

    def _fence(self, fence: Fence, walk: bool) -> None:
        prompts = [line for line, text in enumerate(fence.body, fence.first + 1) if PROMPT.match(text)]
        if not fence.closed:
            self.wrong(
                fence.first,
                "expected a closing mark as long and as far indented as this one, got none; add it",
            )
        elif fence.language in _SHOWN or (walk and fence.is_source):
            return
        elif fence.language not in _PYTHON:
            for line in prompts[:1]:
                message = (
                    f"expected `>>>` in a ```pycon fence only, got one in ```{fence.info}, which is never run"
                )
                self.wrong(line, f"{message}; mark the fence pycon")
        elif fence.is_source:
            message = (
                "expected `python source` on a page with `walk:` in its front matter only, got it on another"
            )
            self.wrong(fence.first, f"{message}; name the module, or make it a ```pycon fence with `>>>`")
        elif not prompts:
            message = f"expected `>>>` in a fence of Python, got none in ```{fence.info}, which is never run"
            self.wrong(fence.first, f"{message}; make it a ```pycon fence of examples")
        else:
            body = _with_blank_lines(list(fence.body))
            self._no_line_left_over(body, fence.first + 1, self.session(body, fence.first + 1))

    def session(self, lines: list[str], first: int) -> list[Example]:
        """Read the examples in lines that are all code, output or the prose of a docstring."""
        try:
            parsed = doctest.DocTestParser().get_examples("\n".join(lines), "@")
        except ValueError as error:
            said = _PARSER_SAYS.match(str(error))
            line, what = (int(said["line"]), said["what"]) if said else (1, str(error))
            line += "no example" in what  # the one message that counts from 0
            self.wrong(
                first + line - 1,
                f"expected an example that doctest can read, but this line {what}; correct it",
            )
            return []
        found = [self._example(example, lines, first) for example in parsed]
        self.examples += found
        return found

    def _example(self, parsed: doctest.Example, lines: list[str], first: int) -> Example:
        line = first + parsed.lineno
        for flag, value in parsed.options.items():
            if flag not in _ALLOWED or not value:
                name = next(name for name, known in doctest.OPTIONFLAGS_BY_NAME.items() if known == flag)
                message = f"expected no doctest option but +ELLIPSIS and +CPU_ONLY, got {'-+'[value]}{name}"
                self.wrong(line, f"{message}; make the example one that runs and compares as it stands")
        above = lines[parsed.lineno - 1] if parsed.lineno and _COMMENT.match(lines[parsed.lineno - 1]) else ""
        reason = _REASON.search(f"{above}\n{parsed.source}")
        wanted = CPU_ONLY in parsed.options
        if wanted and not reason:
            message = (
                "expected the reason for +CPU_ONLY, got none; write `>>> # CPU only: why` on the line above"
            )
            self.wrong(line, message)
        why = reason["reason"].strip() if wanted and reason else ""
        parsed.lineno = self.above + line - 1
        return Example(self.above + line, parsed.source, parsed.want, why, parsed)

    def _no_line_left_over(self, body: list[str], first: int, examples: list[Example]) -> None:
        if not examples and self.problems:
            return
        read = set()
        for example in examples:
            start = example.line - self.above
            read |= set(range(start, start + example.source.count("\n") + example.want.count("\n")))
        for line, text in enumerate(body, first):
            if line not in read and text.strip() and not _COMMENT.match(text):
                message = (
                    f"expected every line to belong to an example, got {text.strip()!r}, which is never run"
                )
                self.wrong(
                    line, f"{message} or compared; begin code with `>>> `, move other text out of the fence"
                )
                return


def _with_blank_lines(body: list[str]) -> list[str]:
    """Blank lines inside an output, marked as doctest wants them, since it ends the output at a bare one."""
    marked, output_follows = list(body), False
    for index in range(len(body) - 1, -1, -1):
        if body[index].strip():
            output_follows = not PROMPT.match(body[index])
        elif output_follows:
            marked[index] = "<BLANKLINE>"
    return marked
