"""Two words encoded by BPE, merge by merge: a row is the word after one more merge."""

from __future__ import annotations

import functools
from itertools import pairwise

from _ext.svg import COLORS, INK, Canvas, Frame

from minigpt.tokenizer import BPETokenizer
from minigpt.tokenizer.learn import join

ENGLISH = "low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3
CHINESE = "注意力头。注意力，注意！注重"
ROW, BOX, TOP = 31, 25, 40
Step = tuple[list[bytes], int]  # the tokens, and which of them has just been made (-1: none)


def steps(bpe: BPETokenizer, word: str) -> list[Step]:
    """A merge a step; a pair that occurs several times is joined everywhere in one."""
    ids = [bpe.first_ids[byte] for byte in word.encode()]
    found: list[Step] = [([bpe.spelled[i] for i in ids], -1)]
    while pairs := [pair for pair in pairwise(ids) if pair in bpe.ranks]:
        pair = min(pairs, key=bpe.ranks.__getitem__)
        new = bpe.ranks[pair][1]
        ids = join(ids, pair, new)
        found.append(([bpe.spelled[i] for i in ids], ids.index(new)))
    if ids != bpe.encode(word):
        raise RuntimeError(f"expected the tokens of {word!r} that encode gives, got others; mend steps()")
    return found


@functools.cache
def data() -> tuple[list[Step], list[Step]]:
    english, chinese = BPETokenizer.train(ENGLISH, 267), BPETokenizer.train(CHINESE, 267)
    return steps(english, " lowest"), steps(chinese, "注意力")


def draw(lang: str) -> str:
    english, chinese = data()
    canvas = Canvas(480, TOP + ROW * max(len(english), len(chinese)), lang)
    canvas.text(4, 20, "␣lowest", bold=True)
    canvas.text(236, 20, "注意力", bold=True)
    word(canvas, 4, 28, english)
    word(canvas, 236, 26, chinese)
    return canvas.svg()


def word(canvas: Canvas, left: float, cell: float, found: list[Step]) -> None:
    """Each token is as wide as it has bytes."""
    for row, (tokens, made) in enumerate(found):
        x, y = left, TOP + row * ROW
        for place, token in enumerate(tokens):
            box = Frame(x, y, cell * len(token) - 3, BOX)
            color, opacity = (COLORS[0], 0.35) if place == made else (INK, 0.08)
            canvas.rect(box, fill=color, opacity=opacity, radius=4)
            canvas.text(box.middle[0], y + 17.5, shown(token), anchor="middle", mono=True)
            x += cell * len(token)


def shown(token: bytes) -> str:
    """Whole characters as they are, other bytes in hexadecimal, a space as it can be seen."""
    text = token.decode(errors="backslashreplace").replace("\\x", "")
    return text.replace(" ", "␣")
