"""The command that brings code fences up to date: it changes code and loses no word of a note."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from _ext import sync, walk
from _ext.resync import SyncError, resync

ROOT = Path(__file__).parents[2]
PAGE, MODULE = "docs/en/m.md", "minigpt/m.py"
SOURCE = """\
import a
import b


def f(x):
    y = scale(x, 2)
    return y
"""
TEXT = """\
---
walk: minigpt/m.py
---

# M

Prose.

```python source
import a
import b
```

Imports.

## f {#f}

More prose.

```python source
def f(x):
```

Signature.

```python source
    y = scale(x, 2)
```

Scales.

- in a list

```python source
    return y
```

Returns.

## After

The end.
"""


def run(source: str, text: str = TEXT) -> tuple[str, list[str]]:
    """The new page, checked for what must always hold, and the reports."""
    new, problems = resync(PAGE, text, MODULE, source)
    again, _ = resync(PAGE, new, MODULE, source)
    assert again == new, "a second run must change nothing"
    notes = [row for row in text.splitlines() if row and not row.startswith(("```", "import", "def", "    "))]
    kept = [row for row in new.splitlines() if row in notes]
    assert kept == notes, "prose must stay, in its order"
    return new, [str(problem) for problem in problems]


def edit(old: str, new: str, text: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def place(text: str, part: str) -> str:
    """Page and line of the fence that begins with ``part``."""
    assert text.count("```python source\n" + part) == 1
    return f"{PAGE}:{text[: text.index('```python source' + chr(10) + part)].count(chr(10)) + 1}"


def test_nothing_to_do_changes_not_a_byte() -> None:
    assert run(SOURCE) == (TEXT, [])
    assert run(SOURCE, TEXT + "\n\n")[0] == TEXT + "\n\n"
    spaced = edit("import a\nimport b\n", "import a  \n\nimport b\n", TEXT)
    assert run(SOURCE, spaced) == (spaced, [])


def test_an_edited_line_is_replaced_in_place() -> None:
    new, reports = run(edit("scale(x, 2)", "scale(x, 3)", SOURCE))
    assert new == edit("scale(x, 2)", "scale(x, 3)", TEXT)
    assert reports == [
        f"{place(new, '    y = ')}: the code is now {MODULE}:6 `y = scale(x, 3)`; "
        "check that the note still holds"
    ]


def test_indentation_follows_the_source() -> None:
    source = (
        SOURCE.replace("def f(x):\n", "if a:\n  def f(x):\n")
        .replace("    y", "      y")
        .replace("    r", "      r")
    )
    new, _ = run(source)
    assert "```python source\n  def f(x):\n```" in new
    assert "```python source\n      y = scale(x, 2)\n```" in new
    assert [problem.message for problem in walk.read(PAGE, new, MODULE, source).problems] == [
        "expected a note on `if a:`, got none; write it below the fence"
    ]


def test_a_comment_above_a_line_comes_along() -> None:
    source = edit("    y =", "    # twice\n    y =", SOURCE)
    assert run(source)[0] == edit("    y =", "    # twice\n    y =", TEXT)


def test_a_new_line_gets_a_fence_below_the_note_before_it() -> None:
    source = edit("    return y", "    print(x)\n    return y", SOURCE)
    new, reports = run(source)
    assert new == edit("- in a list\n\n", "- in a list\n\n```python source\n    print(x)\n```\n\n", TEXT)
    assert reports == [
        f"{place(new, '    print')}: new: {MODULE}:7 `print(x)`; write a note below this fence"
    ]
    (problem,) = walk.read(PAGE, new, MODULE, source).problems
    assert "expected a note on `print(x)`, got none" in problem.message


def test_new_lines_at_both_ends() -> None:
    new, reports = run("import os\n" + SOURCE + "\n\nf(1)\n")
    assert "Prose.\n\n```python source\nimport os\n```\n\n```python source\nimport a" in new
    assert "Returns.\n\n```python source\nf(1)\n```\n\n## After" in new
    assert len(reports) == 2


def test_a_new_line_behind_the_last_word_of_the_page() -> None:
    text = TEXT[: TEXT.index("\n## After")]
    new, _ = run(SOURCE + "\n\nf(1)\n", text)
    assert new == text + "\n```python source\nf(1)\n```\n"


def test_a_new_line_inside_a_fence_of_several_cuts_it_so_that_no_note_covers_it_by_accident() -> None:
    source = edit("import b", "import os\nimport b", SOURCE)
    new, reports = run(source)
    fences = "".join(f"```python source\nimport {name}\n```\n\n" for name in ("a", "os", "b"))
    assert new == edit("```python source\nimport a\nimport b\n```\n\n", fences, TEXT)
    assert reports == [
        f"{place(new, 'import a')}: a new line cuts this fence; "
        "write a note on each part, or join the fences",
        f"{place(new, 'import os')}: new: {MODULE}:2 `import os`; write a note below this fence",
    ]


def test_a_removed_line_keeps_fence_and_note() -> None:
    new, reports = run(edit("    y = scale(x, 2)\n", "", SOURCE))
    assert new == TEXT
    assert reports == [
        f"{place(TEXT, '    y =')}: {MODULE} has no `y = scale(x, 2)`: "
        "a note without a line; move it or delete it, with its fence"
    ]


def test_a_removed_line_leaves_a_fence_of_several() -> None:
    new, reports = run(edit("import b\n", "", SOURCE))
    assert new == edit("import a\nimport b\n", "import a\n", TEXT)
    assert reports == [
        f"{place(new, 'import a')}: {MODULE} has no `import b`: left out of this fence; mend its note"
    ]


def test_a_moved_line_says_where_it_is_now() -> None:
    source = SOURCE.replace("    y = scale(x, 2)\n    return y\n", "    return y\n    y = scale(x, 2)\n")
    _, reports = run(source)
    assert any(" is now minigpt/m.py:" in report and "a note without a line" in report for report in reports)


def test_another_line_in_the_same_place_does_not_get_the_old_note() -> None:
    new, reports = run(edit("    y = scale(x, 2)", "    assert torch.is_tensor(b)", SOURCE))
    assert "    y = scale(x, 2)\n```\n\nScales." in new
    assert "    assert torch.is_tensor(b)\n```\n\n" in new
    assert len(reports) == 2


def test_a_page_without_fences_gets_them_all() -> None:
    new, reports = run(SOURCE, "---\nwalk: minigpt/m.py\n---\n\n# M\n\nProse.\n")
    assert new.count("```python source\n") == len(reports) == 5
    messages = [problem.message for problem in walk.read(PAGE, new, MODULE, SOURCE).problems]
    assert len(messages) == 5
    assert all("got none; write it below the fence" in message for message in messages)


def test_code_with_a_fence_inside() -> None:
    source = SOURCE + 'z = """\n```\n"""\n'
    new, _ = run(source)
    assert '````python source\nz = """\n```\n"""\n````\n' in new


def test_snippets_and_nested_fences_are_left_alone() -> None:
    inner = "Signature.\n\n````markdown\n```python source\nimport zzz\n```\n````\n\n```pycon\n>>> 1\n1\n```\n"
    text = edit("Signature.\n", inner, TEXT)
    new, _ = resync(PAGE, text, MODULE, edit("scale(x, 2)", "scale(x, 3)", SOURCE))
    assert inner in new


def test_an_unclosed_fence_is_refused() -> None:
    with pytest.raises(
        SyncError, match=r"docs/en/m.md:34: expected an end to this source fence, got none; close it"
    ):
        resync(PAGE, edit("    return y\n```\n", "    return y\n", TEXT), MODULE, SOURCE)


def test_a_module_that_is_no_python_is_refused() -> None:
    with pytest.raises(SyncError, match=r"minigpt/m.py:1: expected Python, got an error: .*; mend it"):
        resync(PAGE, TEXT, MODULE, "def f(:\n")


# ---- the command ----


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in {
        "minigpt/m.py": edit("scale(x, 2)", "scale(x, 3)", SOURCE),
        "minigpt/other.py": "x = 1\n",
        "docs/zh/m.md": TEXT,
        "docs/en/m.md": TEXT,
        "docs/en/deep/other.md": "---\nwalk: minigpt/other.py\n---\n```python source\nx = 2\n```\nNote.\n",
        "docs/en/index.md": "# No walk\n",
        "docs/_ext/README.md": TEXT,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def texts(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_command_rewrites_both_languages(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(repository)
    assert sync.main([MODULE], repository) == 0
    after = texts(repository)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"docs/zh/m.md", "docs/en/m.md"}
    assert after.keys() == before.keys(), "no temporary file may stay"
    assert "scale(x, 3)" in after["docs/zh/m.md"]
    printed = capsys.readouterr().out
    assert "docs/zh/m.md: rewritten\n" in printed
    assert (
        f"  docs/zh/m.md:26: the code is now {MODULE}:6 `y = scale(x, 3)`; check that the note still"
        in printed
    )
    assert sync.main([MODULE], repository) == 0
    assert capsys.readouterr().out == "every fence is up to date\n"


def test_without_arguments_all_modules_are_done(repository: Path) -> None:
    assert sync.main([], repository) == 0
    assert "x = 1" in (repository / "docs/en/deep/other.md").read_text("utf-8")
    assert sync.main(["--check"], repository) == 0


def test_check_writes_nothing_and_fails(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(repository)
    assert sync.main(["--check"], repository) == 1
    assert texts(repository) == before
    assert "docs/en/m.md: to be rewritten\n" in capsys.readouterr().out


def test_permissions_stay(repository: Path) -> None:
    (repository / "docs/zh/m.md").chmod(0o640)
    sync.main([], repository)
    assert (repository / "docs/zh/m.md").stat().st_mode & 0o777 == 0o640


def test_a_failed_write_leaves_the_page(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = texts(repository)

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="disk full"):
        sync.main([MODULE], repository)
    assert texts(repository) == before


@pytest.mark.parametrize("name", ["minigpt/nothing.py", "./minigpt/nothing.py"])
def test_a_module_without_page_is_an_error(
    repository: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    assert sync.main([name], repository) == 1
    assert capsys.readouterr().out == (
        "minigpt/nothing.py: expected a module with walk pages, got one without; "
        "put `walk: minigpt/nothing.py` on a page\n"
    )


def test_a_page_on_a_module_that_is_gone_is_an_error(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "minigpt/other.py").unlink()
    assert sync.main([], repository) == 1
    printed = capsys.readouterr().out
    assert (
        "docs/en/deep/other.md:2: walk: expected a module of this repository, got minigpt/other.py" in printed
    )
    assert "docs/zh/m.md: rewritten" in printed


def test_it_runs_as_a_script_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "docs/_ext/sync.py"), "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("every fence is up to date\n", "", 0)
