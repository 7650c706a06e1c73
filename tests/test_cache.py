"""The KV cache: reading in pieces equals reading at once; memory that stays; what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from minigpt import GPT, GPTConfig
from minigpt.cache import KVCache
from minigpt.incremental import cached_hidden, cached_logits
from tests.proof import assert_near, shake, tokens


def make(device: torch.device | str = "cpu", **changes: object) -> GPT:
    fields = {"block_size": 12, "vocab_size": 23, "n_layer": 3, "n_head": 3, "n_embd": 15, **changes}
    return shake(GPT(GPTConfig(**fields)), device).eval()


def read(model: GPT, idx: Tensor, pieces: list[int], cache: KVCache) -> Tensor:
    return torch.cat([cached_hidden(model, piece, cache) for piece in idx.split(pieces, dim=1)], dim=1)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("pieces", [[12], [1] * 12, [5, 1, 1, 5], [1, 10, 1], [4, 4, 4]])
def test_reading_in_pieces_equals_reading_at_once(
    pieces: list[int], B: int, bias: bool, device: torch.device
) -> None:
    model = make(device, bias=bias)
    idx = tokens(B, 12, below=23, device=device)
    assert_near(read(model, idx, pieces, KVCache(model, B)), model.hidden(idx))


def test_one_piece_is_bit_for_bit_the_model(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 9, below=23, device=device)
    assert torch.equal(cached_hidden(model, idx, KVCache(model, 2)), model.hidden(idx))


@pytest.mark.parametrize("B", [1, 2])
def test_logits_are_those_of_the_last_token(B: int, device: torch.device) -> None:
    model, cache = make(device), None
    idx = tokens(B, 9, below=23, device=device)
    cache = KVCache(model, B)
    for piece in idx.split([6, 2, 1], dim=1):
        logits = cached_logits(model, piece, cache)
        assert logits.shape == (B, 23)
        assert_near(logits, model(idx[:, : cache.length])[0][:, -1])


@pytest.mark.parametrize("pieces", [[9], [4, 5], [5] + [1] * 4])
def test_padding_changes_nothing_for_the_tokens(pieces: list[int], device: torch.device) -> None:
    model = make(device)
    idx = tokens(3, 9, below=23, device=device)
    padding = torch.tensor([0, 3, 8], device=device)
    cache = KVCache(model, 3)
    cache.reset(padding)
    hidden = read(model, idx, pieces, cache)
    assert hidden.isfinite().all()  # the padding too: nan would spread
    for row, zeros in enumerate(padding.tolist()):
        assert_near(hidden[row, zeros:], model.hidden(idx[row : row + 1, zeros:])[0])


def test_every_column_may_attend_to_something() -> None:
    """Without that, the softmax of padding would divide 0 by 0."""
    cache = KVCache(make(), 2)
    for padding, length, T in [(None, 3, 4), (torch.tensor([0, 6]), 0, 7), (torch.tensor([0, 6]), 2, 3)]:
        cache.reset(padding)
        cache.length = length
        assert cache.mask(T).any(dim=-1).all()


def test_what_is_in_the_padding_does_not_matter(device: torch.device) -> None:
    model, padding = make(device), torch.tensor([4], device=device)
    idx = tokens(1, 9, below=23, device=device)
    other = idx.clone()
    other[:, :4] = (other[:, :4] + 1) % 23
    found = []
    for ids in (idx, other):
        cache = KVCache(model)
        cache.reset(padding)
        found.append(cached_hidden(model, ids, cache)[:, 4:])
    assert torch.equal(*found)


def test_reset_forgets(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model)
    first, second = (tokens(1, 12, below=23, device=device, seed=seed) for seed in (5, 6))
    read(model, first, [7, 1, 4], cache)
    cache.reset()
    assert_near(read(model, second, [6, 1, 1, 4], cache), model.hidden(second))


def test_memory_is_taken_once(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model, 2)
    places = cache.k.data_ptr(), cache.v.data_ptr()
    assert cache.k.shape == cache.v.shape == (3, 2, 3, 12, 5)
    for piece in tokens(2, 12, below=23, device=device).split(1, dim=1):
        cached_logits(model, piece, cache)
        assert (cache.k.data_ptr(), cache.v.data_ptr()) == places
    k, v = cache.extend(0, *torch.zeros(2, 2, 3, 0, 5, device=device))
    assert (k.data_ptr(), v.data_ptr()) == places  # views: nothing is copied to read them
    cache.reset()
    assert (cache.k.data_ptr(), cache.v.data_ptr()) == places


def test_nothing_in_the_memory_is_read_before_it_is_written(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model)
    cache.k.fill_(float("nan"))
    cache.v.fill_(float("nan"))
    idx = tokens(1, 12, below=23, device=device)
    assert_near(read(model, idx, [6, 1, 1, 4], cache), model.hidden(idx))


def test_no_gradient_is_recorded(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model)
    logits = cached_logits(model, tokens(1, 3, below=23, device=device), cache)
    assert not logits.requires_grad and not cache.k.requires_grad


def test_bfloat16_is_as_close_to_float32_as_without_a_cache(device: torch.device) -> None:
    """Equal in bfloat16 means: no farther from float32 than the uncached path is, up to a half more."""
    model = make(device, block_size=64, n_layer=4, n_head=4, n_embd=64)
    shake(model, device, std=0.1)
    idx = tokens(1, 64, below=23, device=device)
    exact = model.hidden(idx)
    model.bfloat16()
    for pieces in ([64], [32] + [1] * 32, [16] * 4):
        ours = read(model, idx, pieces, KVCache(model))
        assert ours.dtype == torch.bfloat16
        error, theirs = ((x.float() - exact).square().mean().sqrt() for x in (ours, model.hidden(idx)))
        assert 0 < error <= 1.5 * theirs


def test_refuses_a_cache_that_does_not_fit(device: torch.device) -> None:
    model = make(device)
    idx = tokens(1, 3, below=23, device=device)
    where = f"torch.float32, on {model.lm_head.weight.device}"
    right = rf"expected a cache of shape \(3, 1, 3, 12, 5\), {where}, got "
    wrong = {
        r"\(3, 2, 3, 12, 5\)": KVCache(model, 2),
        r"\(4, 1, 3, 12, 5\)": KVCache(make(device, n_layer=4)),
        r"\(3, 1, 5, 12, 3\)": KVCache(make(device, n_head=5)),
        r"\(3, 1, 3, 8, 5\)": KVCache(make(device, block_size=8)),
        r"\(3, 1, 3, 12, 5\), torch.bfloat16": KVCache(make(device).bfloat16()),
        r"\(3, 1, 3, 12, 5\), torch.float32, on meta": KVCache(make("meta")),
    }
    for got, cache in wrong.items():
        with pytest.raises(
            ValueError, match=right + got + r".*; make one with KVCache\(model, batch_size=1\)"
        ):
            cached_hidden(model, idx, cache)


def test_refuses_more_than_there_is_room_for(device: torch.device) -> None:
    model = make(device)
    cache = KVCache(model)
    cached_hidden(model, tokens(1, 10, below=23, device=device), cache)
    message = r"expected at most 2 new tokens, got 3: the cache holds 10 already; reset\(\) empties it"
    with pytest.raises(ValueError, match=message):
        cached_hidden(model, tokens(1, 3, below=23, device=device), cache)
    assert cache.length == 10  # a refused call changes nothing


def test_refuses_training_mode() -> None:
    model = make(dropout=0.1)
    cache = KVCache(model)
    with pytest.raises(ValueError, match=r"expected a model in evaluation mode, .* call model.eval\(\)"):
        cached_hidden(model.train(), tokens(1, 3, below=23), cache)


def test_refuses_another_attention() -> None:
    class Other(nn.Module):
        pass

    model = make()
    cache = KVCache(model)
    model.transformer.h[0].attn = Other()
    message = r"expected the reference attention, got Other; .*change_attention\(model, 'reference'\)"
    with pytest.raises(TypeError, match=message):
        cached_hidden(model, tokens(1, 3, below=23), cache)


@pytest.mark.parametrize(
    ("idx", "error", "message"),
    [
        (torch.zeros(1, 0, dtype=torch.long), ValueError, "expected at least one token"),
        (torch.zeros(3, dtype=torch.long), ValueError, r"expected token ids of shape \(B, T\)"),
        (torch.zeros(1, 3), TypeError, "expected token ids of dtype int64"),
        (torch.tensor([[1, 23]]), ValueError, "expected token ids from 0 to 22, got 23"),
    ],
)
def test_refuses_what_is_no_token_ids(idx: Tensor, error: type[Exception], message: str) -> None:
    model = make()
    with pytest.raises(error, match=message):
        cached_hidden(model, idx, KVCache(model))
