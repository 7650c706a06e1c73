"""Byte-level BPE, GPT-2's tokenizer: any text in, the same text out.
zh: 字节级 BPE，即 GPT-2 的分词器：任何文本都能编码，解码后还是原文。
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from tqdm import tqdm

from minigpt.tokenizer.files import write_bpe
from minigpt.tokenizer.learn import join, learn
from minigpt.tokenizer.pattern import ALPHABET, BYTES, split

__all__ = ["END", "BPETokenizer"]

END = "<|endoftext|>"
REMEMBERED = 2**17  # words; what an ordinary text repeats is far below


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
        self.end = self.vocab.get(END)
        self.bytes = {i: bytes(BYTES[character] for character in token) for token, i in vocab.items()}
        self.first_ids = [self.vocab[ALPHABET[byte]] for byte in range(256)]
        self.ranks: dict[tuple[int, int], tuple[int, int]] = {}
        for rank, merge in enumerate(self.merges):
            left, right = merge.split(" ")
            self.ranks[vocab[left], vocab[right]] = rank, vocab[left + right]
        self.words: dict[str, list[int]] = {}

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int, progress: bool = False) -> BPETokenizer:
        """Learn a vocabulary.
        zh: 学出一个词表。

        Args:
            texts: Texts, or one text.
                zh: 若干文本，或一个文本。
            vocab_size: Tokens at most: 256 bytes, ``<|endoftext|>``, and merges. Fewer if every word has
                become one token.
                zh: token 数的上限：256 个字节、``<|endoftext|>``，其余是合并。所有词都成了一个 token
                就提前结束。
            progress: Whether to show a progress bar.
                zh: 是否显示进度条。

        Returns:
            A tokenizer.
                zh: 分词器。

        Raises:
            ValueError: ``vocab_size`` is below 257.
                zh: ``vocab_size`` 小于 257。
        """
        count = vocab_size - 257
        if count < 0:
            raise ValueError(f"expected vocab_size >= 257, got {vocab_size}; 256 bytes and {END} need 257")
        texts = [texts] if isinstance(texts, str) else texts
        words = Counter(word for text in texts for word in split(text))
        tokens, merges = list(ALPHABET.values()), []
        bar = tqdm(learn(words), total=count, desc="merges", disable=not progress)
        for left, right in islice(bar, count):
            merges.append(f"{tokens[left]} {tokens[right]}")
            tokens.append(tokens[left] + tokens[right])
        return cls({token: i for i, token in enumerate([*tokens, END])}, merges)

    @property
    def vocab_size(self) -> int:
        """Number ``V`` of tokens.
        zh: token 的个数 ``V``。
        """
        return len(self.vocab)

    def encode(self, text: str, special: bool = False) -> list[int]:
        """Turn text into token ids.
        zh: 把文本变成 token 编号。
        """
        if special and self.end is not None and END in text:
            first, rest = text.split(END, maxsplit=1)
            return [*self.encode(first), self.end, *self.encode(rest, special)]
        return [i for word in split(text) for i in self.encode_word(word)]

    def encode_word(self, word: str) -> list[int]:
        if word in self.words:
            return self.words[word]
        ids = [self.first_ids[byte] for byte in word.encode()]
        while pairs := [pair for pair in pairwise(ids) if pair in self.ranks]:
            pair = min(pairs, key=self.ranks.__getitem__)
            ids = join(ids, pair, self.ranks[pair][1])
        if len(self.words) < REMEMBERED:
            self.words[word] = ids
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(self.stream(ids))

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        decoder = getincrementaldecoder("utf-8")("replace")
        for i in ids:
            if i not in self.bytes:
                raise ValueError(f"expected token ids from 0 to {self.vocab_size - 1}, got {i!r}")
            if text := decoder.decode(self.bytes[i]):
                yield text
        if rest := decoder.decode(b"", final=True):
            yield rest

    def save(self, folder: str | Path) -> None:
        write_bpe(Path(folder), self.vocab, self.merges)

    def state(self) -> dict[str, Any]:
        return {"kind": "bpe", "vocab": self.vocab, "merges": self.merges}
