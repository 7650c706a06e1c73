"""The two languages compared: each difference is named on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from _ext import twins

ROOT = Path(__file__).parents[2]

ZH = """\
---
walk: minigpt/norm.py
probe: norm
snippets: section
---

# 逐行读懂 LayerNorm

这一页讲的是层归一化，每一行都有讲解，每个说法都跑过。
读者不需要先懂别的东西，只要会一点 Python 就行。
先看形状，再看代码，最后看它忘掉了什么。
一个页面要有足够多的字，才谈得上是哪种语言，所以再写几句。

## 形状 {#shapes}

```pycon
>>> x.shape  # (B, T, C)
(2, 3)
```

$$
y = x
$$

![三个轴](figure:norm_axes)

```text
中文的示意
```

### GPT-2

<!-- guide:coverage -->
"""

EN = """\
---
walk: minigpt/norm.py
probe: norm
snippets: section
---

# LayerNorm, line by line

This page is about layer normalization. Every line is explained, every claim is run.
Nothing but some Python is needed to read it.



## Shapes

```pycon
>>> x.shape  # (B, T, C)
(2, 3)
```

$$
y = x
$$

![Three axes](figure:norm_axes)

```text
a sketch in English
```

### GPT-2

<!-- guide:coverage -->
"""


def compare(zh: str = ZH, en: str = EN) -> list[str]:
    return [str(problem) for problem in twins.compare({"norm.md": zh}, {"norm.md": en})]


def swap(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_twins_may_differ_in_all_prose() -> None:
    assert compare() == []


def test_a_page_without_twin_in_either_language() -> None:
    pages = twins.compare({"a.md": ZH, "b/c.md": ZH}, {"a.md": EN, "d.md": EN})
    assert [str(problem) for problem in pages] == [
        "docs/zh/b/c.md:1: expected its twin docs/en/b/c.md, got none; write it or delete this page",
        "docs/en/d.md:1: expected its twin docs/zh/d.md, got none; write it or delete this page",
    ]


HEADING = "give both the same level and anchor, as in `## 形状 {#shapes}` and `## Shapes`"


def test_another_anchor() -> None:
    assert compare(en=swap(EN, "## Shapes", "## Sizes")) == [
        f"docs/zh/norm.md:{line(ZH, '## 形状')}: expected heading `## {{#sizes}}` "
        f"as in docs/en/norm.md:{line(EN, '## Shapes')}, got `## {{#shapes}}`; {HEADING}"
    ]


def test_a_chinese_heading_without_anchor() -> None:
    (problem,) = compare(swap(ZH, " {#shapes}", ""))
    assert f"expected heading `## {{#shapes}}` as in docs/en/norm.md:{line(EN, '## Shapes')}" in problem
    assert f"got `## without an anchor`; {HEADING}" in problem


def test_a_title_may_take_the_anchor_of_a_heading_below() -> None:
    (problem,) = compare("# 读懂 GPT\n\n## GPT\n", "# GPT, line by line\n\n## GPT\n")
    assert "expected heading `## {#gpt}` as in docs/en/norm.md:3, got `## {#gpt_1}`" in problem


def test_another_level() -> None:
    (problem,) = compare(en=swap(EN, "### GPT-2", "## GPT-2"))
    assert f"norm.md:{line(ZH, '### GPT-2')}: expected heading `## {{#gpt-2}}`" in problem
    assert "got `### {#gpt-2}`" in problem


def test_a_heading_too_many_names_where_it_is_missing() -> None:
    assert compare(swap(ZH, "### GPT-2", "### 多 {#more}\n\n### GPT-2")) == [
        f"docs/zh/norm.md:{line(ZH, '### GPT-2')}: expected heading `### {{#more}}` "
        f"below docs/en/norm.md:{line(EN, '## Shapes')} too, got none; {HEADING}"
    ]
    (problem,) = compare(en=EN + "\n## End\n")
    assert problem.startswith(
        f"docs/en/norm.md:{line(EN + '## End', '## End') + 1}: expected heading `## {{#end}}` below"
    )
    assert f"docs/zh/norm.md:{line(ZH, '### GPT-2')} too, got none" in problem


def test_swapped_headings() -> None:
    zh, en = "# 题\n\n## 甲 {#a}\n\n## 乙 {#b}\n", "# T\n\n## B\n\n## A\n"
    assert len(compare(zh, en)) == 2


FENCE = "copy the fence from the page that is right"


def test_another_line_of_code_is_named_by_its_own_line() -> None:
    assert compare(en=swap(EN, "(2, 3)", "(2, 4)")) == [
        f"docs/zh/norm.md:{line(ZH, '(2, 3)')}: expected fence `(2, 4)` "
        f"as in docs/en/norm.md:{line(EN, '(2, 3)')}, got `(2, 3)`; {FENCE}"
    ]


def test_a_comment_in_code_is_code() -> None:
    (problem,) = compare(swap(ZH, "# (B, T, C)", "# 形状"))
    assert "expected fence `>>> x.shape  # (B, T, C)`" in problem


def test_a_line_of_code_too_many() -> None:
    (problem,) = compare(swap(ZH, "(2, 3)\n", "(2, 3)\n>>> y\n"))
    assert "expected fence `nothing more` as in docs/en/norm.md" in problem
    assert "got `>>> y`" in problem


def test_another_info_string() -> None:
    (problem,) = compare(en=swap(EN, "```pycon", "```python"))
    assert "expected fence `" + "```python` as in" in problem


def test_a_fence_too_many() -> None:
    extra = "```python source\nimport torch\n```\n\n"
    (problem,) = compare(swap(ZH, "### GPT-2", extra + "### GPT-2"))
    assert problem.startswith(
        f"docs/zh/norm.md:{line(ZH, '### GPT-2')}: expected fence `" + "```python source`"
    )
    assert f"below docs/en/norm.md:{line(EN, '```text')} too, got none; {FENCE}" in problem


def test_swapped_fences() -> None:
    first, second = "```pycon\n>>> 1\n1\n```\n\n", "```pycon\n>>> 2\n2\n```\n\n"
    assert compare("# 题\n\n" + first + second, "# T\n\n" + second + first) != []
    assert compare("# 题\n\n" + first + second, "# T\n\n" + first + second) == []


def test_a_text_fence_may_be_translated_but_not_left_out() -> None:
    (problem,) = compare(en=swap(EN, "```text\na sketch in English\n```\n", ""))
    assert "expected fence `" + "```text` below docs/en/norm.md:" in problem


INSERT = "put the same on both pages, in the same order"


def test_another_figure() -> None:
    assert compare(en=swap(EN, "figure:norm_axes", "figure:other")) == [
        f"docs/zh/norm.md:{line(ZH, '![')}: expected figure or table `figure:other` "
        f"as in docs/en/norm.md:{line(EN, '![')}, got `figure:norm_axes`; {INSERT}"
    ]


def test_a_table_that_one_page_lacks() -> None:
    (problem,) = compare(swap(ZH, "<!-- guide:coverage -->\n", ""))
    assert problem == (
        f"docs/en/norm.md:{line(EN, '<!--')}: expected figure or table `guide:coverage` "
        f"below docs/zh/norm.md:{line(ZH, '![')} too, got none; {INSERT}"
    )


def test_figures_shown_as_code_do_not_count() -> None:
    assert compare(ZH + "\n```text\n![x](figure:other)\n```\n", EN + "\n```text\nnone\n```\n") == []


def test_a_formula_that_one_page_lacks() -> None:
    (problem,) = compare(swap(ZH, "$$\ny = x\n$$\n", ""))
    assert problem == (
        f"docs/en/norm.md:{line(EN, '$$')}: expected formula `$$` "
        "below the top of docs/zh/norm.md too, got none; display the same formulas on both pages"
    )


@pytest.mark.parametrize("key", ["walk", "probe", "snippets"])
def test_another_setting(key: str) -> None:
    (problem,) = compare(en=EN.replace(f"{key}: ", f"{key}: x"))
    number = line(ZH, f"{key}: ")
    assert problem.startswith(f"docs/zh/norm.md:{number}: expected setting `{key}: x")
    assert problem.endswith("; write the same on both pages")


def test_pages_in_the_wrong_language() -> None:
    assert compare(EN, EN) == [
        "docs/zh/norm.md:1: expected a page in Chinese, got 0% Chinese letters; write it in Chinese"
    ]
    (problem,) = compare(ZH, ZH)
    assert problem.startswith("docs/en/norm.md:1: expected a page in English, got 8")


def test_code_and_formulas_have_no_language() -> None:
    code = " `a_long_name_of_something` $\\text{so many letters}$ [文](a/long/address/of/a/page.md)" * 5
    assert compare("# 题\n\n" + "有几个字的中文页面" * 9 + code, "# T\n\nText." + code) == []


def test_a_short_page_is_not_judged() -> None:
    assert compare("# GPT\n\nGPT-2, PyTorch\n", "# GPT\n\nGPT-2, PyTorch\n") == []


def test_anchors_are_those_of_the_site() -> None:
    text = (
        "# A\n## One *and* `two_three`\n## Why? {#why}\n## One and two_three\n"
        "## 中文\n### C/D: e.g. [link](x.md)\n"
    )
    assert [anchor for _, anchor in twins.anchors(text)] == [
        "a",
        "one-and-two_three",
        "why",
        "one-and-two_three_1",
        "_1",
        "cd-eg-link",
    ]


def test_the_pages_of_this_repository_are_twins() -> None:
    trees = [
        {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}
        for folder in (ROOT / "docs/zh", ROOT / "docs/en")
    ]
    assert "model/norm.md" in trees[0]
    assert [str(problem) for problem in twins.compare(*trees)] == []
