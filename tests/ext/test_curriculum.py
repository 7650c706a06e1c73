"""What is taught where: the list is complete, every place exists in both languages, each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from _ext import curriculum
from _ext.directives import Site, expand
from _ext.directives.curriculum import render
from _ext.directives.site import Unable

ROOT = Path(__file__).parents[2]

POINTS = {"A0": 11, "A1": 13, "A2": 6, "A3": 7, "A4": 5}
EXPECTED = [
    *(f"{part}.{number}" for part, count in POINTS.items() for number in range(1, count + 1)),
    *(f"C{number}" for number in range(1, 9)),
    *(f"e{number}" for number in range(1, 55)),
]


@pytest.fixture(scope="module")
def pages() -> dict[str, dict[str, str]]:
    return {
        lang: {
            path.relative_to(ROOT / "docs" / lang).as_posix(): path.read_text(encoding="utf-8")
            for path in (ROOT / "docs" / lang).rglob("*.md")
        }
        for lang in ("zh", "en")
    }


def of_the_guide() -> tuple[dict[str, dict[str, str]], list[curriculum.Point]]:
    return curriculum.load((ROOT / curriculum.FILE).read_text(encoding="utf-8"))


# The guide


def test_every_point_is_taught() -> None:
    listed = {point.id for point in of_the_guide()[1]}
    missing = [name for name in EXPECTED if name not in listed]
    assert not missing, (
        f"expected {curriculum.FILE} to say where each point is taught, got nothing for "
        f"{', '.join(missing)}; write the section, then add a line with its anchor"
    )


def test_every_place_exists_in_both_languages(pages: dict[str, dict[str, str]]) -> None:
    assert [str(problem) for problem in curriculum.check(*of_the_guide(), pages)] == []


def test_the_list_has_the_errata_of_the_page(pages: dict[str, dict[str, str]]) -> None:
    assert [str(problem) for problem in curriculum.check_errata(of_the_guide()[1], pages)] == []


def test_errata_are_tests_of_their_own(pages: dict[str, dict[str, str]]) -> None:
    from _ext import examples

    for lang in pages:
        groups, _ = examples.read_file(ROOT / "docs" / lang / curriculum.ERRATA, ROOT)
        without = set(dict(curriculum.taught(pages[lang][curriculum.ERRATA]))) - set(groups)
        assert not without, f"expected each erratum of docs/{lang}/errata.md to be run, got none of {without}"


# The check

LIST = """{
  "parts": {
    "A0": {"en": "class | def", "zh": "类"},
    "C": {"en": "Next", "zh": "相邻"},
    "e": {"en": "Errata", "zh": "勘误"}
  },
  "points": [
    {"id": "A0.1", "topic": {"en": "A class", "zh": "类"}, "where": ["a.md#class", "b/c.md#super"]},
    {"id": "C1", "topic": {"en": "A loop", "zh": "循环"}, "where": ["b/c.md#super"]},
    {"id": "e1", "where": ["errata.md#e1", "a.md#class"]}
  ]
}
"""

META = '<p class="erratum-meta" markdown>low · see [A](a.md#class)</p>'
PAGES = {
    "en": {
        "a.md": "# A\n\n## Class\n",
        "b/c.md": "# B | C\n\n### super().\\_\\_init\\_\\_() {#super}\n",
        "errata.md": f"# Errata\n\n### e1 · All is `well` {{#e1}}\n\n{META}\n\n[x](b/c.md#super)\n\n## End\n",
    },
    "zh": {
        "a.md": "# 甲\n\n## 类 {#class}\n",
        "b/c.md": "# 乙\n\n### super {#super}\n",
        "errata.md": f"# 勘误\n\n### e1 · 以为都好 {{#e1}}\n\n{META}\n",
    },
}


def check(text: str = LIST, pages: dict[str, dict[str, str]] = PAGES) -> list[str]:
    parts, points = curriculum.load(text)
    return [str(problem) for problem in curriculum.check(parts, points, pages)]


def swap(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_list_that_is_right() -> None:
    assert check() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        (
            '"A0.1"',
            '"B0.1"',
            8,
            "expected an id of one of the parts A0, C, e, got 'B0.1'; correct it",
        ),
        (
            '"C1"',
            '"C1.x"',
            9,
            "expected an id of one of the parts A0, C, e, got 'C1.x'; correct it",
        ),
        ('"C1"', '"A0.1"', 8, "expected each id once, got 'A0.1' again; leave one"),
        (
            '"A loop", "zh": "循环"',
            '"A loop"',
            9,
            "expected the topic of C1 in both languages, got {'en': 'A loop'}; write the other",
        ),
        (
            '"循环"}, "where": ["b/c.md#super"]',
            '"循环"}, "where": []',
            9,
            "expected C1 to be taught somewhere, got an empty list; name the heading",
        ),
        (
            '["errata.md#e1", "a.md#class"]',
            '["a.md#class", "errata.md#e1"]',
            10,
            "expected errata.md#e1 first, got ['a.md#class', 'errata.md#e1']; put it there",
        ),
    ],
)
def test_an_entry_that_is_wrong(old: str, new: str, line: int, expected: str) -> None:
    assert check(swap(LIST, old, new)) == [f"docs/curriculum.json:{line}: {expected}"]


def test_a_page_that_is_missing_in_one_language() -> None:
    zh = {path: text for path, text in PAGES["zh"].items() if path != "a.md"}
    where = "to be taught on docs/zh/a.md, got no such page; correct the path"
    assert check(pages={"zh": zh, "en": PAGES["en"]}) == [
        f"docs/curriculum.json:8: expected A0.1 {where}",
        f"docs/curriculum.json:10: expected e1 {where}",
    ]


@pytest.mark.parametrize("target", ["a.md#klass", "a.md"])
def test_a_heading_that_is_missing(target: str) -> None:
    text = swap(LIST, '["a.md#class", "b', f'["{target}", "b')
    anchor = target.partition("#")[2]
    message = "for A0.1, got none; correct the anchor, or give the heading this one"
    assert check(text) == [
        f"docs/curriculum.json:8: expected a heading {{#{anchor}}} on docs/{lang}/a.md {message}"
        for lang in ("en", "zh")
    ]


def check_errata(text: str = LIST, pages: dict[str, dict[str, str]] = PAGES) -> list[str]:
    return [str(one) for one in curriculum.check_errata(curriculum.load(text)[1], pages)]


def test_errata_that_are_right() -> None:
    assert check_errata() == []


def test_an_erratum_that_is_not_listed() -> None:
    zh = PAGES["zh"] | {"errata.md": PAGES["zh"]["errata.md"] + "\n### e2 · 以为 {#e2}\n"}
    assert check_errata(pages={"zh": zh}) == [
        "docs/zh/errata.md:7: expected an entry for e2 in docs/curriculum.json, got none; "
        "add it with its links"
    ]


def test_an_erratum_with_other_links() -> None:
    en = PAGES["en"] | {"errata.md": PAGES["en"]["errata.md"].replace("(a.md#class)", "(a.md#klass)")}
    assert check_errata(pages={"en": en}) == [
        "docs/en/errata.md:3: expected the links of e1 to be those of docs/curriculum.json, ('a.md#class',), "
        "got ('a.md#klass',); make them the same"
    ]


def test_an_erratum_that_is_listed_only() -> None:
    assert check_errata(pages={"en": PAGES["en"] | {"errata.md": "# Errata\n"}}) == [
        "docs/curriculum.json:10: expected an erratum e1 on docs/en/errata.md, got none; "
        "write it, or take it off the list"
    ]


# The page


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for lang, tree in PAGES.items():
        for path, text in tree.items():
            file = tmp_path / "docs" / lang / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    (tmp_path / curriculum.FILE).write_text(LIST, encoding="utf-8")
    return tmp_path


def test_the_tables(root: Path) -> None:
    text = render(Site(root, "en"), "docs/en/reference/curriculum.md")
    head = ["", "| What | Where |", "| --- | --- |"]
    other = "B \\| C › [super().\\_\\_init\\_\\_()](../b/c.md#super)"
    assert text.split("\n") == [
        "## class | def {#a0}",
        *head,
        f"| **A0.1** A class | A › [Class](../a.md#class)<br>{other} |",
        "",
        "## Next {#c}",
        *head,
        f"| **C1** A loop | {other} |",
        "",
        "## Errata {#e}",
        *head,
        "| **e1** [All is `well`](../errata.md#e1) | A › [Class](../a.md#class) |",
    ]


def test_the_tables_in_chinese(root: Path) -> None:
    text = render(Site(root, "zh"), "docs/zh/reference/curriculum.md")
    assert "| 内容 | 在哪里讲 |" in text
    assert "| **e1** [以为都好](../errata.md#e1) | 甲 › [类](../a.md#class) |" in text


def test_sections_of_one_page_share_a_line(root: Path) -> None:
    text = swap(LIST, '["a.md#class", "b/c.md#super"]', '["a.md#class", "a.md#a"]')
    (root / curriculum.FILE).write_text(text, encoding="utf-8")
    text = render(Site(root, "en"), "docs/en/reference/curriculum.md")
    assert "| A › [Class](../a.md#class) · [A](../a.md#a) |" in text


def test_a_heading_that_went_is_told_while_building(root: Path) -> None:
    (root / "docs/en/a.md").write_text("# A\n", encoding="utf-8")
    page = "docs/en/reference/curriculum.md"
    _, (problem,) = expand("# T\n\n<!-- guide:curriculum -->\n", page, Site(root, "en"))
    assert str(problem) == (
        f"{page}:3: expected a heading {{#class}} on docs/en/a.md, which docs/curriculum.json names, "
        "got none; correct the list or the page"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "expected the list docs/curriculum.json, got no such file; write it"),
        ("{", r"docs/curriculum.json is not in the expected form \(JSONDecodeError"),
        ("{}", r"docs/curriculum.json is not in the expected form \(KeyError\('points'\)\); compare with"),
    ],
)
def test_a_list_that_cannot_be_read(root: Path, text: str | None, message: str) -> None:
    path = root / curriculum.FILE
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(Unable, match=message):
        render(Site(root, "en"), "docs/en/reference/curriculum.md")
