"""Shapes by line: which tensors are seen, under which text, with which letters, and how probes fail."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from _ext import measure, record, walk

ROOT = Path(__file__).parents[2]
NORM = ROOT / "minigpt/norm.py"
HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"


class Bench:
    """A package ``tiny`` with a module ``part`` in a folder of its own, and a probe of it."""

    def __init__(self, root: Path) -> None:
        self.module, self.probe = root / "tiny/part.py", root / "docs/_probes/part.py"
        self.module.parent.mkdir()
        self.probe.parent.mkdir(parents=True)
        (root / "tiny/__init__.py").write_text("")

    def write(self, module: str, probe: str) -> Bench:
        self.module.write_text(HEAD + textwrap.dedent(module), encoding="utf-8")
        self.probe.write_text(
            "import torch\nfrom tiny import part\n" + textwrap.dedent(probe), encoding="utf-8"
        )
        return self

    def measure(self) -> dict[int, list[measure.Measured]]:
        return measure.measure(self.module, self.probe)

    def lines(self) -> dict[str, list[str]]:
        """What is shown beside each line, by the line's text."""
        source = self.module.read_text(encoding="utf-8").split("\n")
        return {
            source[line - 1].strip(): [f"{one.text} {one.shape} {one.dtype}" for one in found]
            for line, found in self.measure().items()
        }

    def error(self) -> str:
        with pytest.raises(measure.ProbeError) as caught:
            self.measure()
        assert str(caught.value) == str(caught.value.problem)
        return str(caught.value)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def body(bench: Bench) -> Callable[..., dict[str, list[str]]]:
    """Shapes of the lines of ``def f(x)``, called with a tensor (B, T)."""

    def lines(text: str, head: str = "", argument: str = "torch.randn(B, T)") -> dict[str, list[str]]:
        module = head + "\ndef f(x):\n" + textwrap.indent(textwrap.dedent(text), "    ")
        bench.write(module, f"def probe(B, T):\n    part.f({argument})\n    return torch.ones(1)\n")
        found = bench.lines()
        found.pop("def f(x):")
        return found

    return lines


def test_layer_norm() -> None:
    found = measure.measure(NORM, ROOT / "docs/_probes/norm.py")
    source = NORM.read_text(encoding="utf-8").split("\n")
    shown = {
        source[line - 1].strip(): [(one.text, one.shape, one.dtype) for one in ms]
        for line, ms in found.items()
    }
    assert shown == {
        "self.weight = nn.Parameter(torch.ones(ndim))": [
            ("self.weight", "(C,)", "float32"),
            ("torch.ones(ndim)", "(C,)", "float32"),
        ],
        "self.bias = nn.Parameter(torch.zeros(ndim)) if bias else None": [
            ("self.bias", "(C,)", "float32"),
            ("torch.zeros(ndim)", "(C,)", "float32"),
        ],
        "def forward(self, input: Tensor) -> Tensor:": [("input", "(B, T, C)", "float32")],
        "return F.layer_norm(input, self.weight.shape, self.weight, self.bias, 1e-5)": [
            ("return", "(B, T, C)", "float32")
        ],
    }
    for one in (one for ms in found.values() for one in ms):
        first, second = (eval(sizes) for sizes in one.sizes)
        assert len(first) == len(second) == one.shape.count(",") + (one.shape != "(C,)")
        assert not set(first) & set(second), "the two runs must differ in every size"


def test_every_probe_of_the_site_runs() -> None:
    """Walk pages name module and probe; a probe that no page names would be measured by nobody."""
    folder = ROOT / "docs/_probes"
    metas = [walk.front_matter(page.read_text("utf-8")) for page in (ROOT / "docs/en").rglob("*.md")]
    pairs = {meta["probe"]: meta["walk"] for meta in metas if "probe" in meta}
    probes = {probe.relative_to(folder).with_suffix("").as_posix() for probe in folder.rglob("*.py")}
    assert probes == set(pairs)
    for probe, module in pairs.items():
        assert measure.measure(ROOT / module, folder / f"{probe}.py"), probe


# What a line shows.


def test_names_come_first_then_what_was_made_on_the_way(body: Callable) -> None:
    assert body("y = (x @ x.transpose(0, 1)).softmax(dim=-1)\n") == {
        "y = (x @ x.transpose(0, 1)).softmax(dim=-1)": [
            "y (B, B) float32",
            "x.transpose(0, 1) (T, B) float32",
        ],
    }


def test_the_value_of_a_line_is_not_shown_twice(body: Callable) -> None:
    assert body("y = z = x.view(-1)\n") == {"y = z = x.view(-1)": ["y (B·T,) float32", "z (B·T,) float32"]}


def test_operators_are_shown_only_if_they_tell_something_new(body: Callable) -> None:
    """``-x`` has shape and dtype of the result, ``x > 0`` another dtype, ``x[:, 1:]`` another shape."""
    found = body("y = (-x + 1) * (x > 0)\nz = x[:, 1:].T.sum()\n")
    assert found == {
        "y = (-x + 1) * (x > 0)": ["y (B, T) float32", "x > 0 (B, T) bool"],
        "z = x[:, 1:].T.sum()": ["z () float32", "x[:, 1:] (B, T-1) float32", "x[:, 1:].T (T-1, B) float32"],
    }


def test_calls_are_shown_even_if_they_look_like_the_result(body: Callable) -> None:
    assert body("x = x + F.gelu(x)\n")["x = x + F.gelu(x)"] == [
        "x (B, T) float32",
        "F.gelu(x) (B, T) float32",
    ]


def test_unpacking_names_every_part(body: Callable) -> None:
    assert body("a, (b, *c) = x[0], (x[:, 0], x, x)\n") == {
        "a, (b, *c) = x[0], (x[:, 0], x, x)": ["a (T,) float32", "b (B,) float32", "c[i] (B, T) float32"]
    }
    assert body("values, order = x.sort(dim=1)\n") == {
        "values, order = x.sort(dim=1)": ["values (B, T) float32", "order (B, T) int64"]
    }


def test_tuples_of_unlike_tensors_are_numbered(body: Callable) -> None:
    assert body("return x.max(dim=1).values\n")["return x.max(dim=1).values"] == [
        "return (B,) float32",
        "x.max(dim=1)[0] (B,) float32",
        "x.max(dim=1)[1] (B,) int64",
    ]


def test_return_of_several(body: Callable) -> None:
    assert body("loss = None\nreturn x.sum(0), loss, x\n") == {
        "return x.sum(0), loss, x": ["return x.sum(0) (T,) float32", "return x (B, T) float32"]
    }


def test_attributes_items_and_in_place_operations(body: Callable) -> None:
    found = body("""
        keep = nn.Module()
        keep.rows = x[0]
        x[:, 0] = keep.rows.sum()
        x += 1
        x.mul_(2)
        d = {}
        d["k"] = x
        """)
    assert found == {
        "keep.rows = x[0]": ["keep.rows (T,) float32"],
        "x[:, 0] = keep.rows.sum()": ["x (B, T) float32", "keep.rows.sum() () float32"],
        "x += 1": ["x (B, T) float32"],
        "x.mul_(2)": ["x.mul_(2) (B, T) float32"],
    }


def test_a_layer_shows_the_tensors_it_is_built_of(body: Callable) -> None:
    found = body("y = nn.Linear(x.shape[1], 3 * x.shape[1])\nz = nn.Sequential(y, nn.ReLU())\n")
    assert found == {
        "y = nn.Linear(x.shape[1], 3 * x.shape[1])": ["y.weight (3T, T) float32", "y.bias (3T,) float32"]
    }


def test_headers_of_blocks(body: Callable) -> None:
    text = """
        if (x < 0).any():
            pass
        elif (x > 0).all():
            pass
        for row in x[:3]:
            y = row
        while (total := x.sum()) > 0:
            x = x - 1
        with torch.no_grad() as nothing:
            pass
        match x.ndim:
            case 2 if x.sum() < 1e9:
                z = x[0]
        """
    assert body(text, argument="torch.ones(B, T)") == {
        "if (x < 0).any():": ["x < 0 (B, T) bool", "(x < 0).any() () bool"],
        "elif (x > 0).all():": ["x > 0 (B, T) bool", "(x > 0).all() () bool"],
        "for row in x[:3]:": ["row (T,) float32", "x[:3] (3, T) float32"],
        "y = row": ["y (T,) float32"],
        "while (total := x.sum()) > 0:": ["total () float32", "(total := x.sum()) > 0 () bool"],
        "x = x - 1": ["x (B, T) float32"],
        "case 2 if x.sum() < 1e9:": ["x.sum() () float32", "x.sum() < 1e9 () bool"],
        "z = x[0]": ["z (T,) float32"],
    }


def test_comprehensions_lambdas_and_generators(body: Callable) -> None:
    found = body("""
        parts = [row.exp() for row in x]
        f = lambda t: t.sum(0)
        y = f(x)
        def g():
            yield x[0]
        z = list(g())
        """)
    assert found == {
        "parts = [row.exp() for row in x]": ["parts[i] (T,) float32", "row.exp() (T,) float32"],
        "f = lambda t: t.sum(0)": ["t.sum(0) (T,) float32"],
        "y = f(x)": ["y (T,) float32"],
        "yield x[0]": ["yield (T,) float32"],
        "z = list(g())": ["z[0] (T,) float32"],
    }


def test_shapes_that_change_are_listed_once_and_not_without_end(body: Callable) -> None:
    found = body("for i in (1, 2, 2, 1):\n    y = x[:, :i]\nfor i in range(x.shape[1]):\n    z = x[:, :i]\n")
    assert found == {
        "y = x[:, :i]": ["y (B, 1) float32", "y (B, 2) float32"],
        "z = x[:, :i]": [*(f"z (B, {i}) float32" for i in range(measure.MOST_SHAPES)), "z … float32"],
    }


def test_dtypes_and_scalars(body: Callable) -> None:
    found = body("i = x.long()\nh = x.bfloat16()\nm = x != x\nn = torch.tensor(5)\n")
    assert [one for lines in found.values() for one in lines] == [
        "i (B, T) int64",
        "h (B, T) bfloat16",
        "m (B, T) bool",
        "n () int64",
    ]


def test_left_alone(body: Callable) -> None:
    """Neither recorded nor broken: f-strings, annotations, defaults, decorators, del, numbers."""
    head = "from functools import lru_cache\nONES = torch.ones(2)\n"
    found = body(
        """
        text = f"{x.sum() + 1:.3f}"
        y: torch.zeros(3) = 1
        @lru_cache(maxsize=torch.ones(7).numel())
        def inner(a=torch.ones(4)): return 1
        inner()
        parts = [1, 2]
        del parts[0]
        n = len(x.shape) + x.shape[0] * 2
        """,
        head=head,
    )
    assert found == {
        "ONES = torch.ones(2)": ["ONES (2,) float32"],
        "def inner(a=torch.ones(4)): return 1": ["a (4,) float32"],
    }


def test_keys_are_lines_on_which_statements_begin(bench: Bench) -> None:
    bench.write(
        '''
        # A comment above.
        def f(
            x,  # (B, T)
        ):
            """Docstring."""
            # Another comment.
            y = torch.cat(
                [x, x],  # twice
                dim=1,
            ); z = y[0]
            return (
                y
            )
        ''',
        "def probe(B, T):\n    return part.f(torch.ones(B, T))\n",
    )
    assert {line: [(one.text, one.shape) for one in found] for line, found in bench.measure().items()} == {
        6: [("x", "(B, T)")],
        11: [("y", "(B, 2T)")],
        14: [("z", "(2T,)")],
        15: [("return", "(B, 2T)")],
    }


def test_long_expressions_are_shortened(body: Callable) -> None:
    lines = [
        "a = [torch.nn.functional.layer_norm(x, x.shape[1:], None, None, 1e-5), 1]",
        "a = [x.view(x.shape[0], x.shape[1], 1, 1).transpose(1, 2).contiguous(), 1]",
        "a = [(x.transpose(0, 1) - x.transpose(0, 1).mean()) @ (x + x.transpose(0, 1).T), 1]",
        "a = [[x.view(x.shape[0], x.shape[1], 1, 1, 1, 1)[:, :, 0, 0, 0], 1], 1]",
    ]
    texts = [one.rsplit(" (", 1)[0] for found in body("\n".join(lines)).values() for one in found]
    long = [text for text in texts if "…" in text]
    assert "x.view(…).transpose(1, 2)" in long or "x.view(…).transpose(…)" in long
    assert max(map(len, texts)) <= 44, texts


def test_expressions_over_several_lines_become_one(body: Callable) -> None:
    found = body("""
        y = F.relu(
            torch.cat(
                [x, x],
                dim=0,
            )
        )
        z = F.relu(
            x  # why
            .sum(0)
        )
        """)
    assert found["y = F.relu("] == ["y (2B, T) float32", "torch.cat([x, x], dim=0) (2B, T) float32"]
    assert found["z = F.relu("] == ["z (T,) float32", "x.sum(0) (T,) float32"]


# Realistic code.

ATTENTION = """
class Attention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.n_head = n_head
        self.c_attn = nn.Linear(n_embd, 3 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd, bias=False)

    def forward(self, x):
        B, T, C = x.shape
        qkv = self.c_attn(x)
        q, k, v = qkv.split(C, dim=2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)

class GPT(nn.Module):
    def __init__(self, V, S, n_embd, n_head):
        super().__init__()
        self.wte = nn.Embedding(V, n_embd)
        self.wpe = nn.Embedding(S, n_embd)
        self.h = nn.ModuleList([Attention(n_embd, n_head) for _ in range(2)])
        self.lm_head = nn.Linear(n_embd, V, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, idx, targets=None):
        pos = torch.arange(idx.shape[1])
        x = self.wte(idx) + self.wpe(pos)
        for block in self.h:
            x = x + block(x)
        if targets is None:
            return self.lm_head(x[:, [-1], :]), None
        logits = self.lm_head(x)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
        return logits, loss
"""
GPT_PROBE = """
AXES = {"C": "H * D", "S": "T + M"}

def probe(B, T, H, C, V, S):
    model = part.GPT(V, S, C, H)
    idx = torch.randint(V, (B, T))
    logits, loss = model(idx, idx)
    loss.backward()
    return logits, loss, model(idx)
"""


def test_attention_and_gpt(bench: Bench) -> None:
    found = bench.write(ATTENTION, GPT_PROBE).lines()
    f32 = {line: [one.removesuffix(" float32") for one in ms] for line, ms in found.items()}
    assert f32["self.c_attn = nn.Linear(n_embd, 3 * n_embd)"] == [
        "self.c_attn.weight (3C, C)",
        "self.c_attn.bias (3C,)",
    ]
    assert f32["def forward(self, x):"] == ["x (B, T, C)"]
    assert f32["qkv = self.c_attn(x)"] == ["qkv (B, T, 3C)"]
    assert f32["q, k, v = qkv.split(C, dim=2)"] == ["q (B, T, C)", "k (B, T, C)", "v (B, T, C)"]
    assert f32["k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)"] == [
        "k (B, H, T, D)",
        "k.view(…) (B, T, H, D)",
    ]
    assert f32["y = F.scaled_dot_product_attention(q, k, v, is_causal=True)"] == ["y (B, H, T, D)"]
    assert f32["y = y.transpose(1, 2).contiguous().view(B, T, C)"] == [
        "y (B, T, C)",
        "y.transpose(1, 2) (B, T, H, D)",
        "y.transpose(1, 2).contiguous() (B, T, H, D)",
    ]
    assert f32["return self.c_proj(y)"] == ["return (B, T, C)"]
    assert f32["self.wte = nn.Embedding(V, n_embd)"] == ["self.wte.weight (V, C)"]
    assert f32["self.wpe = nn.Embedding(S, n_embd)"] == ["self.wpe.weight (S, C)"]
    assert f32["self.lm_head.weight = self.wte.weight"] == ["self.lm_head.weight (V, C)"]
    assert f32["def forward(self, idx, targets=None):"] == ["idx (B, T) int64", "targets (B, T) int64"]
    assert f32["x = self.wte(idx) + self.wpe(pos)"] == [
        "x (B, T, C)",
        "self.wte(idx) (B, T, C)",
        "self.wpe(pos) (T, C)",
    ]
    assert f32["return self.lm_head(x[:, [-1], :]), None"] == [
        "return self.lm_head(x[:, [-1], :]) (B, 1, V)",
        "x[:, [-1], :] (B, 1, C)",
    ]
    assert f32["loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))"] == [
        "loss ()",
        "logits.view(-1, logits.size(-1)) (B·T, V)",
        "targets.view(-1) (B·T,) int64",
    ]
    assert f32["return logits, loss"] == ["return logits (B, T, V)", "return loss ()"]


def test_shapes_of_is_json_by_function_and_name(bench: Bench) -> None:
    bench.write(ATTENTION, GPT_PROBE)
    found = json.loads(json.dumps(measure.shapes_of(bench.module, bench.probe)))
    assert set(found) == {"Attention.__init__", "Attention.forward", "GPT.__init__", "GPT.forward"}
    assert found["Attention.forward"] == {
        "x": "(B, T, C)",
        "qkv": "(B, T, 3C)",
        "q": "(B, H, T, D)",
        "k": "(B, H, T, D)",
        "v": "(B, H, T, D)",
        "y": "(B, T, C)",
        "return": "(B, T, C)",
    }
    assert found["GPT.forward"]["return logits"] == "(B, T, V)"
    assert found["GPT.__init__"]["self.wte.weight"] == "(V, C)"


# The module is run as itself, and nothing of it stays behind.


def test_dataclasses_relative_imports_and_siblings(bench: Bench) -> None:
    (bench.module.parent / "config.py").write_text("SCALE = 2\n")
    (bench.module.parent / "__init__.py").write_text(
        "from tiny.part import Pair\nfrom tiny.user import use\n"
    )
    (bench.module.parent / "user.py").write_text(
        "from . import part\ndef use(x): return part.Pair(x).both()\n"
    )
    bench.write(
        """
        from dataclasses import dataclass
        from .config import SCALE
        @dataclass(frozen=True)
        class Pair:
            x: torch.Tensor
            n: "int" = SCALE
            def both(self):
                return torch.cat([self.x] * self.n)
        """,
        """
        import sys
        import tiny
        from tiny.part import Pair
        def probe(B, T):
            assert tiny.part is part is sys.modules["tiny.part"] and tiny.Pair is Pair is part.Pair
            assert Pair.__module__ == "tiny.part" and "recorded" not in part.__name__
            return tiny.use(torch.ones(B, T))
        """,
    )
    source = "from __future__ import annotations\n" + bench.module.read_text()
    bench.module.write_text(source)
    assert bench.lines() == {"return torch.cat([self.x] * self.n)": ["return (2B, T) float32"]}
    assert not [name for name in sys.modules if name.partition(".")[0] == "tiny"]


def test_imported_modules_stay_as_they_were() -> None:
    import minigpt
    from minigpt import norm

    before = {name: module for name, module in sys.modules.items() if name.startswith("minigpt")}
    threads = torch.get_num_threads()
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    measure.measure(NORM, ROOT / "docs/_probes/norm.py")
    assert torch.equal(torch.rand(3), expected), "the caller's random stream moved"
    assert torch.get_num_threads() == threads
    after = {name: module for name, module in sys.modules.items() if name.startswith("minigpt")}
    assert before.keys() == after.keys() and all(before[name] is after[name] for name in before)
    assert minigpt.norm is norm and minigpt.LayerNorm is norm.LayerNorm
    assert not hasattr(norm, "__record__")
    assert not [finder for finder in sys.meta_path if isinstance(finder, record._Finder)]


def test_modules_are_restored_after_a_failure(bench: Bench) -> None:
    finders = list(sys.meta_path)
    bench.write("", "def probe(B):\n    raise KeyError('x')\n").error()
    assert sys.meta_path == finders
    assert "tiny.part" not in sys.modules


def test_gradients_are_on_and_recorded(bench: Bench) -> None:
    bench.write(
        """
        def f(w):
            y = (w * 2).sum()
            y.backward()
            return w.grad
        """,
        "def probe(B):\n    return part.f(torch.ones(B, requires_grad=True))\n",
    )
    with torch.no_grad():
        assert bench.lines()["return w.grad"] == ["return (B,) float32"]


def test_edits_of_the_same_second_are_seen(bench: Bench) -> None:
    probe = "def probe(B, T):\n    return part.f(torch.ones(B, T))\n"
    assert (
        next(iter(bench.write("def f(x): return x.sum(0)\n", probe).lines().values()))[-1]
        == "return (T,) float32"
    )
    assert (
        next(iter(bench.write("def f(x): return x.sum(1)\n", probe).lines().values()))[-1]
        == "return (B,) float32"
    )


def test_cache_knows_module_probe_and_package(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    real = measure.measure
    monkeypatch.setattr(measure, "measure", lambda *given: runs.append(given) or real(*given))
    bench.write("def f(x): return x.sum(0)\n", "def probe(B, T):\n    return part.f(torch.ones(B, T))\n")

    def ask() -> int:
        assert measure.measure_cached(bench.module, bench.probe)
        return len(runs)

    assert [ask(), ask()] == [1, 1]
    bench.probe.write_text(bench.probe.read_text() + "\n")
    assert [ask(), ask()] == [2, 2]
    bench.module.write_text(bench.module.read_text() + "\n")
    assert [ask(), ask()] == [3, 3]
    (bench.module.parent / "__init__.py").write_text("# changed\n")
    assert [ask(), ask()] == [4, 4]


# Probes that are wrong: place, what was expected, what came, what to do.

ONE = "def f(x):\n    return x * 2\n"


@pytest.mark.parametrize(
    ("module", "probe", "message"),
    [
        (
            ONE,
            "def probe(B):\n    part.f(1, 2)\n",
            "docs/_probes/part.py:4: TypeError: f() takes 1 positional argument but 2 were given; "
            "expected probe(B=",
        ),
        (
            ONE + "\ndef g(x):\n    raise ValueError('too long')\n",
            "def probe(B):\n    return part.g(1)\n",
            "docs/_probes/part.py:4: ValueError: too long (raised in tiny/part.py:8); expected probe(B=",
        ),
        (
            ONE,
            "def probe(B)\n    pass\n",
            "docs/_probes/part.py:3: SyntaxError: expected ':'; expected to execute it, mend",
        ),
        (
            ONE,
            "from tiny import gone\n",
            "docs/_probes/part.py:3: ImportError: cannot import name 'gone' from 'tiny'",
        ),
        (
            ONE,
            "raise SystemExit(3)\n",
            "docs/_probes/part.py:3: SystemExit: 3; expected to execute it, mend the probe",
        ),
        (ONE, "", "docs/_probes/part.py:1: expected a function probe(B, T, C), got none; write it"),
        (
            ONE,
            "def probe():\n    pass\n",
            "docs/_probes/part.py:3: expected axis letters as parameters, got none; write",
        ),
        (
            ONE,
            "def probe(B, n=2): pass\n",
            "docs/_probes/part.py:3: expected plain axis letters, got n=2; write",
        ),
        (ONE, "def probe(*B): pass\n", "docs/_probes/part.py:3: expected plain axis letters, got *B; write"),
        (
            ONE,
            "def probe(b): pass\n",
            "docs/_probes/part.py:3: expected axis letters such as B, T, C, got 'b'",
        ),
        (
            ONE,
            "AXES = {'C': 'H *'}\ndef probe(B): pass\n",
            "docs/_probes/part.py:4: expected a formula such as H * D",
        ),
        (ONE, "def probe(B): return torch.ones(B)\n", "docs/_probes/part.py:3: expected probe(B="),
        (ONE, "def probe(B): part.f(torch.ones(B))\n", "docs/_probes/part.py:3: expected probe(B="),
        (
            "def f(x:\n    pass\n",
            "def probe(B): pass\n",
            "tiny/part.py:4: SyntaxError: '(' was never closed; expected to import",
        ),
        (
            "raise KeyError('k')\n",
            "def probe(B): pass\n",
            "tiny/part.py:4: KeyError: 'k'; expected to import it, mend the module",
        ),
    ],
)
def test_wrong_probes(bench: Bench, module: str, probe: str, message: str) -> None:
    assert bench.write(module, probe).error().startswith(message)


def test_ends_of_messages(bench: Bench) -> None:
    error = bench.write(ONE, "def probe(B):\n    part.f(1, 2)\n").error()
    assert error.endswith(" to run to its end, mend the probe")
    error = bench.write(ONE, "def probe(B): return torch.ones(B)\n").error()
    assert error.endswith(" to make tensors in tiny/part.py, got none; call what it defines")
    error = bench.write(ONE, "def probe(B): part.f(torch.ones(B))\n").error()
    assert error.endswith(" to return tensors, got NoneType; return its result")


def test_missing_files(bench: Bench) -> None:
    bench.write(ONE, "def probe(B): return part.f(torch.ones(B))\n")
    bench.probe.unlink()
    assert (
        bench.error()
        == "docs/_probes/part.py:1: expected a probe for tiny/part.py, got no such file; write one"
    )
    bench.write(ONE, "def probe(B): pass\n")
    bench.module.unlink()
    assert bench.error() == (
        "docs/_probes/part.py:1: expected the module tiny/part.py, got no such file; mend the page's `walk:`"
    )


def test_a_size_without_letters(bench: Bench) -> None:
    bench.write(ONE, "def probe(B):\n    return part.f(torch.ones(7 * B + 3))\n")
    error = bench.error()
    assert error.startswith("tiny/part.py:4: expected x to have sizes that the letters explain, got x (")
    assert error.endswith(
        "add the letter to probe() or to AXES or EXTRA of docs/_probes/part.py, or mend the probe"
    )
    probe = bench.probe.read_text()
    bench.probe.write_text(probe + "EXTRA = ('7 * B + 3',)\n")
    assert bench.lines()["return x * 2"] == ["return (7·B+3,) float32"]


def test_runs_that_differ_in_more_than_sizes(bench: Bench) -> None:
    module = "def f(x, n):\n    if n % 2:\n        y = x + 1\n    return x.to(torch.int32) if n % 2 else x\n"
    probe = "calls = 0\ndef probe(B):\n    return part.f(torch.ones(B), {})\n"
    from _ext import axes

    first, second = (run["B"] for run in axes.pick(["B"]).runs)
    error = bench.write(module, probe.format(f"int(B == {first})")).error()
    assert error.startswith("tiny/part.py:6: expected y to be reached in both runs, got it in one, with B=")
    error = bench.write(module.replace("y = x + 1", "pass"), probe.format(f"int(B == {second})")).error()
    assert error.startswith("tiny/part.py:7: expected return to make the same in both runs, got return (")


def test_recording_must_not_change_results(bench: Bench) -> None:
    module = "def f(x):\n    return x + ('__record__' in globals())\n"
    error = bench.write(module, "def probe(B): return part.f(torch.ones(B))\n").error()
    assert error.startswith(
        "docs/_probes/part.py:1: expected the same tensors, bit for bit, with and without recording"
    )
    steady = "def f(x):\n    return x / 0 * torch.rand(1)\n"
    assert bench.write(steady, "def probe(B): return part.f(torch.zeros(B))\n").lines()
