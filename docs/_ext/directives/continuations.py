"""How the trained model of docs/_reports/tiny.json goes on after one prompt, at several settings."""

from __future__ import annotations

from math import exp

from _ext.directives.site import Site, Unable, table
from _ext.directives.stages import REPORT, block, report

_NAMES = {"temperature": ("温度", "temperature"), "top_k": ("top_k", "top_k"), "top_p": ("top_p", "top_p")}

_NAMED = 5


def predictions(site: Site, page: str) -> str:
    """Both prompts of both languages: the likeliest tokens, and how many even ones would be as uncertain."""
    parts = _part(site)
    header = [site.say("提示", "Prompt"), site.say("最可能的 token", "Likeliest tokens")]
    header.append(site.say("困惑度", "Perplexity"))
    order = ("zh", "en") if site.lang == "zh" else ("en", "zh")
    found = [parts[lang][kind] for lang in order for kind in ("open", "sure")]
    rows = {
        one["prompt"]: [_code(one["prompt"]), _likeliest(one), f"{one['perplexity']:.1f}"] for one in found
    }
    return table(header, rows.values())


def render(site: Site, page: str) -> str:
    """Per setting: what it is, and the text, in the language of the page."""
    found = _part(site)[site.lang]
    prompt, parts = found["open"]["prompt"], []
    for one in found["texts"]:
        parts += [f"**{_settings(site, one['settings'])}**", block(prompt + one["text"])]
    return "\n\n".join(parts)


def greedy(site: Site, page: str) -> str:
    """The long text of always the likeliest token."""
    found = _part(site)[site.lang]
    return block(found["open"]["prompt"] + found["long"]["greedy"])


def _part(site: Site) -> dict:
    parts = report(site)
    if "next" not in parts:
        raise Unable(f"expected the part 'next' in {REPORT}, got none; run python docs/_runs/tiny.py")
    return parts["next"]


def _likeliest(one: dict) -> str:
    pairs = list(zip(one["tokens"], one["scores"], strict=False))[:_NAMED]
    return "; ".join(f"{_code(token)}&nbsp;{exp(score / 100):.1%}" for token, score in pairs)


def _code(text: str) -> str:
    """Code of any characters, none of which means anything to Markdown; spaces, line breaks can be seen."""
    seen = text.replace(" ", "␣").replace("\n", "↵")
    return "<code>" + "".join(c if c.isalnum() else f"&#{ord(c)};" for c in seen) + "</code>"


def _settings(site: Site, settings: dict[str, float]) -> str:
    named = (f"{site.say(*_NAMES[name])} {value:g}" for name, value in settings.items())
    return site.say("，", ", ").join(named)
