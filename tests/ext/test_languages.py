"""The configuration of the second language, and what `make serve` builds again after an edit."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from _ext import languages, serving
from mkdocs.utils.yaml import yaml_load

ROOT = Path(__file__).parents[2]
RAW = {
    "site_name": "导读",
    "nav": ["index.md", {"模型": ["a.md", {"变体": ["b.md"]}, {"别处": "c.md"}]}],
    "theme": {
        "name": "material",
        "language": "zh",
        "palette": [{"media": "m", "toggle": {"icon": "i", "name": "深色"}}],
    },
    "plugins": {"search": {"lang": ["zh"], "separator": "s"}, "autorefs": {}},
    "markdown_extensions": {"toc": {"permalink": "#", "permalink_title": "链接"}},
    "extra": {
        "languages": {
            "zh": {"name": "中文", "folder": ""},
            "en": {
                "name": "English",
                "folder": "en/",
                "titles": {
                    "模型": "Model",
                    "变体": "Variants",
                    "别处": "Elsewhere",
                    "深色": "Dark",
                    "链接": "Link",
                },
                "config": {
                    "site_name": "Guide",
                    "theme": {"language": "en"},
                    "plugins": {"search": {"lang": ["en"]}},
                },
            },
        }
    },
}


def test_the_second_language_is_laid_over_the_first():
    before = copy.deepcopy(RAW)
    settings, missing = languages.derive(RAW, "en")
    assert missing == []
    assert settings["site_name"] == "Guide"
    assert settings["nav"] == ["index.md", {"Model": ["a.md", {"Variants": ["b.md"]}, {"Elsewhere": "c.md"}]}]
    assert settings["theme"] == {
        "name": "material",
        "language": "en",
        "palette": [{"media": "m", "toggle": {"icon": "i", "name": "Dark"}}],
    }
    assert settings["plugins"] == {"search": {"lang": ["en"], "separator": "s"}, "autorefs": {}}
    assert settings["markdown_extensions"]["toc"] == {"permalink": "#", "permalink_title": "Link"}
    assert before == RAW


def test_a_text_without_translation_is_reported_once_and_left():
    raw = copy.deepcopy(RAW)
    del raw["extra"]["languages"]["en"]["titles"]["变体"]
    raw["nav"].append({"变体": ["d.md"]})
    settings, missing = languages.derive(raw, "en")
    assert missing == ["变体"]
    assert {"变体": ["d.md"]} in settings["nav"]


def test_the_real_configuration_leaves_no_chinese_to_an_english_reader():
    with (ROOT / "mkdocs.yml").open("rb") as stream:
        raw = yaml_load(stream)
    settings, missing = languages.derive(raw, "en")
    assert missing == []
    shown = [
        settings[key]
        for key in ("site_name", "site_description", "copyright", "nav", "theme", "markdown_extensions")
    ]
    assert not [char for char in repr(shown) if "\u4e00" <= char <= "\u9fff"]


@pytest.mark.parametrize(
    ("lang", "site_url", "to_root", "root_url"),
    [
        ("zh", "https://example.org/guide/", "", "https://example.org/guide/"),
        ("en", "https://example.org/guide/en/", "../", "https://example.org/guide/"),
        ("zh", "", "", ""),
        ("en", "", "../", ""),
    ],
)
def test_links_between_twins(lang: str, site_url: str, to_root: str, root_url: str):
    config = SimpleNamespace(docs_dir=f"/x/docs/{lang}", site_url=site_url, extra=copy.deepcopy(RAW["extra"]))
    languages.link_twins(config)
    assert config.extra["to_root"] == to_root
    assert config.extra["root_url"] == root_url


# ---- make serve ----


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A repository and a served site, where a build of a language writes down that it ran."""
    for folder in ("docs/zh", "docs/en", "minigpt", "site"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("docs/zh/a.md", "docs/en/a.md", "minigpt/norm.py", "mkdocs.yml"):
        (tmp_path / file).write_text("1")
    config = SimpleNamespace(
        docs_dir=str(tmp_path / "docs/zh"),
        site_dir=str(tmp_path / "site"),
        config_file_path=str(tmp_path / "mkdocs.yml"),
        watch=[str(tmp_path / "docs/en"), str(tmp_path / "minigpt")],
        extra=RAW["extra"],
    )
    built: list[str] = []

    def build_other(config, lang, command):
        (tmp_path / "site" / lang).mkdir()
        built.append(lang)
        return []

    def build_main():
        serving.set_aside(config)
        for entry in (tmp_path / "site").iterdir():  # as MkDocs does
            if not entry.name.startswith("."):
                entry.rmdir()
        built.append("zh")
        serving.build_others(config)

    monkeypatch.setattr(languages, "build_other", build_other)
    serving.start("serve")
    build_main()
    assert built == ["zh", "en"]
    built.clear()
    rebuild = serving.rebuilder(config, build_main, lambda _: built.append("survey"))
    yield SimpleNamespace(root=tmp_path, rebuild=rebuild, built=built, main=build_main)
    serving.start("build")


def _edit(file: Path) -> None:
    file.write_text("2")
    os.utime(file, (1, 1))


def test_an_edit_of_a_chinese_page_builds_chinese_and_keeps_english(site: SimpleNamespace):
    _edit(site.root / "docs/zh/a.md")
    site.rebuild()
    assert site.built == ["zh"]
    assert (site.root / "site/en").is_dir()
    assert not (site.root / "site/.en").exists()


def test_an_edit_of_an_english_page_builds_english_after_the_checks(site: SimpleNamespace):
    (site.root / "site/en").rmdir()
    _edit(site.root / "docs/en/a.md")
    site.rebuild()
    assert site.built == ["survey", "en"]


@pytest.mark.parametrize("file", ["minigpt/norm.py", "mkdocs.yml"])
def test_an_edit_of_anything_else_builds_both(site: SimpleNamespace, file: str):
    _edit(site.root / file)
    site.rebuild()
    assert site.built == ["zh", "en"]


def test_edits_of_both_languages_build_both(site: SimpleNamespace):
    _edit(site.root / "docs/zh/a.md")
    _edit(site.root / "docs/en/a.md")
    site.rebuild()
    assert site.built == ["zh", "en"]


def test_a_new_and_a_removed_page_count_as_edits(site: SimpleNamespace):
    (site.root / "docs/zh/b.md").write_text("1")
    site.rebuild()
    (site.root / "docs/zh/b.md").unlink()
    site.rebuild()
    assert site.built == ["zh", "zh"]


def test_a_build_from_the_command_line_builds_everything(site: SimpleNamespace):
    serving.start("build")
    site.main()
    assert site.built == ["zh", "en"]
