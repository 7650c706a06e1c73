"""Where the parameters of GPT-2 small sit: every area is to scale."""

from __future__ import annotations

import functools

import torch
from _ext.svg import COLORS, PAPER, Canvas, Frame, Words, number

from minigpt import GPT, GPTConfig

Counts = dict[str, int]
WHOLE = Frame(12, 36, 456, 190)
ATTENTION: Words = {"zh": "注意力", "en": "attention"}


@functools.cache
def data() -> tuple[Counts, list[Counts]]:
    """Parameters by part, and those of each Block."""
    with torch.device("meta"):
        model = GPT(GPTConfig.preset("gpt2"))
    parts = {"wte": 0, "wpe": 0, "attn": 0, "mlp": 0, "ln": 0}
    blocks = [dict.fromkeys(("attn", "mlp", "ln"), 0) for _ in model.transformer.h]
    for name, parameter in model.named_parameters():
        part = next(part for part in parts if f".{part}" in name)
        parts[part] += parameter.numel()
        if ".h." in name:
            blocks[int(name.split(".")[2])][part] += parameter.numel()
    return parts, blocks


def share(count: int, lang: str) -> str:
    space = "" if lang == "zh" else " "
    return f"{number(100 * count / sum(data()[0].values()), 1)}{space}%"


def draw(lang: str) -> str:
    canvas = Canvas(480, 290, lang)
    parts, blocks = data()
    total = sum(parts.values())
    heading = {"zh": f"GPT-2 small：{total:,} 个参数", "en": f"GPT-2 small: {total:,} parameters"}
    canvas.text(12, 22, heading, bold=True)
    left = column(canvas, WHOLE.x, parts["wte"], COLORS[0], {"zh": "wte：token 表", "en": "wte: token table"})
    middle = (WHOLE.x + left) / 2
    canvas.text(middle, 122, "wte", anchor="middle", bold=True)
    canvas.text(middle, 142, share(parts["wte"], lang), anchor="middle")
    begin = column(canvas, left, parts["wpe"], COLORS[3], {"zh": "wpe：位置表", "en": "wpe: position table"})
    canvas.line(((left + begin) / 2, WHOLE.bottom), ((left + begin) / 2, WHOLE.bottom + 12), width=1)
    canvas.text(begin, WHOLE.bottom + 26, f"wpe {share(parts['wpe'], lang)}", anchor="end")
    at = begin
    for block in blocks:
        at = draw_block(canvas, at, block)
    middle, split = (begin + at) / 2, parts["attn"] / (parts["attn"] + parts["mlp"]) * WHOLE.height
    attention = f"{canvas.words(ATTENTION)} {share(parts['attn'], lang)}"
    canvas.text(middle, WHOLE.y + split / 2 + 5, attention, anchor="middle", bold=True)
    mlp = f"MLP {share(parts['mlp'], lang)}"
    canvas.text(middle, WHOLE.y + (split + WHOLE.height) / 2 + 5, mlp, anchor="middle", bold=True)
    columns = {"zh": f"{len(blocks)} 个块，一列一个", "en": f"{len(blocks)} Blocks, a column each"}
    canvas.text(middle + 24, WHOLE.bottom + 26, columns, anchor="middle")
    norms = {
        "zh": "画不出来的：各个 LayerNorm，共 ",
        "en": "Too small to be drawn: the LayerNorms, together ",
    }
    thousandths = f"{number(100 * parts['ln'] / total, 2)}{'' if lang == 'zh' else ' '}%"
    canvas.text(12, 282, canvas.words(norms) + thousandths, muted=True)
    return canvas.svg()


def column(canvas: Canvas, x: float, count: int, color: str, title: Words) -> float:
    """A part of full height; returns where the next one begins."""
    width = WHOLE.width * count / sum(data()[0].values())
    frame = Frame(x, WHOLE.y, width, WHOLE.height)
    canvas.rect(frame, fill=color, opacity=0.45, title=f"{canvas.words(title)}, {count:,}")
    return x + width


def draw_block(canvas: Canvas, x: float, block: Counts) -> float:
    """Attention above, MLP below; as wide as all its parameters are many, LayerNorms included."""
    count = sum(block.values())
    width = WHOLE.width * count / sum(data()[0].values())
    high = WHOLE.height * block["attn"] / count
    low = WHOLE.height * block["mlp"] / count
    attention = f"{canvas.words(ATTENTION)}, {block['attn']:,}"
    frames = (
        (Frame(x, WHOLE.y, width, high), COLORS[1], attention),
        (Frame(x, WHOLE.bottom - low, width, low), COLORS[2], f"MLP, {block['mlp']:,}"),
    )
    for frame, color, title in frames:
        canvas.rect(frame, fill=color, opacity=0.45, stroke=PAPER, title=title)
    return x + width
