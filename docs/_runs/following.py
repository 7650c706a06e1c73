"""What a trained model predicts after a prompt, and how it goes on at several settings: the part "next"."""

from __future__ import annotations

from math import exp
from typing import Any

import torch
from torch import Generator, Tensor

from minigpt import GPT
from minigpt.tokenizer import Tokenizer

# After the first prompt many tokens will do, after the second hardly more than one: pages have tracebacks.
PROMPTS = {
    "en": {"open": "The gradient is", "sure": "Traceback (most recent call"},
    "zh": {"open": "每个 token 的", "sure": "Traceback (most recent call"},
}
SETTINGS: list[dict[str, float]] = [
    {"temperature": 0},
    {"temperature": 0.5},
    {"temperature": 0.8},
    {"temperature": 1.0},
    {"temperature": 1.5},
    {"temperature": 1.0, "top_k": 20},
    {"temperature": 1.0, "top_p": 0.9},
]
NAMED, SHORT, LONG, SEED = 30, 40, 200, 0


def following(model: GPT, tokenizer: Tokenizer) -> dict[str, Any]:
    """Per language: the two predictions, the texts, and how many different tokens two longer texts have."""
    found: dict[str, Any] = {}
    for lang, prompts in PROMPTS.items():
        found[lang] = {name: prediction(model, tokenizer, prompt) for name, prompt in prompts.items()}
        start = tokenizer.encode(prompts["open"])
        found[lang]["texts"] = [
            {"settings": how, "text": readable(tokenizer, written(model, start, SHORT, how))}
            for how in SETTINGS
        ]
        greedy, drawn = (written(model, start, LONG, {"temperature": t}) for t in (0.0, 1.0))
        found[lang]["long"] = {
            "tokens": LONG,
            "different": {"greedy": len(set(greedy)), "drawn": len(set(drawn))},
            "greedy": readable(tokenizer, greedy),
        }
    return found


@torch.no_grad()
def prediction(model: GPT, tokenizer: Tokenizer, prompt: str) -> dict[str, Any]:
    """The likeliest tokens by name, and of all tokens the logarithm of the probability, likeliest first.

    The logarithms are in hundredths: a probability is off by half a percent of itself at most.
    """
    logits, _ = model(torch.tensor([tokenizer.encode(prompt)]))
    scores, order = logits[0, -1].log_softmax(dim=-1).sort(descending=True)
    entropy = -(scores.exp() * scores).sum().item()
    return {
        "prompt": prompt,
        "tokens": [readable(tokenizer, [i]) for i in order[:NAMED].tolist()],
        "entropy": round(entropy, 4),
        "perplexity": round(exp(entropy), 2),
        "scores": [round(100 * score) for score in scores.tolist()],
    }


def written(model: GPT, start: list[int], tokens: int, how: dict[str, float]) -> list[int]:
    """What the model adds, from the same random numbers at all settings."""
    idx: Tensor = torch.tensor([start])
    generator = Generator().manual_seed(SEED)
    return model.generate(idx, tokens, generator=generator, **how)[0, len(start) :].tolist()  # type: ignore[arg-type]


def readable(tokenizer: Tokenizer, ids: list[int]) -> str:
    """The text; what no page can show is a question mark."""
    text = tokenizer.decode(ids)
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
