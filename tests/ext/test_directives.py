"""Directives: what each table says, in both languages, and what is reported when it cannot be made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from _ext.directives import DIRECTIVES, Site, dependencies, expand, verification
from _ext.directives.site import Unable, table, title
from _ext.examples import Example, digest

PAGE = {"zh": "docs/zh/reference/tables.md", "en": "docs/en/reference/tables.md"}


def walk(lang: str, name: str, explained: int, total: int) -> SimpleNamespace:
    page, module = f"docs/{lang}/model/{name}.md", f"minigpt/{name}.py"
    return SimpleNamespace(page=page, module=module, explained=explained, total=total)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> dict[str, Site]:
    """A repository of two modules, one of them without an English page, and its site in both languages."""
    write(
        tmp_path,
        {
            "docs/zh/model/norm.md": "# 层归一化 {#layernorm}\n",
            "docs/en/model/norm.md": "---\nwalk: minigpt/norm.py\n---\n\n# Layer normalization\n",
            "docs/zh/model/mlp.md": "没有标题\n",
            "minigpt/norm.py": NORM,
            "minigpt/mlp.py": '"""Two layers.\nzh: 两层。\n"""\n__all__ = []\n',
            "minigpt/__init__.py": PACKAGE,
        },
    )
    walks = {
        "zh": [walk("zh", "norm", 12, 12), walk("zh", "mlp", 30, 30)],
        "en": [walk("en", "norm", 11, 12)],
    }
    return {lang: Site(tmp_path, lang, walks) for lang in ("zh", "en")}


PACKAGE = '''"""The package.
zh: 整个包。
"""

from minigpt.norm import LayerNorm

__all__ = ["LayerNorm"]
'''

NORM = '''"""Layer normalization.
zh: 层归一化。

More.
zh: 更多。
"""

__all__ = ["EPS", "LayerNorm", "scale"]

EPS: float = 1e-5
"""Guard against zero.
zh: 防止除以零。
"""


class LayerNorm:
    """Standardize the last
    axis | ``a|b``.
    zh: 沿最后一个
    轴做标准化 | ``a|b``。
    """

    def __init__(self, ndim: int) -> None:
        self.ndim = ndim

    @property
    def size(self) -> int:
        """Size of the axis.
        zh: 轴的大小。
        """
        return self.ndim

    def forward(self, x):
        """Normalize.
        zh: 归一化。
        """
        return x

    def _secret(self): ...


def scale(x):
    """Scale.
    zh: 缩放。
    """
    return x
'''


def expanded(site: Site, name: str) -> str:
    text, problems = expand(f"<!-- guide:{name} -->", PAGE[site.lang], site)
    assert problems == []
    return text


def problem(site: Site, name: str) -> str:
    text, problems = expand(f"# T\n\n<!-- guide:{name} -->\n", PAGE[site.lang], site)
    assert "<!-- guide:" in text
    assert (problems[0].path, problems[0].line) == (PAGE[site.lang], 3)
    return problems[0].message


# expand


def test_only_directives_outside_of_fences_are_replaced(site: dict[str, Site]) -> None:
    text = "a\n\n<!--guide:lines-->\n\n```html\n<!-- guide:lines -->\n```\n\nWrite `<!-- guide:lines -->`.\n"
    result, problems = expand(text, PAGE["en"], site["en"])
    assert problems == []
    said = "The guide explains 11 of 12 lines of code."
    assert result == f"a\n\n{said}\n\n```html\n<!-- guide:lines -->\n```\n\nWrite `<!-- guide:lines -->`.\n"
    assert expanded(site["zh"], "lines") == "本指南目前讲解了 42 行代码中的 42 行。"


def test_unknown_directive(site: dict[str, Site]) -> None:
    assert problem(site["en"], "covrage") == (
        f"expected one of the directives {', '.join(sorted(DIRECTIVES))}, got 'covrage'; correct the name"
    )


def test_directive_inside_of_a_line(site: dict[str, Site]) -> None:
    _, problems = expand("See <!-- guide:lines --> here.", PAGE["en"], site["en"])
    assert str(problems[0]) == (
        "docs/en/reference/tables.md:1: expected `<!-- guide:NAME -->` alone on its line, got more; "
        "move the rest away"
    )


def test_problem_names_the_line_of_the_file(site: dict[str, Site]) -> None:
    page, line = PAGE["en"], "<!-- guide:nothing -->"
    write(site["en"].root, {page: f"---\ntitle: T\n---\n\n# T\n\n{line}\n"})
    _, problems = expand(f"# T\n\n{line}\n", page, site["en"])
    assert problems[0].line == 7


# coverage


def test_coverage_in_chinese(site: dict[str, Site]) -> None:
    assert expanded(site["zh"], "coverage") == (
        "| 模块 | 页面 | 中文：已讲解 / 代码行 | English：已讲解 / 代码行 |\n"
        "| --- | --- | --- | --- |\n"
        "| `minigpt/norm.py` | [层归一化](../model/norm.md) | 12 / 12 (100 %) | 11 / 12 (91 %) |\n"
        "| `minigpt/mlp.py` | [mlp.md](../model/mlp.md) | 30 / 30 (100 %) | 0 / 30 (0 %) |\n"
        "| **合计** |  | **42 / 42 (100 %)** | **11 / 42 (26 %)** |"
    )


def test_coverage_in_english(site: dict[str, Site]) -> None:
    text = expanded(site["en"], "coverage")
    assert text.startswith(
        "| Module | Page | 中文: lines explained / of code | English: lines explained / of code |"
    )
    assert (
        "| `minigpt/norm.py` | [Layer normalization](../model/norm.md) | 12 / 12 (100 %) | 11 / 12 (91 %) |"
        in text
    )
    assert "| `minigpt/mlp.py` | — | 30 / 30 (100 %) | 0 / 30 (0 %) |" in text
    assert text.endswith("| **Total** |  | **42 / 42 (100 %)** | **11 / 42 (26 %)** |")


def test_percentage_is_rounded_down(tmp_path: Path) -> None:
    site = Site(
        tmp_path, "en", {"en": [walk("en", "norm", 999, 1000)], "zh": [walk("zh", "norm", 1000, 1000)]}
    )
    assert "1000 / 1000 (100 %) | 999 / 1000 (99 %)" in expanded(site, "coverage")


def test_coverage_without_pages(tmp_path: Path) -> None:
    text = expanded(Site(tmp_path, "en", {"en": [], "zh": []}), "coverage")
    assert text.endswith("| **Total** |  | **0 / 0 (100 %)** | **0 / 0 (100 %)** |")


# api


def test_api_in_english(site: dict[str, Site]) -> None:
    site["en"].walks["en"].append(
        SimpleNamespace(page="docs/en/model/package.md", module="minigpt/__init__.py")
    )
    assert expanded(site["en"], "api") == (
        "**`minigpt.norm`** · [Layer normalization](../model/norm.md)\n\nLayer normalization.\n\n"
        "| Name | Kind | Summary |\n| --- | --- | --- |\n"
        "| [`EPS`](../model/norm.md) | constant | Guard against zero. |\n"
        "| [`LayerNorm`][minigpt.norm.LayerNorm] | class | Standardize the last axis \\| ``a|b``. |\n"
        "| [`LayerNorm.size`][minigpt.norm.LayerNorm.size] | property | Size of the axis. |\n"
        "| [`LayerNorm.forward`][minigpt.norm.LayerNorm.forward] | method | Normalize. |\n"
        "| [`scale`][minigpt.norm.scale] | function | Scale. |\n\n"
        "**`minigpt`** · [package.md](../model/package.md)\n\nThe package.\n\n"
        "| Name | Kind | Summary |\n| --- | --- | --- |\n"
        "| [`LayerNorm`][minigpt.norm.LayerNorm] | class | Standardize the last axis \\| ``a|b``. |"
    )


def test_api_in_chinese(site: dict[str, Site]) -> None:
    text = expanded(site["zh"], "api")
    assert text.startswith(
        "**`minigpt.norm`** · [层归一化](../model/norm.md)\n\n层归一化。\n\n| 名称 | 种类 | 说明 |\n"
    )
    assert "| [`LayerNorm`][minigpt.norm.LayerNorm] | 类 | 沿最后一个轴做标准化 \\| ``a|b``。 |" in text
    assert "| [`LayerNorm.size`][minigpt.norm.LayerNorm.size] | 特性 | 轴的大小。 |" in text
    assert "| [`EPS`](../model/norm.md) | 常量 | 防止除以零。 |" in text
    assert text.endswith("**`minigpt.mlp`** · [mlp.md](../model/mlp.md)\n\n两层。")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n", "expected minigpt/norm.py to say in __all__ what is public, got no __all__; add it"),
        (
            "__all__ = ['f']\n",
            "expected minigpt/norm.py to define 'f', which its __all__ names, got nothing; correct __all__",
        ),
        (
            "from torch import nn\n__all__ = ['nn']\n",
            "expected 'nn' to come from a module of this package, got 'torch'; drop it from __all__",
        ),
    ],
)
def test_api_of_a_wrong_module(site: dict[str, Site], source: str, message: str) -> None:
    write(site["en"].root, {"minigpt/norm.py": source})
    assert problem(site["en"], "api") == message


def test_api_without_modules(site: dict[str, Site], tmp_path: Path) -> None:
    (tmp_path / "minigpt/norm.py").unlink()
    assert problem(site["en"], "api").startswith(
        "expected the module minigpt/norm.py, got no such file; correct"
    )
    assert problem(Site(tmp_path, "en"), "api").startswith(
        "expected at least one walk page to index, got none; add"
    )


def test_api_follows_the_navigation(site: dict[str, Site]) -> None:
    write(site["zh"].root, {"mkdocs.yml": "nav:\n  - model/mlp.md\n  - model/norm.md\n"})
    text = expanded(site["zh"], "api")
    assert text.index("minigpt.mlp") < text.index("minigpt.norm")
    text = expanded(site["zh"], "coverage")
    assert text.index("minigpt/mlp") < text.index("minigpt/norm")


# speed


SPEED = {
    "environment": {"cpu": "2 cores", "python": "3.11.9"},
    "date": "2026-01-02",
    "results": [
        {
            "name": {"zh": "冷构建", "en": "cold build"},
            "unit": "s",
            "median": 7.3128,
            "spread": [7.1, 8],
            "repeats": 3,
            "goal": None,
        },
        {
            "name": "snippets",
            "unit": "B",
            "median": 204800,
            "spread": [200000, 210000],
            "repeats": 5,
            "goal": "< 250000 B",
        },
    ],
}


def test_speed(site: dict[str, Site]) -> None:
    write(site["en"].root, {"docs/_reports/speed.json": json.dumps(SPEED)})
    assert expanded(site["en"], "speed") == (
        "Measured 2026-01-02 on: cpu 2 cores; python 3.11.9.\n\n"
        "| Measurement | Median | Range | Repeats | Goal |\n| --- | --- | --- | --- | --- |\n"
        "| cold build | 7.31 s | 7.1\u2060–\u20608 | 3 | — |\n"
        "| snippets | 204,800 B | 200,000\u2060–\u2060210,000 | 5 | < 250000 B, met |"
    )
    chinese = expanded(site["zh"], "speed")
    assert chinese.startswith(
        "测于 2026-01-02。环境：cpu 2 cores；python 3.11.9。\n\n| 项目 | 中位数 | 范围 | 次数 | 目标 |"
    )
    assert "| 冷构建 | 7.31 s |" in chinese


@pytest.mark.parametrize(
    ("goal", "en", "zh"),
    [
        ("< 3 s", "< 3 s, **missed**", "< 3 s，**未达到**"),
        ("≤ 3", "≤ 3, met", "≤ 3，达到"),
        ("> 3", "> 3, **missed**", "> 3，**未达到**"),
        ("≥ 3 s", "≥ 3 s, met", "≥ 3 s，达到"),
        ("< 3.01", "< 3.01, met", "< 3.01，达到"),
        ("about 3", "about 3", "about 3"),
    ],
)
def test_speed_says_whether_a_goal_is_met(site: dict[str, Site], goal: str, en: str, zh: str) -> None:
    row = {**SPEED["results"][0], "median": 3.0, "goal": goal}
    write(site["en"].root, {"docs/_reports/speed.json": json.dumps({**SPEED, "results": [row]})})
    assert expanded(site["en"], "speed").endswith(f"| {en} |")
    assert expanded(site["zh"], "speed").endswith(f"| {zh} |")


def test_speed_refuses_a_goal_in_another_unit(site: dict[str, Site]) -> None:
    row = {**SPEED["results"][0], "goal": "< 3 ms"}
    write(site["en"].root, {"docs/_reports/speed.json": json.dumps({**SPEED, "results": [row]})})
    assert "a goal in ms for values in s" in problem(site["en"], "speed")


def test_speed_has_a_table_for_each_group(site: dict[str, Site]) -> None:
    first, second = SPEED["results"]
    group = {"en": "fp32", "zh": "单精度"}
    rows = [{**first, "group": group}, {**second, "group": group}, first]
    write(site["en"].root, {"docs/_reports/speed.json": json.dumps({**SPEED, "results": rows})})
    title, *tables = expanded(site["zh"], "speed").split("\n\n")[1:]
    assert title == "**单精度**"
    assert [table.split(" | ")[0] for table in tables] == ["| 项目", "| 项目"]
    assert [table.count("\n") for table in tables] == [3, 2]


def test_speed_of_the_model_has_an_artifact_of_its_own(site: dict[str, Site]) -> None:
    assert "got no such file" in problem(site["en"], "speed-model")
    write(site["en"].root, {"docs/_reports/speed-model.json": json.dumps(SPEED)})
    assert "| cold build | 7.31 s |" in expanded(site["en"], "speed-model")


def test_speed_on_a_gpu_is_shown_or_said_to_be_unknown(site: dict[str, Site]) -> None:
    assert expanded(site["en"], "speed-cuda").startswith("Nothing has been measured on a GPU yet.")
    assert expanded(site["zh"], "speed-cuda").startswith("还没有在 GPU 上测过。")
    write(site["en"].root, {"docs/_reports/speed-model-cuda.json": json.dumps(SPEED)})
    assert "| cold build | 7.31 s |" in expanded(site["en"], "speed-cuda")


def test_speed_of_generation_is_shown_or_said_to_be_unknown(site: dict[str, Site]) -> None:
    name = "docs/_reports/speed-generation.json"
    cuda = name.replace(".json", "-cuda.json")
    command = "python tests/bench/generation.py"
    assert expanded(site["en"], "speed-generation") == (
        f"Nothing has been measured yet. `{command}` measures and writes `{name}`.\n\n"
        f"Nothing has been measured on a GPU yet. `{command} --device cuda` measures and writes `{cuda}`."
    )
    assert expanded(site["zh"], "speed-generation") == (
        f"还没有测过。`{command}` 会测量并写出 `{name}`。\n\n"
        f"还没有在 GPU 上测过。`{command} --device cuda` 会测量并写出 `{cuda}`。"
    )
    for count, path in enumerate((name, cuda), start=1):
        write(site["en"].root, {path: json.dumps(SPEED)})
        assert expanded(site["en"], "speed-generation").count("| cold build | 7.31 s |") == count


def test_speed_without_or_with_a_broken_artifact(site: dict[str, Site]) -> None:
    assert problem(site["en"], "speed") == (
        "expected the benchmark artifact docs/_reports/speed.json, got no such file; run the benchmark script"
    )
    write(site["en"].root, {"docs/_reports/speed.json": "{}"})
    assert problem(site["en"], "speed") == (
        "docs/_reports/speed.json is not in the expected form (KeyError('environment')); "
        "run the benchmark script again"
    )


# credits-dependencies


PYPROJECT = """
[project]
name = "minigpt"
dependencies = [
    "torch>=2.6",  # the subject
    # zh: 讲解的对象
]

[project.optional-dependencies]
# The site.
docs = [
    "mkdocs[i18n]>=1.6.1,<2",  # builds | the site
    # zh: 生成网站
    "Py_Mdown>=13",  # fences
    # zh: 代码块
]
empty = []

[tool.ruff]
select = [
    "E",
]
"""


def test_dependencies(site: dict[str, Site]) -> None:
    write(
        site["en"].root,
        {"pyproject.toml": PYPROJECT, "constraints.txt": "# locked\ntorch==2.13.0+cpu\npy-mdown==13.1 ; x\n"},
    )
    assert expanded(site["en"], "credits-dependencies") == (
        "| Dependency | For | Bounds | Locked | Why |\n| --- | --- | --- | --- | --- |\n"
        "| `torch` | package | `>=2.6` | 2.13.0+cpu | the subject |\n"
        "| `mkdocs` | site | `>=1.6.1,<2` | — | builds \\| the site |\n"
        "| `Py_Mdown` | site | `>=13` | 13.1 | fences |"
    )
    chinese = expanded(site["zh"], "credits-dependencies")
    assert chinese.startswith("| 依赖 | 用于 | 版本范围 | 锁定版本 | 为什么需要 |")
    assert "| `torch` | 本包 | `>=2.6` | 2.13.0+cpu | 讲解的对象 |" in chinese


def test_dependencies_without_constraints(site: dict[str, Site]) -> None:
    write(site["en"].root, {"pyproject.toml": PYPROJECT})
    assert "| `torch` | package | `>=2.6` | — | the subject |" in expanded(site["en"], "credits-dependencies")


@pytest.mark.parametrize("removed", ["    # zh: 讲解的对象\n", "  # the subject"])
def test_dependency_without_a_reason(site: dict[str, Site], removed: str) -> None:
    write(site["en"].root, {"pyproject.toml": PYPROJECT.replace(removed, "")})
    assert problem(site["en"], "credits-dependencies") == (
        "expected pyproject.toml:5 to give the reason for torch in both languages; "
        "add `# ...` behind it and `# zh: ...` on the line below"
    )


def test_dependencies_on_one_line() -> None:
    with pytest.raises(Unable, match=r"one dependency per line in pyproject\.toml:2; split the list"):
        dependencies.parse('[project]\ndependencies = ["torch"]\n')


def test_real_dependencies_have_reasons() -> None:
    root = Path(__file__).parents[2]
    for lang in ("zh", "en"):
        assert "`torch`" in expanded(Site(root, lang, {}), "credits-dependencies")


# verification


SNIPPETS = """# Title

```pycon
>>> 1 + 1
2
>>> 2 + 2
4
>>> 3 + 3
6
```
"""
MODULE_EXAMPLE = '__all__ = []\n"""Text.\n\n>>> 7\n7\n"""\n'
COMMAND = "```sh\npython -m pytest docs minigpt --device cuda --report docs/_reports/cuda.json\n```"


def ran(page: str, source: str, want: str, result: str = "passed", device: str = "cuda") -> dict:
    return {"page": page, "line": 4, "digest": digest(source, want), "device": device, "result": result}


def report(*examples: dict, **more: object) -> str:
    head = {"schema": 1, "torch": "2.13.0", "python": "3.11.9", "date": "2026-01-02T03:04:05Z", "reseed": 0}
    return json.dumps({**head, "devices": {"cuda": "NVIDIA H200"}, "examples": list(examples), **more})


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Site]:
    write(
        tmp_path,
        {
            "docs/zh/sums.md": SNIPPETS.replace("Title", "加法"),
            "docs/en/sums.md": SNIPPETS.replace("Title", "Sums"),
            "docs/en/empty.md": "# No examples\n",
            "minigpt/x.py": MODULE_EXAMPLE,
            "docs/_reports/speed.json": json.dumps(SPEED),
        },
    )
    return {lang: Site(tmp_path, lang) for lang in ("zh", "en")}


def test_verification_before_the_first_report(pages: dict[str, Site]) -> None:
    lead = (
        "**Nothing has been verified on CUDA yet.** On a machine with an NVIDIA GPU, this makes the report:"
    )
    assert expanded(pages["en"], "verification") == f"{lead}\n\n{COMMAND}"
    assert expanded(pages["zh"], "verification").startswith("**还没有任何例子在 CUDA 上验证过。**")
    assert expanded(pages["zh"], "verification").endswith(COMMAND)


def test_verification_with_a_cpu_report_still_says_that_cuda_is_missing(pages: dict[str, Site]) -> None:
    text = report(ran("docs/en/sums.md", "1 + 1\n", "2\n", device="cpu"), devices={"cpu": "x86"})
    write(pages["en"].root, {"docs/_reports/cpu.json": text})
    assert expanded(pages["en"], "verification").startswith("**Nothing has been verified on CUDA yet.**")
    assert "**CPU · x86**" in expanded(pages["en"], "verification")


def test_verification_of_a_current_report(pages: dict[str, Site]) -> None:
    examples = [
        ran("docs/en/sums.md", "1 + 1\n", "2\n"),
        ran("docs/en/sums.md", "2 + 2\n", "4\n", "cpu-only"),
        ran("docs/en/sums.md", "3 + 3\n", "6\n"),
        ran("docs/zh/sums.md", "3 + 3\n", "6\n", "failed"),
        ran("minigpt/x.py", "7\n", "7\n"),
    ]
    write(pages["en"].root, {"docs/_reports/cuda.json": report(*examples)})
    assert expanded(pages["en"], "verification") == (
        "**CUDA · NVIDIA H200**\n\ntorch 2.13.0, Python 3.11.9, 2026-01-02 (`docs/_reports/cuda.json`)\n\n"
        "Examples of both languages and docstrings: 3 passed, 1 failed, 1 CPU only.\n\n"
        "| Page | Examples | Verified | The rest |\n"
        "| --- | --- | --- | --- |\n"
        "| [Sums](../sums.md) | 3 | 2 | CPU only 1 |\n"
        "| `minigpt/x.py` | 1 | 1 | — |"
    )


def test_verification_marks_what_changed_since(pages: dict[str, Site]) -> None:
    examples = [
        ran("docs/zh/sums.md", "3 + 3\n", "6\n", "failed"),
        ran("docs/zh/sums.md", "2 + 2\n", "5\n"),  # another output than today
        ran("minigpt/x.py", "7\n", "7\n"),
        ran("minigpt/x.py", "8\n", "8\n"),  # gone since, and nothing came instead
    ]
    write(pages["zh"].root, {"docs/_reports/cuda.json": report(*examples, reseed=100)})
    text = expanded(pages["zh"], "verification")
    assert "torch 2.13.0，Python 3.11.9，2026-01-02，随机种子偏移 100 (`docs/_reports/cuda.json`)" in text
    assert "两种语言的页面和文档字符串的例子：3 个通过，1 个失败，0 个仅在 CPU 上运行。" in text
    assert "| 页面 | 例子 | 已验证 | 其余 |" in text
    assert "| [加法](../sums.md) | 3 | 0 | **失败** 1，**已改动** 1，**新增** 1（第 4, 6 行） |" in text
    assert "| `minigpt/x.py` | 1 | 1 | — |" in text


def test_equal_examples_are_paired_one_to_one() -> None:
    now = [Example(line, "f()\n", "1\n") for line in range(1, 13)]
    standing = verification.compare(now, [ran("p", "f()\n", "1\n"), ran("p", "f()\n", "1\n")])
    assert (standing.results["passed"], standing.changed, standing.new) == (2, 0, 10)
    rest = verification._rest(Site(Path(), "en"), standing)
    assert rest == "**new** 10 (lines 3, 4, 5, 6, 7, 8, 9, 10, …)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "expected JSON in docs/_reports/cuda.json, got something else"),
        (
            '{"schema": 2, "examples": []}',
            "expected a report of schema 1 in docs/_reports/cuda.json, got schema 2; make the report again",
        ),
    ],
)
def test_verification_of_a_broken_report(pages: dict[str, Site], text: str, message: str) -> None:
    write(pages["en"].root, {"docs/_reports/cuda.json": text})
    assert problem(pages["en"], "verification").startswith(message)


# writing Markdown


def test_table_keeps_bars_of_code_and_escapes_others() -> None:
    assert table(["A"], [["x | ``a|b`` | `c|d`\n| e"]]) == "| A |\n| --- |\n| x \\| ``a|b`` \\| `c|d` \\| e |"


def test_title_drops_attributes(site: dict[str, Site]) -> None:
    assert title(site["zh"], "docs/zh/model/norm.md") == "层归一化"
    assert title(site["zh"], "docs/zh/gone.md") == "gone.md"


def test_pages_of_the_repository_name_no_unknown_directive() -> None:
    root = Path(__file__).parents[2]
    named = {
        name
        for lang in ("zh", "en")
        for page in (root / "docs" / lang).rglob("*.md")
        for name in re.findall(r"^<!-- guide:([\w-]+) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= set(DIRECTIVES)
