"""replacing: a file is the old one or the new one, and nothing is left of an attempt that failed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minigpt.atomic import PARTIAL, replacing


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("a long text that was there before")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "a long text that was there before"
        file.seek(0)
        assert file.read() == b"new"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_changes_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("old")
    with pytest.raises(error, match="halfway"), replacing(str(path)) as file:
        file.write(b"new")
        raise error("halfway")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_reach_the_disk_before_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, events, fsync, replace = tmp_path / "notes.txt", [], os.fsync, Path.replace

    def sync(handle: int) -> None:
        events.append("folder" if Path(f"/proc/self/fd/{handle}").is_dir() else path.exists())
        fsync(handle)

    def rename(draft: Path, target: Path) -> Path:
        events.append((draft.name, draft.read_bytes()))
        return replace(draft, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    with replacing(path) as file:
        file.write(b"new")
    assert events[:2] == [False, ("notes.txt" + PARTIAL, b"new")]
    if Path("/proc/self/fd").exists():
        assert events[2:] == ["folder"]


def test_no_folder_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "nowhere" / "notes.txt"):
        pass
    assert list(tmp_path.iterdir()) == []
