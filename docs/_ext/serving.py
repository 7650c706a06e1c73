"""``make serve``: after an edit, build only the languages it concerns.

An edit of a page concerns its own language. (What the other says about it, a row in the table of coverage,
waits until that one is built again.) Everything else concerns all. A build from the command line builds all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from _ext import languages
from _ext.problems import report

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_command = "build"
_built: dict[tuple[str, str], str] = {}  # site and language: fingerprint of what it was built from
_begun: dict[str, str] = {}  # site: fingerprint of what its main language is being built from


def start(command: str) -> None:
    """Remember which command runs: ``build`` or ``serve``."""
    global _command
    _command = command


def set_aside(config: MkDocsConfig) -> None:
    """Before the main language is built: MkDocs empties the site's folder, but leaves hidden ones alone."""
    if languages.of(config) != languages.main(config):
        return
    _begun[config.site_dir] = _fingerprint(config, languages.main(config))
    for lang in languages.others(config):
        built, aside = _folder(config, lang), _aside(config, lang)
        if _command == "serve" and _is_fresh(config, lang) and built.is_dir():
            built.rename(aside)


def build_others(config: MkDocsConfig) -> None:
    """After the main language was built: build those that were not set aside, put back those that were."""
    if languages.of(config) != languages.main(config):
        return
    _built[config.site_dir, languages.main(config)] = _begun.pop(config.site_dir)
    for lang in languages.others(config):
        if _aside(config, lang).is_dir():
            _aside(config, lang).rename(_folder(config, lang))
        else:
            _build(config, lang)


def rebuilder(
    config: MkDocsConfig, builder: Callable[[], None], survey: Callable[[MkDocsConfig], None]
) -> Callable[[], None]:
    """What the server calls after an edit: MkDocs' own ``builder``, unless the main language is as it was."""

    def rebuild() -> None:
        if not _is_fresh(config, languages.main(config)):
            builder()
            return
        survey(config)
        for lang in languages.others(config):
            if not _is_fresh(config, lang):
                _build(config, lang)

    return rebuild


def _is_fresh(config: MkDocsConfig, lang: str) -> bool:
    return _built.get((config.site_dir, lang)) == _fingerprint(config, lang)


def _build(config: MkDocsConfig, lang: str) -> None:
    begun = _fingerprint(config, lang)  # before the build: an edit made meanwhile must count as one
    report(languages.build_other(config, lang, _command))
    _built[config.site_dir, lang] = begun


def _fingerprint(config: MkDocsConfig, lang: str) -> str:
    """Of the pages of the language and of everything that is watched but no page."""
    docs = Path(config.docs_dir).parent
    trees = {docs / other for other in config.extra["languages"]}
    shared = [path for path in map(Path, config.watch) if path not in trees]
    return languages.fingerprint([docs / lang, Path(config.config_file_path), *sorted(shared)])


def _folder(config: MkDocsConfig, lang: str) -> Path:
    return Path(config.site_dir) / config.extra["languages"][lang]["folder"]


def _aside(config: MkDocsConfig, lang: str) -> Path:
    return Path(config.site_dir) / f".{lang}"
