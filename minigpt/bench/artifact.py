"""The artifact that a page shows: the machine and the results, written whole or not at all.
zh: 页面所显示的结果文件：机器信息和结果，要么完整写出，要么不写。
"""

from __future__ import annotations

import json
import os
import platform
from datetime import datetime, timezone
from pathlib import Path

import torch

from minigpt.atomic import replacing

__all__ = ["ROOT", "environment", "today", "write", "write_json"]

ROOT = Path(__file__).parents[2]
"""The root of the repository, if the package is run from there.
zh: 仓库的根，如果是从仓库里运行这个包。
"""


def environment(device: str = "cpu") -> dict[str, str]:
    """What a reader must know to compare: the machine and the versions.
    zh: 读者要比较就必须知道的东西：机器和版本。

    Args:
        device: Name of the device, as torch spells it.
            zh: 设备名，写法与 torch 相同。

    Returns:
        Names and values.
            zh: 名称和取值。
    """
    found = {"CPU": _processor(), "threads": str(torch.get_num_threads())}
    if device.startswith("cuda"):
        found["GPU"] = torch.cuda.get_device_name(device)
    versions = {"Python": platform.python_version(), "PyTorch": torch.__version__}
    return {**found, **versions, "OS": platform.system()}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def today() -> str:
    """The date, UTC, as ``2026-01-31``.
    zh: UTC 日期，形如 ``2026-01-31``。
    """
    return datetime.now(timezone.utc).date().isoformat()


def write(name: str, results: list[dict[str, object]], device: str = "cpu") -> None:
    """Write ``docs/_reports/NAME.json`` with the environment and the date.
    zh: 连同环境和日期一起写出 ``docs/_reports/NAME.json``。

    Args:
        name: Name of the artifact.
            zh: 结果文件的名字。
        results: Its rows.
            zh: 各行结果。
        device: Where it was measured.
            zh: 在哪个设备上测的。
    """
    path = ROOT / "docs" / "_reports" / f"{name}.json"
    write_json(path, {"environment": environment(device), "date": today(), "results": results})
    print(f"wrote {path.relative_to(ROOT)}")


def write_json(path: Path, content: dict[str, object]) -> None:
    """Write a file completely or not at all: whoever reads it, and whenever, finds no half of it.
    zh: 文件要么完整写出，要么不写：无论谁、何时来读，都不会读到半份。

    Args:
        path: The file; its folder is made if need be.
            zh: 文件路径；必要时创建所在的文件夹。
        content: What goes into it.
            zh: 要写的内容。
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    with replacing(path) as file:
        file.write(text.encode("utf-8"))
