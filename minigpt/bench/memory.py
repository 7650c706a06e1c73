"""How much memory a call needs at its peak, above what was in use before.
zh: 一次调用的内存峰值，比调用之前多出多少。
"""

from __future__ import annotations

import multiprocessing
import re
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

import torch

__all__ = ["in_fresh_process", "peak"]

P = ParamSpec("P")
R = TypeVar("R")


def peak(run: Callable[[], object], device: str = "cpu") -> int:
    """Bytes at the peak of one call, above those in use before it.
    zh: 一次调用在峰值时比调用前多用的字节数。

    On a GPU, the allocator of torch counts. On a CPU, the operating system counts the pages of the process
    in memory; freed memory that the process kept hides new use, hence call it in a fresh process.
    zh: 在 GPU 上由 torch 的分配器计数。在 CPU 上由操作系统数进程驻留内存的页；进程留着没有归还的内存
    会掩盖新的用量，所以要在新进程里调用。

    Args:
        run: What is measured.
            zh: 被测的调用。
        device: Where it runs.
            zh: 在哪里运行。

    Returns:
        The bytes.
            zh: 字节数。
    """
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        return torch.cuda.max_memory_allocated(device) - before
    with suppress(OSError):  # Linux: the high-water mark falls to what is in use now
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _high_water()
    run()
    return _high_water() - before


def _high_water() -> int:
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    import resource  # not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # bytes there, kilobytes elsewhere


def in_fresh_process(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function in a process that has imported this package, and done nothing else.
    zh: 在一个新进程里调用函数；它导入过这个包，除此之外什么都没做过。

    Args:
        function: A function of a module.
            zh: 某个模块里的函数。
        *args: Its arguments.
            zh: 它的参数。
        **kwargs: And those with names.
            zh: 以及按名字传的参数。

    Returns:
        What it returned.
            zh: 函数的返回值。

    Raises:
        BrokenProcessPool: The process was ended from outside, as happens when memory runs out.
            zh: 进程被外界终止，例如内存耗尽时。
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__])  # torch is imported once, in the server
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result()
