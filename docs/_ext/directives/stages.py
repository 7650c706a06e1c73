"""What the model of docs/_reports/tiny.json wrote at each stage of its training."""

from __future__ import annotations

import json

from _ext.directives.site import Site, Unable, table

REPORT = "docs/_reports/tiny.json"


def render(site: Site, page: str) -> str:
    """Per stage: the step, the loss on other text, and a sample in each language."""
    run = report(site)
    losses = dict(map(tuple, run["val_loss"]))  # not taken at every stage
    order = ("zh", "en") if site.lang == "zh" else ("en", "zh")
    parts = []
    for stage in run["stages"]:
        step = stage["step"]
        heading = site.say(f"**第 {step} 步", f"**Step {step}")
        if step in losses:
            heading += site.say(f"，验证损失 {losses[step]:.2f}", f", validation loss {losses[step]:.2f}")
        heading += "**"
        parts += [heading, *(block(stage["samples"][lang]) for lang in order)]
    return "\n\n".join(parts)


def facts(site: Site, page: str) -> str:
    """The run in a table: what was trained on what, where, and for how long."""
    run = report(site)
    data, environment = run["data"], run["environment"]
    minutes, steps = run["seconds"][-1][1] / 60, run["seconds"][-1][0]
    rows = [
        (site.say("语料", "Text"), site.say(*_text(data))),
        (site.say("词表", "Vocabulary"), f"{data['vocab_size']:,} tokens"),
        (site.say("步数", "Steps"), f"{steps:,}"),
        (site.say("用时", "Time"), site.say(f"{minutes:.1f} 分钟", f"{minutes:.1f} minutes")),
        (site.say("机器", "Machine"), f"{environment['CPU']}, {environment['threads']} threads"),
        (site.say("版本", "Versions"), f"Python {environment['Python']}, PyTorch {environment['PyTorch']}"),
        (site.say("日期", "Date"), run["date"]),
    ]
    return table(["", ""], rows)


def _text(data: dict) -> tuple[str, str]:
    train, val = data["train"], data["val"]
    return (
        f"本指南的页面和源代码：{train['bytes']:,} 字节训练，{val['bytes']:,} 字节验证",
        f"pages and source of this guide: {train['bytes']:,} bytes to train, {val['bytes']:,} to validate",
    )


def report(site: Site) -> dict:
    """What the run wrote."""
    path = site.root / REPORT
    if not path.is_file():
        raise Unable(f"expected {REPORT}, got no such file; run python docs/_runs/tiny.py")
    return json.loads(path.read_text(encoding="utf-8"))


def block(text: str) -> str:
    """A text as a block of its own, whatever it contains: its fence is longer than any in it; lines wrap."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{{ .text .sample }}\n{text}\n{ticks}"
