"""Text files: found, divided into training and validation text, and read piece by piece.
zh: 文本文件：找到，分成训练文本和验证文本，分块读取。
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path

import regex

__all__ = ["Part", "divide", "guide_files", "read"]

Part = tuple[Path, int, int]
"""A stretch of a file: its path, its first byte, and the byte after its last.
zh: 文件的一段：路径、第一个字节，以及最后一个字节的下一个。
"""
CHUNK = 2**20  # bytes read at a time
END_OF_WORD = regex.compile(r"(?r)\S")  # (?r): looked for from the end of the text


def guide_files() -> list[Path]:
    """The guide's own text: its pages in Chinese and in English, and the package they explain.
    zh: 本指南自己的文本：中文页、英文页，以及它们讲解的代码包。

    Returns:
        The files, sorted by name.
            zh: 按名字排列的文件。

    Raises:
        FileNotFoundError: There are no pages beside the package.
            zh: 代码包旁边没有这些页面。
    """
    package = Path(__file__).parent
    docs = package.parent / "docs"
    pages = sorted([*docs.glob("zh/**/*.md"), *docs.glob("en/**/*.md")])
    if not pages:
        raise FileNotFoundError(
            f"expected the guide's pages in {docs}, got none; "
            "work in a clone of the repository, or give texts of your own: --text FILE"
        )
    return [*pages, *sorted(package.glob("**/*.py"))]


def divide(path: Path, val_share: float) -> tuple[Part, Part]:
    """Divide a file, at the end of a line: what comes first is trained on, the tail is for validation.
    zh: 在某个行尾把文件一分为二：前面用于训练，尾部用于验证。

    Args:
        path: A text file.
            zh: 文本文件。
        val_share: Share of it that is for validation, between 0 and 1.
            zh: 用于验证的比例，0 到 1 之间。

    Returns:
        Training part, validation part.
            zh: 训练部分、验证部分。

    Raises:
        OSError: There is no such file, or it may not be read.
            zh: 没有这个文件，或无权读取。
        ValueError: The file is empty, or ``val_share`` is no share.
            zh: 文件是空的，或 ``val_share`` 不是比例。
    """
    if not 0 < val_share < 1:
        raise ValueError(f"expected val_share between 0 and 1, got {val_share}; 0.1 is a tenth")
    with path.open("rb") as file:
        first = len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0  # a mark, and no text
        size = file.seek(0, 2)
        if size == first:
            raise ValueError(f"expected text in {path}, got an empty file; leave it out")
        file.seek(int(size * (1 - val_share)))
        file.readline()  # to the end of the line
        cut = file.tell()
    return (path, first, cut), (path, cut, size)


def read(part: Part) -> Iterator[str]:
    """Read a part of a file in pieces. Tokens of the pieces are the tokens of the whole.
    zh: 分块读取文件的一部分。各块的 token 连起来，就是整体的 token。

    A piece ends in front of white space: a word of GPT-2's pattern may begin there, and none goes on.
    zh: 每块都在空白之前结束：在 GPT-2 的模式里，词可以从那里开始，但不会越过那里。

    Args:
        part: Part of a file, from the beginning of a line to the end of one.
            zh: 文件的一部分，从某行的开头到某行的结尾。

    Yields:
        Pieces of about a megabyte, or one line if that is longer.
            zh: 约一兆字节的块；一行若更长，则为一行。

    Raises:
        ValueError: The file is not in UTF-8, or somebody has shortened it in the meantime.
            zh: 文件不是 UTF-8，或者在此期间有人把它改短了。
    """
    path, position, end = part
    rest = ""
    with path.open("rb") as file:
        file.seek(position)
        while position < end:
            data = file.read(min(CHUNK, end - position))
            if not data:
                raise ValueError(f"expected {end} bytes in {path}, got {position}; leave it alone meanwhile")
            if position + len(data) < end:
                data += file.readline()
            text = rest + _decode(data, path, position)
            position += len(data)
            word = END_OF_WORD.search(text)
            cut = word.end() if word else 0
            yield text[:cut]
            rest = text[cut:]
    yield rest


def _decode(data: bytes, path: Path, position: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"expected UTF-8 in {path}, got 0x{data[error.start]:02x} at byte {position + error.start}; "
            f"convert it: iconv -f GB18030 -t UTF-8 {path}, say"
        ) from error
