"""A walk page as Markdown for the site: each step becomes a block of live code beside its note.

The code comes from the module, not from the fence. Docstrings come from mkdocstrings, in front of the lines
they belong to, so that this page is where the documented objects live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from _ext import outline
from _ext.source import LogicalLine, module_name
from _ext.steps import Step

if TYPE_CHECKING:
    from _ext.measure import Measured
    from _ext.walk import Walk

_LABELS = {
    "zh": {"shapes": "这里的张量", "source": "源码", "line": "源码，第 {} 行"},
    "en": {"shapes": "Tensors here", "source": "source", "line": "source, line {}"},
}


def render(walk: Walk, shapes: Mapping[int, Sequence[Measured]], lang: str, source_url: str = "") -> str:
    """The page without its front matter.

    Args:
        shapes: For a physical line of the module, the tensors it makes.
        source_url: Where the module can be read, ``{line}`` standing for the line; no link without it.
    """
    rows = outline.rows(walk.text)
    frame = _Frame(walk)
    out = [] if frame.title else list(frame.module_docstring())
    done = outline.front_matter_size(walk.text)
    for step, lines in walk.steps:
        out += frame.prose(done, step.fence.first - 1)
        out += frame.docstrings(lines)
        out += [f'<div id="L{line.first}" class="walk-anchor" markdown></div>' for line in lines[1:]]
        out += ["", f'<div class="walk"{_anchor(lines)} markdown>', '<div class="walk-code" markdown>', ""]
        out += _code(walk.source, step, lines)
        out += _shapes(lines, shapes, _LABELS[lang])
        out += _link(lines, source_url, _LABELS[lang])
        out += ["</div>", '<div class="walk-note" markdown>', ""]
        out += [*rows[step.fence.last : step.note_last], "", "</div>", "</div>", ""]
        done = step.note_last
    out += frame.prose(done, len(rows))
    return "\n".join(out).strip("\n") + "\n"


def _anchor(lines: Sequence[LogicalLine]) -> str:
    # On the whole step: its code sticks to the window while one scrolls, and browsers miss such a target.
    return f' id="L{lines[0].first}"' if lines else ""


class _Frame:
    """What stands at full width: prose outside of notes, and docstrings below the heading they fall under."""

    def __init__(self, walk: Walk) -> None:
        self.module = module_name(walk.module)
        self.rows = outline.rows(walk.text)
        self.level_at = {heading.line: heading.level for heading in outline.headings(walk.text)}
        self.title = next((line for line, level in self.level_at.items() if level == 1), None)
        self.has_docstring = walk.has_docstring
        self.documented = {line.opens for _, lines in walk.steps for line in lines if line.has_docstring}
        self.level = 1  # of the heading above
        self.shown: list[str] = []  # whose docstrings stand below that heading

    def prose(self, start: int, stop: int) -> Iterator[str]:
        """The rows of the page after ``start``, up to ``stop``."""
        for number in range(start + 1, stop + 1):
            yield self.rows[number - 1]
            if number in self.level_at:
                self.level, self.shown = self.level_at[number], []
            if number == self.title:
                yield from self.module_docstring()

    def module_docstring(self) -> Iterator[str]:
        """The module's docstring, without a heading: the title of the page is that."""
        if self.has_docstring:
            yield from _mkdocstrings(
                self.module, heading_level=2, show_root_heading=False, toc_label=self.module
            )

    def docstrings(self, lines: Iterable[LogicalLine]) -> Iterator[str]:
        """The docstrings of what these lines open. Functions inside functions have no address: left out."""
        for line in lines:
            if not line.opens or not line.has_docstring or "<locals>" in line.opens:
                continue
            depth = sum(line.opens.startswith(name + ".") for name in self.shown)
            self.shown.append(line.opens)
            yield from _mkdocstrings(
                f"{self.module}.{line.opens}",
                heading_level=min(self.level + 1 + depth, 6),
                show_root_heading=True,
                # The signature of a class is that of its __init__, unless that one is documented by itself.
                merge_init_into_class=f"{line.opens}.__init__" not in self.documented,
            )


def _mkdocstrings(name: str, **options: object) -> Iterator[str]:
    """The directive that renders one docstring: this object's, with its signature, without its members."""
    fixed = {
        "members": False,
        "separate_signature": True,
        "show_root_full_path": False,
        "show_root_toc_entry": True,
        "show_signature_annotations": True,
        "show_source": False,
    }
    yield from ("", f"::: {name}", "    options:")
    for key, value in {**options, **fixed}.items():
        yield f"      {key}: {str(value).lower() if isinstance(value, bool) else value}"
    yield ""


def _code(source: str, step: Step, lines: Sequence[LogicalLine]) -> Iterator[str]:
    """Live code with its line numbers; a new block wherever something (a docstring) is between two lines."""
    rows = [row.rstrip() for row in source.split("\n")]
    blocks: list[list[int]] = []
    for line in lines:
        if blocks and not any(rows[blocks[-1][1] : line.first - 1]):
            blocks[-1][1] = line.last
        else:
            blocks.append([line.first, line.last])
    for first, last in blocks:
        yield from fenced(rows[first - 1 : last], f'{{ .python linenums="{first}" }}')
    if not lines:  # the module has none of this: the build warns, and a preview shows what the page has
        yield from fenced(step.fence.body, "python")


def fenced(code: Sequence[str], info: str) -> Iterator[str]:
    """A fence, its marks longer than any inside it, and an empty line below."""
    longest = max((len(run) for run in re.findall("`{3,}", "\n".join(code))), default=2)
    mark = "`" * (longest + 1)
    yield from (mark + info, *code, mark, "")


def _shapes(
    lines: Sequence[LogicalLine], shapes: Mapping[int, Sequence[Measured]], labels: Mapping[str, str]
) -> Iterator[str]:
    made = [one for line in lines for n in range(line.first, line.last + 1) for one in shapes.get(n, ())]
    if not made:
        return
    yield f'<ul class="walk-shapes" aria-label="{labels["shapes"]}">'
    for one in made:
        sizes = escape(" · ".join(one.sizes))
        yield (
            f"<li><code>{escape(one.text)}</code> "
            f'<span class="walk-shape" tabindex="0" data-sizes="{sizes}">'
            f'{escape(one.shape)}</span> <span class="walk-dtype">{escape(one.dtype)}</span></li>'
        )
    yield from ("</ul>", "")


def _link(lines: Sequence[LogicalLine], url: str, labels: Mapping[str, str]) -> Iterator[str]:
    if lines and url:
        line = str(lines[0].first)
        href, label = escape(url.replace("{line}", line)), labels["line"].format(line)
        yield f'<div><a class="walk-source" href="{href}" aria-label="{label}">{labels["source"]}</a></div>'
        yield ""
