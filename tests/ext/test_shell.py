"""What the theme and a page owe each other."""

from __future__ import annotations

import pytest
from _ext import shell


def test_flags_of_snippets_are_not_shown():
    text = "```pycon\n>>> x  # doctest: +ELLIPSIS\n1\n```\n"
    assert shell.strip_flags(text) == "```pycon\n>>> x\n1\n```\n"


def test_flags_outside_of_python_are_text():
    text = "Write `# doctest: +SKIP`\n\n```text\nx  # doctest: +SKIP\n```\nend  # doctest: +SKIP\n"
    assert shell.strip_flags(text) == text


def test_other_comments_stay():
    text = "```pycon\n>>> x  # why\n```"
    assert shell.strip_flags(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("加一点。\n凡是", "加一点。凡是"),
        ("均值\n方差", "均值方差"),
        ("很多\n<strong>人</strong>\n说", "很多<strong>人</strong>说"),
        ("见\n<a href='x'>下一节</a>。\n<code>x</code>", "见<a href='x'>下一节</a>。<code>x</code>"),
        ("<code>x</code>\n，拿", "<code>x</code>，拿"),
    ],
)
def test_a_break_between_chinese_characters_is_no_space(before: str, after: str):
    assert shell.join_lines(before) == after


@pytest.mark.parametrize(
    "text",
    ["一个\ntoken", "two\nwords", "<code>x</code>\n乘", "<p>一。</p>\n<p>二。</p>", "<pre>一\n二</pre>"],
)
def test_other_breaks_stay(text: str):
    assert shell.join_lines(text) == text


def test_each_block_of_code_has_its_own_ids():
    page = (
        '<p>a</p><pre><span id="__span-0-1">x</span></pre><pre class="b"><span id="__span-0-1">y</span></pre>'
    )
    assert shell.own_ids(page) == (
        '<p>a</p><pre id="code-1"><span id="__span-1-1">x</span></pre>'
        '<pre id="code-2" class="b"><span id="__span-2-1">y</span></pre>'
    )


def test_an_id_that_is_there_stays():
    assert shell.own_ids('<pre id="mine">x</pre>') == '<pre id="mine">x</pre>'


def test_a_walk_page_has_its_contents_in_the_navigation():
    assert shell.features(["a"], True) == ["a", "toc.integrate"]
    assert shell.features(["a", "toc.integrate"], True) == ["a", "toc.integrate"]
    assert shell.features(["a", "toc.integrate"], False) == ["a"]


def test_source_url():
    url = shell.source_url("https://example.org/me/guide/", "minigpt/norm.py")
    assert url.format(line=12) == "https://example.org/me/guide/blob/main/minigpt/norm.py#L12"
