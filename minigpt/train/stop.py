"""Ctrl-C as a wish: the step is finished and saved before the program ends.
zh: 把 Ctrl-C 当作请求：先走完这一步并保存，程序才结束。
"""

from __future__ import annotations

import signal
from types import FrameType

__all__ = ["Stop"]


class Stop:
    """While it is entered, SIGINT (Ctrl-C) and SIGTERM are noted down and stop nothing by themselves.
    zh: 在 with 语句内，SIGINT（Ctrl-C）和 SIGTERM 只被记下，本身不中断任何事情。

    Examples:
        >>> with Stop() as stop:
        ...     before = stop.signal
        ...     signal.raise_signal(signal.SIGTERM)
        >>> before, stop.signal == signal.SIGTERM
        (None, True)
    """

    def __init__(self) -> None:
        self.signal: int | None = None

    def __enter__(self) -> Stop:
        self.before = {number: signal.signal(number, self.note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def note(self, number: int, frame: FrameType | None) -> None:
        """Remember a signal; a second Ctrl-C ends the program at once.
        zh: 记下信号；第二次 Ctrl-C 则立刻结束程序。

        Args:
            number: Which signal.
                zh: 哪个信号。
            frame: Where the program was; not used.
                zh: 程序当时所在的位置；不使用。

        Raises:
            KeyboardInterrupt: It is the second Ctrl-C.
                zh: 这是第二次 Ctrl-C。
        """
        # torchrun hands on Ctrl-C and sends SIGTERM after it: only SIGINT counts twice.
        if self.signal == number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = number
