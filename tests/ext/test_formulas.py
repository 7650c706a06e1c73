"""Formulas: typeset at build time, complained about when they do not parse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from _ext import formulas


@pytest.fixture(autouse=True)
def forget():
    """Each test meets a Node process of its own."""
    formulas._answer.cache_clear()
    yield
    formulas.close()


def test_inline_and_display():
    html, errors = formulas.typeset(
        '<p><span class="arithmatex">\\(x^2\\)</span></p><div class="arithmatex">\\[\\sum_i x_i\\]</div>'
    )
    assert errors == []
    assert html.count('class="katex"') == 2
    assert html.count('class="katex-display"') == 1
    assert html.startswith('<p><span class="formula"')


def test_screen_readers_get_mathml_with_the_tex():
    html, _ = formulas.typeset('<span class="arithmatex">\\(\\mu\\)</span>')
    assert re.search(r"<math .*<annotation encoding=\"application/x-tex\">\\mu</annotation>", html)


def test_entities_are_tex_again():
    html, errors = formulas.typeset('<span class="arithmatex">\\(a &lt; b &amp;= c\\)</span>')
    assert errors and "KaTeX parse error" in errors[0]  # & outside of an environment: it did reach KaTeX as &
    html, errors = formulas.typeset('<span class="arithmatex">\\(a &lt; b\\)</span>')
    assert errors == []
    assert "a &lt; b</annotation>" in html


def test_formulas_stay_out_of_the_search_index():
    html, _ = formulas.typeset('<span class="arithmatex">\\(x\\)</span>')
    assert "data-search-exclude" in html


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{1}{", "Unexpected end of input"),
        (r"\nosuchcommand", "Undefined control sequence"),
        (r"x 均值", "unicodeTextInMathMode"),
    ],
)
def test_bad_tex_is_named_and_left_as_it_was(tex: str, reason: str):
    before = f'<span class="arithmatex">\\({tex}\\)</span>'
    html, errors = formulas.typeset(before)
    assert html == before
    assert len(errors) == 1
    assert errors[0].startswith("formula does not parse: ")
    assert reason in errors[0]
    assert errors[0].endswith(f"mend the TeX: {tex}")


def test_one_bad_formula_does_not_spoil_the_next():
    html, errors = formulas.typeset(
        '<span class="arithmatex">\\(\\bad\\)</span><span class="arithmatex">\\(x\\)</span>'
    )
    assert len(errors) == 1
    assert html.count('class="katex"') == 1


def test_a_link_that_is_a_formula_has_a_name():
    html, _ = formulas.typeset('<a href="#w"><span class="arithmatex">\\(a &lt; b\\)</span></a>')
    assert html.startswith('<a title="a &lt; b" href="#w"><span class="formula"')
    html, _ = formulas.typeset('<a href="#w">the <span class="arithmatex">\\(a\\)</span></a>')
    assert html.startswith('<a href="#w">the ')


def test_other_html_is_untouched():
    html = "<p>$x$ and <code>\\(x\\)</code></p>"
    assert formulas.typeset(html) == (html, [])


def test_a_formula_is_typeset_once(monkeypatch: pytest.MonkeyPatch):
    formulas.typeset('<span class="arithmatex">\\(y\\)</span>')
    monkeypatch.setattr(formulas._typesetter, "ask", lambda *_, **__: pytest.fail("asked KaTeX again"))
    html, _ = formulas.typeset('<span class="arithmatex">\\(y\\)</span>')
    assert 'class="katex"' in html


def test_node_ends_with_the_build():
    formulas.typeset('<span class="arithmatex">\\(z\\)</span>')
    process = formulas._typesetter._process
    assert process and process.poll() is None
    formulas.close()
    assert process.returncode == 0


def test_a_node_that_dies_is_reported(tmp_path: Path):
    script = tmp_path / "dies.mjs"
    script.write_text("process.exit(3)\n")
    typesetter = formulas.Typesetter(script)
    with pytest.raises(RuntimeError, match=r"Node ended .* while it typeset 'x'"):
        typesetter.ask("x", display=False)
    typesetter.close()


def test_missing_packages_name_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formulas, "MODULES", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"KaTeX is not installed: .*katex.*; run `make setup`"):
        formulas.typeset('<span class="arithmatex">\\(q\\)</span>')
    with pytest.raises(FileNotFoundError, match="run `make setup`"):
        formulas.assets()


def test_assets_are_the_style_sheet_and_every_font_it_names():
    files = formulas.assets()
    sheet = files["assets/katex/katex.min.css"].read_text()
    assert len(files) > 10
    fonts = {name.removeprefix("assets/katex/") for name in files if name.endswith(".woff2")}
    assert set(re.findall(r"url\((fonts/[^)]*\.woff2)\)", sheet)) == fonts
