"""What temperature, top-k and top-p make of the letters that follow a t in a text, and what is then drawn."""

from __future__ import annotations

import functools
import itertools
from collections import Counter

import torch
from _ext.svg import COLORS, INK, Canvas, Frame, Scale, Words, number

from minigpt.sampling import keep_top_k, keep_top_p, sample

TEXT = (
    "to be or not to be that is the question whether tis nobler in the mind to suffer the slings and arrows"
    " of outrageous fortune or to take arms against a sea of troubles and by opposing end them"
)
DRAWS = 4000
PANELS: list[tuple[Words, dict[str, float]]] = [
    ({"zh": "温度 0.5", "en": "Temperature 0.5"}, {"temperature": 0.5}),
    ({"zh": "温度 1：模型给出的分布", "en": "Temperature 1: as the model gives it"}, {}),
    ({"zh": "温度 2", "en": "Temperature 2"}, {"temperature": 2.0}),
    ("top-k 3", {"top_k": 3}),
    ("top-p 0.9", {"top_p": 0.9}),
]
LEFT, WIDTH, HEIGHT = 10, 460, 96  # of a panel


@functools.cache
def data() -> tuple[list[str], list[tuple[list[float], list[float]]]]:
    """The letters, likeliest first; per panel their probabilities and their shares among the draws."""
    follow = Counter(after for before, after in itertools.pairwise(TEXT) if before == "t")
    ranked = sorted(follow.items(), key=lambda item: (-item[1], item[0]))
    logits = torch.tensor([[float(count) for _, count in ranked]]).log()
    panels = []
    for _, settings in PANELS:
        kept = logits / settings.get("temperature", 1.0)
        if "top_k" in settings:
            kept = keep_top_k(kept, int(settings["top_k"]))
        if "top_p" in settings:
            kept = keep_top_p(kept, settings["top_p"])
        generator = torch.Generator().manual_seed(0)
        drawn = sample(logits.expand(DRAWS, -1), generator=generator, **settings)  # type: ignore[arg-type]
        seen = drawn.flatten().bincount(minlength=len(ranked)) / DRAWS
        panels.append((kept.softmax(-1)[0].tolist(), seen.tolist()))
    return [letter for letter, _ in ranked], panels


def draw(lang: str) -> str:
    letters, panels = data()
    canvas = Canvas(480, 34 + HEIGHT * len(panels), lang)
    for n, ((words, _), (probabilities, seen)) in enumerate(zip(PANELS, panels, strict=True)):
        panel(canvas, Frame(LEFT, 4 + n * HEIGHT, WIDTH, HEIGHT - 10), words, probabilities, seen)
    slot = WIDTH / len(letters)
    for n, letter in enumerate(letters):
        middle = LEFT + (n + 0.5) * slot
        name: Words = {"zh": "空格", "en": "space"} if letter == " " else letter
        canvas.text(middle, 20 + HEIGHT * len(panels), name, anchor="middle", mono=letter != " ")
    return canvas.svg()


def panel(canvas: Canvas, frame: Frame, words: Words, probabilities: list[float], seen: list[float]) -> None:
    """Columns with their values, a dot where the draws are; all panels have the scale of the highest one."""
    highest = max(max(p) for p, _ in data()[1])
    scale = Scale(0.0, highest, frame.bottom, frame.y + 20)
    slot = frame.width / len(probabilities)
    canvas.text(frame.right, frame.y + 14, words, anchor="end", bold=True)
    canvas.line((frame.x, frame.bottom), (frame.right, frame.bottom), width=1, opacity=0.5)
    for n, (value, share) in enumerate(zip(probabilities, seen, strict=True)):
        middle = frame.x + (n + 0.5) * slot
        if value == 0:
            canvas.text(middle, frame.bottom - 5, "×", anchor="middle", color=COLORS[1], bold=True)
            continue
        bar = Frame(middle - 0.28 * slot, scale(value), 0.56 * slot, frame.bottom - scale(value))
        canvas.rect(bar, fill=COLORS[0], opacity=0.5, title=f"{value:g}")
        canvas.text(middle, min(scale(value), scale(share) - 4) - 5, number(value, 2), anchor="middle")
        canvas.circle(middle, scale(share), 3.5, fill=INK, title=f"{share:g}")
