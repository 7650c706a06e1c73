"""Every page in both languages, as a reader's browser sees it."""

from __future__ import annotations

import pytest

from conftest import LANGUAGES, PAGES, ROOT, Reader, address

AXE = ROOT / "docs/_ext/node_modules/axe-core/axe.min.js"
EVERY_PAGE = pytest.mark.parametrize(("lang", "page"), [(lang, page) for page in PAGES for lang in LANGUAGES])

# What axe finds serious or worse: the rule, and where.
RUN_AXE = """async (rules) => {
  const runOnly = rules && { runOnly: { type: "rule", values: rules } }
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...runOnly })
  const place = node => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`
  return violations.filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(place).join("; ")}`)
}"""

# Each block of examples as shown, and as the copy button takes it.
COPIED = """() => [...document.querySelectorAll(".language-pycon code")].map(code => {
  const shown = code.innerText
  code.setAttribute("data-md-copying", "")
  const copied = code.innerText
  code.removeAttribute("data-md-copying")
  return [shown, copied]
})"""

# Where code and note of each step are.
SIDES = """() => [...document.querySelectorAll(".walk")].map(walk => {
  const box = name => walk.querySelector(name).getBoundingClientRect().toJSON()
  return { id: walk.id, code: box(".walk-code"), note: box(".walk-note"), width: innerWidth }
})"""

# What makes the page scroll sideways; boxes that scroll on their own do not.
WIDER = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return []
  const boxes = "pre, .md-typeset__scrollwrap, .formula, .katex-mathml, svg"
  return [...document.querySelectorAll(".md-content *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(boxes))
    .slice(0, 3).map(one => one.outerHTML.slice(0, 160)).concat("the page scrolls sideways")
}"""

# Ids that stand twice: a link or a copy button would find the first.
TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(one => one.id)
  return ids.filter((id, place) => ids.indexOf(id) !== place)
}"""

FORMULAS = """async () => {
  await document.fonts.ready
  const all = [...document.querySelectorAll(".katex-html")].map(one => one.getBoundingClientRect())
  const loaded = [...document.fonts].some(font => font.family.startsWith("KaTeX") && font.status === "loaded")
  return {
    flat: all.filter(({ width, height }) => !width || !height).length,
    raw: document.querySelectorAll(".arithmatex, .katex-error").length,
    font: !all.length || loaded,
  }
}"""


@EVERY_PAGE
def test_page(reader: Reader, lang: str, page: str):
    """One visit, in which nothing may fail and no other host be asked (see the fixture)."""
    reader.open(lang, page)
    assert reader.page.evaluate("document.documentElement.lang") == lang
    assert reader.page.evaluate(FORMULAS) == {"flat": 0, "raw": 0, "font": True}
    blocks_copy_as_code(reader, page)
    assert reader.page.evaluate(TWICE) == []
    axe_finds_nothing(reader)
    reads_well_on_a_phone(reader)
    twin_is_one_click_away(reader, lang, page)


def blocks_copy_as_code(reader: Reader, page: str) -> None:
    for shown, copied in reader.page.evaluate(COPIED):
        assert ">>>" not in copied
        if "SyntaxError" not in shown:  # some examples show what is no Python
            compile(copied, page, "exec")


def axe_finds_nothing(reader: Reader) -> None:
    """Nothing serious; colors are looked at in both schemes."""
    reader.page.add_script_tag(path=str(AXE))
    assert reader.page.evaluate(RUN_AXE, None) == []
    reader.page.emulate_media(color_scheme="dark")
    reader.page.wait_for_selector("body[data-md-color-scheme=slate]:not([data-md-color-switching])")
    assert reader.page.evaluate(RUN_AXE, ["color-contrast", "link-in-text-block"]) == []


def reads_well_on_a_phone(reader: Reader) -> None:
    """The page does not scroll sideways, and notes stand below their code."""
    reader.page.set_viewport_size({"width": 390, "height": 844})
    assert reader.page.evaluate(WIDER) == []
    for step in reader.page.evaluate(SIDES):
        assert step["code"]["bottom"] <= step["note"]["top"] + 1, step
        assert step["note"]["right"] <= step["width"], step
    reader.page.set_viewport_size({"width": 1400, "height": 900})


def twin_is_one_click_away(reader: Reader, lang: str, page: str) -> None:
    other = "en" if lang == "zh" else "zh"
    reader.page.click(".guide-twins__link")
    reader.page.wait_for_url(reader.site + address(other, page))
    assert reader.page.evaluate("document.documentElement.lang") == other


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notes_stand_beside_their_code_on_a_wide_screen(reader: Reader, lang: str):
    reader.open(lang, "model/norm.md")
    steps = reader.page.evaluate(SIDES)
    assert len(steps) > 5
    for step in steps:
        assert step["code"]["right"] <= step["note"]["left"], step
        assert abs(step["code"]["top"] - step["note"]["top"]) < 12, step
        assert step["note"]["right"] <= step["width"], step
