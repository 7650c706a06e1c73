"""Times and memory of every way to write attention, after each has been found equal to the reference.
zh: 注意力每一种写法的用时和内存；计时之前，先确认它与参考实现相等。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``H`` heads.
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``H`` 头数。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures.process import BrokenProcessPool

import torch
from torch import Tensor
from tqdm import tqdm

from minigpt.bench.contender import TASKS, Contender, Size, differences, memory
from minigpt.bench.measure import take_turns, timer
from minigpt.bench.report import Report, Row

__all__ = ["run"]

UNROLLED = {"tiled": "a Python loop over blocks: torch.compile would write all its turns out"}


def run(report: Report, sizes: Iterable[Size], modes: list[str], names: list[str], rounds: int) -> None:
    """Measure what the report does not have yet.
    zh: 测量报告里还没有的部分。

    Args:
        report: Where the results go.
            zh: 结果写到哪里。
        sizes: Sizes.
            zh: 各个尺寸。
        modes: ``eager``, ``compiled``, or both.
            zh: ``eager``、``compiled``，或两者都要。
        names: Names of the variants.
            zh: 各种写法的名字。
        rounds: How often each is timed.
            zh: 每一种计时多少次。
    """
    for size in sizes:
        for mode in modes:
            rows = report.rows(names, mode, size)
            for row in rows:
                if mode == "compiled" and row["variant"] in UNROLLED:
                    row.update(status="not compiled", message=UNROLLED[row["variant"]])
            todo = [row for row in rows if row["status"] != "not compiled" and len(row["train"]) < rounds]
            title = f"B={size.B} T={size.T} C={size.C} {mode}"
            print(f"{title}: {len(todo)} of {len(rows)} to measure, the others are in {report.path.name}")
            report.save()
            with tqdm(total=len(todo) * (rounds + 1), desc=title, leave=False) as bar:
                if todo:
                    _compare(report, todo, size, rounds, bar)


def _compare(report: Report, rows: list[Row], size: Size, rounds: int, bar: tqdm) -> None:
    torch.compiler.reset()  # what was compiled for other sizes counts against a limit
    reference = Contender("reference", size, report.device)
    expected = reference.outcome("forward") | reference.outcome("train")
    sides = {}
    for row in rows:
        for task, call in _admit(row, size, report.device, expected).items():
            sides[row["variant"], task] = timer(call, report.device)
        report.save()
        bar.update()
    by_name = {row["variant"]: row for row in rows}
    done = min((len(by_name[name][task]) for name, task in sides), default=rounds)
    for seconds in take_turns(sides, rounds - done):
        for (name, task), value in seconds.items():
            by_name[name][task].append(value)
        report.save()
        bar.update(len(rows))


def _admit(row: Row, size: Size, device: str, expected: dict[str, Tensor]) -> dict[str, Callable[[], object]]:
    """The tasks that the variant can do, none if it is wrong; the row says what came out.
    zh: 这种写法能做的任务，算错就一项也没有；结论写在行里。
    """
    name, compiled = row["variant"], row["mode"] == "compiled"
    ready, wrong, status, message = {}, [], "measured", ""
    try:
        contender = Contender(name, size, device, compiled)
        for task in TASKS:
            # Elsewhere nobody counts; on a CPU, the memory of a compiler at work would be counted, too.
            if device.startswith("cuda") or (device == "cpu" and not compiled):
                row["memory"][task] = row["memory"].get(task) or memory(name, size, device, task)
            wrong += differences(contender.outcome(task), expected)
            ready[task] = getattr(contender, task)
    except (torch.OutOfMemoryError, BrokenProcessPool) as error:
        status, message = "out of memory", type(error).__name__
    except Exception as error:  # what a build of torch cannot do, the table shall say, and go on
        status, message = "not supported", f"{type(error).__name__}: {error}".split("\n")[0]
    if wrong:
        ready, status, message = {}, "wrong", "; ".join(wrong)
        row.update(forward=[], train=[])
    row.update(status=status, message=message)
    return ready
