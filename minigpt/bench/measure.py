"""How times are taken: sides that take turns, and calls repeated until the clock is no matter.
zh: 怎样计时：各方轮流测，一次调用重复到时钟的精度不再要紧。
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

import torch
from tqdm import tqdm

__all__ = ["interleave", "ratios", "result", "take_turns", "timer"]

Name = dict[str, str]  # language: text
Side = TypeVar("Side", bound=Hashable)


def timer(run: Callable[[], object], device: str = "cpu", least: float = 0.05) -> Callable[[], float]:
    """A function that returns the seconds of one call, averaged over so many that the clock is no matter.
    zh: 返回一个函数，它给出一次调用的秒数；调用次数多到时钟的精度不再要紧，取平均。

    Args:
        run: What is timed; it has run before, so that nothing happens for the first time.
            zh: 被计时的东西；之前已经运行过，不会再有什么是头一次发生。
        device: Where it runs; a GPU is waited for.
            zh: 在哪里运行；如果是 GPU，会等它算完。
        least: Seconds that one measurement shall last at least.
            zh: 一次测量至少持续的秒数。

    Returns:
        The function.
            zh: 计时函数。
    """
    wait = (lambda: None) if device == "cpu" else (lambda: torch.accelerator.synchronize(device))

    def seconds(calls: int) -> float:
        wait()
        start = time.perf_counter()
        for _ in range(calls):
            run()
        wait()
        return (time.perf_counter() - start) / calls

    calls = max(1, math.ceil(least / seconds(1)))
    return lambda: seconds(calls)


def take_turns(sides: dict[Side, Callable[[], float]], rounds: int) -> Iterator[dict[Side, float]]:
    """Seconds of every side, round by round: a slow moment of the machine meets all of them.
    zh: 每一轮里各方的秒数：机器偶尔变慢时，各方都会碰上。

    Args:
        sides: What is compared: a name, and a function that returns seconds.
            zh: 被比较的各方：名字，以及返回秒数的函数。
        rounds: How many rounds.
            zh: 多少轮。

    Yields:
        The seconds of one round.
            zh: 一轮的秒数。

    Examples:
        >>> order = []
        >>> sides = {name: lambda name=name: order.append(name) or 1.0 for name in "abc"}
        >>> len(list(take_turns(sides, rounds=2)))
        2
        >>> order
        ['a', 'b', 'c', 'c', 'b', 'a']
    """
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]  # nobody always goes first
        yield {side: sides[side]() for side in order}


def interleave(
    sides: dict[Side, Callable[[], float]], rounds: int, warmup: int = 2
) -> list[dict[Side, float]]:
    """All rounds of ``take_turns``, after some that do not count, with a progress bar.
    zh: 先跑几次不计数的，再跑完 ``take_turns`` 的所有轮次，并显示进度条。

    Args:
        sides: What is compared.
            zh: 被比较的各方。
        rounds: How many rounds.
            zh: 多少轮。
        warmup: How often each side runs before anything counts.
            zh: 正式计数之前，每一方先运行多少次。

    Returns:
        Seconds per round and side.
            zh: 每轮每方的秒数。
    """
    for _ in range(warmup):
        for run in sides.values():
            run()
    return list(tqdm(take_turns(sides, rounds), total=rounds, unit="round", leave=False))


def ratios(rounds: list[dict[str, float]], numerator: str, denominator: str) -> list[float]:
    """One ratio per round: both sides were measured right after each other.
    zh: 每轮一个比值：两边是紧挨着测的。

    Args:
        rounds: What ``interleave`` returned.
            zh: ``interleave`` 的返回值。
        numerator: Name of a side.
            zh: 作分子的一方。
        denominator: Name of another.
            zh: 作分母的一方。

    Returns:
        The ratios.
            zh: 各个比值。

    Examples:
        >>> ratios([{"a": 3.0, "b": 2.0}, {"a": 8.0, "b": 4.0}], "a", "b")
        [1.5, 2.0]
    """
    return [one[numerator] / one[denominator] for one in rounds]


def result(name: Name, unit: str, values: list[float], goal: Name | None = None) -> dict[str, object]:
    """One row of a table: the median of the values, the smallest and the largest of them.
    zh: 表格的一行：这些值的中位数、最小值和最大值。

    Args:
        name: What was measured, by language.
            zh: 测的是什么，按语言给出。
        unit: Unit of the values.
            zh: 值的单位。
        values: One per round.
            zh: 每轮一个值。
        goal: What was hoped for, by language.
            zh: 期望达到的目标，按语言给出。

    Returns:
        The row, ready for JSON.
            zh: 可以直接写成 JSON 的一行。
    """
    return {
        "name": name,
        "unit": unit,
        "median": statistics.median(values),
        "spread": [min(values), max(values)],
        "repeats": len(values),
        "goal": goal,
    }
