"""Figures on pages: what Markdown makes of them, what a failure says, and that the real ones can be read."""

from __future__ import annotations

import itertools
import re
import runpy
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import markdown
import pytest
import torch
from _ext import figures, parts
from _ext.svg import Frame, height_of, width_of

REPOSITORY = Path(__file__).parents[2]
NAMES = sorted(file.stem for file in (REPOSITORY / "docs/_figures").glob("[a-z]*.py"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>{}</text></svg>'
PAGE = "docs/en/page.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "_figures").mkdir(parents=True)
    (tmp_path / "minigpt").mkdir()
    (tmp_path / "minigpt" / "__init__.py").write_text("WIDTH = 3\n", encoding="utf-8")
    return tmp_path


def add(root: Path, name: str, code: str) -> None:
    (root / "docs" / "_figures" / f"{name}.py").write_text(dedent(code), encoding="utf-8")


def returns(svg: str) -> str:
    return f"def draw(lang):\n    return {svg!r}.replace('LANG', lang)\n"


def problem(root: Path, text: str) -> str:
    """The one problem of a page; the page is left as it is."""
    out, problems = figures.inline(text, PAGE, root, "en")
    assert out == text
    assert len(problems) == 1
    return str(problems[0])


# What becomes of a figure


def test_a_figure_is_put_in_with_its_caption_as_accessible_name(root):
    add(root, "one", returns(SVG.format("LANG")))
    out, problems = figures.inline("before\n\n![What `x` is, *now*](figure:one)\n\nafter", PAGE, root, "zh")
    assert problems == []
    assert '<figure class="fig" id="fig-one" markdown="block">' in out
    assert '<svg role="img" aria-label="What x is, now" xmlns=' in out
    assert "<text>zh</text>" in out
    assert out.startswith("before\n\n") and out.endswith("\n\nafter")


@pytest.mark.parametrize("page", ["{}", '<div class="note" markdown>\n\n{}\n\n</div>', "text\n{}\nmore text"])
def test_markdown_leaves_the_drawing_alone_and_reads_the_caption(root, page):
    drawn = SVG.format("*a* `b` _c_ $d$ [e](f) &lt;g&gt;\nsecond line")
    add(root, "one", returns(drawn))
    out, _ = figures.inline(page.format("![The `code` of $x_1$](figure:one)"), PAGE, root, "en")
    html = markdown.markdown(
        out,
        extensions=["md_in_html", "attr_list", "toc", "pymdownx.arithmatex", "pymdownx.superfences"],
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    )
    assert drawn.removeprefix("<svg") in html
    figure = re.search(r"<figure.*?</figure>", html, re.DOTALL)[0]
    assert "<p>" not in figure
    assert "markdown=" not in html
    assert (
        '<figcaption>The <code>code</code> of <span class="arithmatex">\\(x_1\\)</span></figcaption>'
        in figure
    )


def test_fences_and_code_spans_only_talk_about_figures(root):
    text = "```markdown\n![a](figure:none)\n```\n\nWrite `![a](figure:none)` on a line."
    assert figures.inline(text, PAGE, root, "en") == (text, [])


def test_plain_captions():
    assert (
        figures.plain(r"LN of $10x + 3$, **not** [this](x.md): `eps` $\mu$")
        == "LN of 10x + 3, not this: eps mu"
    )


def test_quotes_in_captions_stay_inside_the_attribute(root):
    add(root, "one", returns(SVG.format("")))
    out, _ = figures.inline('![a "b" & c](figure:one)', PAGE, root, "en")
    assert 'aria-label="a &quot;b&quot; &amp; c"' in out


# When a figure runs


def test_both_languages_share_one_run(root):
    add(
        root,
        "one",
        f"""
        import functools, pathlib
        @functools.cache
        def data():
            with open({str(root / "runs")!r}, "a") as file:
                file.write("run ")
            return 1
        def draw(lang):
            data()
            return {SVG!r}
        """,
    )
    for lang in ("zh", "en", "zh"):
        assert figures.inline("![a](figure:one)", PAGE, root, lang)[1] == []
    assert (root / "runs").read_text() == "run "


def test_an_edit_of_the_figure_or_of_the_package_draws_anew(root):
    add(root, "one", f"import minigpt\ndef draw(lang):\n    return {SVG!r}.format(minigpt.WIDTH)\n")
    assert "<text>3</text>" in figures.inline("![a](figure:one)", PAGE, root, "en")[0]
    (root / "minigpt" / "__init__.py").write_text("WIDTH = 44\n", encoding="utf-8")
    assert "<text>44</text>" in figures.inline("![a](figure:one)", PAGE, root, "en")[0]
    add(root, "one", returns(SVG.format("new")))
    assert "<text>new</text>" in figures.inline("![a](figure:one)", PAGE, root, "en")[0]


def test_a_figure_neither_reads_nor_moves_the_random_stream(root):
    code = f"import torch\nvalue = torch.rand(()).item()\ndef draw(lang):\n    return {SVG!r}.format(value)\n"
    add(root, "one", code)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first = figures.inline("![a](figure:one)", PAGE, root, "en")[0]
    assert torch.equal(torch.random.get_rng_state(), before)
    add(root, "two", code)
    torch.manual_seed(6)
    assert figures.inline("![a](figure:two)", PAGE, root, "en")[0] == first.replace("fig-one", "fig-two")


def test_a_figure_that_takes_the_page_is_drawn_for_each(root):
    add(root, "one", f"def draw(lang, page):\n    return {SVG!r}.format(lang + ' ' + page)\n")
    for page in ("index.md", "model/norm.md", "index.md"):
        out, problems = figures.inline("![a](figure:one)", f"docs/en/{page}", root, "en")
        assert problems == []
        assert f"<text>en {page}</text>" in out


def test_figures_share_the_run_of_a_common_file_until_it_is_edited(root):
    shared = f"""
        with open({str(root / "runs")!r}, "a") as file:
            file.write("WORD ")
        def word():
            return "WORD"
        """
    add(root, "_shared", shared.replace("WORD", "old"))
    for name in ("one", "two"):
        add(
            root,
            name,
            f"from _figures._shared import word\ndef draw(lang):\n    return {SVG!r}.format(word())\n",
        )
    text = "![a](figure:one)\n\n![b](figure:two)"
    assert figures.inline(text, PAGE, root, "en")[0].count("<text>old</text>") == 2
    assert (root / "runs").read_text() == "old "
    add(root, "_shared", shared.replace("WORD", "new"))
    assert figures.inline(text, PAGE, root, "zh")[0].count("<text>new</text>") == 2
    assert (root / "runs").read_text() == "old new "


def test_an_edit_of_a_file_that_a_figure_reads_draws_anew(root):
    page = root / "docs" / "words.md"
    code = f"""
        import pathlib
        READS = ("docs/words.md",)
        WORD = pathlib.Path({str(page)!r}).read_text()
        def draw(lang):
            return {SVG!r}.format(WORD)
        """
    add(root, "one", code)
    for word in ("first", "second"):
        page.write_text(word, encoding="utf-8")
        assert f"<text>{word}</text>" in figures.inline("![a](figure:one)", PAGE, root, "en")[0]


# Links in a figure

LINK = '<svg xmlns="http://www.w3.org/2000/svg"><a href="{page:TARGET}"><title>x</title></a></svg>'


def pages(root: Path, **texts: str) -> None:
    for path, text in texts.items():
        file = root / "docs" / "en" / path.replace("__", "/").replace("_md", ".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "target", "href"),
    [
        ("model/norm.md", "model/mlp.md", "../mlp/"),
        ("model/norm.md", "model/norm.md", "./"),
        ("model/norm.md", "model/mlp.md#why", "../mlp/#why"),
        ("model/norm.md", "model/mlp.md#L2", "../mlp/#L2"),
        ("index.md", "model/mlp.md", "model/mlp/"),
        ("model/index.md", "model/mlp.md", "mlp/"),
        ("why/depth.md", "model/mlp.md", "../../model/mlp/"),
        ("why/depth.md", "index.md", "../../"),
    ],
)
def test_links_are_relative_to_the_page_the_figure_is_on(root, page, target, href):
    (root / "minigpt" / "mlp.py").write_text('"""Doc."""\nx = 1\n', encoding="utf-8")
    pages(
        root,
        index_md="",
        model__norm_md="",
        model__mlp_md="---\nwalk: minigpt/mlp.py\n---\n\n## Why {#why}\n",
    )
    add(root, "one", returns(LINK.replace("TARGET", target)))
    out, problems = figures.inline("![a](figure:one)", f"docs/en/{page}", root, "en")
    assert problems == []
    assert f'<a xlink:href="{href}">' in out


def test_what_can_be_reached_by_keyboard_is_not_inside_an_image(root):
    pages(root, index_md="")
    add(root, "one", returns(LINK.replace("TARGET", "index.md")))
    out, _ = figures.inline("![a](figure:one)", PAGE, root, "en")
    svg = ElementTree.fromstring(re.search(r"<svg.*</svg>", out, re.DOTALL)[0])
    assert (svg.attrib["role"], svg.attrib["aria-label"]) == ("group", "a")


def test_a_link_to_a_page_that_does_not_exist(root):
    add(root, "one", returns(LINK.replace("TARGET", "model/gone.md")))
    assert problem(root, "![a](figure:one)") == (
        f"{PAGE}:1: docs/_figures/one.py: expected links to pages of docs/en/, got 'model/gone.md'; "
        "write the page, or take the link out"
    )


@pytest.mark.parametrize("anchor", ["gone", "L1", "L7"])
def test_a_link_to_an_anchor_that_does_not_exist(root, anchor):
    (root / "minigpt" / "mlp.py").write_text('"""Doc."""\nx = 1\n', encoding="utf-8")
    pages(root, model__mlp_md="---\nwalk: minigpt/mlp.py\n---\n\n## Why {#why}\n")
    add(root, "one", returns(LINK.replace("TARGET", f"model/mlp.md#{anchor}")))
    assert problem(root, "![a](figure:one)") == (
        f"{PAGE}:1: docs/_figures/one.py: expected a link to an anchor of model/mlp.md, got {anchor!r}; "
        "name one written as {#anchor}, or L12 for what begins on line 12 of its module"
    )


# What can be wrong


def test_a_shared_file_is_no_figure(root):
    add(root, "_shared", returns(SVG.format("")))
    assert "expected a figure of docs/_figures/, got '_shared'" in problem(root, "![a](figure:_shared)")


def test_unknown_name(root):
    add(root, "one", returns(SVG.format("")))
    assert problem(root, "text\n\n![a](figure:won)") == (
        f"{PAGE}:3: expected a figure of docs/_figures/, got 'won'; "
        "write docs/_figures/won.py or name one of: one"
    )


@pytest.mark.parametrize("name", ["../secret", "One", ""])
def test_names_that_are_no_names(root, name):
    assert "expected a figure of docs/_figures/" in problem(root, f"![a](figure:{name})")


def test_a_line_shared_with_text(root):
    for line in ("see ![a](figure:one)", "    ![a](figure:one)", "![a](figure:one) here"):
        assert problem(root, line) == (
            f"{PAGE}:1: expected a figure alone on its line, at the left margin, got more; move it out"
        )


def test_no_caption(root):
    assert "expected a caption in ![caption](figure:one), got none; say what" in problem(
        root, "![ ](figure:one)"
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "def draw(lang):\n    return 1 / 0\n",
            "bad.py:2: expected a drawing, got ZeroDivisionError: division by zero; mend",
        ),
        ("\n\nimport absent_module\n", "bad.py:3: expected a drawing, got ModuleNotFoundError"),
        ("def draw(lang:\n", "bad.py:1: expected a drawing, got SyntaxError"),
        ("x = 1\n", "bad.py: expected a function draw(lang: str) -> str, got none; add it"),
        (
            "def draw(lang):\n    return None\n",
            "bad.py: expected SVG text from draw(), got NoneType; return Canvas.svg()",
        ),
        (returns("<svg><text>a < b</text></svg>"), "bad.py: expected well-formed XML, got not well-formed"),
        (returns("<p>no</p>"), "bad.py: expected <svg xmlns=...> as outermost element, got <p>"),
        (returns(SVG.format("a\n\nb")), "bad.py: expected SVG that begins with <svg and has no blank line"),
        (
            "from _ext.svg import Canvas\ndef draw(lang):\n    Canvas(480, 90, lang).text(470, 50, 'long')\n",
            "bad.py:3: expected a drawing, got DrawingError: expected text inside the canvas",
        ),
    ],
)
def test_a_figure_that_fails(root, code, expected):
    add(root, "bad", code)
    message = problem(root, "![a](figure:bad)")
    assert message.startswith(f"{PAGE}:1: docs/_figures/{expected}"), message


def test_the_same_figure_twice(root):
    add(root, "one", returns(SVG.format("")))
    _, problems = figures.inline("![a](figure:one)\n\n![b](figure:one)", PAGE, root, "en")
    assert [str(one) for one in problems] == [
        f"{PAGE}:3: figure 'one': expected ids that occur once, got 'fig-one' again; "
        "show each figure once on a page, and begin ids inside a drawing with its name"
    ]


def test_one_id_in_two_figures(root):
    for name in ("one", "two"):
        add(root, name, returns('<svg xmlns="http://www.w3.org/2000/svg"><g id="head"/></svg>'))
    _, problems = figures.inline("![a](figure:one)\n\n![b](figure:two)", PAGE, root, "en")
    assert "figure 'two': expected ids that occur once, got 'head' again" in str(problems[0])


def test_the_line_is_that_of_the_file_even_if_earlier_steps_moved_it(root):
    file = root / PAGE
    file.parent.mkdir(parents=True)
    file.write_text("---\nwalk: x\n---\n\n![a](figure:none)\n\ntext\n\n![a](figure:none)\n", encoding="utf-8")
    _, problems = figures.inline(
        "![a](figure:none)\n\n<div>much more</div>\n\n\n\n![a](figure:none)\n", PAGE, root, "en"
    )
    assert [one.line for one in problems] == [5, 9]


# The figures of this repository


def drawn(name: str, lang: str) -> ElementTree.Element:
    out, problems = figures.inline(f"![a](figure:{name})", PAGE, REPOSITORY, lang)
    assert problems == []
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", out, re.DOTALL)[0])


def text_frames(svg: ElementTree.Element) -> list[tuple[str, Frame]]:
    frames = []
    for text in svg.iter("{http://www.w3.org/2000/svg}text"):
        size = float(text.attrib["font-size"])
        width = width_of(
            text.text, size, bold="font-weight" in text.attrib, mono="font-family" in text.attrib
        )
        left = float(text.attrib["x"]) - width * {"middle": 0.5, "end": 1}.get(
            text.attrib.get("text-anchor"), 0
        )
        above, _ = height_of(size)
        frames.append((text.text, Frame(left, float(text.attrib["y"]) - 0.8 * above, width, 0.8 * above)))
    return frames


def test_there_are_figures():
    assert {"norm_axes", "layernorm_steps", "layernorm_place"} <= set(NAMES)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_texts_of_a_figure_do_not_overlap(name, lang):
    for (one, a), (other, b) in itertools.combinations(text_frames(drawn(name, lang)), 2):
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        assert apart, f"expected texts side by side in {name} ({lang}), got {one!r} over {other!r}; move one"


QUOTING = {"bpe_merges", "next_temperature", "tokens_by_merges"}  # show Chinese on purpose, in both languages


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_speaks_both_languages_and_shows_the_same_numbers(name):
    def said(lang: str) -> tuple[list[str], str]:
        svg = drawn(name, lang)
        links = [link.attrib["aria-label"] for link in svg.iter("{http://www.w3.org/2000/svg}a")]
        words = " ".join([text for text, _ in text_frames(svg)] + links)
        return re.findall(r"\d[\d.]*", words), words

    (zh_numbers, zh), (en_numbers, en) = said("zh"), said("en")
    assert zh_numbers == en_numbers
    translated = name in QUOTING or not re.search(r"[\u4e00-\u9fff]", en)
    assert translated, f"expected no Chinese in the English {name}; translate it"
    assert re.search(r"[\u4e00-\u9fff]", zh), f"expected Chinese in the Chinese {name}; translate it"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_is_shown_on_a_page(lang):
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (REPOSITORY / "docs" / lang).rglob("*.md"))
    unused = [name for name in NAMES if f"](figure:{name})" not in pages and name != parts.STRIP]
    assert not unused, (
        f"expected every figure on a page of docs/{lang}, got none for {unused}; show or delete them"
    )


# What the figures claim


def data_of(name: str):
    return runpy.run_path(str(REPOSITORY / "docs/_figures" / f"{name}.py"))["data"]()


def test_norm_axes_finds_channels_and_tokens():
    x, (batch, layer, rms) = data_of("norm_axes")
    cells = torch.arange(x.numel()).view(x.shape)
    channels = {frozenset(cells[..., c].flatten().tolist()) for c in range(x.shape[-1])}
    tokens = {frozenset(token.tolist()) for token in cells.flatten(0, 1)}
    assert (set(batch.groups), set(layer.groups), set(rms.groups)) == (channels, tokens, tokens)
    assert (batch.centered, layer.centered, rms.centered) == (True, True, False)


def test_layernorm_steps_follow_the_formula():
    for mean, deviation, (x, centred, plain, _) in data_of("layernorm_steps"):
        assert centred == pytest.approx([value - mean for value in x], rel=1e-5, abs=1e-5)
        assert plain == pytest.approx([value / deviation for value in centred], rel=1e-4, abs=1e-4)


def test_layernorm_eps_bounds_the_gradient_and_the_output_is_bounded_anyway():
    for exponent, (outputs, gradients) in data_of("layernorm_eps").items():
        assert max(value for _, value in outputs) == pytest.approx(7**0.5, rel=1e-3)
        assert max(value for _, value in gradients) == pytest.approx(10 ** (-exponent / 2), rel=1e-3)


def test_layernorm_forgets_shift_and_scale_but_not_sign():
    (_, _, x), (_, _, moved), (_, _, mirrored) = data_of("layernorm_forgets")
    assert moved == pytest.approx(x, abs=1e-4)
    assert mirrored == pytest.approx([-value for value in x], abs=1e-6)


def test_the_residual_stream_grows_and_its_layernorm_does_not():
    stream, normed = data_of("residual_growth")
    assert all(later > earlier for earlier, later in itertools.pairwise(stream))
    assert stream[-1] > 5 * stream[0]
    assert normed == pytest.approx([1.0] * len(normed), abs=0.01)


def test_layernorm_place_measures_its_shapes():
    assert {letters for letters, _ in data_of("layernorm_place").values()} == {"(B, T, C)"}


def test_the_scale_on_c_proj_undoes_the_growth_by_the_root_of_2l():
    full, scaled = data_of("residual_init")
    assert full[-1] / scaled[-1] == pytest.approx(24**0.5, rel=0.1)


def test_without_the_addition_positions_become_alike():
    skipped, alone = data_of("token_similarity")
    assert alone[-1] > 0.99
    assert skipped[-1] < 0.7


def test_prenorm_and_postnorm_differ_as_the_page_says():
    (pre, pre_moved), (post, post_moved) = data_of("prenorm_postnorm").values()
    assert pre[0][1] > 3 * pre[-1][1]
    assert max(y for _, y in post) < 1.5 * min(y for _, y in post)
    assert pre_moved[-1][1] < 2 * pre_moved[0][1]
    assert post_moved[-1][1] > 4 * post_moved[0][1]


def test_softmax_saturates_without_the_division_only():
    (largest, gradient), (divided, flat) = data_of("softmax_saturation").values()
    assert largest[-1][1] > 0.9
    assert gradient[-1][1] < 0.01
    assert max(y for _, y in divided) < 0.15
    assert max(y for _, y in flat) < 1.3 * min(y for _, y in flat)


def test_one_head_mixes_what_two_heads_tell_apart():
    _, (first, second, mixed) = data_of("head_patterns")
    assert mixed[2:].tolist() == pytest.approx(((first + second) / 2)[2:].tolist())
    assert (first - second)[2:].abs().min() > 5


def test_the_last_word_of_the_sentence_looks_at_the_animal():
    scores, masked, *shares = data_of("sentence_scores")
    words = ["the", "dog", "sat", "on", "the"]
    assert [words[head[-1].argmax()] for head in shares] == ["dog", "dog"]
    assert torch.equal(masked.isinf(), torch.ones(5, 5).triu(1).bool())
    assert torch.equal(scores.tril(), masked.nan_to_num(neginf=0.0))


def test_a_snippet_that_fails_is_named_by_the_figure_that_needs_it(tmp_path, monkeypatch):
    from _figures import _sentence

    page = tmp_path / _sentence.READS[0]
    page.parent.mkdir(parents=True)
    page.write_text("# Title\n\n```pycon\n>>> x = 1\n>>> x / 0\n```\n", encoding="utf-8")
    monkeypatch.setattr(_sentence, "ROOT", tmp_path)
    with pytest.raises(RuntimeError, match=r"the snippet on line 5 of docs/en/model/one-sentence\.md to run"):
        _sentence.run()
