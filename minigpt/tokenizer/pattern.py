"""Text cut into words before BPE sees it, and bytes as characters that can be printed: both as in GPT-2.
zh: BPE 之前先把文本切成词；把字节写成可打印的字符。两件事都照 GPT-2 的做法。
"""

from __future__ import annotations

import regex

__all__ = ["ALPHABET", "BYTES", "split"]

# GPT-2's pattern. What no alternative can match does not exist: every character is in exactly one word.
WORD = regex.compile(r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""")

PRINTED = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
HIDDEN = [byte for byte in range(256) if byte not in PRINTED]
# The order of this table is the order of GPT-2's first 256 ids.
ALPHABET = {byte: chr(byte) for byte in PRINTED} | {byte: chr(256 + i) for i, byte in enumerate(HIDDEN)}
"""For each byte, a character that can be printed.
zh: 每个字节对应的可打印字符。
"""
BYTES = {character: byte for byte, character in ALPHABET.items()}
"""For each of these characters, its byte.
zh: 这些字符各自对应的字节。
"""


def split(text: str) -> list[str]:
    """Cut text into words; put together again, they are the text.
    zh: 把文本切成词；拼回去就是原文。

    A word is a run of letters, of digits or of other characters, with the space in front of it, if there is
    one; the rest of the white space; or one of seven English endings. No token reaches across words.
    zh: 一个词是一串字母、一串数字或一串其他字符，前面若有一个空格就带上；其余空白自成一词；另有七种英语词尾。
    token 不会跨词。

    Source: Radford et al. (2019), ``encoder.py`` of GPT-2.
    zh: 出处：Radford 等（2019），GPT-2 的 ``encoder.py``。

    Args:
        text: Any text that has a UTF-8 form.
            zh: 任何能写成 UTF-8 的文本。

    Returns:
        The words, in order.
            zh: 按顺序排列的词。

    Raises:
        ValueError: The text holds half of a surrogate pair, which is no character.
            zh: 文本里有半个代理对，它不是字符。

    Examples:
        >>> split("We've 2 words:  你好，世界")
        ['We', "'ve", ' 2', ' words', ':', ' ', ' 你好', '，', '世界']
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"expected text, got a lone surrogate {text[error.start]!r} at character {error.start}; "
            "read the file with encoding='utf-8', or drop it: text.encode('utf-8', 'ignore').decode()"
        ) from error
    return WORD.findall(text)
