"""Byte-level BPE, GPT-2's tokenizer: any text in, the same text out.
zh: 字节级 BPE，即 GPT-2 的分词器：任何文本都能编码，解码后还是原文。
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from minigpt.tokenizer.files import write_bpe
from minigpt.tokenizer.learn import END, Pair, join, learn_vocabulary
from minigpt.tokenizer.pattern import ALPHABET, BYTES, split

__all__ = ["BPETokenizer"]

REMEMBERED = 2**17  # words: endless text must not need endless memory


class BPETokenizer:
    """Byte-level BPE tokenizer.
    zh: 字节级 BPE 分词器。

    Source: Sennrich, Haddow and Birch (2016), arXiv:1508.07909; on bytes: Radford et al. (2019).
    zh: 出处：Sennrich、Haddow、Birch（2016），arXiv:1508.07909；用于字节：Radford 等（2019）。

    Args:
        vocab: Id of each token, written in the characters of ``ALPHABET``: the contents of ``vocab.json``.
            zh: 每个 token 的编号，token 用 ``ALPHABET`` 里的字符书写：即 ``vocab.json`` 的内容。
        merges: Merges in the order they were learned, ``"Ġ t"``: the lines of ``merges.txt``.
            zh: 按学到的先后排列的合并，形如 ``"Ġ t"``：即 ``merges.txt`` 的各行。

    Attributes:
        end: Id of ``<|endoftext|>``, None if the vocabulary has none.
            zh: ``<|endoftext|>`` 的编号；词表里没有则为 None。

    Raises:
        ValueError: Ids leave gaps, a byte is missing, or a merge is of tokens that do not exist.
            zh: 编号有空缺，缺少某个字节，或合并用到了不存在的 token。

    Examples:
        >>> tokenizer = BPETokenizer.train("the cat, the hat, the mat", vocab_size=262)
        >>> [tokenizer.decode([i]) for i in tokenizer.encode("the bat")]
        ['the', ' ', 'b', 'at']
        >>> tokenizer.decode(tokenizer.encode("你好🙂"))
        '你好🙂'
    """

    def __init__(self, vocab: dict[str, int], merges: Iterable[str]) -> None:
        self.vocab, self.merges = dict(vocab), list(merges)
        if sorted(self.vocab.values()) != list(range(len(self.vocab))):
            raise ValueError(f"expected ids 0 to {len(self.vocab) - 1}, each once; fetch vocab.json anew")
        self.end = self.vocab.get(END)
        self.ranks: dict[Pair, tuple[int, int]] = {}
        try:
            self.first_ids = [self.vocab[ALPHABET[byte]] for byte in range(256)]
            self.spelled = {i: bytes(BYTES[c] for c in token) for token, i in self.vocab.items()}
            for rank, merge in enumerate(self.merges):
                left, right = merge.split(" ")
                self.ranks[self.vocab[left], self.vocab[right]] = rank, self.vocab[left + right]
        except (KeyError, ValueError) as error:
            raise ValueError(
                "expected vocab.json and merges.txt that belong together, "
                f"got {error!r}; fetch both anew, from one place"
            ) from error
        self.known: dict[str, list[int]] = {}

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int, progress: bool = False) -> BPETokenizer:
        """Learn a vocabulary from texts.
        zh: 从文本学出一个词表。

        Args:
            texts: Texts, or one text.
                zh: 若干文本，或一个文本。
            vocab_size: Tokens at most.
                zh: token 数的上限。
            progress: Whether to show a progress bar in a terminal.
                zh: 是否在终端里显示进度条。

        Returns:
            A tokenizer.
                zh: 分词器。
        """
        return cls(*learn_vocabulary(texts, vocab_size, progress))

    @property
    def vocab_size(self) -> int:
        """Number ``V`` of tokens.
        zh: token 的个数 ``V``。
        """
        return len(self.vocab)

    def encode(self, text: str, special: bool = False) -> list[int]:
        """Turn text into token ids.
        zh: 把文本变成 token 编号。

        Args:
            text: Any text.
                zh: 任何文本。
            special: Whether ``<|endoftext|>`` means the end of a text, and not thirteen ordinary characters.
                zh: ``<|endoftext|>`` 是否表示文本结束，而不是普通的十三个字符。

        Returns:
            Token ids.
                zh: token 编号。

        Raises:
            ValueError: The text holds half of a surrogate pair.
                zh: 文本里有半个代理对。

        Examples:
            >>> tokenizer = BPETokenizer.train("", vocab_size=257)
            >>> tokenizer.encode("a<|endoftext|>", special=True), len(tokenizer.encode("a<|endoftext|>"))
            ([64, 256], 14)
        """
        pieces = text.split(END) if special and self.end is not None else [text]
        ids: list[int] = []
        for number, piece in enumerate(pieces):
            if number > 0:
                ids.append(self.end)
            for word in split(piece):
                ids.extend(self._encode_word(word))
        return ids

    def _encode_word(self, word: str) -> list[int]:
        if word in self.known:
            return self.known[word]
        ids = [self.first_ids[byte] for byte in word.encode()]
        while pairs := [pair for pair in pairwise(ids) if pair in self.ranks]:
            first = min(pairs, key=self.ranks.__getitem__)
            ids = join(ids, first, self.ranks[first][1])
        if len(self.known) < REMEMBERED:
            self.known[word] = ids
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Turn token ids into text.
        zh: 把 token 编号变回文本。

        Args:
            ids: Token ids, any.
                zh: 任意的 token 编号。

        Returns:
            The text. Bytes that are no UTF-8, as a model may write them, become ``U+FFFD``.
                zh: 文本。不成 UTF-8 的字节（模型可能写出这样的字节）变成 ``U+FFFD``。
        """
        return "".join(self.stream(ids))

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Turn token ids into text while they come; a character is held back until its last byte is there.
        zh: 编号一边来，一边变成文本；一个字符要等最后一个字节到了才给出。

        Args:
            ids: Token ids, from a generator, say.
                zh: token 编号，例如来自一个生成器。

        Yields:
            One character or more; all together, what ``decode`` returns.
                zh: 一个或多个字符；全部连起来就是 ``decode`` 的返回值。

        Raises:
            ValueError: There is no token of such an id.
                zh: 没有这个编号的 token。

        Examples:
            >>> tokenizer = BPETokenizer.train("", vocab_size=257)
            >>> list(tokenizer.stream(tokenizer.encode("a你")))
            ['a', '你']
        """
        decoder = getincrementaldecoder("utf-8")(errors="replace")
        for i in ids:
            if i not in self.spelled:
                raise ValueError(f"expected token ids from 0 to {self.vocab_size - 1}, got {i!r}")
            if text := decoder.decode(self.spelled[i]):
                yield text
        if rest := decoder.decode(b"", final=True):
            yield rest

    def save(self, folder: str | Path) -> None:
        """Write ``vocab.json`` and ``merges.txt``, as GPT-2 has them.
        zh: 按 GPT-2 的格式写出 ``vocab.json`` 和 ``merges.txt``。

        Args:
            folder: Where to; made if it does not exist.
                zh: 写到哪里；文件夹不存在则新建。
        """
        write_bpe(Path(folder), self.vocab, self.merges)

    def state(self) -> dict[str, Any]:
        """All that ``tokenizer_from_state`` needs to build the tokenizer anew, in types that JSON knows.
        zh: ``tokenizer_from_state`` 重建分词器所需的一切，用 JSON 认识的类型。
        """
        return {"kind": "bpe", "vocab": self.vocab, "merges": self.merges}
