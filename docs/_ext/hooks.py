"""What happens when: MkDocs calls these functions; each names the steps of its event, in their order."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.highlight import Highlight

from _ext import directives, figures, formulas, glossary, kept, languages, parts, serving, shell, terms, walk
from _ext.problems import Problem, report
from _ext.survey import Survey, coverage, survey

_log = get_plugin_logger("guide")
_surveys: dict[
    Path, Survey
] = {}  # MkDocs keeps this module from build to build: each one replaces its repository's entry


def on_startup(command: str, dirty: bool) -> None:
    serving.start(command)
    if command == "serve":
        kept.pages(Page)
        kept.code(Highlight)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    languages.link_twins(config)
    return config


def on_pre_build(config: MkDocsConfig) -> None:
    serving.set_aside(config)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    if languages.of(config) == languages.main(config):
        _survey(config)
    for file in [file for file in files if file.src_uri.startswith("mkdocstrings/")]:
        files.remove(file)  # templates, not pages
    for address, source in formulas.assets().items():
        files.append(File.generated(config, address, abs_src_path=str(source)))
    kept.templates(config.plugins["mkdocstrings"].get_handler("python").env)
    kept.docstrings([_root(config) / "minigpt", _root(config) / "docs" / "_theme" / "mkdocstrings"])
    kept.search_entries(config.plugins["material/search"].search_index, languages.of(config))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    root, lang, path = _root(config), languages.of(config), _path(page, config)
    found = _surveys[root]
    if path in found.walks:
        one = found.walks[path]
        url = shell.source_url(config.repo_url, one.module)
        markdown = parts.put_strip(walk.render(one, found.shapes.get(path, {}), lang, url), path, lang)
    site = directives.Site(root, lang, found.by_language(list(config.extra["languages"])))
    for expand in (
        lambda text: directives.expand(text, path, site),
        lambda text: figures.inline(text, path, root, lang),
    ):
        markdown, problems = expand(markdown)
        report(problems)
    return shell.strip_flags(markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    known = () if page.file.src_uri == glossary.PAGE else glossary.load(_root(config))
    html, errors = _finish(html, languages.of(config), known)
    report([Problem(_path(page, config), 1, error) for error in errors])
    return html


@lru_cache(maxsize=512)  # `make serve` comes by with all pages after every edit of one
def _finish(html: str, lang: str, known: tuple[glossary.Term, ...]) -> tuple[str, list[str]]:
    return formulas.typeset(terms.mark(shell.own_ids(shell.join_lines(html)), lang, known))


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    kept.templates(env)
    return env


def on_page_context(context: Any, page: Page, config: MkDocsConfig, nav: Any) -> Any:
    is_walk = _path(page, config) in _surveys[_root(config)].walks
    config.theme["features"] = shell.features(config.theme["features"], is_walk)
    return context


def on_post_build(config: MkDocsConfig) -> None:
    serving.build_others(config)


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
    server.builder = serving.rebuilder(config, builder, _survey)
    return server


def on_shutdown() -> None:
    formulas.close()


def _survey(config: MkDocsConfig) -> None:
    names = list(config.extra["languages"])
    found = _surveys[_root(config)] = survey(_root(config), names)
    report(found.problems + glossary.check(_root(config)))
    for line in coverage(found, names):
        _log.info(line)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _path(page: Page, config: MkDocsConfig) -> str:
    return f"docs/{languages.of(config)}/{page.file.src_uri}"
