"""Bilingual docstrings: halves, what is reported where, and how both languages come out of MkDocs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import griffe
import pytest
from _ext.bilingual import Bilingual
from _ext.halves import blocks, split, summary

ROOT = Path(__file__).parents[2]

MODULE = '''"""Shapes for tests.
zh: 测试用的形状。
"""

from __future__ import annotations

import dataclasses

__all__ = ["Box", "LIMIT", "area"]

LIMIT = 3
"""Largest side.
zh: 最大边长。
"""


class Box:
    r"""A box with four sides.
    zh: 有四条边的
    盒子。

    $$
    a = w \\cdot h
    $$

    Area is width times height, $a = wh$.
    zh: 面积是宽乘高，$a = wh$。

    Note:
        The sides are whole numbers.
            zh: 边长是整数。

    Args:
        width: Width of the box.
            zh: 盒子的宽。

    Attributes:
        width: Same as the argument.
            zh: 与参数相同。

    Examples:
        The sides are equal.
        zh: 四边相等。

        >>> Box(2).area()
        4
    """

    def __init__(self, width: int) -> None:
        self.width = width

    def area(self, scale: int = 1) -> int:
        """Compute the area.
        zh: 计算面积。

        Args:
            scale: Factor for the result.
                zh: 结果的倍数。

        Returns:
            Area of the box.
                zh: 盒子的面积。

        Raises:
            ValueError: Thrown for a negative scale.
                zh: 倍数为负。
        """
        return self.width**2 * scale


def area(box: Box) -> int:
    """Area of any box.
    zh: 任意盒子的面积。
    """
    return box.area()


@dataclasses.dataclass
class Size:
    """Two sides.
    zh: 两条边。

    Args:
        width: Horizontal side.
            zh: 水平边。
        height: Vertical side.
            zh: 竖直边。
    """

    width: int
    height: int
'''


def test_blocks_keep_fences_and_formulas_whole() -> None:
    text = "One.\n$$\na\n\nb\n$$\nTwo.\n\n```\nx\n\ny\n```\n$$ c $$\nThree.\n>>> f()\n\n>>> g()"
    assert blocks(text) == [
        "One.",
        "$$\na\n\nb\n$$",
        "Two.",
        "```\nx\n\ny\n```",
        "$$ c $$",
        "Three.",
        ">>> f()",
        ">>> g()",
    ]


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("A sum.\nzh: 求和。", "A sum.", "求和。"),
        ("A sum.\n\nzh: 求和。", "A sum.", "求和。"),
        (
            "A sum\nof numbers.\nzh: 数的\n    求和，\n    `a` 也算。",
            "A sum\nof numbers.",
            "数的求和，`a` 也算。",
        ),
        ("Of words.\nzh: 英文 word\n和中文 word\nagain", "Of words.", "英文 word\n和中文 word\nagain"),
        ("- one\n- two\nzh:\n- 一。\n- 二", "- one\n- two", "- 一。\n- 二"),
        ("A model.\nzh: GPT。", "A model.", "GPT。"),
        ("``(B, T, C)`` $x$ 3", "``(B, T, C)`` $x$ 3", "``(B, T, C)`` $x$ 3"),
        (">>> f()  # zh: no half\n1", ">>> f()  # zh: no half\n1", ">>> f()  # zh: no half\n1"),
        ("A.\nzh: 甲。\n\n$$\nx\n$$\n\nB.\nzh: 乙。", "A.\n\n$$\nx\n$$\n\nB.", "甲。\n\n$$\nx\n$$\n\n乙。"),
        ("", "", ""),
    ],
)
def test_split(text: str, english: str, chinese: str) -> None:
    halves = split(text)
    assert (halves.en, halves.zh, halves.faults) == (english, chinese, ())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("A sum.", "A sum.", '"A sum." has no Chinese half; add it below, on a line that begins with "zh:"'),
        ("A sum.\n\nB.\nzh: 乙。", "A sum.", '"A sum." has no Chinese half; add it'),
        ("A.\n\n$$\nx\n$$\n\nzh: 甲。", "A.", '"A." has no Chinese half'),
        (
            "A sum.\n求和。",
            "A sum.",
            '"A sum." has Chinese text without its mark; begin that line with "zh:"',
        ),
        ("zh: 求和。", "zh: 求和。", '"zh: 求和。" has no English half; write it above the Chinese one'),
        (
            "A.\nzh: 甲。\nzh: 乙。",
            "zh: 甲。",
            'followed by another "zh:"; put a blank line between two texts',
        ),
        ("A.\nzh: A again.", "zh: A again.", 'holds no Chinese text; write the Chinese half after "zh:"'),
        ("A.\nzh:", "zh:", "holds no Chinese text"),
    ],
)
def test_faults_of_a_text(text: str, line: str, message: str) -> None:
    faults = split(text).faults
    assert faults[0].line == line
    assert message in faults[0].message


def test_summary_is_the_first_paragraph_on_one_line() -> None:
    text = "A sum\nof numbers.\nzh: 求和，\n数的。\n\nMore.\nzh: 更多。"
    assert summary(text, "en") == "A sum of numbers."
    assert summary(text, "zh") == "求和，数的。"
    assert summary("Only English.", "zh") == "Only English."
    assert summary("A.\n\nzh: 甲。", "zh") == "甲。"


def load(folder: Path, source: str = MODULE) -> griffe.Module:
    package = folder / "boxes"
    package.mkdir()
    (package / "__init__.py").write_text('"""Boxes.\nzh: 盒子。\n"""\n', encoding="utf-8")
    (package / "shapes.py").write_text(source, encoding="utf-8")
    extensions = griffe.load_extensions(Bilingual())
    return griffe.load("boxes", search_paths=[folder], extensions=extensions, docstring_parser="google")


def sections(obj: griffe.Object, lang: str) -> dict[str, object]:
    return {section.kind.value: section for section in obj.extra["bilingual"][lang]}


def test_sections_come_in_both_languages(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    package = load(tmp_path)
    assert caplog.messages == []
    box = package["shapes.Box"]
    english, chinese = sections(box, "en"), sections(box, "zh")
    assert english["text"].value.startswith("A box with four sides.\n\n$$\na = w \\cdot h\n$$")
    assert chinese["text"].value.startswith("有四条边的盒子。\n\n$$\na = w \\cdot h\n$$")
    assert (english["admonition"].title, chinese["admonition"].title) == ("Note", "注意")
    assert (english["parameters"].value[0].description, chinese["parameters"].value[0].description) == (
        "Width of the box.",
        "盒子的宽。",
    )
    assert str(chinese["parameters"].value[0].annotation) == "int"
    assert [text for _, text in chinese["examples"].value] == ["四边相等。", ">>> Box(2).area()\n4"]
    assert [text for _, text in english["examples"].value] == ["The sides are equal.", ">>> Box(2).area()\n4"]
    area = package["shapes.Box.area"]
    assert sections(area, "en")["returns"].value[0].description == "Area of the box."
    assert sections(area, "zh")["returns"].value[0].description == "盒子的面积。"
    assert sections(area, "zh")["raises"].value[0].description == "倍数为负。"
    assert sections(package["shapes.LIMIT"], "zh")["text"].value == "最大边长。"


@pytest.mark.parametrize("indent", [" " * 12, " " * 16])
def test_return_value_of_several_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture, indent: str) -> None:
    old = "Area of the box.\n                zh: 盒子的面积。\n"
    assert old in MODULE
    new = f"Area of\n            the box; never less than 0.\n{indent}zh: 盒子的\n{indent}面积。\n"
    package = load(tmp_path, MODULE.replace(old, new))
    assert caplog.messages == []
    area = package["shapes.Box.area"]
    (english,), (chinese,) = (sections(area, lang)["returns"].value for lang in ("en", "zh"))
    assert (english.description, chinese.description) == (
        "Area of\nthe box; never less than 0.",
        "盒子的面积。",
    )
    assert str(chinese.annotation) == "int"


def without(text: str, source: str = MODULE) -> str:
    assert text in source
    return source.replace(text, "", 1)


def number(text: str, source: str = MODULE) -> int:
    return source[: source.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("removed", "at", "where"),
    [
        ("zh: 测试用的形状。\n", "Shapes for tests.", 'boxes.shapes: text: "Shapes for tests."'),
        ("zh: 最大边长。\n", "Largest side.", 'boxes.shapes.LIMIT: text: "Largest side."'),
        (
            "    zh: 有四条边的\n    盒子。\n",
            "A box with",
            'boxes.shapes.Box: text: "A box with four sides."',
        ),
        (
            "    zh: 面积是宽乘高，$a = wh$。\n",
            "Area is width",
            'boxes.shapes.Box: text: "Area is width times',
        ),
        (
            "            zh: 边长是整数。\n",
            "The sides are whole",
            "boxes.shapes.Box: admonition 'Note': \"The",
        ),
        ("            zh: 盒子的宽。\n", "width: Width", 'boxes.shapes.Box: argument `width`: "Width of'),
        ("            zh: 与参数相同。\n", "width: Same", 'boxes.shapes.Box: attribute `width`: "Same as'),
        ("        zh: 四边相等。\n", "The sides are equal", 'boxes.shapes.Box: examples: "The sides are eq'),
        (
            "                zh: 结果的倍数。\n",
            "scale: Factor",
            'boxes.shapes.Box.area: argument `scale`: "Fac',
        ),
        (
            "                zh: 盒子的面积。\n",
            "Area of the box.",
            'boxes.shapes.Box.area: return value: "Area',
        ),
        (
            "                zh: 倍数为负。\n",
            "ValueError: Thr",
            "boxes.shapes.Box.area: exception `ValueError`:",
        ),
        ("    zh: 任意盒子的面积。\n", "Area of any box", 'boxes.shapes.area: text: "Area of any box."'),
    ],
)
def test_missing_half_is_reported_at_its_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, removed: str, at: str, where: str
) -> None:
    load(tmp_path, without(removed))
    (message,) = caplog.messages
    assert message.startswith(f"boxes/shapes.py:{number(at, without(removed))}: {where}")
    assert message.endswith('has no Chinese half; add it below, on a line that begins with "zh:"')
    assert caplog.records[0].name == "mkdocs.guide"  # what `mkdocs build --strict` counts


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        (
            '"""Shapes for tests.\nzh: 测试用的形状。\n"""\n',
            "boxes/shapes.py:1: boxes.shapes: this module is public",
        ),
        (
            '"""Largest side.\nzh: 最大边长。\n"""\n',
            "boxes/shapes.py:11: boxes.shapes.LIMIT: this attribute is",
        ),
        (
            '    """Area of any box.\n    zh: 任意盒子的面积。\n    """\n',
            f"boxes/shapes.py:{number('def area(box')}: boxes.shapes.area: this function is public "
            'but has no docstring; write an English summary and, below it, a line "zh: ..."',
        ),
    ],
)
def test_missing_docstring(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, removed: str, expected: str
) -> None:
    load(tmp_path, without(removed))
    (message,) = caplog.messages
    assert message.startswith(expected)


def test_private_objects_need_no_docstring(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load(
        tmp_path,
        MODULE
        + "\n\ndef _hidden() -> None: ...\n\n\nclass _Inner:\n    def run(self) -> None: ...\n\n\nx = 1\n",
    )
    assert caplog.messages == []


def test_constant_may_be_described_by_its_module(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bare = without('"""Largest side.\nzh: 最大边长。\n"""\n')
    attribute = "zh: 测试用的形状。\n\nAttributes:\n    LIMIT (int): Largest side.\n        zh: 最大边长。\n"
    load(tmp_path, bare.replace("zh: 测试用的形状。\n", attribute))
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "                zh: 结果的倍数。",
            "            zh: 结果的倍数。",
            'boxes.shapes.Box.area: argument `zh`: "zh:" stands level with the items, so '
            "it is taken for one; indent it by four more spaces",
        ),
        (
            "    Note:",
            "    Note: On sides",
            "boxes.shapes.Box: title: title 'On sides' has no Chinese half; use one of Note, Tip, ",
        ),
        (
            "zh: 计算面积。\n\n        Args:",
            "zh: 计算面积。\n        Args:",
            "boxes.shapes.Box.area: text: 'Args:' is taken for text; put a blank line above it and",
        ),
        (
            "def area(self, scale: int = 1)",
            "def area(self, scale: int = 1, *, depth: int = 1)",
            "boxes.shapes.Box.area: argument `depth`: the signature has it, the Args section has not",
        ),
    ],
)
def test_other_mistakes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, old: str, new: str, expected: str
) -> None:
    assert old in MODULE
    load(tmp_path, MODULE.replace(old, new, 1))
    (message,) = [text for text in caplog.messages if expected in text]
    line = int(message.split(":")[1])
    source = MODULE.replace(old, new, 1).splitlines()
    assert any(quoted in source[line - 1] for quoted in ("zh: 结果的倍数。", "On sides", "Args:"))


def test_renamed_argument_is_reported_by_griffe(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = MODULE.replace("scale: int = 1", "factor: int = 1").replace("self.width**2 * scale", "factor")
    load(tmp_path, source)
    line = number("scale: Factor", source)
    assert any(
        f"shapes.py:{line}: Parameter 'scale' does not appear in the function signature" in text
        for text in caplog.messages
    )


CONFIG = """
site_name: Boxes
docs_dir: pages
use_directory_urls: false
theme: {{name: material, language: {lang}, font: false}}
plugins:
  mkdocstrings:
    custom_templates: {templates}
    handlers:
      python:
        paths: [.]
        options:
          extensions: ['{extension}']
          show_source: false
          heading_level: 2
markdown_extensions:
  pymdownx.arithmatex: {{generic: true}}
  pymdownx.highlight: {{}}
  pymdownx.superfences: {{}}
"""


def build(folder: Path, source: str, lang: str) -> tuple[int, str, str]:
    """Build a site of one page in a process of its own; exit code, messages, HTML of the article."""
    package = folder / "boxes"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text('"""Boxes.\nzh: 盒子。\n"""\n', encoding="utf-8")
    (package / "shapes.py").write_text(source, encoding="utf-8")
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "index.md").write_text("# Boxes\n\n::: boxes.shapes\n", encoding="utf-8")
    config = CONFIG.format(
        lang=lang,
        templates=ROOT / "docs/_theme/mkdocstrings",
        extension=ROOT / "docs/_ext/bilingual.py",
    )
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    path = os.pathsep.join([str(ROOT / "docs"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    page = folder / "site/index.html"
    html = page.read_text(encoding="utf-8") if page.exists() else ""
    article = re.search(r"<article.*</article>", html, re.DOTALL)
    return done.returncode, done.stderr, article[0] if article else ""


def test_mkdocs_shows_the_language_of_the_site(tmp_path: Path) -> None:
    code, messages, chinese = build(tmp_path, MODULE, "zh")
    assert code == 0, messages
    code, messages, english = build(tmp_path, MODULE, "en")
    assert code == 0, messages

    han = re.compile(r"[\u4e00-\u9fff]")
    assert not han.search(english)
    for text in (
        "测试用的形状。",
        "有四条边的盒子。",
        "盒子的宽。",
        "盒子的面积。",
        "倍数为负。",
        "参数：",
        "返回：",
        "注意",
    ):
        assert text in chinese
    for text in ("A box with four sides.", "Width of the box.", "Area of the box.", "Thrown", "zh:"):
        assert text not in chinese
    for text in (
        "A box with four sides.",
        "Width of the box.",
        "Area of the box.",
        "Thrown",
        "Parameters:",
        "Note",
    ):
        assert text in english
    for html in (chinese, english):
        assert '<div class="arithmatex">' in html and "a = w \\cdot h" in html
        assert '<span class="arithmatex">' in html
        assert "Box" in html and "&gt;&gt;&gt;" in html


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "                zh: 盒子的面积。\n",
            "",
            'boxes.shapes.Box.area: return value: "Area of the box." has no Chinese',
        ),
        ("scale: int = 1", "factor: int = 1", "Parameter 'scale' does not appear in the function signature"),
    ],
)
def test_strict_build_fails(tmp_path: Path, old: str, new: str, expected: str) -> None:
    code, messages, _ = build(tmp_path, MODULE.replace(old, new, 1), "zh")
    assert code != 0
    assert expected in messages
    assert re.search(r"boxes/shapes\.py:\d+: ", messages)
