"""A tokenizer that makes each character a token.
zh: 一个字符一个 token 的分词器。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from minigpt.tokenizer.files import write_characters

__all__ = ["CharTokenizer"]


class CharTokenizer:
    """Character tokenizer. What it has not seen in training, it refuses.
    zh: 字符级分词器。训练时没见过的字符，它会拒绝。

    A stand-in for unknown characters would lose text without a word: ``decode`` could not bring it back.
    zh: 若用一个代号顶替未知字符，文本会不声不响地丢失：``decode`` 再也还原不了。

    Args:
        characters: All characters; the place of each is its id.
            zh: 全部字符；每个字符的位置就是它的编号。

    Attributes:
        end: Id of a token that ends a text: None, there is none.
            zh: 表示文本结束的 token 的编号：None，没有这样的 token。

    Raises:
        ValueError: A character comes twice.
            zh: 有字符重复。

    Examples:
        >>> tokenizer = CharTokenizer.train("你好，你")
        >>> tokenizer.encode("好你"), tokenizer.decode([0, 1, 2])
        ([1, 0], '你好，')
        >>> tokenizer.encode("你们")
        Traceback (most recent call last):
        ValueError: expected known characters, got '们' (U+4EEC) at character 1; train on it, or use BPE
    """

    end: int | None = None

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self.ids = {character: i for i, character in enumerate(characters)}
        if len(self.ids) < len(characters):
            raise ValueError("expected each character once, got some again; use CharTokenizer.train")

    @classmethod
    def train(cls, texts: Iterable[str]) -> CharTokenizer:
        """Collect the characters of some texts, in Unicode's order.
        zh: 收集若干文本里的字符，按 Unicode 的顺序。

        Args:
            texts: Texts, or one text.
                zh: 若干文本，或一个文本。

        Returns:
            A tokenizer for them.
                zh: 适用于它们的分词器。
        """
        return cls("".join(sorted(set(chain.from_iterable(texts)))))

    @property
    def vocab_size(self) -> int:
        """Number ``V`` of tokens.
        zh: token 的个数 ``V``。
        """
        return len(self.characters)

    def encode(self, text: str) -> list[int]:
        """Turn text into token ids.
        zh: 把文本变成 token 编号。

        Args:
            text: Text of known characters.
                zh: 由已知字符组成的文本。

        Returns:
            One id per character.
                zh: 每个字符一个编号。

        Raises:
            ValueError: A character was not seen in training.
                zh: 有训练时没见过的字符。
        """
        try:
            return [self.ids[character] for character in text]
        except KeyError as error:
            unknown = error.args[0]
            raise ValueError(
                f"expected known characters, got {unknown!r} (U+{ord(unknown):04X}) "
                f"at character {text.index(unknown)}; train on it, or use BPE"
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Turn token ids into text.
        zh: 把 token 编号变回文本。

        Args:
            ids: Token ids.
                zh: token 编号。

        Returns:
            The text.
                zh: 文本。

        Raises:
            ValueError: There is no token of such an id.
                zh: 没有这个编号的 token。
        """
        return "".join(self.stream(ids))

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Turn token ids into text while they come.
        zh: 编号一边来，一边变成文本。

        Args:
            ids: Token ids, from a generator, say.
                zh: token 编号，例如来自一个生成器。

        Yields:
            A character.
                zh: 一个字符。

        Raises:
            ValueError: There is no token of such an id.
                zh: 没有这个编号的 token。
        """
        for i in ids:
            if not 0 <= i < self.vocab_size:
                raise ValueError(f"expected token ids from 0 to {self.vocab_size - 1}, got {i}")
            yield self.characters[i]

    def save(self, folder: str | Path) -> None:
        """Write ``characters.json``.
        zh: 写出 ``characters.json``。

        Args:
            folder: Where to; made if it does not exist.
                zh: 写到哪里；文件夹不存在则新建。
        """
        write_characters(Path(folder), self.characters)

    def state(self) -> dict[str, Any]:
        """All that is needed to build the tokenizer anew, in types that JSON knows.
        zh: 重建这个分词器所需的一切，用 JSON 认识的类型。

        Returns:
            Input for ``tokenizer_from_state``.
                zh: ``tokenizer_from_state`` 的输入。
        """
        return {"kind": "char", "characters": self.characters}
