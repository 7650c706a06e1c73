"""The parts of the model, the page that explains each, and the strip that shows where a page stands."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from _ext import outline
from _ext.source import logical_lines

STRIP = "model_strip"  # the figure; put on walk pages by the build

_CAPTIONS = {
    "zh": "模型全貌，本页讲的部分已着色；每个部分都是链接。[展开的地图](overview.md)",
    "en": "The model, colored where this page stands; every part is a link. [The map in full](overview.md)",
}


@dataclass(frozen=True)
class Part:
    """One part of the maps: what it does, and where it is explained.

    ``code`` is the beginning of the line of ``module`` whose note is linked; without it, the page is.
    ``also`` names further pages that are about this part.
    """

    key: str  # its name in the code, with something in front if two parts have that name
    module: str
    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def says(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @property
    def page(self) -> str:
        return f"model/{Path(self.module).stem}.md"

    def explained_on(self, page: str) -> bool:
        return page == self.page or page in self.also

    def address(self, root: Path) -> str:
        """The page, and on it the line."""
        return f"{self.page}#L{line_of(root / self.module, self.code)}" if self.code else self.page


_GPT, _BLOCK, _ATTENTION = "minigpt/gpt.py", "minigpt/block.py", "minigpt/attention.py"
_MLP, _NORM, _SAMPLING = "minigpt/mlp.py", "minigpt/norm.py", "minigpt/sampling.py"
_HEADS = ("model/heads.md",)
_EMBED, _SCORE = "x = self.transformer.wte", "logits = self.lm_head(self.hidden(idx))"
_MIX, _HEAD = "return self.resid_dropout", "y = F.scaled_dot"

_ALL = (
    Part("idx", _GPT, "def hidden", "token 编号", "token ids"),
    Part("wte", _GPT, _EMBED, "每个 token 一个向量", "one vector per token"),
    Part("wpe", _GPT, _EMBED, "每个位置一个向量", "one vector per position"),
    Part("drop", _GPT, "x = self.transformer.drop", "仅在训练时", "in training only"),
    Part("h", _BLOCK, "", "n_layer 个 Block 依次相接", "n_layer Blocks, one after another"),
    Part("ln_1", _NORM, "", "为注意力归一化", "normalizes for attention"),
    Part("attn", _ATTENTION, "", "因果自注意力", "causal self-attention", _HEADS),
    Part("c_attn", _ATTENTION, "q, k, v = self.c_attn", "一次算出 q、k、v", "makes q, k and v at once"),
    Part("heads", _ATTENTION, _HEAD, "各头分别混合 value", "each head mixes its values", _HEADS),
    Part("attn.c_proj", _ATTENTION, _MIX, "混合各头的输出", "mixes the heads' outputs"),
    Part("ln_2", _NORM, "", "为 MLP 归一化", "normalizes for the MLP"),
    Part("mlp", _MLP, "", "每个位置各自加工", "works on each position alone"),
    Part("c_fc", _MLP, "x = self.c_fc", "加宽", "widens"),
    Part("gelu", _MLP, "x = self.gelu", "激活函数", "activation function"),
    Part("mlp.c_proj", _MLP, "x = self.c_proj", "变回原来的宽度", "narrows again"),
    Part("ln_f", _NORM, "", "最后的归一化", "last normalization"),
    Part("lm_head", _GPT, _SCORE, "给每个 token 打分", "scores every token"),
    Part("loss", _GPT, "loss = F.cross_entropy", "与真正的下一个 token 比较", "compares with the truth"),
    Part("sample", _SAMPLING, "", "抽出下一个 token", "draws the next token"),
)
PARTS = {part.key: part for part in _ALL}


def line_of(module: Path, code: str) -> int:
    """The line of a module that begins with ``code``, as its walk page counts: with the comments above."""
    return _line_of(module.read_text("utf-8"), code, module.name)


@functools.lru_cache(maxsize=256)
def _line_of(text: str, code: str, name: str) -> int:
    found = [line.first for line in logical_lines(text) if _code(line.text).startswith(code)]
    if not found:
        raise LookupError(f"expected a line of {name} that begins with {code!r}, got none; name another")
    return found[0]


def _code(text: str) -> str:
    """A logical line without its comments and indentation."""
    rows = [row.strip() for row in text.split("\n")]
    return "\n".join(row for row in rows if not row.startswith("#"))


def is_on_map(page: str) -> bool:
    """Whether a page, ``model/norm.md``, is about a part."""
    return any(part.explained_on(page) for part in PARTS.values())


def put_strip(text: str, page: str, lang: str) -> str:
    """A page, ``docs/en/model/norm.md``, with the strip below its title if it is about a part."""
    own = page.removeprefix(f"docs/{lang}/")
    title = next((one.line for one in outline.headings(text) if one.level == 1), 0)
    if not is_on_map(own):
        return text
    rows = text.split("\n")
    rows[title:title] = ["", f"![{_CAPTIONS[lang]}](figure:{STRIP})", ""]
    return "\n".join(rows)
