"""Finding text and reading it piece by piece, however large the files are.
zh: 找到文本，并分块读取，文件再大也无妨。
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import regex

__all__ = ["Part", "divide", "guide_files", "read"]

Part = tuple[Path, int, int]  # a file, and the bytes of it: from, to
CHUNK = 2**20  # bytes read at a time
LAST_IN_WORD = regex.compile(r"(?r)\S")  # (?r): looked for from the end


def guide_files() -> list[Path]:
    """The guide's own text: its Chinese and its English pages, and the package they explain.
    zh: 本指南自己的文本：中文页、英文页，以及它们所讲解的代码包。

    Returns:
        The files, in order of their names.
            zh: 按名字排列的文件。

    Raises:
        FileNotFoundError: The pages are not there: the package was installed without them.
            zh: 没有这些页面：安装的包里不含它们。
    """
    package = Path(__file__).parent
    docs = package.parent / "docs"
    pages = sorted([*docs.glob("zh/**/*.md"), *docs.glob("en/**/*.md")])
    if not pages:
        raise FileNotFoundError(
            f"expected the guide's pages in {docs}, got none; work in a clone of the repository, "
            "or name texts of your own: --text FILE"
        )
    return [*pages, *sorted(package.glob("**/*.py"))]


def divide(path: Path, val_share: float) -> tuple[Part, Part]:
    """Divide a file into training and validation text, at the end of a line. The tail is validated on.
    zh: 在某个行尾把一个文件分成训练文本和验证文本。尾部用于验证。

    Args:
        path: A text file.
            zh: 文本文件。
        val_share: How much of it is for validation, from 0 to 1.
            zh: 用于验证的比例，0 到 1。

    Returns:
        Training part and validation part.
            zh: 训练部分和验证部分。

    Raises:
        ValueError: The file is empty.
            zh: 文件是空的。
        OSError: There is no such file, or it cannot be read.
            zh: 没有这个文件，或无法读取。
    """
    size = path.stat().st_size
    if size == 0:
        raise ValueError(f"expected text in {path}, got an empty file; leave it out")
    with path.open("rb") as file:
        file.seek(int(size * (1 - val_share)))
        file.readline()
        cut = file.tell()
    return (path, 0, cut), (path, cut, size)


def read(part: Part) -> Iterator[str]:
    """Read a part of a file in pieces that tokenize as the whole would.
    zh: 把文件的一部分分块读出，分块编码与整体编码的结果相同。

    A piece ends in front of white space, where no word of GPT-2's pattern reaches across.
    zh: 每块都在空白之前结束：按 GPT-2 的模式，没有词会跨过那里。

    Args:
        part: File, first byte, last byte (not included). Both at ends of lines.
            zh: 文件、起始字节、结束字节（不含）。两者都在行尾。

    Yields:
        Text.
            zh: 文本。

    Raises:
        ValueError: The file is not UTF-8.
            zh: 文件不是 UTF-8。
    """
    path, position, end = part
    rest = ""
    with path.open("rb") as file:
        file.seek(position)
        while position < end:
            data = file.read(min(CHUNK, end - position))
            if position + len(data) < end:
                data += file.readline()
            text = rest + decode(data, path, position)
            word = LAST_IN_WORD.search(text)
            cut = word.end() if word else 0
            if cut:
                yield text[:cut]
            rest = text[cut:]
            position += len(data)
    if rest:
        yield rest


def decode(data: bytes, path: Path, position: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"expected UTF-8 in {path}, got byte 0x{data[error.start]:02x} at byte {position + error.start}; "
            f"convert the file: iconv -f ENCODING -t UTF-8"
        ) from error
