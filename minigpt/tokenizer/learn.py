"""Learning BPE merges: again and again, the most frequent pair of neighbors becomes one token.
zh: 学习 BPE 的合并：反复把出现最多的一对相邻 token 合成一个。
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import count, islice, pairwise

from tqdm import tqdm

from minigpt.tokenizer.pattern import ALPHABET, split

__all__ = ["END", "Pair", "join", "learn", "learn_vocabulary"]

END = "<|endoftext|>"
"""The token that ends a text.
zh: 表示文本结束的 token。
"""
Pair = tuple[int, int]
"""Two neighboring token ids.
zh: 两个相邻的 token 编号。
"""
FIRST_IDS = {byte: i for i, byte in enumerate(ALPHABET)}


def learn_vocabulary(
    texts: Iterable[str], vocab_size: int, progress: bool = False
) -> tuple[dict[str, int], list[str]]:
    """Learn a vocabulary of bytes, merges and ``<|endoftext|>``, in this order, as GPT-2 has it.
    zh: 学出一个词表，依次是字节、合并、``<|endoftext|>``，与 GPT-2 相同。

    Args:
        texts: Texts, or one text.
            zh: 若干文本，或一个文本。
        vocab_size: Tokens at most; fewer if every word has become one token before.
            zh: token 数的上限；若所有词都已各成一个 token，就提前结束。
        progress: Whether to show a progress bar in a terminal.
            zh: 是否在终端里显示进度条。

    Returns:
        Id of each token; and the merges in order, ``"Ġ t"``.
            zh: 每个 token 的编号；以及按顺序排列的合并，形如 ``"Ġ t"``。

    Raises:
        ValueError: ``vocab_size`` is below 257.
            zh: ``vocab_size`` 小于 257。
    """
    rest = vocab_size - 257
    if rest < 0:
        raise ValueError(f"expected vocab_size >= 257, got {vocab_size}; 256 bytes and {END} need 257")
    texts = [texts] if isinstance(texts, str) else texts
    hidden = None if progress else True  # None: shown in a terminal only
    words = Counter(word for text in tqdm(texts, "texts", disable=hidden) for word in split(text))
    tokens, merges = list(ALPHABET.values()), []
    for left, right in tqdm(islice(learn(words), rest), "merges", rest, disable=hidden):
        merges.append(f"{tokens[left]} {tokens[right]}")
        tokens.append(tokens[left] + tokens[right])
    return {token: i for i, token in enumerate([*tokens, END])}, merges


def learn(words: Mapping[str, int]) -> Iterator[Pair]:
    """Learn merges, one after another, until every word is one token.
    zh: 逐个学习合并，直到每个词都成了一个 token。

    Ids 0 to 255 are single bytes, in the order of ``ALPHABET``; the first pair becomes token 256, the next
    257, and so on. Of pairs that occur equally often, the one with the smaller ids comes first.
    zh: 编号 0 到 255 是单个字节，按 ``ALPHABET`` 的顺序；第一对成为 token 256，下一对 257，依此类推。
    出现次数相同时，编号小的一对在前。

    Source: Sennrich, Haddow and Birch (2016), arXiv:1508.07909; on bytes: Radford et al. (2019).
    zh: 出处：Sennrich、Haddow、Birch（2016），arXiv:1508.07909；用于字节：Radford 等（2019）。

    Args:
        words: How often each word occurs.
            zh: 每个词出现的次数。

    Yields:
        The pair of ids to merge next.
            zh: 下一对要合并的编号。

    Examples:
        >>> merges = learn({"low": 5, "lower": 2, "newest": 6, "widest": 3})
        >>> [f"{a} {b}" for a, b in (next(merges), next(merges))]
        ['68 82', '256 83']
    """
    texts = [[FIRST_IDS[byte] for byte in word.encode()] for word in words]
    times = list(words.values())
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for place, ids in enumerate(texts):
        for pair in pairwise(ids):
            counts[pair] += times[place]
            places[pair].add(place)
    queue = [(-number, pair) for pair, number in counts.items()]
    heapify(queue)
    for new in count(len(FIRST_IDS)):
        pair = _most_frequent(queue, counts)
        if pair is None:
            return
        yield pair
        made = set()
        for place in places.pop(pair):
            before, after = texts[place], join(texts[place], pair, new)
            for old in pairwise(before):
                counts[old] -= times[place]
            for now in pairwise(after):
                counts[now] += times[place]
                if new in now:
                    places[now].add(place)
                    made.add(now)
            texts[place] = after
        for now in made:
            heappush(queue, (-counts[now], now))


def _most_frequent(queue: list[tuple[int, Pair]], counts: Counter[Pair]) -> Pair | None:
    while queue:
        minus, pair = heappop(queue)
        if -minus == counts[pair] > 0:
            return pair
        if counts[pair] > 0:  # merges have taken some away since it was queued
            heappush(queue, (-counts[pair], pair))
    return None


def join(ids: list[int], pair: Pair, new: int) -> list[int]:
    """Put one id in the place of a pair, from left to right.
    zh: 从左到右，用一个编号替换一对编号。

    Args:
        ids: Token ids of a word.
            zh: 一个词的 token 编号。
        pair: Which neighbors.
            zh: 哪两个相邻编号。
        new: Id that takes their place.
            zh: 替换它们的编号。

    Returns:
        A new list.
            zh: 新列表。

    Examples:
        >>> join([1, 1, 1, 2, 1, 1], (1, 1), 9)
        [9, 1, 2, 9]
    """
    joined: list[int] = []
    i = 0
    while i < len(ids):
        found = ids[i] == pair[0] and i + 1 < len(ids) and ids[i + 1] == pair[1]
        joined.append(new if found else ids[i])
        i += 2 if found else 1
    return joined
