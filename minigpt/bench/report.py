"""The artifact of a benchmark, written anew after each round: what was measured once is not lost.
zh: 基准测试的结果文件，每一轮之后重新写出：测过的不会丢失。
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from minigpt.bench.artifact import environment, today, write_json
from minigpt.bench.contender import TASKS, Size

__all__ = ["Report", "Row"]

Row = dict[str, Any]
"""Variant, mode, sizes, verdict, seconds and bytes; ready for JSON.
zh: 写法、方式、尺寸、结论、秒数和字节数；可以直接写成 JSON。
"""


class Report:
    """The results so far: those of the file, if it was written on this machine, and the new ones.
    zh: 到目前为止的结果：文件里已有的（如果是在这台机器上写的），加上新测的。

    Args:
        path: The JSON file.
            zh: JSON 文件。
        device: Where the layers run.
            zh: 各层在哪里运行。

    Raises:
        ValueError: The file was written on another machine, or with other versions.
            zh: 文件是在另一台机器上，或者用另外的版本写的。
    """

    def __init__(self, path: Path, device: str) -> None:
        self.path, self.device = path, device
        self.content: dict[str, Any] = {"environment": environment(device), "results": []}
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["environment"] != self.content["environment"]:
                raise ValueError(
                    f"expected results of this machine in {path}, got {found['environment']}; "
                    "add --fresh to drop them, or name another file with --out"
                )
            self.content = found

    def rows(self, names: list[str], mode: str, size: Size) -> list[Row]:
        """The rows of one comparison; those that are missing are begun.
        zh: 一次比较的各行；缺的行先建好。

        Args:
            names: Names of the variants.
                zh: 各种写法的名字。
            mode: ``eager`` or ``compiled``.
                zh: ``eager`` 或 ``compiled``。
            size: Sizes.
                zh: 尺寸。

        Returns:
            One row per name, to be filled; ``save`` writes what is in them.
                zh: 每个名字一行，留待填写；``save`` 会写出其中的内容。
        """
        found = []
        for name in names:
            key = {"variant": name, "mode": mode, **asdict(size)}
            row = next((one for one in self.content["results"] if key.items() <= one.items()), None)
            if row is None:
                row = {**key, "status": "", "message": "", "memory": {}, **{task: [] for task in TASKS}}
                self.content["results"].append(row)
            found.append(row)
        return found

    def save(self) -> None:
        """Write the file, with the date of today.
        zh: 写出文件，并写上当天的日期。
        """
        write_json(self.path, {**self.content, "date": today()})
