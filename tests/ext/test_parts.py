"""The map of the model: where its strip is put, where its links lead, what it shows."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from _ext import figures, outline, parts

REPOSITORY = Path(__file__).parents[2]
A = "{http://www.w3.org/2000/svg}a"


def links(name: str, page: str) -> list[ElementTree.Element]:
    out, problems = figures.inline(f"![a](figure:{name})", f"docs/en/{page}", REPOSITORY, "en")
    assert problems == []
    return list(ElementTree.fromstring(re.search(r"<svg.*</svg>", out, re.DOTALL)[0]).iter(A))


# The strip on walk pages


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_strip_stands_below_the_title(lang):
    text = parts.put_strip("# Title\n\nText\n", f"docs/{lang}/model/attention.md", lang)
    title, _, strip, *rest = text.split("\n")
    assert title == "# Title"
    assert re.fullmatch(r"!\[.+\]\(overview\.md\)\]\(figure:model_strip\)", strip)
    assert rest == ["", "", "Text", ""]


@pytest.mark.parametrize("page", ["model/config.md", "model/hub.md", "why/attention.md", "index.md"])
def test_a_page_about_no_part_has_no_strip(page):
    assert parts.put_strip("# Title\n", f"docs/en/{page}", "en") == "# Title\n"


def test_the_caption_is_read_as_markdown_and_leads_to_the_map():
    text = parts.put_strip("# Title\n", "docs/en/model/norm.md", "en")
    out, problems = figures.inline(text, "docs/en/model/norm.md", REPOSITORY, "en")
    assert problems == []
    assert "[The map in full](overview.md)</figcaption>" in out
    assert (REPOSITORY / "docs/en/model/overview.md").is_file()


def test_a_figure_the_build_put_in_is_reported_on_line_1(tmp_path):
    page = tmp_path / "docs/en/model/norm.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Title\n\ntext\n", encoding="utf-8")
    text = parts.put_strip(page.read_text("utf-8"), "docs/en/model/norm.md", "en")
    _, problems = figures.inline(text, "docs/en/model/norm.md", tmp_path, "en")
    assert [one.line for one in problems] == [1]


# What the maps link and mark


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("model/norm.md", {"ln_1", "ln_2", "ln_f"}),
        ("model/attention.md", {"attn"}),
        ("model/heads.md", {"attn"}),
        ("model/mlp.md", {"mlp"}),
        ("model/block.md", {"Block"}),
        ("model/gpt.md", {"idx", "wte", "wpe", "lm_head", "loss"}),
        ("model/sampling.md", {"sample"}),
        ("model/overview.md", set()),
    ],
)
def test_the_strip_marks_the_parts_of_the_page(page, marked):
    found = [
        link.attrib["aria-label"] for link in links("model_strip", page) if "aria-current" in link.attrib
    ]
    assert {label.partition(":")[0] for label in found} == marked


@pytest.mark.parametrize("name", ["model_strip", "model_map"])
def test_every_link_says_what_its_box_says(name):
    for link in links(name, "model/overview.md"):
        shown = next(text.text for text in link.iter("{http://www.w3.org/2000/svg}text"))
        assert link.attrib["aria-label"].startswith(f"{shown}: ")
        assert link.find("{http://www.w3.org/2000/svg}title").text == link.attrib["aria-label"]


def test_the_map_has_every_part_and_the_strip_only_parts():
    everything = {part.address(REPOSITORY) for part in parts.PARTS.values()}
    targets = [
        link.attrib["{http://www.w3.org/1999/xlink}href"] for link in links("model_map", "model/overview.md")
    ]
    assert {"model" + target[2:].replace("/#", ".md#").rstrip("/") for target in targets} == {
        address if "#" in address else address.removesuffix(".md") for address in everything
    }
    assert len(targets) == len(parts.PARTS)


def test_lines_are_found_by_their_code_and_counted_with_their_comments(tmp_path):
    module = tmp_path / "m.py"
    module.write_text("a = 1\n# why\nb = [\n    2,\n]\n", encoding="utf-8")
    assert (parts.line_of(module, "a ="), parts.line_of(module, "b = [")) == (1, 2)
    with pytest.raises(LookupError, match=r"expected a line of m\.py that begins with 'c =', got none"):
        parts.line_of(module, "c =")


# Shapes


def test_the_map_shows_measured_shapes():
    from _figures import _model

    assert _model.shape("attention", "q, k, v = self.c_attn", "self.c_attn(x)") == "(B, T, 3C)"
    assert _model.shape("mlp", "x = self.gelu") == "(B, T, 4C)"
    with pytest.raises(LookupError, match=r"expected 'self' among what line \d+ of mlp\.py makes, got x"):
        _model.shape("mlp", "x = self.gelu", "self")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_overview_names_every_part_of_the_strip(lang):
    page = (REPOSITORY / f"docs/{lang}/model/overview.md").read_text("utf-8")
    assert outline.headings(page)
    missing = {part.page for part in parts.PARTS.values() if f"({Path(part.page).name}" not in page}
    assert not missing, f"expected links to {missing} in the table of docs/{lang}/model/overview.md; add rows"
