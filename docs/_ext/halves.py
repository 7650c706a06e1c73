"""A bilingual text cut into its English and its Chinese half.

Text goes block by block, blocks being parted by blank lines. A block of words carries its Chinese half
below the English one, marked ``zh:``; a block without words (doctest, fence, formula) stands once and belongs
to both languages.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

_MARK = re.compile(r"^[ ]*zh:[ ]*", re.MULTILINE)
_OPENS = re.compile(r"(`{3,}|~{3,}|\$\$)")
# Code spans and formulas read the same in both languages.
_WORDLESS = re.compile(r"(`+).+?\1|\$[^$]+\$", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]")
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_POINTS = r"\u3001-\u303f\uff01-\uff65"  # marks that Chinese alone uses; it shares the others
_FULL = rf"{_POINTS}“”‘’—…"
# A line end between two Chinese characters would be shown as a space; likewise beside full-width punctuation.
_SEAM = re.compile(
    rf"(?<=[{_HAN}{_FULL}])\n(?=[{_HAN}{_FULL}])|(?<=[{_FULL}])\n(?=[A-Za-z`$])|\n(?=[{_FULL}])"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text. ``line`` quotes the line where it shows, without its indentation."""

    line: str
    message: str


@dataclass(frozen=True)
class Halves:
    """Both halves of a text, and what is wrong with it."""

    en: str
    zh: str
    faults: tuple[Fault, ...] = ()


def blocks(text: str) -> list[str]:
    """The blocks of a text. Fences and displayed formulas are blocks of their own, blank lines included."""
    found: list[list[str]] = [[]]
    closes = ""
    for line in text.splitlines():
        words = line.strip()
        if closes:
            found[-1].append(line)
            if words.endswith(closes):
                closes = ""
                found.append([])
        elif not words:
            found.append([])
        elif opening := _OPENS.match(words):
            found.append([line])
            if words.endswith(opening[1]) and words != opening[1]:
                found.append([])  # $$ ... $$ on one line
            else:
                closes = opening[1]
        elif words.startswith(">>>") and not (found[-1] and found[-1][0].lstrip().startswith(">>>")):
            found.append([line])
        else:
            found[-1].append(line)
    return ["\n".join(block) for block in found if block]


def split(text: str) -> Halves:
    """Cut a text into its halves."""
    english: list[str] = []
    chinese: list[str] = []
    faults: list[Fault] = []
    owed = ""  # English block whose Chinese half has not come yet
    for block in blocks(text):
        if _is_shared(block):
            faults += _missing(owed)
            owed = ""
            english.append(block)
            chinese.append(block)
            continue
        head, tail = _cut(block)
        if head:
            faults += _missing(owed)
            english.append(head)
            owed = head
        if tail is not None:
            faults += _check(owed, tail, block)
            chinese.append(_join(tail))
            owed = ""
    faults += _missing(owed)
    return Halves("\n\n".join(english), "\n\n".join(chinese), tuple(faults))


def summary(text: str, lang: str) -> str:
    """First paragraph of a docstring in one language, on one line; English if there is no Chinese half."""
    first = split("\n\n".join(blocks(text)[:2]))
    half = first.zh if lang == "zh" and first.zh else first.en
    return " ".join(half.split("\n\n")[0].split())


def _is_shared(block: str) -> bool:
    start = block.lstrip()
    if start.startswith((">>>", "```", "~~~", "$$")):
        return True
    return not _MARK.search(block) and not _WORD.search(_WORDLESS.sub("", block))


def _cut(block: str) -> tuple[str, str | None]:
    mark = _MARK.search(block)
    if not mark:
        return textwrap.dedent(block), None
    return textwrap.dedent(block[: mark.start()]).strip(), block[mark.end() :]


def _join(tail: str) -> str:
    first, _, rest = tail.partition("\n")
    return _SEAM.sub("", f"{first}\n{textwrap.dedent(rest)}".strip())


def _missing(owed: str) -> list[Fault]:
    if not owed:
        return []
    line = owed.splitlines()[0].strip()
    if re.search(rf"[{_HAN}]", _WORDLESS.sub("", owed)):
        wrong = 'has Chinese text without its mark; begin that line with "zh:"'
    else:
        wrong = 'has no Chinese half; add it below, on a line that begins with "zh:"'
    return [Fault(line, f'"{_short(line)}" {wrong}')]


def _check(owed: str, tail: str, block: str) -> list[Fault]:
    """Faults of a block that has a Chinese half, ``tail``."""
    marked = next(line.strip() for line in block.splitlines() if _MARK.match(line))
    if not owed:
        return [Fault(marked, f'"{_short(marked)}" has no English half; write it above the Chinese one')]
    if _MARK.search(tail):
        return [
            Fault(
                marked, f'"{_short(marked)}" is followed by another "zh:"; put a blank line between two texts'
            )
        ]
    words = _WORDLESS.sub("", tail)
    if not tail.strip() or (_WORD.search(words) and not re.search(rf"[{_HAN}{_POINTS}]", words)):
        return [
            Fault(marked, f'"{_short(marked)}" holds no Chinese text; write the Chinese half after "zh:"')
        ]
    return []


def _short(line: str) -> str:
    return line if len(line) <= 60 else line[:59] + "…"
