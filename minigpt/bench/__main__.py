"""``python -m minigpt.bench attention``: measures, and writes what the page on speed shows.
zh: ``python -m minigpt.bench attention``：测量，并写出速度页面所显示的结果。
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from minigpt.bench.artifact import ROOT
from minigpt.bench.attention import run
from minigpt.bench.contender import Size
from minigpt.bench.report import Report
from minigpt.variants import VARIANTS

__all__ = ["main", "sizes_for"]

REPORTS = ROOT / "docs" / "_reports"
LENGTHS = (128, 256, 512, 1024, 2048, 4096)
PUBLISHED = Size(B=8, T=1024, C=768, H=12)  # others have measured it: ch03/02 of LLMs-from-scratch


def sizes_for(device: str, quick: bool) -> list[Size]:
    """What is measured: a sweep over lengths, and the size that others have published.
    zh: 测哪些尺寸：一组长度，加上别人公布过的那个尺寸。

    Args:
        device: A GPU takes the sweep at the published width, a CPU at one that it can bear.
            zh: GPU 上这组长度用公布的宽度，CPU 上用它吃得消的宽度。
        quick: Whether two small sizes will do, to try things out.
            zh: 是否只用两个小尺寸，供试用。

    Returns:
        The sizes.
            zh: 各个尺寸。

    Examples:
        >>> sizes_for("cpu", quick=True)
        [Size(B=1, T=64, C=32, H=4), Size(B=1, T=128, C=32, H=4)]
    """
    if quick:
        return [Size(1, T, 32, 4) for T in (64, 128)]
    if device == "cpu":
        return [*(Size(1, T, 256, 4) for T in LENGTHS), PUBLISHED]
    return [replace(PUBLISHED, T=T) for T in LENGTHS]  # it is one of them


def main(arguments: list[str] | None = None) -> None:
    """The command line.
    zh: 命令行。

    Args:
        arguments: Words after the command; those of the process by default.
            zh: 命令之后的各个词；默认取自进程。
    """
    about = "Measure every way to write attention. / 测量注意力的每一种写法。"
    parser = argparse.ArgumentParser(prog="python -m minigpt.bench", description=about)
    add = parser.add_argument
    add("what", choices=["attention"], help="what to measure / 测什么")
    add("--device", default="cpu", metavar="NAME", help="cpu, cuda, cuda:1 ... / 设备 (%(default)s)")
    add("--rounds", type=int, default=5, metavar="N", help="turns for each / 每种测几轮 (%(default)s)")
    modes = ["eager", "compiled"]
    add("--modes", nargs="+", choices=modes, default=modes, metavar="MODE", help=" ".join(modes))
    text = "only these: / 只测这几种：" + " ".join(VARIANTS)
    add("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), metavar="NAME", help=text)
    add("--quick", action="store_true", help="two small sizes, eager / 两个小尺寸，不编译")
    text = "the JSON file; by default that of the site / 结果文件；默认是网站所用的那个"
    add("--out", type=Path, metavar="FILE", help=text)
    add("--fresh", action="store_true", help="begin anew / 丢弃已有结果，从头开始")
    args = parser.parse_args(arguments)
    if args.rounds < 1:
        parser.error(f"expected --rounds of at least 1, got {args.rounds}; 5 show the spread")
    out = args.out
    if out is None and REPORTS.is_dir() and not args.quick:  # in the repository
        out = REPORTS / f"attention-{torch.device(args.device).type}.json"
    if out is None:
        parser.error("expected --out FILE, got none; name the JSON file to write")
    if args.fresh:
        out.unlink(missing_ok=True)
    try:
        torch.empty(0, device=args.device)
        report = Report(out, args.device)
    except (AssertionError, OSError, RuntimeError, ValueError) as error:
        raise SystemExit(f"error / 错误: {error}") from None
    modes = ["eager"] if args.quick else args.modes
    if "compiled" in modes:
        report.content["compiler"] = _compiler_trouble(args.device)
        modes = [mode for mode in modes if mode == "eager" or not report.content["compiler"]]
    try:
        run(report, sizes_for(args.device, args.quick), modes, args.variants, args.rounds)
    except KeyboardInterrupt:
        raise SystemExit(f"interrupted; without --fresh it goes on with what {out} has") from None
    print(f"wrote {out}")


def _compiler_trouble(device: str) -> str:
    """Why torch.compile does not work on this machine, or nothing.
    zh: torch.compile 在这台机器上为什么不能用；能用则为空。
    """
    try:
        torch.compile(lambda x: x.sin() + 1)(torch.ones(2, device=device))
    except Exception as error:  # no C++ compiler, no Triton, a platform that is not supported ...
        return f"{type(error).__name__}: {error}".split("\n")[0]
    return ""


if __name__ == "__main__":
    main()
