"""What the tiny model wrote while it was trained, as a page shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _ext.directives import stages
from _ext.directives.site import Site, Unable

REPORT = {
    "environment": {"CPU": "Some CPU, 2 cores", "threads": "2", "Python": "3.11", "PyTorch": "2.13"},
    "date": "2026-01-31",
    "data": {"vocab_size": 2048, "train": {"bytes": 12345}, "val": {"bytes": 678}},
    "seconds": [[10, 30.0], [20, 90.0]],
    "val_loss": [[0, 7.624], [20, 3.5]],
    "stages": [
        {"step": 0, "samples": {"en": "The qq", "zh": "模型 qq"}},
        {"step": 10, "samples": {"en": "a\n```\nb", "zh": "模型"}},
    ],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / stages.REPORT
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    return tmp_path


def test_own_language_first_and_losses_where_they_were_taken(root: Path):
    english = stages.render(Site(root, "en"), "docs/en/x.md")
    assert english.startswith(
        "**Step 0, validation loss 7.62**\n\n"
        "```{ .text .sample }\nThe qq\n```\n\n```{ .text .sample }\n模型 qq\n```"
    )
    assert "**Step 10**\n" in english
    chinese = stages.render(Site(root, "zh"), "docs/zh/x.md")
    assert chinese.startswith("**第 0 步，验证损失 7.62**\n\n```{ .text .sample }\n模型 qq\n```")


def test_a_sample_with_a_fence_stays_inside_its_block(root: Path):
    assert "````{ .text .sample }\na\n```\nb\n````" in stages.render(Site(root, "en"), "docs/en/x.md")


def test_facts_name_text_time_and_machine(root: Path):
    table = stages.facts(Site(root, "en"), "docs/en/x.md")
    for part in (
        "12,345 bytes to train",
        "2,048 tokens",
        "| 20 |",
        "1.5 minutes",
        "Some CPU, 2 cores, 2 threads",
    ):
        assert part in table


def test_without_a_run_the_build_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(Unable, match=r"expected docs/_reports/tiny\.json.*run python docs/_runs/tiny\.py"):
        stages.render(Site(tmp_path, "en"), "docs/en/x.md")
