"""The attention viewer, by mouse, keyboard, finger, and without scripts; the page says what to expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from test_pages import AXE, RUN_AXE, WIDER

from conftest import LANGUAGES, Reader, address

PAGE = "variants/viewer.md"
EACH_LANGUAGE = pytest.mark.parametrize("lang", LANGUAGES)
DATA = "() => JSON.parse(document.querySelector('.viewer').dataset.attention)"

# The matrix as shown: names of the axes, and the depth of color per row.
SHOWN = """() => {
  const texts = name => [...document.querySelectorAll(`.viewer-table .${name}`)].map(one => one.textContent)
  const rows = []
  for (const cell of document.querySelectorAll(".viewer-table i")) {
    const shade = getComputedStyle(cell, "::before").opacity
    ;(rows[cell.dataset.i] ??= []).push(+shade)
  }
  return { columns: texts("column"), rows: texts("row"), shades: rows }
}"""


@pytest.fixture
def viewer(reader: Reader, lang: str) -> Reader:
    reader.open(lang, PAGE)
    return reader


def data(reader: Reader) -> dict[str, Any]:
    return reader.page.evaluate(DATA)


def said(reader: Reader) -> str:
    return reader.page.locator(".viewer-said").inner_text()


def sentence_said(
    found: dict[str, Any], sentence: dict[str, Any], head: tuple[int, int], i: int, j: int
) -> str:
    """What a cell ought to say."""
    kind = "future" if j > i else "itself" if j == i else "other"
    share = 0 if j > i else sentence["weights"][head[0]][head[1]][i][j]
    tokens = {"q": sentence["tokens"][i].strip(), "k": sentence["tokens"][j].strip()}
    return found["words"][kind].format(i=i, j=j, p=f"{share / 10:.1f}%", **tokens)


def choose(reader: Reader, layer: int, head: int, columns: int) -> None:
    reader.page.locator(".viewer-grid label").nth(layer * columns + head).click()


def cell(reader: Reader, i: int, j: int):
    return reader.page.locator(f".viewer-table [data-i='{i}'][data-j='{j}']")


@EACH_LANGUAGE
def test_every_head_of_both_sentences_is_shown_as_the_data_have_it(viewer: Reader, lang: str):
    found = data(viewer)
    assert found["sentences"][0]["lang"] == lang
    seen = set()
    for number, sentence in enumerate(found["sentences"]):
        viewer.page.locator(".viewer-sentences label").nth(number).click()
        columns = len(sentence["weights"][0])
        for layer, heads in enumerate(sentence["weights"]):
            for head, rows in enumerate(heads):
                choose(viewer, layer, head, columns)
                shown = viewer.page.evaluate(SHOWN)
                assert shown["rows"] == shown["columns"] == [t.replace(" ", "·") for t in sentence["tokens"]]
                for row, shades in zip(rows, shown["shades"], strict=True):
                    wanted = [(share / 1000) ** 0.5 for share in row] + [0] * (len(shades) - len(row))
                    assert shades == pytest.approx(wanted, abs=0.001)
                seen.add(str(shown["shades"]))
    assert len(seen) == sum(len(heads) for one in found["sentences"] for heads in one["weights"])


@EACH_LANGUAGE
def test_the_mouse_asks_a_cell(viewer: Reader, lang: str):
    found = data(viewer)
    first = found["sentences"][0]
    last = len(first["tokens"]) - 1
    for i, j in ((last, 1), (2, 2), (1, last)):
        cell(viewer, i, j).hover()
        assert said(viewer) == sentence_said(found, first, tuple(found["start"]), i, j)
        assert viewer.page.locator(".viewer-table .here").count() == 3  # the cell and its two tokens


@EACH_LANGUAGE
def test_another_head_says_its_own_share_of_the_same_cell(viewer: Reader, lang: str):
    found = data(viewer)
    first = found["sentences"][0]
    i = len(first["tokens"]) - 1
    cell(viewer, i, 0).hover()
    for head in ((0, 0), (len(first["weights"]) - 1, 1)):
        choose(viewer, *head, len(first["weights"][0]))
        cell(viewer, i, 0).hover()
        assert said(viewer) == sentence_said(found, first, head, i, 0)


@EACH_LANGUAGE
def test_arrow_keys_move_over_the_cells_and_are_announced(viewer: Reader, lang: str):
    found = data(viewer)
    first, start = found["sentences"][0], tuple(found["start"])
    last = len(first["tokens"]) - 1
    matrix = viewer.page.locator(".viewer-matrix")
    matrix.focus()
    place = (last, 0)
    moves = [
        ("ArrowRight", (last, 1)),
        ("ArrowUp", (last - 1, 1)),
        ("End", (last - 1, last - 1)),
        ("ArrowRight", (last - 1, last)),
        ("ArrowRight", (last - 1, last)),  # the edge
        ("ArrowDown", (last, last)),
        ("ArrowLeft", (last, last - 1)),
        ("Home", (last, 0)),
        ("x", (last, 0)),
    ]
    assert said(viewer) == sentence_said(found, first, start, *place)
    for key, place in moves:
        matrix.press(key)
        assert said(viewer) == sentence_said(found, first, start, *place), key
    assert viewer.page.locator(".viewer-said[role=status][aria-live=polite]").count() == 1
    name = matrix.get_attribute("aria-label")
    assert name == found["words"]["matrix"].format(l=start[0], h=start[1])


@EACH_LANGUAGE
def test_the_viewer_has_three_tab_stops_and_arrow_keys_choose_the_head(viewer: Reader, lang: str):
    inside = "document.activeElement.closest('.viewer') !== null"
    viewer.page.locator(".viewer-sentences :checked").focus()
    stops = 0
    while viewer.page.evaluate(inside):
        stops += 1
        viewer.page.keyboard.press("Tab")
        assert stops < 9
    assert stops == 3
    checked = "document.querySelector('.viewer-grid :checked').getAttribute('aria-label')"
    before = viewer.page.evaluate(checked), viewer.page.evaluate(SHOWN)["shades"]
    viewer.page.locator(".viewer-grid :checked").focus()
    viewer.page.keyboard.press("ArrowRight")
    after = viewer.page.evaluate(checked), viewer.page.evaluate(SHOWN)["shades"]
    assert before[0] != after[0] and before[1] != after[1]


@EACH_LANGUAGE
def test_the_tables_below_choose_a_head(viewer: Reader, lang: str):
    found = data(viewer)
    link = viewer.page.locator("a[data-head]").first
    layer, head = link.get_attribute("data-head").split("-")
    other = (0, 1) if (layer, head) == ("0", "0") else (0, 0)
    choose(viewer, *other, len(found["sentences"][0]["weights"][0]))
    link.click()
    wanted = found["words"]["one"].format(l=layer, h=head)
    assert viewer.page.locator(".viewer-grid :checked").get_attribute("aria-label") == wanted
    assert viewer.page.evaluate("document.activeElement.matches('.viewer-grid :checked')")
    top, bottom = viewer.page.locator(".viewer-matrix").evaluate(
        "one => { const { top, bottom } = one.getBoundingClientRect(); return [top, bottom] }"
    )
    assert 0 < top < bottom < 900


@EACH_LANGUAGE
def test_axe_finds_nothing_in_the_viewer_while_it_is_used(viewer: Reader, lang: str):
    cell(viewer, 3, 1).hover()
    viewer.page.add_script_tag(path=str(AXE))
    for scheme in ("light", "dark"):
        viewer.page.emulate_media(color_scheme=scheme)
        name = {"light": "default", "dark": "slate"}[scheme]
        viewer.page.wait_for_selector(f"body[data-md-color-scheme={name}]:not([data-md-color-switching])")
        for width in (1400, 390):
            viewer.page.set_viewport_size({"width": width, "height": 844})
            assert viewer.page.evaluate(RUN_AXE.replace("document", "'.md-content'"), None) == []


# On a phone


@pytest.fixture
def phone(browser, site: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(10_000)
    reader = Reader(context.new_page(), site)
    reader.watch()
    yield reader
    context.close()
    assert reader.trouble == []


@EACH_LANGUAGE
def test_a_finger_asks_a_cell_and_nothing_scrolls_sideways(phone: Reader, lang: str):
    phone.open(lang, PAGE)
    found = data(phone)
    for number, sentence in enumerate(found["sentences"]):
        phone.page.locator(".viewer-sentences label").nth(number).tap()
        assert phone.page.evaluate(WIDER) == []
        i = len(sentence["tokens"]) - 1
        cell(phone, i, 2).tap()
        assert said(phone) == sentence_said(found, sentence, tuple(found["start"]), i, 2)


def test_a_finger_that_moves_asks_the_cell_below_it(phone: Reader):
    phone.open("en", PAGE)
    found = data(phone)
    first = found["sentences"][0]
    i = len(first["tokens"]) - 1
    cell(phone, i, 0).scroll_into_view_if_needed()
    spots = [cell(phone, i, j).bounding_box() for j in (0, 4)]
    touch = phone.page.context.new_cdp_session(phone.page)
    for kind, box in (("touchStart", spots[0]), ("touchMove", spots[1])):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    phone.page.wait_for_function(
        "text => document.querySelector('.viewer-said').innerText === text",
        arg=sentence_said(found, first, tuple(found["start"]), i, 4),
    )


# Without scripts, and when no page is loaded


@EACH_LANGUAGE
def test_without_scripts_there_is_a_picture(browser, site: str, lang: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + address(lang, PAGE))
    picture = page.locator("#fig-attention_heads svg")
    assert picture.is_visible()
    assert picture.locator("path").count() > 16
    assert page.locator(".viewer").inner_html() == ""
    context.close()


@EACH_LANGUAGE
def test_with_scripts_the_viewer_takes_its_place(viewer: Reader, lang: str):
    assert viewer.page.locator(".viewer-matrix").is_visible()
    assert not viewer.page.locator("#fig-attention_heads").is_visible()


def test_instant_navigation_starts_the_viewer_each_time(reader: Reader):
    reader.open_for_instant_navigation("zh", "index.md")
    for _ in range(2):
        home = reader.page.url
        reader.page.evaluate(
            "url => document.querySelector('.md-content__inner').append("
            "Object.assign(document.createElement('a'), { href: url, id: 'there', textContent: 'there' }))",
            reader.site + address("zh", PAGE),
        )
        reader.page.click("#there")
        reader.page.wait_for_selector(".viewer-matrix")
        before = said(reader)
        reader.page.locator(".viewer-matrix").press("ArrowRight")
        assert said(reader) != before
        assert reader.page.locator("link[href$='viewer.css']").count() == 1
        reader.page.go_back()
        reader.page.wait_for_url(home)
        reader.page.wait_for_selector(".viewer", state="detached")
    assert reader.page.evaluate("window.sameDocument") is True
