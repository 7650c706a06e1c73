"""pytest plugin that runs every ``>>>`` example of docs/ and of the docstrings of minigpt/, once per device.

One item per page or docstring and device: ``docs/zh/x.md::x[cpu]``. The examples of a page share one
namespace. A page with ``snippets: section`` in its front matter has an item, and a namespace, for each of its
headings: ``docs/zh/x.md::anchor[cpu]``. Ordinary tests that take the fixture ``device`` run on the same
devices. The root ``conftest.py`` loads this plugin, which needs nothing but pytest and torch.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from _ext.examples import Example, read_file

from tests.snippets import outcome, runner, state

_DEVICES = pytest.StashKey[list[str]]()
_OUTCOME = pytest.StashKey[outcome.Outcome]()
_REPORT = pytest.StashKey[str]()


class SnippetError(Exception):
    """Some examples of a page failed; the argument says which and how."""


class Snippets(pytest.Item):
    """The examples of one page, section or docstring on one device."""

    def __init__(self, *, device: str, examples: list[Example], names: dict[str, Any], **rest: Any) -> None:
        super().__init__(**rest)
        self.device, self.examples, self.names = device, examples, names

    def runtest(self) -> None:
        page = self.path.relative_to(self.config.rootpath).as_posix()
        with state.fresh(self.device, self.config.getoption("reseed"), self.names) as names:
            results, failures = runner.run(page, self.examples, self.device, names)
        self.config.stash[_OUTCOME].add(page, self.device, self.examples, results)
        if failures:
            raise SnippetError("\n\n".join(failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, SnippetError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.examples[0].line - 1, self.name


class SnippetFile(pytest.File):
    """A page or a module."""

    def collect(self) -> Iterator[Snippets]:
        groups, problems = read_file(self.path, self.config.rootpath)
        if problems:
            raise self.CollectError("\n".join(str(problem) for problem in problems))
        names = self._module_names() if groups and self.path.suffix == ".py" else {}
        for name, examples in groups.items():
            for device in self.config.stash[_DEVICES]:
                given = {"device": device, "examples": examples, "names": names}
                yield Snippets.from_parent(self, name=f"{name}[{device}]", **given)

    def _module_names(self) -> dict[str, Any]:
        parts = self.path.relative_to(self.config.rootpath).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        if not module.__file__ or not self.path.samefile(module.__file__):
            message = (
                f"expected to import it from here, got {module.__file__}; run pytest in one checkout only"
            )
            raise self.CollectError(f"{self.path}: {message}")
        return dict(vars(module))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("snippets", "examples of the guide")
    group.addoption(
        "--device",
        action="append",
        metavar="DEVICE",
        help="cpu, cuda or cuda:N; may be repeated. Default: cpu, and cuda if there is one",
    )
    group.addoption(
        "--reseed",
        nargs="?",
        type=_whole_number,
        const=1,
        default=0,
        metavar="N",
        help="add N (1) to every seed the examples set: what they show must not hang on the random stream",
    )
    group.addoption("--report", metavar="FILE", help="write the outcome of the examples as JSON")


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"expected a whole number, got {text!r}; before a path write --reseed=1"
        raise argparse.ArgumentTypeError(message) from None


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_DEVICES] = select(config.getoption("device") or [])
    config.stash[_OUTCOME] = outcome.Outcome()
    report = config.getoption("report")
    if report and not config.invocation_params.dir.joinpath(report).parent.is_dir():
        raise pytest.UsageError(
            f"--report: expected a file in a folder that exists, got {report}; make the folder"
        )


def select(requested: list[str]) -> list[str]:
    """The devices to run on. One asked for and absent is an error: a skip would look like a success."""
    if not requested:
        return ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    for name in requested:
        known = re.fullmatch(r"cpu|cuda(?::(?P<index>\d+))?", name)
        if not known:
            raise pytest.UsageError(f"--device: expected cpu, cuda or cuda:N, got {name}")
        if name != "cpu" and int(known["index"] or 0) >= count:
            message = (
                f"expected that device to be there, got {count} CUDA devices (torch {torch.__version__})"
            )
            raise pytest.UsageError(f"--device {name}: {message}; run where there is one, or ask for another")
    return list(dict.fromkeys(requested))


@pytest.fixture(scope="session")
def device(request: pytest.FixtureRequest) -> torch.device:
    """Each device the run is for (``--device``), in turn."""
    return torch.device(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    own = any("device" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "device" in metafunc.fixturenames and not own:
        metafunc.parametrize("device", metafunc.config.stash[_DEVICES], indirect=True, scope="session")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SnippetFile | None:
    root = parent.config.rootpath
    top = file_path.relative_to(root).parts[0] if file_path.is_relative_to(root) else ""
    if (top, file_path.suffix) in {("docs", ".md"), ("minigpt", ".py")}:
        return SnippetFile.from_parent(parent, path=file_path)
    return None


def pytest_report_header(config: pytest.Config) -> str:
    shift = config.getoption("reseed")
    told = f"snippets: torch {torch.__version__}, on {', '.join(config.stash[_DEVICES])}"
    return f"{told}, every seed shifted by {shift}" if shift else told


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config, found = session.config, session.config.stash[_OUTCOME]
    if not config.getoption("report") or config.getoption("collectonly"):
        return
    path = config.invocation_params.dir / config.getoption("report")
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not found.records:
        config.stash[_REPORT] = f"report: not written to {path}, because the run did not get to its end"
        return
    outcome.write(path, found.report(config.getoption("reseed")))
    config.stash[_REPORT] = f"report: {len(found.records)} results written to {path}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    lines = [*config.stash[_OUTCOME].summary(), config.stash.get(_REPORT, "")]
    for line in filter(None, lines):
        terminalreporter.write_line(line)
