"""The drawing surface: a list of shapes that becomes SVG text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape

from _ext.svg.frame import Frame, Point, check_inside, check_size
from _ext.svg.measure import height_of, width_of

INK = "currentColor"
PAPER = "var(--fig-bg, var(--md-default-bg-color))"
COLORS = tuple(f"var(--fig-{n})" for n in range(1, 7))

Words = str | Mapping[str, str]  # the same in both languages, or one text per language

_SIZE = 14
_ENLARGED = 1.2  # on a wide page the figure grows up to this, which makes its text as large as the page's
_CODE = "var(--md-code-font-family, monospace)"


class Canvas:
    """A drawing of ``width`` by ``height`` units in one language. Later shapes cover earlier ones."""

    def __init__(self, width: float, height: float, lang: str) -> None:
        self.width, self.height, self.lang = width, height, lang
        self._shapes: list[str] = []

    def words(self, words: Words) -> str:
        """The text in the language of this drawing."""
        return words if isinstance(words, str) else words[self.lang]

    def text(
        self,
        x: float,
        y: float,
        words: Words,
        *,
        size: float = _SIZE,
        anchor: str = "start",
        color: str = INK,
        bold: bool = False,
        mono: bool = False,
        muted: bool = False,
    ) -> None:
        """One line of text with baseline ``y``; ``anchor`` (start, middle, end) is the part at ``x``."""
        text = self.words(words)
        width = width_of(text, size, bold=bold, mono=mono)
        left = x - {"start": 0, "middle": 0.5, "end": 1}[anchor] * width
        above, below = height_of(size)
        check_inside(Frame(left, y - above, width, above + below), text, self.width, self.height)
        check_size(size, text, self.width)
        self._add(
            "text",
            {
                "x": x,
                "y": y,
                "font-size": size,
                "fill": color,
                "text-anchor": None if anchor == "start" else anchor,
                "font-weight": 600 if bold else None,
                "font-family": _CODE if mono else None,
                "opacity": 0.75 if muted else None,
            },
            inside=escape(text, quote=False),
        )

    def rect(
        self,
        frame: Frame,
        *,
        fill: str = "none",
        opacity: float | None = None,
        stroke: str | None = None,
        width: float = 1,
        radius: float = 0,
        title: Words = "",
    ) -> None:
        """A rectangle; ``opacity`` is that of the fill, ``width`` that of the stroke."""
        place = {
            "x": frame.x,
            "y": frame.y,
            "width": frame.width,
            "height": frame.height,
            "rx": radius or None,
        }
        paint = {
            "fill": fill,
            "fill-opacity": opacity,
            "stroke": stroke,
            "stroke-width": width if stroke else None,
        }
        self._add("rect", place | paint, title=title)

    def squares(
        self,
        corners: Sequence[Point],
        size: float,
        *,
        fill: str = INK,
        opacity: float | None = None,
    ) -> None:
        """Squares of one color, by their upper left corners, as one shape: hundreds stay a few kilobytes."""
        path = "".join(f"M{_short(x)} {_short(y + size / 2)}h{_short(size)}" for x, y in corners)
        self._add("path", {"d": path, "stroke": fill, "stroke-width": size, "stroke-opacity": opacity})

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str = INK,
        stroke: str | None = None,
        title: Words = "",
    ) -> None:
        """A dot, or with ``stroke`` a ring."""
        paint = {"fill": fill, "stroke": stroke, "stroke-width": 1.5 if stroke else None}
        self._add("circle", {"cx": x, "cy": y, "r": radius} | paint, title=title)

    def polyline(
        self,
        points: Sequence[Point],
        *,
        color: str = INK,
        width: float = 1.5,
        dash: str | None = None,
        opacity: float | None = None,
        title: Words = "",
    ) -> None:
        """Straight strokes through the points; ``dash`` as in SVG, for example ``"4 3"``."""
        path = "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)
        paint = {
            "fill": "none",
            "stroke": color,
            "stroke-width": width,
            "stroke-dasharray": dash,
            "opacity": opacity,
        }
        self._add("path", {"d": path} | paint | {"stroke-linejoin": "round"}, title=title)

    def line(self, start: Point, end: Point, **paint) -> None:
        """One stroke; takes what ``polyline`` takes."""
        self.polyline([start, end], **paint)

    def arrow(
        self, points: Sequence[Point], *, color: str = INK, width: float = 1.5, head: float = 7
    ) -> None:
        """A polyline with a head: a shape of its own, since SVG markers need ids, which must not repeat."""
        (x0, y0), (x1, y1) = points[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        along_x, along_y = (x1 - x0) / length * head, (y1 - y0) / length * head
        base_x, base_y = x1 - along_x, y1 - along_y
        self.polyline([*points[:-1], (base_x, base_y)], color=color, width=width)
        sides = [(base_x - along_y / 2, base_y + along_x / 2), (base_x + along_y / 2, base_y - along_x / 2)]
        tip = "L".join(f"{_short(x)} {_short(y)}" for x, y in [(x1, y1), *sides])
        self._add("path", {"d": f"M{tip}Z", "fill": color})

    @contextmanager
    def link(self, address: str, words: Words, *, current: bool = False) -> Iterator[None]:
        """What is drawn inside is one link: to a page, ``model/norm.md`` or ``model/norm.md#forward``.

        ``words`` are its accessible name and its hover, ``current`` marks where the reader is.
        """
        name = escape(self.words(words))
        here = ' aria-current="page"' if current else ""
        self._shapes.append(f'<a href="{{page:{address}}}" aria-label="{name}"{here}><title>{name}</title>')
        yield
        self._shapes.append("</a>")

    def svg(self) -> str:
        """The finished drawing."""
        size = f'viewBox="0 0 {_short(self.width)} {_short(self.height)}"'
        style = f"width:100%;max-width:{round(self.width * _ENLARGED)}px;height:auto;font-family:inherit"
        return "\n".join(
            [f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="{style}">', *self._shapes, "</svg>"]
        )

    def _add(
        self, tag: str, attributes: Mapping[str, object], *, inside: str = "", title: Words = ""
    ) -> None:
        if title:
            inside += f"<title>{escape(self.words(title), quote=False)}</title>"
        given = ((name, _short(value)) for name, value in attributes.items() if value is not None)
        written = "".join(f' {name}="{escape(value)}"' for name, value in given)
        self._shapes.append(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")


def _short(value: object) -> str:
    """A number with at most two decimals, anything else as it is."""
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
