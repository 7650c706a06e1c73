"""What both maps of the model share: the measured shape of what a line makes, and how a part is drawn."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from _ext import measure, parts
from _ext.svg import COLORS, INK, PAPER, Canvas, Frame

ROOT = Path(__file__).parents[2]


def shape(module: str, code: str, text: str = "") -> str:
    """The shape, ``(B, T, C)``, that the line of ``minigpt/{module}.py`` beginning with ``code`` makes.

    ``text`` names one of several tensors as the build names it: ``self.c_attn(x)``.
    """
    file = ROOT / f"minigpt/{module}.py"
    line = parts.line_of(file, code)
    made = measure.measure_cached(file, ROOT / f"docs/_probes/{module}.py").get(line, [])
    found = [one.shape for one in made if text in ("", one.text)]
    if not found:
        names = ", ".join(one.text for one in made) or "nothing"
        raise LookupError(f"expected {text!r} among what line {line} of {file.name} makes, got {names}")
    return found[0]


KINDS = {  # one color for what is of one kind
    COLORS[0]: ("c_attn", "heads", "attn.c_proj", "attn"),
    COLORS[1]: ("ln_1", "ln_2", "ln_f"),
    COLORS[2]: ("c_fc", "gelu", "mlp.c_proj", "mlp"),
    COLORS[3]: ("wte", "wpe", "lm_head"),
}
HUES = {name: color for color, names in KINDS.items() for name in names}


def box(canvas: Canvas, name: str, frame: Frame, page: str) -> None:
    """A part as a linked box with its name, colored if ``page`` is about it."""
    here = parts.PARTS[name].explained_on(page)
    with link(canvas, name, page):
        _plate(canvas, frame, COLORS[0] if here else INK, bold=here)
        x, y = frame.middle
        canvas.text(x, y + 5, parts.PARTS[name].name, anchor="middle", bold=True)


def detailed(canvas: Canvas, name: str, frame: Frame, more: str = "") -> None:
    """A part as a linked box in the color of its kind: name, what it does, perhaps a third line."""
    part = parts.PARTS[name]
    with link(canvas, name, "", more=more):
        _plate(canvas, frame, HUES.get(name, INK))
        x, top = frame.middle[0], frame.y
        canvas.text(x, top + 17, part.name, anchor="middle", bold=True)
        canvas.text(x, top + 34, part.says, anchor="middle", muted=True)
        if more:
            canvas.text(x, top + 51, more, anchor="middle", muted=True)


def group(canvas: Canvas, name: str, frame: Frame, title: str, page: str = "") -> None:
    """The linked frame around what belongs together."""
    here = parts.PARTS[name].explained_on(page)
    color = COLORS[0] if here else HUES.get(name, INK) if not page else INK
    with link(canvas, name, page, title):
        canvas.rect(frame, fill=color, opacity=0.16 if here else 0.05, radius=8)
        canvas.rect(frame, stroke=color, width=2.5 if here else 1.2, radius=8)
        canvas.text(frame.x + 12, frame.y + 19, title, bold=True)


def link(
    canvas: Canvas, name: str, page: str, title: str = "", more: str = ""
) -> AbstractContextManager[None]:
    """Around what is drawn of a part: the link to where it is explained, named by what it shows and does."""
    part = parts.PARTS[name]
    colon, comma = {"zh": ("：", "，"), "en": (": ", ", ")}[canvas.lang]
    words = f"{title or part.name}{colon}{canvas.words(part.says)}{comma + more if more else ''}"
    return canvas.link(part.address(ROOT), words, current=part.explained_on(page))


def _plate(canvas: Canvas, frame: Frame, color: str, *, bold: bool = False) -> None:
    canvas.rect(frame, fill=PAPER, radius=5)
    opacity = 0.4 if bold else 0.06 if color == INK else 0.16
    canvas.rect(frame, fill=color, opacity=opacity, stroke=color, width=2.5 if bold else 1.2, radius=5)
