"""The whole model: every part a link to its page, and on the edges the measured shapes."""

from __future__ import annotations

import functools

from _ext.svg import COLORS, INK, PAPER, Canvas, Frame, plus
from _figures._model import detailed, group, shape

STREAM, LEFT, RIGHT, WIDE = (
    98,
    20,
    236,
    220,
)  # the residual stream; boxes at its height; boxes of the branches
MIDDLE = RIGHT + WIDE / 2
TALL = 42


@functools.cache
def data() -> dict[str, str]:
    """The shape on each edge."""
    embed, score = "x = self.transformer.wte", "logits = self.lm_head(self.hidden(idx))"
    return {
        "idx": shape("gpt", "def hidden"),
        "positions": shape("gpt", "positions ="),
        "wte": shape("gpt", embed, "self.transformer.wte(idx)"),
        "wpe": shape("gpt", embed, "self.transformer.wpe(positions)"),
        "x": shape("gpt", embed, "x"),
        "drop": shape("gpt", "x = self.transformer.drop"),
        "ln_1": shape("block", "x = x + self.attn", "self.ln_1(x)"),
        "c_attn": shape("attention", "q, k, v = self.c_attn", "self.c_attn(x)"),
        "q": shape("attention", "q = q.view", "q"),
        "P": shape("attention", "probabilities = causal_probabilities"),
        "y": shape("attention", "y = F.scaled_dot"),
        "merged": shape("attention", "y = y.transpose", "y"),
        "attn": shape("block", "x = x + self.attn", "self.attn(self.ln_1(x))"),
        "ln_2": shape("block", "return x + self.mlp", "self.ln_2(x)"),
        "c_fc": shape("mlp", "x = self.c_fc"),
        "gelu": shape("mlp", "x = self.gelu"),
        "mlp": shape("block", "return x + self.mlp", "self.mlp(self.ln_2(x))"),
        "block": shape("gpt", "x = block"),
        "ln_f": shape("gpt", "return self.transformer.ln_f"),
        "tied": shape("gpt", "self.lm_head.weight ="),
        "logits": shape("gpt", score, "logits"),
        "loss": shape("gpt", "loss = F.cross_entropy", "loss"),
        "last": shape("sampling", "probabilities = logits.softmax"),
        "drawn": shape("sampling", "return torch.multinomial"),
    }


def draw(lang: str) -> str:
    canvas = Canvas(480, 1172, lang)
    embedding(canvas, 4)
    group(canvas, "h", Frame(10, 226, 462, 704), "Block")
    canvas.text(22, 264, "× n_layer")
    canvas.arrow([(STREAM, 214), (STREAM, 956)])  # under everything that joins it
    attention(canvas, 246)
    mlp(canvas, 616)
    ends(canvas, 956)
    return canvas.svg()


def embedding(canvas: Canvas, y: float) -> None:
    """From token ids to the beginning of the stream."""
    shapes = data()
    wte, wpe = y + 74, Frame(RIGHT + 24, y + 74, WIDE - 24, TALL)
    detailed(canvas, "idx", beside(y))
    canvas.arrow([(STREAM, y + TALL), (STREAM, wte)])
    label(canvas, STREAM, y + 63, shapes["idx"])
    canvas.text(
        wpe.middle[0], y + 30, {"zh": "位置 0, 1, …, T−1", "en": "positions 0, 1, …, T−1"}, anchor="middle"
    )
    canvas.arrow([(wpe.middle[0], y + 38), (wpe.middle[0], wte)])
    label(canvas, wpe.middle[0], y + 63, shapes["positions"])
    detailed(canvas, "wte", beside(wte))
    detailed(canvas, "wpe", wpe)
    join = wte + TALL + 25
    canvas.arrow([(STREAM, wte + TALL), (STREAM, y + 168)])
    label(canvas, STREAM, join - 10, shapes["wte"], left=True)
    canvas.polyline([(wpe.middle[0], wpe.bottom), (wpe.middle[0], join), (STREAM, join)])
    label(canvas, wpe.middle[0] - 8, join - 8, shapes["wpe"], left=True)
    plus(canvas, STREAM, join)
    detailed(canvas, "drop", beside(y + 168))


def attention(canvas: Canvas, y: float) -> None:
    """The first branch: ln_1, attn, and back."""
    shapes = data()
    c_attn, heads, c_proj = y + 96, y + 188, y + 300
    leave(canvas, y + TALL / 2, shapes["drop"])
    detailed(canvas, "ln_1", branch(y))
    group(canvas, "attn", Frame(RIGHT - 10, y + 66, WIDE + 20, 286), "attn")
    canvas.arrow([(MIDDLE, y + TALL), (MIDDLE, c_attn)])
    label(canvas, MIDDLE, y + 85, shapes["ln_1"])
    detailed(canvas, "c_attn", branch(c_attn))
    canvas.arrow([(MIDDLE, c_attn + TALL), (MIDDLE, heads)])
    label(canvas, MIDDLE, c_attn + TALL + 19, shapes["c_attn"])
    label(canvas, MIDDLE, c_attn + TALL + 40, "q, k, v", left=True)
    label(canvas, MIDDLE, c_attn + TALL + 40, shapes["q"])
    for shift in (8, 4):  # one sheet per head
        sheet = Frame(RIGHT + shift, heads + shift, WIDE - 8, 58)
        canvas.rect(sheet, fill=PAPER, stroke=INK, width=1.2, radius=5)
    detailed(canvas, "heads", Frame(RIGHT, heads, WIDE - 8, 58), f"softmax: {shapes['P']}")
    canvas.arrow([(MIDDLE, heads + 66), (MIDDLE, c_proj)])
    label(canvas, MIDDLE, heads + 84, shapes["y"])
    label(canvas, MIDDLE, heads + 103, shapes["merged"])
    detailed(canvas, "attn.c_proj", branch(c_proj))
    rejoin(canvas, c_proj + TALL / 2, shapes["attn"])


def mlp(canvas: Canvas, y: float) -> None:
    """The second branch: ln_2, mlp, and back."""
    shapes = data()
    c_fc, gelu, c_proj = y + 96, y + 166, y + 236
    leave(canvas, y + TALL / 2, shapes["attn"])
    detailed(canvas, "ln_2", branch(y))
    group(canvas, "mlp", Frame(RIGHT - 10, y + 66, WIDE + 20, 222), "mlp")
    canvas.arrow([(MIDDLE, y + TALL), (MIDDLE, c_fc)])
    label(canvas, MIDDLE, y + 85, shapes["ln_2"])
    for name, top, made in (("c_fc", c_fc, "c_fc"), ("gelu", gelu, "gelu")):
        detailed(canvas, name, branch(top))
        canvas.arrow([(MIDDLE, top + TALL), (MIDDLE, top + 70)])
        label(canvas, MIDDLE, top + TALL + 18, shapes[made])
    detailed(canvas, "mlp.c_proj", branch(c_proj))
    rejoin(canvas, c_proj + TALL / 2, shapes["mlp"])


def ends(canvas: Canvas, y: float) -> None:
    """From the stream to a loss, or to the next token."""
    shapes = data()
    score, low = y + 74, y + 146
    label(canvas, STREAM, y - 8, shapes["block"])
    detailed(canvas, "ln_f", beside(y))
    canvas.arrow([(STREAM, y + TALL), (STREAM, score)])
    label(canvas, STREAM, y + 63, shapes["ln_f"])
    detailed(canvas, "lm_head", beside(score))
    tied = [(LEFT, 99), (4, 99), (4, score + TALL / 2), (LEFT, score + TALL / 2)]
    canvas.polyline(tied, dash="4 3", color=COLORS[3])
    words = {"zh": f"权重就是 wte 的：{shapes['tied']}", "en": f"weight of wte: {shapes['tied']}"}
    canvas.text(LEFT, score + TALL + 20, words, color=COLORS[3])
    fork, at = RIGHT - 22, score + TALL / 2
    canvas.arrow([(LEFT + 156, at), (RIGHT, at)])
    canvas.text((LEFT + 156 + RIGHT) / 2, at - 8, shapes["logits"], anchor="middle", muted=True)
    canvas.arrow([(fork, at), (fork, low + TALL / 2), (RIGHT, low + TALL / 2)])
    detailed(canvas, "loss", branch(score))
    detailed(canvas, "sample", branch(low))
    for top, words in ((score, shapes["loss"]), (low, f"{shapes['last']} → {shapes['drawn']}")):
        canvas.text(RIGHT + WIDE, top + TALL + 17, words, anchor="end", muted=True)


def beside(y: float) -> Frame:
    return Frame(LEFT, y, 156, TALL)


def branch(y: float) -> Frame:
    return Frame(RIGHT, y, WIDE, TALL)


def leave(canvas: Canvas, y: float, made: str) -> None:
    """What a branch reads of the stream."""
    canvas.arrow([(STREAM, y), (RIGHT, y)])
    label(canvas, STREAM, y - 8, made)


def rejoin(canvas: Canvas, y: float, made: str) -> None:
    """What a branch adds to the stream."""
    canvas.arrow([(RIGHT, y), (STREAM + 11, y)])
    plus(canvas, STREAM, y)
    canvas.text(RIGHT - 18, y - 8, made, anchor="end", muted=True)


def label(canvas: Canvas, x: float, y: float, words: str, *, left: bool = False) -> None:
    """A shape beside its edge."""
    canvas.text(x - 8 if left else x + 8, y, words, anchor="end" if left else "start", muted=True)
