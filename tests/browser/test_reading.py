"""What a reader does on the site: search, copy, navigate, switch language and colors."""

from __future__ import annotations

import pytest

from conftest import LANGUAGES, ROOT, Reader, address

NORM = "model/norm.md"

COPIED_SOURCE = """() => [...document.querySelectorAll(".walk-code code")].map(code => {
  if (!code.closest("pre")) return ""
  code.setAttribute("data-md-copying", "")
  const text = code.innerText
  code.removeAttribute("data-md-copying")
  return text
}).filter(text => text)"""


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "层归一化"), ("zh", "仿射"), ("en", "normalization"), ("en", "affine")],
)
def test_search(reader: Reader, lang: str, words: str):
    reader.open(lang, "index.md")
    reader.page.locator(".md-search__input").press_sequentially(words)
    reader.page.wait_for_selector(".md-search-result__link")
    links = reader.page.eval_on_selector_all(".md-search-result__link", "all => all.map(one => one.href)")
    assert any(link.startswith(reader.site + address(lang, NORM)) for link in links), links
    other = LANGUAGES["en"] if lang == "zh" else "model/"
    assert not any(link.startswith(reader.site + other) for link in links), links


def test_search_finds_nothing_where_there_is_nothing(reader: Reader):
    """The tests above can fail."""
    reader.open("zh", "index.md")
    reader.page.locator(".md-search__input").press_sequentially("qwzxv")
    reader.page.wait_for_function(
        "document.querySelector('.md-search-result__meta').innerText.includes('没有找到')"
    )
    assert reader.page.locator(".md-search-result__link").count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_copied_example_runs(reader: Reader, lang: str):
    reader.open(lang, NORM)
    block = reader.page.locator(".language-pycon").first
    shown = block.locator("code").inner_text()
    assert ">>> " in shown
    block.hover()
    block.locator("[data-clipboard-target], .md-clipboard, .md-code__button").first.click()
    reader.page.wait_for_selector(".md-dialog--active")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    wanted = [line[4:].rstrip() for line in shown.splitlines() if line.startswith((">>> ", "... "))]
    assert [line.rstrip() for line in copied.splitlines()] == wanted
    exec(compile(copied, "clipboard", "exec"), {})


def test_the_copy_button_of_a_note_copies_the_note(reader: Reader):
    """Not the source beside it, which shares an ancestor with an id."""
    reader.open("en", "model/attention.md")
    block = reader.page.locator(".walk-note .language-pycon").first
    block.hover()
    block.locator("[data-clipboard-target]").first.click()
    reader.page.wait_for_selector(".md-dialog--active")
    copied = reader.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0] == block.locator("code").inner_text().splitlines()[0].removeprefix(">>> ")


def test_source_lines_copy_as_they_stand_in_the_file(reader: Reader):
    reader.open("en", NORM)
    copied = reader.page.evaluate(COPIED_SOURCE)
    source = (ROOT / "minigpt/norm.py").read_text("utf-8")
    assert len(copied) > 5
    for text in copied:
        assert text.rstrip("\n") in source


def test_instant_navigation(reader: Reader):
    """A click on the navigation changes the page without loading another, and the language switch follows."""
    reader.open_for_instant_navigation("zh", "index.md")
    reader.page.click(f".md-nav--primary a[href$='{address('zh', NORM)}']")
    reader.page.wait_for_url(reader.site + address("zh", NORM))
    reader.page.wait_for_selector(".walk")
    assert reader.page.evaluate("window.sameDocument") is True
    assert reader.page.locator("link[href$='katex.min.css']").count() == 1
    reader.page.click(".guide-twins__link")
    reader.page.wait_for_url(reader.site + address("en", NORM))


def test_previous_and_next(reader: Reader):
    reader.open("en", "index.md")
    reader.page.click(".md-footer__link--next")
    reader.page.wait_for_url(reader.site + address("en", "how-to-read.md"))
    reader.page.click(".md-footer__link--prev")
    reader.page.wait_for_url(reader.site + address("en", "index.md"))


def test_colors_follow_the_system_until_the_reader_chooses(reader: Reader):
    reader.open("zh", "index.md")
    scheme = "document.body.dataset.mdColorScheme"
    assert reader.page.evaluate(scheme) == "default"
    reader.page.emulate_media(color_scheme="dark")
    reader.page.wait_for_function(f"{scheme} === 'slate'")
    toggle = "label[for^=__palette]:not([hidden])"
    assert reader.page.get_attribute(toggle, "title") == "颜色跟随系统；切换到浅色"
    reader.page.click(toggle)
    reader.page.wait_for_function(f"{scheme} === 'default'")
    reader.page.click(toggle)
    reader.page.wait_for_function(f"{scheme} === 'slate'")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shapes_show_their_sizes_to_mouse_and_keyboard(reader: Reader, lang: str):
    reader.open(lang, NORM)
    shape = reader.page.locator(".walk-shape").first
    sizes = shape.get_attribute("data-sizes")
    content = "one => getComputedStyle(one, '::after').content"
    assert shape.evaluate(content) == "none"
    shape.focus()
    assert shape.evaluate(content) == f'"{sizes}"'
    shape.blur()
    shape.hover()
    assert shape.evaluate(content) == f'"{sizes}"'


def test_page_not_found(reader: Reader):
    """At any depth, in both languages, with links that lead home wherever the site stands."""
    for path in ("no/such/page/", "en/no/such/page/"):
        answer = reader.page.goto(reader.site + path)
        assert answer and answer.status == 404
        reader.page.wait_for_selector("a[href$='/guide/en/']")
        assert reader.page.locator("section[lang=zh] a").evaluate("a => a.href") == reader.site
        assert reader.page.locator("section[lang=en] a").evaluate("a => a.href") == reader.site + "en/"
    foreign = [one for one in reader.trouble if not one.startswith(("404:", "console: Failed to load"))]
    assert foreign == []
    reader.page.click("section[lang=en] a")
    reader.page.wait_for_url(reader.site + "en/")
    assert reader.page.locator("h1").count() == 1
    reader.trouble.clear()  # the missing pages were asked for


def test_the_search_index_is_fetched_when_the_reader_turns_to_the_search(reader: Reader):
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.open("en", NORM)
    reader.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "search_index" in url], asked
    reader.page.locator(".md-search__input").focus()
    reader.page.wait_for_load_state("networkidle")
    assert [url for url in asked if "search_index" in url], asked
