"""The collector of snippets, run on small guides of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from _ext.examples import digest, read_file

from tests.snippets import seeds, select, state
from tests.snippets.checker import Checker

Run = Callable[..., pytest.RunResult]


def fenced(*lines: str, info: str = "pycon") -> str:
    return "\n".join([f"```{info}", *lines, "```", ""])


@pytest.fixture
def guide(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Writes files given as keywords (``zh_x`` is docs/zh/x.md) and runs pytest, on the CPU unless told."""
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]")
    pytester.makeconftest('pytest_plugins = ["tests.snippets"]')

    def run(*args: str, **files: str) -> pytest.RunResult:
        for name, text in files.items():
            path = pytester.path / "docs" / (name.replace("_", "/") + ".md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        device = () if "--device" in args else ("--device", "cpu")
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *device, *args)

    return run


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretends there is one CUDA device; examples for it run on the CPU."""
    real = state.fresh
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device=None: "Imaginary GPU")
    monkeypatch.setattr(state, "fresh", lambda device, reseed, names: real("cpu", reseed, names))


# Collection


def test_one_item_per_page_and_device(guide: Run, gpu: None) -> None:
    page = "Text\n" + fenced(">>> x = 1") + fenced(">>> x", "1")
    result = guide("-v", "--device", "cpu", "--device", "cuda", zh_x=page, en_x=page)
    result.assert_outcomes(passed=4)
    items = [
        f"docs/{lang}/x.md::x[[]{device}[]] PASSED*" for lang in ("en", "zh") for device in ("cpu", "cuda")
    ]
    result.stdout.fnmatch_lines(items)
    result.stdout.fnmatch_lines(
        ["snippets: 4 examples on cpu (4 passed)", "snippets: 4 examples on cuda (4 passed)"]
    )


def test_pages_do_not_share_names(guide: Run) -> None:
    result = guide(zh_a=fenced(">>> x = 1"), zh_b=fenced(">>> x", "1"))
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["docs/zh/b.md:2: on cpu, expected no exception, got NameError*"])


SECTIONS = f"""---
snippets: section
---

# Errata

## Numbers {{#numbers}}

### Sums {{#e1}}

{fenced(">>> x = 1", ">>> x + 1", "3")}
### Names {{#e2}}

{fenced(">>> 'x' in globals()", "False")}
### Roots {{#e3}}

{fenced(">>> 4 ** 0.5", "2.0")}"""


def test_one_item_per_section_and_no_names_shared(guide: Run, pytester: pytest.Pytester, gpu: None) -> None:
    result = guide("-v", "--device", "cpu", "--device", "cuda", "--report", "out.json", en_errata=SECTIONS)
    result.assert_outcomes(passed=4, failed=2)
    items = [
        f"docs/en/errata.md::{name}"
        for name in ("e1[[]{}[]] FAILED*", "e2[[]{}[]] PASSED*", "e3[[]{}[]] PASSED*")
    ]
    result.stdout.fnmatch_lines([item.format(device) for item in items for device in ("cpu", "cuda")])
    result.stdout.fnmatch_lines(
        ["docs/en/errata.md:13: on cpu, expected the output on the page, got another*"]
    )
    report = json.loads((pytester.path / "out.json").read_text(encoding="utf-8"))
    told = [(one["page"], one["line"], one["result"]) for one in report["examples"] if one["device"] == "cpu"]
    results = {12: "passed", 13: "failed", 20: "passed", 27: "passed"}
    assert told == [("docs/en/errata.md", *one) for one in results.items()]


def test_one_section_alone(guide: Run) -> None:
    result = guide("docs/en/errata.md::e3[cpu]", en_errata=SECTIONS)
    result.assert_outcomes(passed=1)


def test_a_section_without_a_name_fails_collection(guide: Run) -> None:
    result = guide(en_errata=SECTIONS.replace(" {#e2}", ""))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["docs/en/errata.md:17: expected an anchor that names the test of this section*"]
    )


def test_page_without_examples_gives_no_item(guide: Run) -> None:
    assert guide(zh_x="Text\n").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_what_would_not_be_run_fails_collection(guide: Run) -> None:
    result = guide(zh_x="Text\n\n" + fenced("x = 1", info="python") + ">>> 1\n", zh_y=fenced(">>> 1", "1"))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "docs/zh/x.md:3: expected `>>>` in a fence of Python, got none*",
            "docs/zh/x.md:6: expected `>>>` in a ```pycon fence only, got one outside*",
        ]
    )


MODULE = '''HIDDEN = 2


class A:
    """Doc.

    >>> HIDDEN
    2
    """

    def f(self):
        """
        >>> 1
        2
        """
'''


def test_docstrings(guide: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "minigpt"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(pytester.path)
    pytester.mkpydir("minigpt").joinpath("a.py").write_text(
        MODULE,
        encoding="utf-8",
    )
    result = guide("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["minigpt/a.py::A[[]cpu[]] PASSED*", "minigpt/a.py::A::f[[]cpu[]] FAILED*"])
    result.stdout.fnmatch_lines(["minigpt/a.py:13: on cpu, expected the output on the page, got another; *"])


def test_docstrings_of_another_copy_of_the_package(guide: Run, pytester: pytest.Pytester) -> None:
    import minigpt.norm

    (pytester.path / "minigpt").mkdir()
    (pytester.path / "minigpt" / "norm.py").write_text('"""\n>>> 1\n1\n"""\n', encoding="utf-8")
    result = guide()
    result.stdout.fnmatch_lines(
        [f"*minigpt/norm.py: expected to import it from here, got {minigpt.norm.__file__}; *"]
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_layernorm_has_examples() -> None:
    root = Path(__file__).parents[1]
    groups, problems = read_file(root / "minigpt" / "norm.py", root)
    assert (list(groups), problems) == (["LayerNorm"], [])


# Failures


def test_failure_names_line_source_expected_and_got(guide: Run) -> None:
    page = "\n" + fenced(
        ">>> for i in range(2):", "...     i + 1", "1", "3", ">>> 1", "2", ">>> [0.25]", "[0.3500]"
    )
    result = guide(zh_x=page)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "docs/zh/x.md:3: on cpu, expected the output on the page, got another; correct *",
            "    >>> for i in range(2):",
            "    ...     i + 1",
            "Expected:",
            "    1",
            "    3",
            "Got:",
            "    1",
            "    2",
            "docs/zh/x.md:7: on cpu, expected the output on the page, got another; correct *",
            "(may be a consequence of the failure in line 3)",
            "    >>> 1",
            "Expected:",
            "    2",
            "Got:",
            "    1",
            "docs/zh/x.md:9: *got another (float number 1: expected 0.3500, got 0.25); correct*",
            "snippets: 3 examples on cpu (3 failed)",
        ],
        consecutive=False,
    )


def test_unexpected_exception_has_its_traceback(guide: Run) -> None:
    result = guide(zh_x=fenced(">>> def f():", "...     return 1 / 0", ">>> f()", "1"))
    result.stdout.fnmatch_lines(
        [
            "docs/zh/x.md:4: on cpu, expected no exception, got ZeroDivisionError; correct the page or *",
            "    >>> f()",
            "Expected:",
            "    1",
            "Got:",
            "    Traceback (most recent call last):",
            "*return 1 / 0*",
            "    ZeroDivisionError: division by zero",
        ]
    )
    assert "doctest.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("kind", "message", "outcome"),
    [
        ("ValueError", "of no 0.12", "passed"),
        ("ValueError", "of no 0.2", "failed"),
        ("TypeError", "of no 0.12", "failed"),
    ],
)
def test_exceptions_are_compared_by_type_and_message(
    guide: Run, kind: str, message: str, outcome: str
) -> None:
    page = fenced(
        ">>> raise ValueError('of no 0.1234')", "Traceback (most recent call last):", f"{kind}: {message}"
    )
    guide(zh_x=page).assert_outcomes(**{outcome: 1})


def test_no_output_where_some_is_expected(guide: Run) -> None:
    result = guide(zh_x=fenced(">>> None", "1", ">>> 2"))
    result.stdout.fnmatch_lines(["Expected:", "    1", "Got nothing", "Expected nothing", "Got:", "    2"])


def test_pytest_cannot_be_told_to_skip_from_a_page(guide: Run) -> None:
    result = guide(zh_x=fenced(">>> import pytest", ">>> pytest.skip('no')"))
    result.assert_outcomes(failed=1)


def test_blank_lines_in_an_output(guide: Run) -> None:
    good = fenced(
        ">>> import torch", ">>> torch.zeros(2, 1, 1)", "tensor([[[0.]],", "", "        [[0.]]])", ""
    )
    bad = fenced(">>> print('a', 'b', sep='\\n\\n')", "a", "", "c")
    result = guide(zh_good=good, zh_bad=bad)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["Expected:", "    a", "", "    c", "Got:", "    a", "", "    b"])


# Outputs


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("1", "1", True),
        ("1", "2", False),
        ("12", "1", False),
        ("1", "1.0", False),
        ("1.0", "1", False),
        ("a 1", "b 1", False),
        ("", "1", False),
        ("1", "", False),
        ("True", "1", False),
        # to the digits written
        ("0.58", "0.5795", True),
        ("0.58", "0.5749", False),
        ("0.58", "0.5850001", False),
        ("0.5", "0.6", False),
        ("0.5795", "0.57951234", True),
        ("0.125", "0.1254", True),
        ("0.125", "0.126", False),
        ("-0.5", "0.5", False),
        ("+0.5", "0.5", True),
        ("-0.0000", "0.0000", True),
        ("12345.68", "12345.6789", True),
        ("[0.58, 1]", "[0.5795, 1]", True),
        ("[0.58, 1]", "[0.5795, 2]", False),
        ("[0.58]", "[0.58, 0.58]", False),
        # one unit in the last place, where four digits or more are written
        ("0.5795", "0.5796", True),
        ("0.5795", "0.5797", False),
        ("0.579", "0.580", False),
        # whole floats
        ("0.0", "0.1", False),
        ("0.0", "0.04", False),
        ("0.0", "1.2e-08", True),
        ("1.0", "0.99999994", True),
        ("1.0", "1.0002", False),
        ("tensor([1., 2.])", "tensor([1.0000, 2.0000])", True),
        ("tensor([1., 2.])", "tensor([1.4000, 2.0000])", False),
        # exponents
        ("1.1921e-07", "1.1920929e-07", True),
        ("1.19e-07", "1.192e-07", True),
        ("1.19e-07", "1.21e-07", False),
        ("1.2e+03", "1234.0", True),
        ("1e-05", "1.00001e-05", True),
        ("1e-05", "1.4e-05", False),
        ("1e-05", "1e-06", False),
        # not numbers
        ("nan", "nan", True),
        ("nan", "0.0", False),
        ("0.0", "nan", False),
        ("inf", "inf", True),
        ("inf", "-inf", False),
        ("[nan, 0.5]", "[   nan, 0.5000]", True),
        # names and versions
        ("2.6.0", "2.6.0", True),
        ("2.6.0", "2.6.1", False),
        ("x0.5000", "x0.5001", False),
        # white space, and the device
        ("a  b\nc", "a b c", True),
        ("ab", "a b", False),
        ("tensor([ 0.5, -1.5])", "tensor([0.5000,\n       -1.5000])", True),
        ("tensor(1.5)", "tensor(1.5000, device='cuda:0')", True),
        ("tensor(1.5, grad_fn=<A>)", "tensor(1.5000, device='cuda:1',\n       grad_fn=<A>)", True),
        ("tensor(1.5, device='cuda:0')", "tensor(1.5000, device='cuda:0')", False),
        ("tensor(1.5, device='cuda:0')", "tensor(1.5000)", False),
        ("tensor(1.5)", "tensor(1.5000, device='meta')", False),
        ("tensor(..., device='meta')", "tensor(..., device='meta')", True),
        ("a ... b", "a x b", False),
    ],
)
def test_outputs(want: str, got: str, same: bool) -> None:
    assert Checker().check_output(want, got, 0) is same


@pytest.mark.parametrize(
    ("option", "want", "outcome"),
    [
        ("  # doctest: +ELLIPSIS", "<... at 0.12 and ...>", "passed"),
        ("  # doctest: +ELLIPSIS", "<... at 0.22 and ...>", "failed"),
        ("", "<... at 0.12 and ...>", "failed"),
    ],
)
def test_ellipsis_is_opt_in(guide: Run, option: str, want: str, outcome: str) -> None:
    guide(zh_x=fenced(f">>> print('<x at 0.1234 and y>'){option}", want)).assert_outcomes(**{outcome: 1})


# Devices


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["cuda"], "--device cuda: expected that device to be there, got 0 CUDA devices"),
        (["cpu", "cuda:1"], "--device cuda:1: expected that device to be there, got 0 CUDA devices"),
        (["gpu"], "--device: expected cpu, cuda or cuda:N, got gpu"),
        (["cpu:0"], "--device: expected cpu, cuda or cuda:N, got cpu:0"),
    ],
)
def test_devices_that_are_not_there(
    guide: Run, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = guide(*[word for name in args for word in ("--device", name)], zh_x=fenced(">>> 1", "1"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}*"])


def test_devices_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert select([]) == ["cpu"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert select([]) == ["cpu", "cuda"]
    assert select(["cuda:1", "cpu", "cuda:1"]) == ["cuda:1", "cpu"]
    with pytest.raises(pytest.UsageError, match=r"--device cuda:2: .* got 2 CUDA devices"):
        select(["cuda:2"])


def test_cpu_only_examples_are_counted_and_told(guide: Run, gpu: None) -> None:
    page = fenced(">>> # CPU only: sums of float16 differ", ">>> 1 / 0  # doctest: +CPU_ONLY", ">>> 2", "2")
    result = guide("--device", "cuda", zh_x=page)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "snippets: 1 example on cuda (1 passed, 1 for the CPU only, not run)",
            "docs/zh/x.md:3: not run on cuda: sums of float16 differ",
        ]
    )
    result = guide()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["docs/zh/x.md:3: on cpu, expected no exception, got ZeroDivisionError*"])


def test_fixture_device(guide: Run, gpu: None, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        import torch

        def test_a(device):
            assert isinstance(device, torch.device)

        @pytest.mark.parametrize("device", ["mine"])
        def test_b(device):
            assert device == "mine"
        """
    )
    result = guide("-v", "--device", "cpu", "--device", "cuda")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines_random(
        ["*::test_a[[]cpu[]] PASSED*", "*::test_a[[]cuda[]] PASSED*", "*::test_b[[]mine[]]*"]
    )


# State


def test_default_device_is_set_and_restored() -> None:
    with state.fresh("meta", 0, {}):
        assert torch.ones(1).device.type == "meta"
    assert torch.ones(1).device.type == "cpu"
    torch.set_default_device("meta")
    try:
        with state.fresh("cpu", 0, {}):
            assert torch.ones(1).device.type == "cpu"
        assert torch.ones(1).device.type == "meta"
    finally:
        torch.set_default_device(None)


def _observe() -> dict[str, Any]:
    return {
        "grad": torch.is_grad_enabled(),
        "dtype": torch.get_default_dtype(),
        "threads": torch.get_num_threads(),
        "matmul": torch.get_float32_matmul_precision(),
        "anomaly": torch.is_anomaly_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "cudnn": (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark),
        "attention": torch.backends.cuda.flash_sdp_enabled(),
        "fast path": torch.backends.mha.get_fastpath_enabled(),
        "torch": torch.get_rng_state().tolist(),
        "random": random.getstate(),
        "numpy": seeds.numpy and seeds.numpy.random.get_state()[1].tolist(),
        "filters": list(warnings.filters),
        "printed": repr(torch.tensor([1.23456789, 1e-9])),
        "folder": Path.cwd(),
        "path": list(sys.path),
        "environment": dict(os.environ),
        "device": torch.get_default_device(),
        "main": sys.modules["__main__"],
    }


def _upset() -> None:
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(torch.get_num_threads() + 7)
    torch.set_float32_matmul_precision("medium")
    torch.autograd.set_detect_anomaly(True)
    torch.backends.cudnn.deterministic = torch.backends.cudnn.benchmark = True
    torch.backends.cuda.enable_flash_sdp(False)
    torch.backends.mha.set_fastpath_enabled(False)
    torch.manual_seed(123)
    random.seed(123)
    if seeds.numpy:
        seeds.numpy.random.seed(123)
    warnings.simplefilter("error")
    torch.set_printoptions(precision=1, sci_mode=True)
    Path("folder").mkdir()
    os.chdir("folder")
    sys.path.append("nowhere")
    os.environ["MINIGPT_TEST"] = "1"
    torch.set_default_device("meta")


@pytest.mark.parametrize("end", ["normal", "exception"])
def test_nothing_is_left_behind(end: str) -> None:
    before = _observe()
    try:
        with state.fresh("cpu", 0, {}):
            _upset()
            inside = _observe_changes(before)
            if end == "exception":
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert end == "exception"
    assert _observe() == before
    assert inside == set(before) - {"deterministic"}  # tested below, since it is slow to set


def _observe_changes(before: dict[str, Any]) -> set[str]:
    torch.set_default_device("cpu")
    now = _observe() | {"device": "meta"}
    return {name for name in before if now[name] != before[name]}


def test_deterministic_algorithms_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torch's own setter, which loads its compiler."""

    def use(mode: bool, *, warn_only: bool = False) -> None:
        torch.set_deterministic_debug_mode((1 if warn_only else 2) if mode else 0)

    monkeypatch.setattr(torch, "use_deterministic_algorithms", use)
    with state.fresh("cpu", 0, {}):
        torch.use_deterministic_algorithms(True, warn_only=True)
        with state.fresh("cpu", 0, {}):
            torch.use_deterministic_algorithms(True)
        assert torch.get_deterministic_debug_mode() == 1
    assert torch.get_deterministic_debug_mode() == 0


def test_every_page_starts_from_the_same_seeds(guide: Run) -> None:
    torch.manual_seed(0)
    random.seed(0)
    first = [torch.rand(()).item(), random.random()]
    page = fenced(
        ">>> import random, torch", f">>> [torch.rand(()).item(), random.random()] == {first}", "True"
    )
    torch.manual_seed(1)
    guide(zh_a=page, zh_b=page).assert_outcomes(passed=2)


def test_classes_of_a_page_belong_to_main_and_can_be_pickled(guide: Run) -> None:
    lines = [">>> class A: pass", ">>> A", "<class '__main__.A'>", ">>> import pickle"]
    guide(zh_x=fenced(*lines, ">>> type(pickle.loads(pickle.dumps(A()))) is A", "True")).assert_outcomes(
        passed=1
    )


def test_files_of_a_page_do_not_stay(guide: Run, pytester: pytest.Pytester) -> None:
    page = fenced(">>> import os", ">>> os.listdir()", "[]", ">>> _ = open('x.pt', 'w').write('')")
    guide(zh_a=page, zh_b=page).assert_outcomes(passed=2)
    assert not (pytester.path / "x.pt").exists()


# Seeds

SHOWS_STREAM = {
    "manual_seed": "torch.manual_seed(3); torch.rand(()).item() == {torch}",
    "manual_seed by name": "torch.random.manual_seed(seed=3); torch.rand(()).item() == {torch}",
    "generator": "torch.rand((), generator=torch.Generator().manual_seed(3)).item() == {torch}",
    "generator, unseeded": "torch.Generator().initial_seed() == 67280421310721",
    "never seeded": "torch.rand(()).item() == {start}",
    "random": "random.seed(3); random.random() == {random}",
    "random by name": "random.seed(a=3); random.random() == {random}",
    "Random": "random.Random(3).random() == {random}",
    "text": "random.seed('a'); random.random() == {text}",
    "numpy": "numpy.random.seed(3); numpy.random.rand() == {numpy}",
    "numpy generator": "numpy.random.default_rng([3, 4]).random() == {generator}",
}


@pytest.fixture
def stream() -> Iterator[dict[str, Any]]:
    with state.fresh("cpu", 0, {}):
        values = {"start": torch.rand(()).item(), "torch": torch.manual_seed(3) and torch.rand(()).item()}
        values |= {"random": random.Random(3).random(), "text": random.Random("a").random()}
        if seeds.numpy:
            values["numpy"] = float(seeds.numpy.random.RandomState(3).rand())
            values["generator"] = float(seeds.numpy.random.default_rng([3, 4]).random())
    return values


@pytest.mark.parametrize("example", SHOWS_STREAM)
def test_reseed_finds_values_that_hang_on_the_stream(
    guide: Run, stream: dict[str, Any], example: str
) -> None:
    if "numpy" in example and not seeds.numpy:
        pytest.skip("numpy is not installed")
    code = SHOWS_STREAM[example].format(**stream)
    imports = ">>> import random, torch" + ("; import numpy" if "numpy" in example else "")
    before, _, last = code.rpartition("; ")
    lines = [imports, *([f">>> _ = {before}"] if before else []), f">>> {last}", "True"]
    guide(zh_x=fenced(*lines)).assert_outcomes(passed=1)
    guide("--reseed").assert_outcomes(failed=1)


def test_reseed_leaves_other_values_alone(guide: Run) -> None:
    lines = [">>> import random, torch", ">>> g = torch.Generator('cpu').manual_seed(2**40)"]
    lines += [
        ">>> torch.rand(3, generator=g).shape",
        "torch.Size([3])",
        ">>> isinstance(torch.default_generator, torch.Generator)",
    ]
    lines += ["True", ">>> _ = torch.manual_seed(5); a = torch.rand(3)", ">>> _ = torch.manual_seed(5)"]
    lines += [">>> torch.equal(a, torch.rand(3)), torch.equal(a, torch.rand(3))", "(True, False)"]
    lines += [">>> random.seed(); random.Random().random() < 1", "True"]
    originals = (torch.manual_seed, torch.Generator, random.seed, random.Random)
    result = guide("--reseed=7", zh_x=fenced(*lines))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["snippets: torch *, on cpu, every seed shifted by 7"])
    assert originals == (torch.manual_seed, torch.Generator, random.seed, random.Random)


def test_reseed_in_front_of_a_path(guide: Run) -> None:
    result = guide("--reseed", "docs", zh_x=fenced(">>> 1", "1"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--reseed: expected a whole number, got 'docs'; before a path write --reseed=1"]
    )


def test_cuda_seeds_are_shifted(monkeypatch: pytest.MonkeyPatch) -> None:
    got = []
    monkeypatch.setattr(torch.cuda, "manual_seed", got.append)
    monkeypatch.setattr(torch.cuda, "manual_seed_all", got.append)
    with seeds.shifted(10):
        torch.cuda.manual_seed(1)
        torch.cuda.manual_seed_all(2)
    assert got == [11, 12]


# Report


def test_report(guide: Run, gpu: None, pytester: pytest.Pytester) -> None:
    page = fenced(">>> 1", "1", ">>> # CPU only: why not", ">>> 2  # doctest: +CPU_ONLY", "2", ">>> 3", "4")
    result = guide("--report", "out.json", "--reseed=2", "--device", "cpu", "--device", "cuda", zh_x=page)
    result.stdout.fnmatch_lines([f"report: 6 results written to {pytester.path / 'out.json'}"])
    report = json.loads((pytester.path / "out.json").read_text(encoding="utf-8"))
    examples = report.pop("examples")
    assert report.pop("date").endswith("Z")
    assert report.pop("devices") == {
        "cpu": platform.processor() or platform.machine(),
        "cuda": "Imaginary GPU",
    }
    python = ".".join(map(str, sys.version_info[:3]))
    assert report == {"schema": 1, "torch": torch.__version__, "python": python, "reseed": 2}
    assert examples[0] == {
        "page": "docs/zh/x.md",
        "line": 2,
        "digest": digest("1\n", "1\n"),
        "device": "cpu",
        "result": "passed",
    }
    results = [(example["line"], example["device"], example["result"]) for example in examples]
    on_cpu = [(2, "cpu", "passed"), (5, "cpu", "passed"), (7, "cpu", "failed")]
    assert results == [*on_cpu, (2, "cuda", "passed"), (5, "cuda", "cpu-only"), (7, "cuda", "failed")]
    assert [path.name for path in pytester.path.glob("out*")] == ["out.json"]


def test_report_survives_a_run_that_does_not_end(guide: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "out.json").write_text("old", encoding="utf-8")
    good, bad = fenced(">>> 1", "1"), fenced("1")
    result = guide("--report", "out.json", zh_good=good, zh_bad=bad)
    result.stdout.fnmatch_lines(["report: not written to *out.json, because the run did not get to its end"])
    assert (pytester.path / "out.json").read_text(encoding="utf-8") == "old"


def test_report_into_a_folder_that_is_not_there(guide: Run) -> None:
    result = guide("--report", "no/out.json", zh_x=fenced(">>> 1", "1"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --report: expected a file in a folder that exists, got no/out.json; *"]
    )


# A machine without the site's packages


@pytest.fixture
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The conftest of tests/, where mkdocs seems not to be installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "mkdocs" else real(name, *rest)
    )
    for name in ("test_here.py", "ext/test_site.py", "browser/test_pages.py"):
        path = pytester.path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("def test_it():\n    pass\n", encoding="utf-8")
    source = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    (pytester.path / "tests" / "conftest.py").write_text(source, encoding="utf-8")


def test_tests_of_the_site_are_left_out_and_it_is_said(guide: Run, bare: None) -> None:
    result = guide()
    result.assert_outcomes(passed=1)
    message = "tests/ext and tests/browser left out: mkdocs is not installed; pip install -e '*' adds it"
    result.stdout.fnmatch_lines([message, "tests/test_here.py .*", message])


def test_tests_of_the_site_are_not_left_out_in_ci(
    guide: Run, bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = guide()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: tests/ext and tests/browser left out: *, and CI must run them"])
