"""What a run tells while it goes: a line of JSON per step for programs, a progress bar for people.
zh: 训练过程中的记录：给程序看的，每步一行 JSON；给人看的，一个进度条。
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from minigpt.atomic import replacing

__all__ = ["Report", "read_log"]


def read_log(path: Path) -> list[dict[str, Any]]:
    """Records of a log; what a killed run left of its last line is ignored.
    zh: 日志里的记录；被强行终止的训练留下的半行会被忽略。

    Args:
        path: A log.jsonl; it may be missing.
            zh: 一个 log.jsonl；可以不存在。

    Returns:
        The records in order.
            zh: 按顺序的各条记录。
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


class Report:
    """Log file and progress bar of one run, in a ``with`` statement.
    zh: 一次训练的日志文件和进度条，用 ``with`` 语句打开。

    Args:
        path: Of log.jsonl; records after ``step`` are dropped, since those steps are taken again.
            zh: log.jsonl 的路径；``step`` 之后的记录会去掉，因为那些步要重新走。
        step: Steps taken already.
            zh: 已经走过的步数。
        steps: Steps of the whole run.
            zh: 整个训练的步数。
        quiet: Write and show nothing, as all processes but the first.
            zh: 什么都不写也不显示；除第一个以外的进程都如此。
    """

    def __init__(self, path: Path, step: int, steps: int, quiet: bool) -> None:
        self.path, self.step, self.steps, self.quiet = path, step, steps, quiet

    def __enter__(self) -> Report:
        kept = [record for record in read_log(self.path) if record["step"] <= self.step]
        self.began = time.perf_counter() - (kept[-1]["seconds"] if kept else 0.0)
        self.bar = tqdm(
            total=self.steps, initial=self.step, unit="step", disable=self.quiet, dynamic_ncols=True
        )
        if not self.quiet:
            with replacing(self.path) as draft:
                draft.writelines(json.dumps(record).encode() + b"\n" for record in kept)
            self.file = self.path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.close()
        if not self.quiet:
            self.file.close()

    def record(self, values: dict[str, Any]) -> None:
        """Add a line to the log, at once readable by others.
        zh: 在日志里加一行，别的程序立刻就能读到。

        Args:
            values: ``step`` and whatever was measured; the time is added.
                zh: ``step`` 和测得的各个数；时间由本方法添上。
        """
        if not self.quiet:
            seconds = round(time.perf_counter() - self.began, 3)
            print(json.dumps({**values, "seconds": seconds}), file=self.file, flush=True)

    def advance(self, loss: float, speed: float) -> None:
        """Move the progress bar by a step.
        zh: 进度条前进一步。

        Args:
            loss: Of the step.
                zh: 这一步的损失。
            speed: Tokens per second.
                zh: 每秒的 token 数。
        """
        self.bar.set_postfix_str(f"loss {loss:.3f}, {speed:,.0f} tokens/s", refresh=False)
        self.bar.update()

    def say(self, text: str) -> None:
        """Print a text above the progress bar.
        zh: 在进度条上方打印一段文字。

        Args:
            text: The text.
                zh: 文字。
        """
        if not self.quiet:
            self.bar.write(text)
