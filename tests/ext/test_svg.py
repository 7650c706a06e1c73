"""The drawing library: what it draws, and that it refuses what could not be read."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from _ext.svg import (
    COLORS,
    Axis,
    Canvas,
    DrawingError,
    Frame,
    Scale,
    Series,
    bars,
    columns,
    heatmap,
    line_chart,
    node,
    number,
    plus,
    power,
    width_of,
)

FULL = Frame(10, 10, 460, 280)


def canvas(lang: str = "en") -> Canvas:
    return Canvas(480, 300, lang)


def shapes(drawing: Canvas, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(drawing.svg()).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def texts(drawing: Canvas) -> list[str]:
    return [one.text or "" for one in shapes(drawing, "text")]


def numbers(shape: ElementTree.Element, *names: str) -> tuple[float, ...]:
    return tuple(float(shape.attrib[name]) for name in names)


def test_a_canvas_is_an_svg_that_grows_with_its_column_up_to_a_limit():
    svg = canvas().svg()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 300"')
    assert "width:100%;max-width:576px" in svg
    assert "font-family:inherit" in svg


def test_words_follow_the_language():
    words = {"zh": "均值", "en": "mean"}
    for lang, expected in words.items():
        drawing = canvas(lang)
        drawing.text(20, 40, words)
        assert texts(drawing) == [expected]


def test_text_and_titles_are_escaped():
    drawing = canvas()
    drawing.text(20, 40, "a < b & c")
    drawing.rect(FULL, title="<T>")
    assert "a &lt; b &amp; c" in drawing.svg()
    assert texts(drawing) == ["a < b & c"]
    assert shapes(drawing, "rect")[0][0].text == "<T>"


@pytest.mark.parametrize(
    ("x", "y", "anchor"),
    [(430, 40, "start"), (20, 40, "middle"), (40, 40, "end"), (20, 5, "start"), (20, 299, "start")],
)
def test_text_over_the_border_is_refused(x, y, anchor):
    with pytest.raises(
        DrawingError, match=r"expected text inside the canvas of 480 x 300, got 'residual stream' .*enlarge"
    ):
        canvas().text(x, y, "residual stream", anchor=anchor)


def test_text_too_small_for_a_phone_is_refused():
    canvas().text(20, 40, "fine", size=13.72)
    with pytest.raises(
        DrawingError,
        match=r"expected text of size 13\.7 or more on a canvas 480 wide, got 13 for 'tiny'; enlarge",
    ):
        canvas().text(20, 40, "tiny", size=13)


def test_an_arrow_ends_at_its_last_point_and_needs_no_id():
    drawing = canvas()
    drawing.arrow([(10, 10), (10, 50), (90, 50)])
    line, head = shapes(drawing, "path")
    assert line.attrib["d"] == "M10 10L10 50L83 50"
    assert head.attrib["d"].startswith("M90 50L")
    assert "id=" not in drawing.svg()


def test_only_colors_of_the_page_are_used():
    drawing = canvas()
    line_chart(drawing, FULL, [Series(str(n), [(0, n), (1, n + 1)]) for n in range(6)], x=Axis(), y=Axis())
    node(drawing, Frame(200, 100, 90, 40), "x", color=COLORS[2])
    plus(drawing, 100, 100)
    used = set(re.findall(r'(?:fill|stroke)="([^"]*)"', drawing.svg()))
    paper = "var(--fig-bg, var(--md-default-bg-color))"
    assert used == {"none", "transparent", "currentColor", paper, *(f"var(--fig-{n})" for n in range(1, 7))}


def test_widths_tell_chinese_from_latin():
    assert width_of("层归一化", 10) == 40
    assert 20 < width_of("Norm", 10) < 30
    assert width_of("iiii", 10) < width_of("mmmm", 10)
    assert width_of("iiii", 10, mono=True) == width_of("mmmm", 10, mono=True)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (-0.5797, 2, "−0.58"),
        (-0.001, 2, "0.00"),
        (1000, 0, "1000"),
        (38597376, 0, "38,597,376"),
        (-12345, 0, "−12,345"),
    ],
)
def test_numbers(value, digits, expected):
    assert number(value, digits) == expected


def test_powers():
    assert [power(n) for n in (-12, 0, 1, 6)] == ["10⁻¹²", "1", "10", "10⁶"]


def test_a_scale_maps_ends_to_ends_and_ratios_to_distances():
    plain, log = Scale(0, 10, 100, 200), Scale(0.01, 100, 0, 400, log=True)
    assert (plain(0), plain(5), plain(10)) == (100, 150, 200)
    assert [round(log(v)) for v in (0.01, 0.1, 1, 100)] == [0, 100, 200, 400]


def test_ticks_are_round_and_few():
    assert [label for _, label in Scale(0, 2.13, 0, 1).ticks()] == ["0", "0.5", "1", "1.5", "2"]
    assert [label for _, label in Scale(-3, 7, 0, 1).ticks()] == ["−2", "0", "2", "4", "6"]
    assert [label for _, label in Scale(1e-8, 100, 0, 1, log=True).ticks()] == [
        "10⁻⁸",
        "10⁻⁶",
        "10⁻⁴",
        "10⁻²",
        "1",
        "10²",
    ]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.5, 6, ["0.5", "1", "2", "5"]),
        (64, 1024, ["100", "200", "500", "1000"]),
        (5e5, 6e7, ["10⁶", "10⁷"]),  # 1, 2, 5 times each power would be too many
        (3e6, 2e7, ["10⁷"]),  # too long
    ],
)
def test_a_scale_with_few_powers_of_ten_has_ticks_between_them(low: float, high: float, labels: list[str]):
    assert [label for _, label in Scale(low, high, 0, 1, log=True).ticks()] == labels


def test_a_scale_without_extent_is_refused():
    with pytest.raises(
        ValueError, match=r"expected a scale with ends that differ, got 3 to 3; give the axis low= and high="
    ):
        Scale(3, 3, 0, 1)
    with pytest.raises(ValueError, match=r"expected a scale with positive ends that differ, got 0 to 3"):
        Scale(0, 3, 0, 1, log=True)


def test_a_line_chart_puts_points_where_the_scales_say():
    drawing = canvas("zh")
    points = [(0, 1.0), (4, 3.0)]
    x, y = line_chart(
        drawing, FULL, [Series({"zh": "线", "en": "line"}, points)], x=Axis("块"), y=Axis("值", low=0)
    )
    dots = [numbers(dot, "cx", "cy") for dot in shapes(drawing, "circle")]
    assert dots == [pytest.approx((x(a), y(b)), abs=0.01) for a, b in points]
    assert {"线", "块", "值"} <= set(texts(drawing))
    assert shapes(drawing, "circle")[1][0].text == "线: 4 → 3"


def test_columns_stand_on_zero_and_hang_from_it():
    drawing = canvas()
    columns(drawing, FULL, [4, -2, 0], digits=1)
    up, down, flat = (numbers(bar, "y", "height") for bar in shapes(drawing, "rect"))
    assert up[0] + up[1] == pytest.approx(down[0], abs=0.02)
    assert up[1] == pytest.approx(2 * down[1], abs=0.02)
    assert flat == pytest.approx((down[0], 1), abs=0.02)
    assert texts(drawing) == ["4.0", "−2.0", "0.0"]


def test_bars_are_as_long_as_their_values():
    drawing = canvas()
    bars(drawing, FULL, [("wte", 30), ("wpe", 10)], unit=" M")
    long, short = (numbers(bar, "x", "width") for bar in shapes(drawing, "rect"))
    assert long[0] == short[0]
    assert long[1] == pytest.approx(3 * short[1], abs=0.05)
    assert texts(drawing) == ["wte", "30 M", "wpe", "10 M"]


def test_bars_refuse_negative_values():
    with pytest.raises(
        ValueError, match=r"expected values of at least 0 for horizontal bars; use columns\(\)"
    ):
        bars(canvas(), FULL, [("a", -1)])


def test_a_heatmap_is_stronger_for_larger_values():
    drawing = canvas()
    cells = heatmap(
        drawing, FULL, [[0.0, 1.0], [0.5, 0.25]], row_names=["a", "b"], column_names=["c", "d"], digits=2
    )
    colored = [rect for rect in shapes(drawing, "rect") if rect.attrib["fill"] == COLORS[0]]
    assert [float(rect.attrib["fill-opacity"]) for rect in colored] == [0, 0.5, 0.25, 0.12]
    assert texts(drawing) == ["0.00", "1.00", "0.50", "0.25", "a", "b", "c", "d"]
    assert (cells.right, cells.bottom) == (FULL.right, FULL.bottom)


def test_a_heatmap_gives_negative_values_their_own_color_only_when_asked():
    with pytest.raises(ValueError, match=r"sequential heatmap; pass diverging=True"):
        heatmap(canvas(), FULL, [[1.0, -1.0]])
    drawing = canvas()
    heatmap(drawing, FULL, [[1.0, -1.0]], diverging=True)
    fills = [rect.attrib["fill"] for rect in shapes(drawing, "rect")]
    assert fills[1:] == [COLORS[0], COLORS[1]]  # the first is the ground on which zero can be seen


def test_a_link_holds_what_is_drawn_inside_and_says_where_the_reader_is():
    drawing = canvas("zh")
    with drawing.link("model/norm.md#forward", {"zh": "前向 & 反向", "en": "forward"}, current=True):
        drawing.text(20, 30, "ln_1")
    drawing.text(20, 60, "outside")
    (link,) = shapes(drawing, "a")
    assert link.attrib == {
        "href": "{page:model/norm.md#forward}",
        "aria-label": "前向 & 反向",
        "aria-current": "page",
    }
    assert [child.text for child in link] == ["前向 & 反向", "ln_1"]
    assert texts(drawing) == ["outside"]
