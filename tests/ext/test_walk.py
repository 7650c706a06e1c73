"""Walk pages: what is matched, what is found wrong, what the reader gets."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from _ext import outline, walk
from _ext.steps import steps_of

ROOT = Path(__file__).parents[2]
PAGE, MODULE = "docs/en/scale.md", "minigpt/scale.py"
SYNC = f"`python docs/_ext/sync.py {MODULE}`"

SOURCE = '''\
"""Scaling."""

import torch
from torch import nn


class Scale(nn.Module):
    """Multiply."""

    def __init__(self, ndim):
        super().__init__()
        # one weight per channel
        self.weight = nn.Parameter(torch.ones(ndim))

    def forward(self, x):
        """Apply."""
        return x * self.weight
'''

TEXT = """\
---
walk: minigpt/scale.py
probe: scale
---

# Scale

Prose.

```python source
import torch
from torch import nn
```

Two imports.

## The class

At full width.

```python source
class Scale(nn.Module):
```

A class.

```python source
    def __init__(self, ndim):
```

Its start.

```python source
        super().__init__()
```

First.

```python source
        # one weight per channel
        self.weight = nn.Parameter(torch.ones(ndim))
```

Second.

```python source
    def forward(self, x):
```

Forward.

```python source
        return x * self.weight
```

The end.
"""

LINES = {  # each fence with its note, so that tests can take a step out or move it
    "imports": "```python source\nimport torch\nfrom torch import nn\n```\n\nTwo imports.\n\n",
    "super": "```python source\n        super().__init__()\n```\n\nFirst.\n\n",
    "forward": "```python source\n    def forward(self, x):\n```\n\nForward.\n\n",
    "return": "```python source\n        return x * self.weight\n```\n\nThe end.\n",
    "weight": (
        "```python source\n        # one weight per channel\n"
        "        self.weight = nn.Parameter(torch.ones(ndim))\n```\n\nSecond.\n\n"
    ),
}


def read(text: str = TEXT, source: str | None = SOURCE) -> walk.Walk:
    return walk.read(PAGE, text, MODULE, source)


def found(text: str = TEXT, source: str | None = SOURCE) -> list[str]:
    return [str(problem) for problem in read(text, source).problems]


def line_of(text: str, part: str) -> int:
    """The line on which ``part`` stands, which must be there once."""
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1


def swap(old: str, new: str, text: str = TEXT) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


# ---- reading ----


def test_a_complete_page_has_no_problem() -> None:
    result = read()
    assert (result.problems, result.total, result.explained) == ((), 8, 8)
    assert (result.page, result.module, result.has_docstring) == (PAGE, MODULE, True)


def test_front_matter() -> None:
    assert walk.front_matter(TEXT) == {"walk": "minigpt/scale.py", "probe": "scale"}
    assert walk.front_matter('---\ntitle: "A: b"\ntags:\n  - x\n---\n') == {"title": "A: b", "tags": ""}
    assert walk.front_matter("# No\n\n---\na: b\n---\n") == {}


def test_trailing_space_does_not_count_and_blank_lines_between_statements_do_not() -> None:
    assert found(swap("import torch\nfrom", "import torch  \n\nfrom")) == []


def test_indentation_counts() -> None:
    text = swap("        super().__init__()\n", "    super().__init__()\n")
    assert found(text) == [
        f"{PAGE}:{line_of(text, 'super().__init__()')}: expected {MODULE}:11 `super().__init__()` "
        f"indented by 8, got it indented by 4; was it changed? Run {SYNC}, then check the note"
    ]


def test_comments_count() -> None:
    text = swap("        # one weight per channel\n", "")
    assert found(text) == [
        f"{PAGE}:{line_of(text, '        self.weight =')}: expected {MODULE}:12 `# one weight per channel`, "
        "got `self.weight = nn.Parameter(torch.ones(ndim))`; "
        f"was it changed? Run {SYNC}, then check the note"
    ]


def test_an_edited_line_names_both_versions_and_the_command() -> None:
    result = read(source=SOURCE.replace("torch.ones", "torch.zeros"))
    (problem,) = result.problems
    assert str(problem) == (
        f"{PAGE}:{line_of(TEXT, '        # one weight')}: "
        f"expected {MODULE}:13 `self.weight = nn.Parameter(torch.zeros(ndim))`, "
        "got `self.weight = nn.Parameter(torch.ones(ndim))`; "
        f"was it changed? Run {SYNC}, then check the note"
    )
    assert (result.explained, result.total) == (7, 8)


def test_a_new_line_in_the_module_has_no_note() -> None:
    source = SOURCE.replace(
        "        super().__init__()\n", "        super().__init__()\n        self.ndim = ndim\n"
    )
    assert found(source=source) == [
        f"{PAGE}:{line_of(TEXT, '        # one weight')}: no note for {MODULE}:12 `self.ndim = ndim`; "
        f"write its fence and a note above this fence, or let {SYNC} put in the fence"
    ]


def test_lines_without_a_note_at_the_end_of_the_page() -> None:
    text = swap(LINES["forward"], "").replace(LINES["return"], "")
    assert found(text) == [
        f"{PAGE}:{len(text.splitlines())}: no note for {MODULE}:{number} `{code}`; "
        f"write its fence and a note at the end of the page, or let {SYNC} put in the fence"
        for number, code in [(15, "def forward(self, x):"), (17, "return x * self.weight")]
    ]


def test_a_line_that_the_module_no_longer_has() -> None:
    source = SOURCE.replace("        super().__init__()\n", "")
    assert found(source=source) == [
        f"{PAGE}:{line_of(TEXT, '        super()')}: expected {MODULE}:11 "
        "`self.weight = nn.Parameter(torch.ones(ndim))`, "
        f"got `super().__init__()`, which {MODULE} does not have (or not so often); "
        "delete the fence, and its note or the part of it that no longer holds"
    ]


def test_a_fence_too_many_at_the_end() -> None:
    text = TEXT + "\n" + LINES["return"]
    (problem,) = found(text)
    assert problem.startswith(f"{PAGE}:")
    assert f"expected no further line of {MODULE}, got `return x * self.weight`" in problem


def test_swapped_notes() -> None:
    text = swap(LINES["super"] + LINES["weight"], LINES["weight"] + LINES["super"])
    assert found(text) == [
        f"{PAGE}:{line_of(text, '        super()')}: out of order: this is {MODULE}:11 `super().__init__()`; "
        f"move the fence and its note above the fence at line {line_of(text, '        # one weight')}"
    ]


def test_a_note_that_belongs_at_the_end() -> None:
    text = swap(LINES["return"], "").replace(LINES["imports"], LINES["return"] + "\n" + LINES["imports"])
    assert found(text) == [
        f"{PAGE}:{line_of(text, '        return')}: out of order: this is {MODULE}:17 "
        "`return x * self.weight`; move the fence and its note below the last fence"
    ]


@pytest.mark.parametrize("instead", ["", "\n", "<!-- to do -->\n", "***\n", "```pycon\n>>> 1\n1\n```\n"])
def test_a_note_without_words_is_none(instead: str) -> None:
    text = swap("First.\n", instead)
    result = read(text)
    assert [str(problem) for problem in result.problems] == [
        f"{PAGE}:{line_of(text, '        super()') - 1}: "
        "expected a note on `super().__init__()`, got none; write it below the fence"
    ]
    assert (result.explained, result.total) == (7, 8)


def test_a_heading_ends_a_note_and_is_none() -> None:
    (problem,) = found(swap("First.\n", "## First\n\nProse.\n"))
    assert "expected a note on `super().__init__()`, got none" in problem


def test_a_fence_without_note_before_the_end_of_the_page() -> None:
    (problem,) = found(swap("The end.\n", ""))
    assert "expected a note on `return x * self.weight`, got none" in problem


def test_an_empty_fence() -> None:
    text = swap("First.\n", "First.\n\n```python source\n\n```\n\nNote.\n")
    line = line_of(text, "```python source\n\n```")
    assert found(text) == [
        f"{PAGE}:{line}: expected a line of {MODULE} in this source fence, got none; put one in or delete it"
    ]


def test_an_indented_fence() -> None:
    text = swap(
        "```python source\n        super().__init__()\n```",
        "  ```python source\n          super().__init__()\n  ```",
    )
    line = line_of(text, "  ```python source")
    assert found(text) == [
        f"{PAGE}:{line}: expected a source fence at the margin, got 2 spaces before it; remove them"
    ]


def test_an_unclosed_fence() -> None:
    problems = found(swap("        return x * self.weight\n```\n", "        return x * self.weight\n"))
    line = line_of(TEXT, "        return") - 1
    closing = "expected an end to this source fence, got the end of the page; close it with ```"
    assert problems[0] == f"{PAGE}:{line}: {closing}"


def test_code_that_is_no_python() -> None:
    text = swap("        super().__init__()\n", "        super().__init__(\n")
    (problem,) = found(text)
    assert f"expected {MODULE}:11 `super().__init__()`, got `super().__init__(`; was it changed?" in problem


def test_a_module_that_does_not_exist() -> None:
    result = read(source=None)
    assert [str(problem) for problem in result.problems] == [
        f"{PAGE}:2: walk: expected a module of this repository, got {MODULE}; there is none, mend the path"
    ]
    assert (result.total, result.explained) == (0, 0)


def test_a_module_with_a_syntax_error() -> None:
    (problem,) = found(source="x = 1\ny = (\n")
    assert problem.startswith(f"{MODULE}:2: expected Python, got an error: ")


def test_one_mistake_is_one_finding_even_at_the_start() -> None:
    assert len(found(source="import os\n" + SOURCE.removeprefix('"""Scaling."""\n'))) == 1


def test_fences_inside_fences_and_headings_inside_fences_are_text() -> None:
    inner = (
        "First.\n\n````markdown\n```python source\nnonsense\n```\n````\n\n"
        "```python\n# no heading\n```\n\nMore.\n"
    )
    result = read(swap("First.\n", inner))
    assert result.problems == ()
    assert "More." in "\n".join(result.text.splitlines()[: result.steps[3][0].note_last])


def test_steps_end_where_the_next_begins() -> None:
    steps = steps_of(
        "```python source\na\n```\nNote.\n\nMore.\n# Head\nProse.\n```python source\nb\n```\nNote.\n"
    )
    assert [(step.fence.first, step.fence.last, step.note_last) for step in steps] == [(1, 3, 6), (9, 11, 12)]


def test_unexplained_modules() -> None:
    modules = {
        MODULE: SOURCE,
        "minigpt/mlp.py": "x = 1\n",
        "minigpt/empty.py": '"""Nothing."""\n',
        "minigpt/bad.py": "(",
    }
    assert [str(problem) for problem in walk.unexplained(modules, [read()])] == [
        f"minigpt/{name}.py:1: expected a page that walks through this module, got none; "
        f"create docs/zh/model/{name}.md and docs/en/model/{name}.md with `walk: minigpt/{name}.py` on top"
        for name in ("bad", "mlp")
    ]


def test_the_page_of_a_package_has_a_name_for_readers() -> None:
    (problem,) = walk.unexplained({"minigpt/variants/__init__.py": "x = 1\n"}, [])
    assert "create docs/zh/model/variants/package.md and docs/en/model/variants/package.md" in problem.message


def test_two_pages_on_one_module() -> None:
    pages = ["docs/zh/scale.md", "docs/en/scale.md", "docs/en/again.md"]
    walks = [walk.read(page, TEXT, MODULE, SOURCE) for page in pages]
    assert [str(problem) for problem in walk.unexplained({MODULE: SOURCE}, walks)] == [
        f"docs/en/again.md:2: expected one page on {MODULE}, "
        "got this one besides docs/en/scale.md; merge them"
    ]


# ---- rendering ----


@dataclass(frozen=True)
class Tensor:
    """Stands in for measure.Measured, which needs torch."""

    text: str
    shape: str
    dtype: str
    sizes: tuple[str, str]


EXTENSIONS = {
    "attr_list": {},
    "md_in_html": {},
    "admonition": {},
    "tables": {},
    "def_list": {},
    "footnotes": {},
    "toc": {},
    "pymdownx.superfences": {},
    "pymdownx.highlight": {"anchor_linenums": True, "line_spans": "__span", "pygments_lang_class": True},
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.details": {},
    "pymdownx.tabbed": {"alternate_style": True},
}


class Tree(HTMLParser):
    """For every piece of text, the elements around it; and all ids. Fails on tags that do not pair up."""

    VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self.ids: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        if tag not in self.VOID:
            self.open.append(" ".join([tag, *(named.get("class") or "").split()]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split()[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self.open)))

    def around(self, part: str) -> tuple[str, ...]:
        """The elements around the first text that has ``part``."""
        return next(path for text, path in self.texts if part in text)

    def inside(self, element: str) -> str:
        """All text inside the elements of this name and class."""
        return "".join(text for text, path in self.texts if element in path)


def render(text: str = TEXT, source: str = SOURCE, lang: str = "en", **kwargs: object) -> str:
    return walk.render(read(text, source), kwargs.pop("shapes", {}), lang, **kwargs)


def html(text: str = TEXT, source: str = SOURCE, **kwargs: object) -> str:
    return markdown.markdown(
        "\n".join(_without_docstrings(render(text, source, **kwargs).split("\n"))),
        extensions=list(EXTENSIONS),
        extension_configs=EXTENSIONS,
    )


def _without_docstrings(rows: list[str]) -> list[str]:
    """The page without mkdocstrings' blocks, which plain Markdown does not know."""
    kept, skipping = [], False
    for row in rows:
        skipping = row.startswith("::: ") or (skipping and row.startswith("    "))
        kept += [] if skipping else [row]
    return kept


def test_front_matter_is_dropped_and_all_prose_is_there_once() -> None:
    page = render()
    assert page.startswith("# Scale\n")
    for part in ("Prose.", "Two imports.", "At full width.", "Second.", "The end."):
        assert page.count(part) == 1
    assert "python source" not in page


def test_code_is_live_and_has_its_line_number() -> None:
    page = render(source=SOURCE.replace("torch.ones", "torch.zeros"))
    assert '```{ .python linenums="12" }\n        # one weight per channel\n        self.weight = ' in page
    assert "torch.zeros" in page
    assert "torch.ones" not in page


def test_code_and_note_are_beside_each_other_and_headings_are_not() -> None:
    tree = Tree(html())
    assert tree.around("Two imports.")[:2] == ("div walk", "div walk-note")
    assert tree.around("torch")[:2] == ("div walk", "div walk-code")
    assert tree.around("The class") == ("h2",)
    assert tree.around("At full width.") == ("p",)


def test_every_line_can_be_linked_to() -> None:
    ids = [one for one in Tree(html()).ids if one.startswith("L")]
    assert sorted(ids) == sorted(f"L{n}" for n in (3, 4, 7, 10, 11, 12, 15, 17))
    page = render()
    assert '<div class="walk" id="L3" markdown>' in page
    assert '<div id="L4" class="walk-anchor" markdown></div>' in page


def test_a_docstring_between_the_lines_of_a_fence_breaks_the_code_in_two() -> None:
    text = swap("```\n\nA class.\n\n```python source\n", "")
    assert found(text) == []
    assert (
        '```{ .python linenums="7" }\nclass Scale(nn.Module):\n```\n\n```{ .python linenums="10" }\n'
        in render(text)
    )


def test_blank_lines_of_the_module_are_kept_inside_a_block() -> None:
    source = SOURCE.replace("import torch\nfrom", "import torch\n\nfrom")
    assert '```{ .python linenums="3" }\nimport torch\n\nfrom torch import nn\n```' in render(source=source)


def test_code_that_holds_a_fence_gets_a_longer_one() -> None:
    source = 'x = """\n```\n"""\n'
    text = "---\nwalk: minigpt/scale.py\n---\n````python source\n" + source + "````\n\nNote.\n"
    assert found(text, source) == []
    assert '````{ .python linenums="1" }\nx = """\n```\n"""\n````\n' in render(text, source)


NOTE = """\
First, *with* $x_1 < y_2$ and a [link][there] and a footnote[^1].

```pycon
>>> "a" < "b"
True
```

````markdown
```python source
inner fence
```
## inner heading
````

- an item

    ```python
    in_a_list = 1
    ```

!!! note "Title"

    In an admonition.

    ```pycon
    >>> in_an_admonition
    ```

??? tip "Folded"

    In details.

| a | b |
|-|-|
| `x|y` | in a cell |

Term
:   Its definition.

=== "Tab"

    In a tab.

$$
\\begin{aligned} a_1 &= b * c * d < e \\\\ f_2 &= g \\end{aligned}
$$

<figure><svg viewBox="0 0 1 1"><g><text>in_a_figure_</text></g></svg></figure>

[there]: https://example.org
[^1]: The footnote.
"""


@pytest.mark.parametrize(
    ("part", "element"),
    [
        ("with", "em"),
        ("x_1 < y_2", "span arithmatex"),
        ("link", "a"),
        ("in_a_list", "li"),
        ("In an admonition.", "div admonition note"),
        ("in_an_admonition", "div admonition note"),
        ("In details.", "details tip"),
        ("in a cell", "td"),
        ("Its definition.", "dd"),
        ("In a tab.", "div tabbed-block"),
        ("a_1 &= b * c * d < e", "div arithmatex"),
        ("in_a_figure_", "svg"),
        ('"a"', "div language-pycon highlight"),
    ],
)
def test_whatever_a_note_holds_survives_inside_it(part: str, element: str) -> None:
    path = Tree(html(swap("First.\n", NOTE))).around(part)
    assert path[:2] == ("div walk", "div walk-note")
    assert element in path


def test_what_looks_like_structure_inside_a_nested_fence_is_code() -> None:
    tree = Tree(html(swap("First.\n", NOTE)))
    shown = tree.inside("div language-markdown highlight")
    assert shown == "```python source\ninner fence\n```\n## inner heading\n"


def test_shapes_stand_below_their_code() -> None:
    shapes = {
        13: [
            Tensor("self.weight", "(C,)", "float32", ("(5,)", "(13,)"))
        ],  # below the comment that leads the line
        17: [Tensor("x < self.weight", "(B, T, C)", "bool", ("(2, 3, 5)", "(7, 11, 13)"))],
    }
    page = render(shapes=shapes)
    assert (
        '<ul class="walk-shapes" aria-label="Tensors here">\n<li><code>self.weight</code> '
        '<span class="walk-shape" tabindex="0" data-sizes="(5,) · (13,)">(C,)</span> '
        '<span class="walk-dtype">float32</span></li>\n</ul>'
    ) in page
    assert "<code>x &lt; self.weight</code>" in page
    tree = Tree(html(shapes=shapes))
    assert tree.around("(B, T, C)") == (
        "div walk",
        "div walk-code",
        "ul walk-shapes",
        "li",
        "span walk-shape",
    )
    assert 'aria-label="这里的张量"' in render(shapes=shapes, lang="zh")
    assert "walk-shapes" not in render()


def test_source_links() -> None:
    url = "https://example.org/norm.py#L{line}"
    assert (
        '<div><a class="walk-source" href="https://example.org/norm.py#L12" '
        'aria-label="source, line 12">source</a></div>'
    ) in render(source_url=url)
    assert 'aria-label="源码，第 12 行">源码</a>' in render(source_url=url, lang="zh")
    assert Tree(html(source_url=url)).around("source")[:2] == ("div walk", "div walk-code")
    assert "walk-source" not in render()


def blocks(page: str) -> list[tuple[str, dict[str, str]]]:
    """mkdocstrings' blocks: the object, and its options."""
    result: list[tuple[str, dict[str, str]]] = []
    for row in page.split("\n"):
        if row.startswith("::: "):
            result.append((row[4:], {}))
        elif row.startswith("      ") and result and ": " in row and not row.startswith("        "):
            key, value = row.strip().split(": ")
            result[-1][1][key] = value
    return result


def test_docstrings_stand_in_front_of_what_they_document() -> None:
    page = render()
    assert [name for name, _ in blocks(page)] == [
        "minigpt.scale",
        "minigpt.scale.Scale",
        "minigpt.scale.Scale.forward",
    ]
    assert page.startswith("# Scale\n\n::: minigpt.scale\n    options:\n")
    assert page.index("At full width.") < page.index("::: minigpt.scale.Scale\n") < page.index('id="L7"')


def test_headings_of_docstrings_fall_under_the_heading_above() -> None:
    def levels(text: str) -> list[str]:
        return [options["heading_level"] for _, options in blocks(render(text))]

    assert levels(TEXT) == ["2", "3", "4"]
    assert levels(swap("## The class", "### The class")) == ["2", "4", "5"]
    assert levels(swap(LINES["forward"], "## Forward\n\n" + LINES["forward"])) == ["2", "3", "3"]


def test_a_module_without_title_or_docstring() -> None:
    assert render(swap("# Scale\n\n", "")).startswith("::: minigpt.scale\n")
    source = SOURCE.replace('"""Scaling."""', "")
    assert blocks(render(source=source))[0][0] == "minigpt.scale.Scale"


def test_a_documented_init_keeps_its_signature_to_itself() -> None:
    def merged(source: str) -> str:
        return dict(blocks(render(source=source)))["minigpt.scale.Scale"]["merge_init_into_class"]

    assert merged(SOURCE) == "true"
    assert merged(SOURCE.replace("(self, ndim):", '(self, ndim):\n        """Build."""')) == "false"


def test_functions_inside_functions_have_no_docstring_block() -> None:
    source = 'def f():\n    """F."""\n    def g():\n        """G."""\n'
    text = "# T\n\n```python source\ndef f():\n    def g():\n```\n\nNote.\n"
    assert found(text, source) == []
    assert [name for name, _ in blocks(render(text, source))] == ["minigpt.scale.f"]


def test_a_page_with_problems_can_still_be_previewed() -> None:
    text = swap("        super().__init__()\n", "        something(else_)\n")
    page = render(text)
    assert "```python\n        something(else_)\n```" in page
    Tree(html(text))


# ---- outline ----


def test_headings() -> None:
    text = (
        "---\n# a: comment\n---\n# T\n## 形状 {#shapes}\n"
        "```python\n# no\n```\n### B ## \n#no\n#### C {.x #y}\n"
    )
    assert [(h.line, h.level, h.title, h.anchor) for h in outline.headings(text)] == [
        (4, 1, "T", None),
        (5, 2, "形状", "shapes"),
        (9, 3, "B", None),
        (11, 4, "C", "y"),
    ]


# ---- with mkdocstrings, and on the pages of this repository ----

SITE = """\
site_name: Test
theme: {name: material, font: false}
plugins:
  autorefs: {}
  mkdocstrings: {handlers: {python: {paths: [.]}}}
markdown_extensions: [attr_list, md_in_html, pymdownx.highlight, pymdownx.superfences]
validation: {links: {anchors: warn}}
"""
LINKS = (
    "# Home\n\n[minigpt.scale][] [minigpt.scale.Scale][] [minigpt.scale.Scale.forward][] [L4](scale.md#L4)\n"
)


def test_mkdocstrings_renders_each_docstring_once_at_its_own_address(tmp_path: Path) -> None:
    for name, text in {
        "mkdocs.yml": SITE,
        "docs/index.md": LINKS,
        "docs/scale.md": render(),
        "minigpt/__init__.py": "",
        MODULE: SOURCE,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site/scale/index.html").read_text("utf-8")
    for docstring in ("Scaling.", "Multiply.", "Apply."):
        assert page.count(f"<p>{docstring}</p>") == 1
    for name in ("minigpt.scale", "minigpt.scale.Scale", "minigpt.scale.Scale.forward"):
        assert page.count(f'id="{name}"') == 1
        assert f'href="scale/#{name}"' in (tmp_path / "site/index.html").read_text("utf-8")
    assert re.search(r'<h3 id="minigpt.scale.Scale" class="doc doc-heading">\s*<[^>]*>Scale</span>', page)
    assert re.search(
        r'<h4 id="minigpt.scale.Scale.forward" class="doc doc-heading">\s*<[^>]*>forward</span>', page
    )
    signatures = [
        "".join(re.findall(r">([^<]*)", part)) for part in re.findall(r"doc-signature.*?</pre>", page, re.S)
    ]
    assert [signature.strip() for signature in signatures] == ["Scale(ndim)", "forward(x)"]


def test_the_walk_pages_of_this_repository_explain_every_line() -> None:
    checked = []
    for page in sorted(ROOT.glob("docs/[ez][nh]/**/*.md")):
        text = page.read_text("utf-8")
        module = walk.front_matter(text).get("walk")
        if module:
            source = (ROOT / module).read_text("utf-8")
            result = walk.read(page.relative_to(ROOT).as_posix(), text, module, source)
            assert list(map(str, result.problems)) == []
            assert result.explained == result.total > 0
            checked.append(result.page)
    assert {"docs/zh/model/norm.md", "docs/en/model/norm.md"} <= set(checked)
