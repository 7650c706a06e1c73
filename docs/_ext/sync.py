"""After an edit of the source: bring the code fences of its walk pages up to date, in every language.

    python docs/_ext/sync.py                    all modules
    python docs/_ext/sync.py minigpt/norm.py    one of them
    python docs/_ext/sync.py --check            write nothing; fail if there is something to do

Notes are left alone. What is printed is what the author has to do: notes to write, to check, to move.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":  # run as a script: the folder above holds the package
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from _ext.outline import front_matter, setting_line
from _ext.resync import SyncError, resync

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The exit status: 1 if a page cannot be worked on or, with ``--check``, if there is anything to do."""
    parser = argparse.ArgumentParser(
        description="Bring the code fences of walk pages up to date with the source."
    )
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="such as minigpt/norm.py; all without it"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if there is something to do"
    )
    options = parser.parse_args(arguments)
    pages = walk_pages(root)
    wanted = {_inside(root, module) for module in options.modules} or set(pages.values())
    failed = False
    for module in sorted(wanted - set(pages.values())):
        print(f"{module}: expected a module with walk pages, got one without; put `walk: {module}` on a page")
        failed = True
    todo = 0
    for page, module in pages.items():
        if module in wanted:
            try:
                todo += _sync(root, page, module, write=not options.check)
            except SyncError as error:
                print(error)
                failed = True
    if not todo and not failed:
        print("every fence is up to date")
    return int(failed or (options.check and todo > 0))


def walk_pages(root: Path) -> dict[str, str]:
    """The pages that walk through a module, and which."""
    pages = {}
    for path in sorted(root.glob("docs/[!_]*/**/*.md")):
        module = front_matter(path.read_text("utf-8")).get("walk")
        if module:
            pages[path.relative_to(root).as_posix()] = module
    return pages


def _sync(root: Path, page: str, module: str, *, write: bool) -> int:
    """Bring one page up to date; how many things were or are to be done."""
    path = root / page
    text = path.read_text("utf-8")
    if not (root / module).is_file():
        message = f"walk: expected a module of this repository, got {module}; there is none, mend the path"
        raise SyncError(page, setting_line(text, "walk"), message)
    new, problems = resync(page, text, module, (root / module).read_text("utf-8"))
    if new != text:
        print(f"{page}: {'rewritten' if write else 'to be rewritten'}")
        if write:
            _replace(path, new)
    for problem in problems:
        print(f"  {problem}")
    return len(problems) + (new != text)


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all: a preview that is running may read it at any moment."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _inside(root: Path, module: str) -> str:
    """A module's path as pages write it, however the user does."""
    path = Path(module).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else Path(module).as_posix()


if __name__ == "__main__":
    sys.exit(main())
