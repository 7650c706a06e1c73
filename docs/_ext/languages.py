"""Every language from one command: building the first, at the site's root, also builds the others below it.

One MkDocs build per language keeps cross-references, docstrings and search indexes apart. The configuration
of a language is mkdocs.yml with its entry of ``extra.languages`` laid over. Twin pages have one path, so that
the theme's templates can link them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils.yaml import yaml_load

from _ext.problems import Problem

Settings = dict[str, Any]


def of(config: MkDocsConfig) -> str:
    """The language of a build: the name of its folder of pages."""
    return Path(config.docs_dir).name


def main(config: MkDocsConfig) -> str:
    """The language at the site's root."""
    return next(iter(config.extra["languages"]))


def others(config: MkDocsConfig) -> list[str]:
    """The languages below it."""
    return [lang for lang in config.extra["languages"] if lang != main(config)]


def link_twins(config: MkDocsConfig) -> None:
    """Give the theme what it needs to link twins (``partials/alternate.html``, ``main.html``)."""
    languages = config.extra["languages"]
    folder = languages[of(config)]["folder"]
    config.extra["alternate"] = True  # no list: Material would link the languages' front pages only
    config.extra["to_root"] = "../" * folder.count("/")
    config.extra["root_url"] = config.site_url.removesuffix(folder) if config.site_url else ""


def derive(raw: Settings, lang: str) -> tuple[Settings, list[str]]:
    """The settings of a language from those of mkdocs.yml, and the texts that have no translation."""
    entry = raw["extra"]["languages"][lang]
    missing: list[str] = []

    def translate(text: str) -> str:
        if text not in entry["titles"] and text not in missing:
            missing.append(text)
        return entry["titles"].get(text, text)

    settings = merge(raw, entry["config"])
    settings["nav"] = _translate_nav(raw["nav"], translate)
    theme, toc = dict(settings["theme"]), dict(settings["markdown_extensions"]["toc"])
    toggles = [{**one["toggle"], "name": translate(one["toggle"]["name"])} for one in theme["palette"]]
    theme["palette"] = [
        {**one, "toggle": toggle} for one, toggle in zip(theme["palette"], toggles, strict=True)
    ]
    toc["permalink_title"] = translate(toc["permalink_title"])
    settings["theme"] = theme
    settings["markdown_extensions"] = {**settings["markdown_extensions"], "toc": toc}
    return settings, missing


def merge(base: Settings, over: Settings) -> Settings:
    """``base`` with ``over`` laid over it, mapping by mapping."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def build_other(config: MkDocsConfig, lang: str, command: str) -> list[Problem]:
    """Build another language into its folder of the site; ``config`` is the main language's."""
    file = Path(config.config_file_path)
    with file.open("rb") as stream:
        settings, missing = derive(yaml_load(stream), lang)
    folder = config.extra["languages"][lang]["folder"]
    settings |= {
        "site_dir": str(Path(config.site_dir) / folder),
        "site_url": config.site_url + folder if config.site_url else "",
        "strict": False,  # its warnings are counted by the build around it
    }
    other = load_config(config_file=str(file), **settings)
    other.plugins.on_startup(command=command, dirty=False)
    try:
        build(other, serve_url=other.site_url if command == "serve" else None)
    finally:
        other.plugins.on_shutdown()
    return [
        Problem(
            file.name,
            _line(file, text),
            f"{text!r} has no translation; add it to extra.languages.{lang}.titles",
        )
        for text in missing
    ]


def fingerprint(paths: Iterable[Path]) -> str:
    """Changes when a file below ``paths`` is edited, added or removed."""
    digest = hashlib.sha256()
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                stat = file.stat()
                digest.update(f"{file}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return digest.hexdigest()


def _translate_nav(nav: list[Any], translate: Callable[[str], str]) -> list[Any]:
    def sections() -> Iterator[Any]:
        for item in nav:
            if isinstance(item, str):
                yield item
                continue
            for title, below in item.items():
                yield {
                    translate(title): below if isinstance(below, str) else _translate_nav(below, translate)
                }

    return list(sections())


def _line(file: Path, text: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
