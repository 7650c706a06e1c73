"""Learning BPE merges: again and again, the most frequent pair of neighbors becomes one token.
zh: 学习 BPE 的合并：反复把出现最多的一对相邻 token 合成一个。
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise

from minigpt.tokenizer.pattern import ALPHABET

__all__ = ["Pair", "join", "learn"]

Pair = tuple[int, int]
FIRST_IDS = {byte: i for i, byte in enumerate(ALPHABET)}


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
    queue = [(-count, pair) for pair, count in counts.items()]
    heapify(queue)
    new = len(FIRST_IDS)
    while queue:
        count, pair = heappop(queue)
        if -count != counts[pair]:  # merges since then have taken some away
            if counts[pair] > 0:
                heappush(queue, (-counts[pair], pair))
            continue
        yield pair
        born = set()
        for place in places.pop(pair):
            before, after = texts[place], join(texts[place], pair, new)
            for old in pairwise(before):
                counts[old] -= times[place]
            for now in pairwise(after):
                counts[now] += times[place]
                if new in now:
                    places[now].add(place)
                    born.add(now)
            texts[place] = after
        for now in born:
            heappush(queue, (-counts[now], now))
        new += 1
