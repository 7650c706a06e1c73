"""``python -m minigpt.train``: train, and say what came of it.
zh: ``python -m minigpt.train``：训练，并报告结果。
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from minigpt.cost import num_parameters
from minigpt.train.curve import draw_curve
from minigpt.train.log import Report, read_log
from minigpt.train.loop import train
from minigpt.train.options import read_options
from minigpt.train.ranks import close, setup
from minigpt.train.session import Session
from minigpt.train.start import start
from minigpt.train.stop import Stop

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.
    zh: 执行命令。

    Args:
        arguments: Words after the command; those of this process if None.
            zh: 命令之后的各个词；None 则取本进程的。

    Returns:
        Exit status: 0 when all steps are taken, 1 after an error, 128 and the signal's number after a stop.
            zh: 退出状态：走完全部步数为 0，出错为 1，被信号停下为 128 加信号编号。
    """
    try:
        settings, checkpoint = read_options(arguments)
        status = run(start(settings, setup(settings.device), checkpoint))
        close()
        return status
    except (FloatingPointError, ImportError, OSError, TypeError, ValueError) as error:
        print(f"error / 错误: {error}", file=sys.stderr)
        return 1


def run(session: Session) -> int:
    """Train, draw the curve, and tell the reader how to go on.
    zh: 训练，画出曲线，并告诉读者接下来怎么做。

    Args:
        session: The run.
            zh: 一次训练。

    Returns:
        Exit status.
            zh: 退出状态。
    """
    out, steps, quiet = Path(session.settings.out), session.settings.steps, not session.ranks.is_main
    log = out / "log.jsonl"
    with Stop() as stop, Report(log, session.step, steps, quiet) as report:
        size, text = num_parameters(session.model), len(session.data.train)
        report.say(f"{size:,} parameters / 参数, {text:,} tokens, {session.ranks.device}")
        train(session, report, stop)
    if not quiet:
        (out / "loss.svg").write_text(draw_curve(read_log(log)), encoding="utf-8")
    if session.step < steps:
        report.say(f"saved at step {session.step}; go on with / 已保存，继续训练用：")
        report.say(f"  python -m minigpt.train --resume {out}")
        return 128 + (stop.signal or signal.SIGTERM)
    report.say(f"done, see {out / 'loss.svg'}; write with / 完成，续写用：")
    prompt = session.settings.prompts.split("|")[0]
    report.say(f'  python -m minigpt.generate --checkpoint {out} --prompt "{prompt}"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
