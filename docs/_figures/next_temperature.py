"""The likeliest tokens after a prompt in each language, at three temperatures."""

from __future__ import annotations

from _ext.svg import COLORS, Canvas, Frame, Scale, Words, number
from _figures._next import logits, shown
from _figures._tiny import report

TEMPERATURES, NAMED = (0.5, 1.0, 1.5), 8
ROW, TOP, LEFT, PANEL = 23, 58, 92, 128
BLOCK = TOP + ROW * (NAMED + 1) + 14
OTHERS: Words = {"zh": "其余", "en": "all others"}
HEADS: Words = {"zh": "温度", "en": "T ="}


def draw(lang: str) -> str:
    canvas = Canvas(480, 2 * BLOCK, lang)
    columns = {
        asked: [(logits(asked, "open") / T).softmax(dim=-1)[:NAMED].tolist() for T in TEMPERATURES]
        for asked in ("en", "zh")
    }
    highest = max(max(shares) for three in columns.values() for shares in three)
    for n, (asked, three) in enumerate(columns.items()):
        block(canvas, n * BLOCK, report()["next"][asked]["open"], three, highest)
    return canvas.svg()


def block(canvas: Canvas, y: float, found: dict, columns: list[list[float]], highest: float) -> None:
    """One prompt: names of the tokens in front, a panel for each temperature, the rest below."""
    top, bottom = y + TOP, y + TOP + ROW * NAMED
    canvas.text(8, y + 18, shown(found["prompt"]) + " …", mono=True)
    for n, token in enumerate(found["tokens"][:NAMED]):
        canvas.text(LEFT - 8, top + n * ROW + 16, shown(token), anchor="end")
    canvas.text(LEFT - 8, bottom + 20, OTHERS, anchor="end", muted=True)
    for n, (T, shares) in enumerate(zip(TEMPERATURES, columns, strict=True)):
        frame = Frame(LEFT + n * PANEL, top, PANEL, ROW * NAMED)
        canvas.text(frame.x, top - 10, f"{canvas.words(HEADS)} {T:g}", bold=True)
        panel(canvas, frame, shares, highest, COLORS[n])
        canvas.text(frame.x + 6, bottom + 20, f"{number(100 * (1 - sum(shares)), 1)} %", muted=True)


def panel(canvas: Canvas, frame: Frame, shares: list[float], highest: float, color: str) -> None:
    """Bars to one scale everywhere, with their values in percent."""
    scale = Scale(0, highest, frame.x, frame.right - 74)
    for n, share in enumerate(shares):
        top = frame.y + n * ROW
        bar = Frame(frame.x, top + 3, max(scale(share) - frame.x, 0.5), ROW - 6)
        canvas.rect(bar, fill=color, opacity=0.85, title=f"{share:.4g}")
        canvas.text(bar.right + 6, top + 16, f"{number(100 * share, 1)} %")
    canvas.line((frame.x, frame.y), (frame.x, frame.bottom), width=1, opacity=0.5)
