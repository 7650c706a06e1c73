"""How much memory a call needs at its peak, above what was in use before.
zh: 一次调用的内存峰值，比调用之前多出多少。
"""

from __future__ import annotations

import ctypes
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

M_MMAP_THRESHOLD = -3  # of glibc's malloc.h: blocks of so many bytes are mapped, and unmapped when freed
P = ParamSpec("P")
R = TypeVar("R")


def peak(run: Callable[[], object], device: str = "cpu") -> int:
    """Bytes at the peak of one call, above those in use before it.
    zh: 一次调用在峰值时比调用前多用的字节数。

    The first call loads code; where a second one can be told from it, on a GPU and on Linux, that is counted.
    zh: 头一次调用会装入代码；在能把第二次与它分开的地方（GPU 和 Linux），计的是第二次。

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
        run()
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        return torch.cuda.max_memory_allocated(device) - before
    if _forget_high_water():
        run()
        _forget_high_water()
    before = _high_water()
    run()
    return _high_water() - before


def _forget_high_water() -> bool:
    """Let the high-water mark fall to what is in use now: Linux, if the process may.
    zh: 让最高水位降到现在的用量：限于 Linux，而且进程有权这样做。
    """
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        return True
    return False


def _high_water() -> int:
    """The most memory that the process has had in use.
    zh: 进程到此为止用过的最多内存。
    """
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
    with ProcessPoolExecutor(1, mp_context=context, initializer=_return_freed_memory) as pool:
        return pool.submit(function, *args, **kwargs).result()


def _return_freed_memory() -> None:
    """Let the C library give back what is freed: what it keeps for later would hide later use.
    zh: 让 C 库把释放的内存还回去：它留着备用的部分会掩盖后来的用量。
    """
    with suppress(AttributeError, OSError, TypeError):  # glibc knows mallopt, other libraries do not
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 2**16)
