"""The whole machine on a small guide, and a drill for each way in which a page can go stale."""

from __future__ import annotations

import json
import logging
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest
from _ext import kept
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils.yaml import yaml_load
from pymdownx.highlight import Highlight

ROOT = Path(__file__).parents[2]

MODULE = '''"""Shifts.
zh: 平移。
"""

import torch

__all__ = ["shift"]


def shift(x: torch.Tensor, by: float) -> torch.Tensor:
    """Add a number to every entry.
    zh: 给每个元素加上一个数。

    Args:
        x: Any tensor.
            zh: 任意张量。
        by: What to add.
            zh: 加多少。

    Returns:
        A tensor like ``x``.
            zh: 和 ``x`` 一样的张量。

    Examples:
        >>> shift(torch.zeros(2), 1.0)
        tensor([1., 1.])
    """
    moved = x + by
    return moved
'''

PROBE = '''"""Shapes of shift."""

import torch
from minigpt.shift import shift


def probe(B, T):
    return shift(torch.zeros(B, T), 1.0)
'''

INIT = '"""A package.\nzh: 一个包。\n"""\n\nfrom minigpt.shift import shift\n\n__all__ = ["shift"]\n'

PAGES = {
    "zh/index.md": "# 首页\n\n仿射，$x + 1$，见[平移](shift.md#code)。\n\n## 开头 {#begin}\n\n没有别的。\n",
    "en/index.md": "# Home\n\nAffine, $x + 1$, see [it](shift.md#code).\n\n## Begin\n\nNothing else.\n",
}


def _walk(front: str, title: str, *steps: str) -> str:
    """A walk page; a step is a line of code and its note, or a heading."""
    out = [f"---\n{front}\n---\n\n# {title}\n"]
    for step in steps:
        code, _, note = step.partition(" => ")
        out.append(f"```python source\n{code}\n```\n\n{note}\n" if note else f"{step}\n")
    return "\n".join(out)


_SHIFT = "walk: minigpt/shift.py\nprobe: shift"
_HEAD = "def shift(x: torch.Tensor, by: float) -> torch.Tensor:"
PAGES["zh/shift.md"] = _walk(
    _SHIFT,
    "平移",
    "import torch => 导入。",
    '__all__ = ["shift"] => 名字。',
    "## 代码 {#code}",
    f"{_HEAD} => 函数头。",
    "    moved = x + by => 相加，得到 `moved`。",
    "    return moved => 返回它。",
)
PAGES["en/shift.md"] = _walk(
    _SHIFT,
    "Shift",
    "import torch => Imports.",
    '__all__ = ["shift"] => Names.',
    "## Code",
    f"{_HEAD} => The head.",
    "    moved = x + by => Adds, which makes `moved`.",
    "    return moved => Returns it.",
)
for _lang, _title, _first, _second in (
    ("zh", "包", "导入函数。", "名字。"),
    ("en", "Package", "Imports.", "Names."),
):
    PAGES[f"{_lang}/package.md"] = _walk(
        "walk: minigpt/__init__.py",
        _title,
        f"from minigpt.shift import shift => {_first}",
        f'__all__ = ["shift"] => {_second}',
    )


@dataclass
class Guide:
    """A small guide, and what its last build said."""

    root: Path
    said: list[str]

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text("utf-8")
        assert old in text, f"the drill is stale: {old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def build(self, caplog: pytest.LogCaptureFixture) -> None:
        """What `mkdocs build --strict` does."""
        caplog.clear()
        with caplog.at_level(logging.INFO, "mkdocs"):
            config = load_config(str(self.root / "mkdocs.yml"), strict=True)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                mkdocs_build(config)
            finally:
                config.plugins.on_shutdown()
                self.said = [f"{one.levelname}: {one.getMessage()}" for one in caplog.records]

    def page(self, address: str) -> str:
        return (self.root / "site" / address / "index.html").read_text("utf-8")


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guide:
    """The small guide in a folder of its own, with the machinery, theme and configuration of the real one."""
    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.delenv("REPO_URL", raising=False)
    for folder in ("docs/_figures", "docs/_probes", "minigpt"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("docs/_ext", "docs/_theme"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    files = {f"docs/{path}": text for path, text in PAGES.items()}
    files |= {"minigpt/__init__.py": INIT, "minigpt/shift.py": MODULE, "docs/_probes/shift.py": PROBE}
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    nav = "nav:\n  - index.md\n  - 模型:\n      - shift.md\n      - package.md\n\n"
    files["mkdocs.yml"] = re.sub(r"(?ms)^nav:\n.*?(?=^\S)", nav, text)
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, "utf-8")
    return Guide(tmp_path, [])


# ---- a sound guide ----


def test_one_build_makes_both_languages(guide: Guide, caplog: pytest.LogCaptureFixture):
    guide.build(caplog)
    assert not [line for line in guide.said if line.startswith("WARNING")]
    chinese, english = guide.page("shift"), guide.page("en/shift")
    assert '<html lang="zh"' in chinese and '<html lang="en"' in english
    assert "给每个元素加上一个数" in chinese and "Add a number" not in chinese
    assert "Add a number to every entry" in english and "给每个元素" not in english
    assert "The model" in english and "模型" not in english
    assert 'data-sizes="(' in chinese and ">(B, T)<" in chinese


def test_coverage_is_printed_once(guide: Guide, caplog: pytest.LogCaptureFixture):
    guide.build(caplog)
    lines = [line for line in guide.said if "coverage minigpt" in line]
    assert [re.sub(r"^INFO: (guide: )?", "", line) for line in lines] == [
        "coverage minigpt/__init__.py zh 2/2 en 2/2",
        "coverage minigpt/shift.py zh 5/5 en 5/5",
    ]


def test_each_language_has_its_own_index_inventory_and_error_page(
    guide: Guide, caplog: pytest.LogCaptureFixture
):
    guide.build(caplog)
    site = guide.root / "site"
    texts = [(site / folder / "search/search_index.json").read_text("utf-8") for folder in ("", "en")]
    chinese, english = ("".join(one["text"] for one in json.loads(text)["docs"]) for text in texts)
    assert "相加" in chinese.replace("\u200b", "") and "Adds" not in chinese
    assert "Adds" in english and "相加" not in english
    for folder in ("", "en/"):
        assert (site / folder / "objects.inv").is_file()
        assert (site / folder / "404.html").is_file()
        assert (site / folder / "assets/katex/katex.min.css").is_file()
        assert not (site / folder / "mkdocstrings").exists()


def test_formulas_bring_their_style_sheet_and_other_pages_do_not(
    guide: Guide, caplog: pytest.LogCaptureFixture
):
    guide.build(caplog)
    assert "katex.min.css" in guide.page("") and 'class="katex"' in guide.page("")
    assert "katex.min.css" not in guide.page("package")


@pytest.mark.parametrize(
    ("address", "twins"),
    [
        ("", {"zh": "./", "en": "./en/"}),
        ("shift", {"zh": ".././shift/", "en": "../en/shift/"}),
        ("en", {"zh": "./../", "en": "./../en/"}),
        ("en/shift", {"zh": "../../shift/", "en": "../../en/shift/"}),
    ],
)
def test_pages_link_their_twins(
    guide: Guide, caplog: pytest.LogCaptureFixture, address: str, twins: dict[str, str]
):
    guide.build(caplog)
    html = guide.page(address)
    found = dict(re.findall(r'<link rel="alternate twin" hreflang="(\w+)" href="([^"]*)"', html))
    here = guide.root / "site" / address
    for lang, link in twins.items():
        assert (here / found[lang]).resolve() == (here / link).resolve()
        assert (here / found[lang] / "index.html").is_file()
    switch = re.search(r'<a class="guide-twins__link" hreflang="(\w+)"[^>]* href="([^"]*)"', html)
    assert switch and (here / switch[2]).resolve() == (here / twins[switch[1]]).resolve()


def test_without_an_address_nothing_names_a_host(guide: Guide, caplog: pytest.LogCaptureFixture):
    guide.build(caplog)
    for page in (guide.root / "site").rglob("*.html"):
        html = page.read_text("utf-8")
        assert 'rel="canonical"' not in html
        loaded = re.findall(r'<(?:script|img|iframe)[^>]* src="([^"]*)"|<link[^>]* href="([^"]*)"', html)
        assert not [one for pair in loaded for one in pair if "//" in one]
        assert 'data-md-component="source"' not in html  # it asks the code host for stars
    assert "<loc>shift/</loc>" in (guide.root / "site/sitemap.xml").read_text("utf-8")


def test_site_url_and_repo_url(
    guide: Guide, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SITE_URL", "https://example.org/guide/")
    monkeypatch.setenv("REPO_URL", "https://example.org/me/fork")
    guide.build(caplog)
    base = "https://example.org/guide/"
    line = MODULE.splitlines().index("    moved = x + by") + 1
    for folder in ("", "en/"):
        html = guide.page(f"{folder}shift")
        assert f'<link rel="canonical" href="{base}{folder}shift/">' in html
        assert f'hreflang="en" href="{base}en/shift/"' in html
        assert f'hreflang="zh" href="{base}shift/"' in html
        lang = folder.rstrip("/") or "zh"
        assert f"https://example.org/me/fork/edit/main/docs/{lang}/shift.md" in html
        assert f"https://example.org/me/fork/blob/main/minigpt/shift.py#L{line}" in html
        locations = [
            e.text
            for e in ElementTree.parse(guide.root / f"site/{folder}sitemap.xml").iter()
            if e.tag.endswith("loc")
        ]
        assert f"{base}{folder}shift/" in locations
    assert f'href="{base}en/"' in (guide.root / "site/404.html").read_text("utf-8")


# ---- drills: what is changed, and what the build must say ----

_ADD = "```python source\n    moved = x + by\n```\n\n相加，得到 `moved`。\n"
_RETURN = "```python source\n    return moved\n```\n\n返回它。\n"

DRILLS = {
    "a line of the source is changed": (
        "minigpt/shift.py",
        "moved = x + by",
        "moved = x - by",
        r"docs/zh/shift\.md:\d+: .*moved = x - by.*sync",
    ),
    "a line of the source is new": (
        "minigpt/shift.py",
        "    return moved",
        "    del by\n    return moved",
        r"docs/en/shift\.md:\d+: no note for .*del by",
    ),
    "a note is deleted": (
        "docs/en/shift.md",
        "Returns it.",
        "",
        r"docs/en/shift\.md:\d+: expected a note on .*return moved",
    ),
    "a step is deleted": (
        "docs/zh/shift.md",
        "```python source\n    moved = x + by\n```\n",
        "",
        r"docs/zh/shift\.md:\d+: no note for .*moved = x \+ by",
    ),
    "two notes are swapped": (
        "docs/zh/shift.md",
        _ADD + "\n" + _RETURN,
        _RETURN + "\n" + _ADD,
        r"docs/zh/shift\.md:\d+: out of order",
    ),
    "a Chinese half is deleted": (
        "minigpt/shift.py",
        "            zh: 加多少。\n",
        "",
        r"minigpt/shift\.py:\d+: .*by.*zh:",
    ),
    "an argument is renamed": (
        "minigpt/shift.py",
        "x: torch.Tensor, by: float",
        "x: torch.Tensor, offset: float",
        r"minigpt/shift\.py:\d+: .*'by'",
    ),
    "a probe fails": (
        "docs/_probes/shift.py",
        "shift(torch.zeros(B, T), 1.0)",
        "shift(torch.zeros(B, T), 'x')",
        r"docs/_probes/shift\.py:\d+: .*mend the probe",
    ),
    "a link is broken": (
        "docs/en/index.md",
        "shift.md#code",
        "shifts.md#code",
        r"'index\.md'.*'shifts\.md#code'",
    ),
    "an anchor is broken": (
        "docs/zh/index.md",
        "shift.md#code",
        "shift.md#codes",
        r"'index\.md'.*'shift\.md#codes'",
    ),
    "a formula is broken": (
        "docs/zh/index.md",
        "$x + 1$",
        r"$\frac{x$",
        r"docs/zh/index\.md:\d+: formula does not parse: .*\\frac\{x",
    ),
    "a heading has no twin": (
        "docs/en/index.md",
        "## Begin",
        "## Start",
        r"docs/(zh|en)/index\.md:\d+: .*heading",
    ),
    "a figure does not exist": (
        "docs/zh/index.md",
        "没有别的。",
        "![图](figure:nowhere)",
        r"docs/zh/index\.md:\d+: .*nowhere",
    ),
    "a table does not exist": (
        "docs/zh/index.md",
        "没有别的。",
        "<!-- guide:nothing -->",
        r"docs/zh/index\.md:\d+: .*'nothing'",
    ),
    "a section has no translation": (
        "mkdocs.yml",
        "  - 模型:\n      - shift",
        "  - 模块:\n      - shift",
        r"mkdocs\.yml:\d+: '模块' has no translation; add it to extra\.languages\.en\.titles",
    ),
    "a page is not in the navigation": (
        "mkdocs.yml",
        "      - package.md\n",
        "",
        r"exist in the docs directory, but are not included in the \"nav\"",
    ),
}


@pytest.mark.parametrize("drill", DRILLS)
def test_drill(guide: Guide, caplog: pytest.LogCaptureFixture, drill: str):
    file, old, new, expected = DRILLS[drill]
    guide.edit(file, old, new)
    with pytest.raises(Abort):
        guide.build(caplog)
    warnings = "\n".join(line for line in guide.said if line.startswith("WARNING"))
    assert re.search(expected, warnings), warnings


def test_drill_a_twin_page_is_removed(guide: Guide, caplog: pytest.LogCaptureFixture):
    (guide.root / "docs/en/package.md").unlink()
    with pytest.raises(Abort):
        guide.build(caplog)
    assert [
        line for line in guide.said if "docs/zh/package.md:1: expected its twin docs/en/package.md" in line
    ]


def test_drill_a_module_has_no_page(guide: Guide, caplog: pytest.LogCaptureFixture):
    (guide.root / "minigpt/new.py").write_text('"""New.\nzh: 新。\n"""\n\nONE = 1\n', "utf-8")
    with pytest.raises(Abort):
        guide.build(caplog)
    assert [
        line
        for line in guide.said
        if "minigpt/new.py:1: expected a page that walks through this module" in line
    ]


def test_after_a_drill_the_next_build_is_clean(guide: Guide, caplog: pytest.LogCaptureFixture):
    """Nothing a failed build found is left over: `make serve` builds again in the same process."""
    guide.edit("docs/en/shift.md", "Returns it.", "")
    with pytest.raises(Abort):
        guide.build(caplog)
    guide.edit("docs/en/shift.md", "    return moved\n```\n\n", "    return moved\n```\n\nReturns it.")
    guide.build(caplog)
    assert not [line for line in guide.said if line.startswith("WARNING")]


def test_what_is_kept_from_build_to_build_does_not_go_stale(guide: Guide, caplog: pytest.LogCaptureFixture):
    """Search entries of a page that is the same are the same; of one that was edited, new."""
    index = guide.root / "site/en/search/search_index.json"
    guide.build(caplog)
    first = index.read_text("utf-8")
    guide.build(caplog)
    assert index.read_text("utf-8") == first
    guide.edit("docs/en/index.md", "Nothing else.", "Something else.")
    guide.build(caplog)
    assert index.read_text("utf-8") == first.replace("Nothing else.", "Something else.")


def test_what_is_kept_of_a_page_does_not_go_stale(
    guide: Guide, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    """While serving, only pages that changed are rendered; broken links of the others are still found."""
    rendered: list[str] = []
    render = Page.render

    def count(page: Page, config: MkDocsConfig, files: Files) -> None:
        rendered.append(f"{Path(config.docs_dir).name}/{page.file.src_uri}")
        render(page, config, files)

    monkeypatch.setattr(Page, "render", count)
    monkeypatch.setattr(Highlight, "highlight", Highlight.highlight)  # both are put back after the test
    guide.build(caplog)
    site = guide.root / "site"
    plain = {file: file.read_bytes() for file in [*site.rglob("index.html"), *site.rglob("objects.inv")]}
    kept.pages(Page)
    kept.code(Highlight)
    guide.build(caplog)
    assert {"zh/shift.md", "en/index.md"} < set(rendered)
    rendered.clear()
    guide.build(caplog)
    assert not rendered
    assert {file: file.read_bytes() for file in plain} == plain
    guide.edit("docs/en/index.md", "Nothing else.", "Something else.")
    guide.build(caplog)
    assert rendered == ["en/index.md"]
    assert "Something else." in guide.page("en")
    rendered.clear()
    guide.edit("minigpt/shift.py", "Add a number to every entry.", "Move every entry by a number.")
    guide.build(caplog)
    assert {"zh/shift.md", "en/shift.md"} <= set(rendered) and "en/index.md" not in rendered
    assert "Move every entry" in guide.page("en/shift")
    for lang, heading in (("zh", "## 代码 {#code}"), ("en", "## Code")):
        guide.edit(
            f"docs/{lang}/shift.md", heading, heading.replace("{#code}", "{#body}").replace("Code", "Body")
        )
    with pytest.raises(Abort):
        guide.build(caplog)
    assert [line for line in guide.said if "index.md" in line and "#code" in line], guide.said


def test_the_navigation_of_the_guide_lists_every_page_without_titles():
    """Titles are the pages' own; two languages share the list."""
    with (ROOT / "mkdocs.yml").open("rb") as stream:
        nav = yaml_load(stream)["nav"]

    def paths(items: list) -> list[str]:
        return [
            path
            for item in items
            for path in ([item] if isinstance(item, str) else paths(next(iter(item.values()))))
        ]

    pages = {file.relative_to(ROOT / "docs/zh").as_posix() for file in (ROOT / "docs/zh").rglob("*.md")}
    assert sorted(paths(nav)) == sorted(pages)
