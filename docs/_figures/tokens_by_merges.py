"""One sentence in each language, cut by ever longer lists of merges."""

from __future__ import annotations

from _ext.svg import COLORS, Canvas, Frame, width_of
from _figures._tokens import SENTENCES, tokenizer

ROW, PAD = 24, 3


def shown(piece: bytes) -> str:
    """A token as a reader knows it; bytes of an unfinished character as a number each."""
    try:
        return piece.decode().replace(" ", "␣")
    except UnicodeDecodeError:
        return piece.hex(" ")


def draw(lang: str) -> str:
    sizes = (257, 300, 400, 1000, 2000)
    rows = [(language, size) for language in SENTENCES for size in sizes]
    lines = [cut(language, size) for language, size in rows]
    heights = [ROW * len(wrap(pieces)) + 8 for pieces in lines]
    canvas = Canvas(480, sum(heights) + 34, lang)
    canvas.text(4, 16, {"zh": "词表", "en": "Vocabulary"}, muted=True)
    top = 26.0
    for (_, size), pieces, height in zip(rows, lines, heights, strict=True):
        canvas.text(44, top + 16, str(size), anchor="end", muted=True)
        for number, line in enumerate(wrap(pieces)):
            left = 52.0
            for place, piece in line:
                width = width_of(piece, 14) + 2 * PAD
                color = COLORS[place % len(COLORS)]
                canvas.rect(Frame(left, top + number * ROW, width, ROW - 4), fill=color, opacity=0.25)
                canvas.text(left + PAD, top + number * ROW + 15, piece, size=14)
                left += width + 2
        top += height
    return canvas.svg()


def cut(language: str, size: int) -> list[str]:
    one = tokenizer(size)
    return [shown(one.spelled[i]) for i in one.encode(SENTENCES[language])]


def wrap(pieces: list[str]) -> list[list[tuple[int, str]]]:
    """Lines that fit, each piece with its number."""
    lines: list[list[tuple[int, str]]] = [[]]
    left = 52.0
    for number, piece in enumerate(pieces):
        width = width_of(piece, 14) + 2 * PAD + 2
        if left + width > 476:
            lines.append([])
            left = 52.0
        lines[-1].append((number, piece))
        left += width
    return lines
