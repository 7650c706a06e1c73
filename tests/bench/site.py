"""How fast the site is built, served, tested and loaded: `python tests/bench/site.py`.

Works on a copy of the repository and writes docs/_reports/speed.json. Needs what `make setup` installs, and
Chromium for the bytes of a first visit.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from minigpt.bench.artifact import ROOT, write
from minigpt.bench.measure import result

PAGE = (
    "en/model/norm/"  # the longest way round: the second language, a page with examples, figures and formulas
)
SOURCE = Path("docs/en/model/norm.md")
BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "repository")
        skip = shutil.ignore_patterns(".git", ".venv", "site", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT, copy, ignore=skip, symlinks=True)
        artifact = copy / "docs" / "_reports" / "speed.json"
        if not artifact.exists():  # a strict build wants the artifact that is only being made
            artifact.parent.mkdir(exist_ok=True)
            artifact.write_text('{"environment": {}, "date": "", "results": []}', encoding="utf-8")
        rows = [
            result(
                {"en": "cold build of both languages", "zh": "从头构建两种语言"},
                "s",
                [cold_build(copy) for _ in range(rounds)],
            ),
            result(
                {"en": "edit of a paragraph to the new page served", "zh": "改一段文字，到新页面可读"},
                "s",
                edits(copy, max(rounds, 3)),
                {"en": "< 3 s", "zh": "< 3 s"},
            ),
            result(
                {"en": "all examples on the CPU", "zh": "在 CPU 上跑完所有例子"},
                "s",
                [examples(copy) for _ in range(min(rounds, 2))],
            ),
            *visits(copy / "site"),
        ]
    write("speed", rows)


def cold_build(copy: Path) -> float:
    """Seconds of a strict build, the start of Python included."""
    shutil.rmtree(copy / "site", ignore_errors=True)
    return _timed([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"], copy)


def examples(copy: Path) -> float:
    """Seconds of every example of the site and of the docstrings."""
    return _timed([sys.executable, "-m", "pytest", "-q", "--device", "cpu", "docs", "minigpt"], copy)


def edits(copy: Path, rounds: int) -> list[float]:
    """Seconds from saving a page to the server answering with the new text."""
    with _serving(copy) as address:
        return [_edit(copy, address, f"Edit number {n} of the benchmark.") for n in range(rounds)]


def visits(site: Path) -> list[dict[str, object]]:
    """Kilobytes of a first visit, gzipped: all pages, fonts of formulas left out."""
    pages = sorted(path.parent.relative_to(site).as_posix() + "/" for path in site.rglob("index.html"))
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER, *QUIET])
        sizes = {page: _first_visit(browser, site, "" if page == "./" else page) for page in pages}
        browser.close()
    largest = max(sizes, key=sizes.__getitem__)
    goal = {"en": "< 250 kB", "zh": "< 250 kB"}
    everything = {
        "en": "first visit of a page, gzipped, over all pages",
        "zh": "首次访问一页（gzip），所有页面",
    }
    worst = {"en": f"the largest first visit: {largest}", "zh": f"最大的一次首访：{largest}"}
    return [
        result(everything, "kB", list(sizes.values()), goal),
        result(worst, "kB", [sizes[largest]], goal),
    ]


def _edit(copy: Path, address: str, sentence: str) -> float:
    path = copy / SOURCE
    text = path.read_text(encoding="utf-8")
    start = time.perf_counter()
    path.write_text(text.replace("\n## ", f"\n{sentence}\n\n## ", 1), encoding="utf-8")
    while sentence not in _get(address + PAGE):
        if time.perf_counter() - start > 120:
            raise SystemExit(f"expected the edit on {PAGE} within two minutes; the server did not rebuild")
        time.sleep(0.02)
    return time.perf_counter() - start


@contextlib.contextmanager
def _serving(copy: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    # Without a browser, nobody waits for a reload: the page is asked for again and again instead.
    server = subprocess.Popen(command, cwd=copy)
    try:
        deadline = time.monotonic() + 300
        while not _get(address + PAGE):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("expected `mkdocs serve` to answer within five minutes; run it by hand")
            time.sleep(0.2)
        time.sleep(2)  # the watcher starts after the first build
        yield address
    finally:
        server.terminate()
        server.wait()


def _first_visit(browser: Browser, site: Path, page: str) -> float:
    handler = functools.partial(_Silent, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sizes: list[int] = []

    def count(response: Response) -> None:
        if not response.url.endswith((".woff2", ".woff")):
            sizes.append(len(gzip.compress(response.body(), 6)))

    context = browser.new_context()  # nothing is cached yet: a first visit
    try:
        tab = context.new_page()
        tab.on("response", count)
        tab.goto(f"http://127.0.0.1:{server.server_port}/{page}", wait_until="networkidle")
        context.close()
    finally:
        server.shutdown()
    return sum(sizes) / 1000


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.read().decode("utf-8")
    except OSError:
        return ""


def _timed(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CI": "true"}
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
