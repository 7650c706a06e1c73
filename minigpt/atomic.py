"""Files that are replaced whole or not at all, whatever happens while they are written.
zh: 整个替换、或者完全不动的文件：写到一半无论出什么事都一样。
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["PARTIAL", "replacing"]

PARTIAL = ".partial"
"""What the name of an unfinished file ends in.
zh: 没写完的文件，名字以它结尾。
"""


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for writing; it takes the place of ``path`` when the block ends without an error.
    zh: 打开一个文件来写；代码块无错结束时，它才占据 ``path`` 的位置。

    At every moment ``path`` is the old file or the new one. A process that is killed leaves a file that
    ends in ``.partial`` beside it; the next writer of ``path`` begins it anew.
    zh: 任何时刻，``path`` 要么是旧文件，要么是新文件。进程若被强行杀掉，旁边会留下一个以 ``.partial``
    结尾的文件；下一次写 ``path`` 时它会被从头重写。

    Args:
        path: The file to make or replace; its folder exists.
            zh: 要新建或替换的文件；所在的文件夹必须存在。

    Yields:
        The file to write to, which can be read back as well.
            zh: 供写入的文件，也可以读回。

    Raises:
        OSError: The disk is full, or the folder cannot be written to.
            zh: 磁盘已满，或文件夹不可写。

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     notes = Path(folder, "notes.txt")
        ...     with replacing(notes) as file:
        ...         _ = file.write(b"all of it")
        ...     notes.read_text()
        'all of it'
    """
    path = Path(path)
    draft = path.with_name(path.name + PARTIAL)
    try:
        with draft.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:  # Ctrl-C too
        draft.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders, and keeps names by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
