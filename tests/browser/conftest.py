"""The real site, built strictly, served under a sub-path, and a real browser to read it with."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
LANGUAGES = {"zh": "", "en": "en/"}
PAGES = sorted(file.relative_to(ROOT / "docs/zh").as_posix() for file in (ROOT / "docs/zh").rglob("*.md"))

# Quiet: no request of the browser's own may be mistaken for one of the page's.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def address(lang: str, page: str) -> str:
    """Where a page stands below the root of the site: ``en/model/norm/``."""
    return LANGUAGES[lang] + re.sub(r"(^|/)index\.md$", r"\1", page).replace(".md", "/")


def _missing() -> str | None:
    if not next(filter(None, map(shutil.which, CHROMES)), None):
        return "no Chromium or Chrome here; install one (Debian: apt-get install chromium fonts-noto-cjk)"
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed; run: pip install -e '.[test]'"
    return None


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser. Where there is none the tests are skipped, but not on CI."""
    reason = _missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return next(filter(None, map(shutil.which, CHROMES)))


@pytest.fixture(scope="session")
def built(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the site below ``guide/``, built once, however many processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "host"
    with FileLock(f"{root}.lock"):  # the first process builds, the others wait
        log = root / "build.log"
        if not log.exists():
            root.mkdir()
            log.write_text(_build(root / "guide"), encoding="utf-8")
        if log.read_text(encoding="utf-8"):
            pytest.fail(
                f"the site does not build; run `make build`:\n{log.read_text('utf-8')}", pytrace=False
            )
    return root


def _build(folder: Path) -> str:
    """Build the site as strictly as `make build`; return what went wrong."""
    # Not --quiet: it silences warnings before they are counted, and the build would be strict in name only.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {key: value for key, value in os.environ.items() if key not in {"SITE_URL", "REPO_URL"}}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr if run.returncode else ""


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """Address of the site: some folder of a host that knows nothing of it, as on GitHub Pages."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            page = (built / "guide" / "404.html").read_bytes()
            self.send_response(code, message)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(built))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/guide/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(chromium: str):
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield one
        one.close()


@dataclass
class Reader:
    """A reader's window, and everything that went wrong in it."""

    page: object
    site: str
    trouble: list[str] = field(default_factory=list)

    def open(self, lang: str, page: str) -> None:
        """Open a page by its path below ``docs/zh`` or ``docs/en``."""
        self.page.goto(self.site + address(lang, page), wait_until="load")

    def open_for_instant_navigation(self, lang: str, page: str) -> None:
        """Open a page and wait until links load no documents; ``window.sameDocument`` stays as long."""
        self.open(lang, page)
        self.page.wait_for_function(
            "performance.getEntriesByType('resource').some(r => r.name.endsWith('sitemap.xml'))"
        )
        self.page.wait_for_timeout(100)  # the script reads what has arrived
        self.page.evaluate("window.sameDocument = true")

    def watch(self) -> None:
        """Note errors on the console, failed requests, and requests to another host."""
        page, own = self.page, self.site.split("/guide/")[0] + "/"
        page.on("console", lambda said: said.type == "error" and self.trouble.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._failed(request))
        page.on(
            "response",
            lambda answer: answer.status >= 400 and self.trouble.append(f"{answer.status}: {answer.url}"),
        )
        page.on(
            "request",
            lambda request: (
                request.url.startswith((own, "data:", "blob:"))
                or self.trouble.append(f"foreign: {request.url}")
            ),
        )

    def _failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the reader left before the answer came
            self.trouble.append(f"failed: {request.url}: {request.failure}")


@pytest.fixture(scope="session")
def _window(browser, site: str) -> Iterator[Reader]:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(10_000)
    reader = Reader(context.new_page(), site)
    reader.watch()
    yield reader
    context.close()


@pytest.fixture
def reader(_window: Reader) -> Iterator[Reader]:
    """A window at 1400 pixels, light, with nothing stored; a test fails if anything went wrong in it."""
    _window.page.set_viewport_size({"width": 1400, "height": 900})
    _window.page.emulate_media(color_scheme="light")
    _window.trouble.clear()
    yield _window
    assert _window.trouble == []
    _window.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
