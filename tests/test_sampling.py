"""Temperature, top-k, top-p: what stays, how often it is drawn, what is refused."""

from __future__ import annotations

import pytest
import torch

from minigpt.sampling import keep_top_k, keep_top_p, sample

INF = float("inf")


def test_top_k_keeps_the_likeliest_of_each_row(device: torch.device) -> None:
    logits = torch.tensor([[1.0, 4.0, 3.0, 2.0], [9.0, 6.0, 7.0, 8.0]], device=device)
    assert keep_top_k(logits, 2).tolist() == [[-INF, 4.0, 3.0, -INF], [9.0, -INF, -INF, 8.0]]
    assert torch.equal(keep_top_k(logits, 4), logits)
    assert torch.equal(keep_top_k(logits, 99), logits)


def test_top_k_keeps_ties(device: torch.device) -> None:
    logits = torch.tensor([[1.0, 2.0, 2.0, 3.0]], device=device)
    assert keep_top_k(logits, 2).tolist() == [[-INF, 2.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    ("p", "kept"),
    [(0.01, [1]), (0.45, [1]), (0.55, [1, 3]), (0.75, [1, 3]), (0.85, [0, 1, 3]), (1.0, [0, 1, 2, 3])],
)
def test_top_p_keeps_until_p_is_reached(p: float, kept: list[int], device: torch.device) -> None:
    logits = torch.tensor([[0.15, 0.5, 0.05, 0.3], [0.15, 0.5, 0.05, 0.3]], device=device).log()
    for row in keep_top_p(logits, p):
        assert row.isfinite().nonzero().flatten().tolist() == kept
        assert torch.equal(row[kept], logits[0, kept])


def test_top_p_of_equal_tokens_keeps_just_enough(device: torch.device) -> None:
    kept = keep_top_p(torch.zeros(1, 10, device=device), 0.35).isfinite().sum().item()
    assert kept == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temperature": -0.5}, "expected temperature >= 0, got -0.5; 0 is greedy"),
        ({"temperature": float("nan")}, "expected temperature >= 0, got nan"),
        ({"top_k": 0}, "expected top_k >= 1, got 0; None keeps every token"),
        ({"top_p": 0.0}, "expected 0 < top_p <= 1, got 0.0; None keeps every token"),
        ({"top_p": 1.1}, "expected 0 < top_p <= 1, got 1.1"),
    ],
)
def test_what_is_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample(torch.zeros(1, 4), **arguments)  # type: ignore[arg-type]


def frequencies(logits: torch.Tensor, **arguments: object) -> torch.Tensor:
    """How often each token of one row is drawn."""
    generator = torch.Generator(logits.device).manual_seed(0)
    drawn = sample(logits.expand(20_000, -1), generator=generator, **arguments)  # type: ignore[arg-type]
    assert drawn.shape == (20_000, 1)
    return drawn.flatten().bincount(minlength=logits.shape[-1]).cpu() / 20_000


def test_frequencies_are_the_probabilities(device: torch.device) -> None:
    probabilities = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    logits = probabilities.log().to(device)
    assert torch.allclose(frequencies(logits), probabilities[0], atol=0.02)
    squared = probabilities.square() / probabilities.square().sum()
    assert torch.allclose(frequencies(logits, temperature=0.5), squared[0], atol=0.02)
    best = torch.tensor([0, 0, 3 / 7, 4 / 7])
    assert torch.allclose(frequencies(logits, top_k=2), best, atol=0.02)
    assert torch.allclose(frequencies(logits, top_p=0.6), best, atol=0.02)


def test_top_p_looks_at_what_top_k_left(device: torch.device) -> None:
    """0.4 of 0.7 is 0.57: top_p=0.55 is reached by the first token alone, but only after top_k=2."""
    logits = torch.tensor([[0.1, 0.2, 0.3, 0.4]], device=device).log()
    assert frequencies(logits, top_p=0.55)[2] > 0.3
    assert frequencies(logits, top_k=2, top_p=0.55).tolist() == [0, 0, 0, 1]


def test_temperature_zero_takes_the_likeliest(device: torch.device) -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0], [5.0, 3.0, 2.0]], device=device)
    assert sample(logits, temperature=0).tolist() == [[1], [0]]
    assert sample(logits.bfloat16(), temperature=0.0).tolist() == [[1], [0]]


def test_half_precision_is_sampled_in_float(device: torch.device) -> None:
    logits = torch.tensor([[0.1, 0.2, 0.3, 0.4]], device=device).log()
    assert torch.allclose(frequencies(logits.bfloat16()), frequencies(logits), atol=0.02)
