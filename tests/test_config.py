"""GPTConfig: presets, and every impossible value refused with its cure."""

from __future__ import annotations

import dataclasses

import pytest

from minigpt import GPTConfig


def test_defaults_are_gpt2_small() -> None:
    assert GPTConfig() == GPTConfig.preset("gpt2")
    assert GPTConfig().head_size == 64


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("gpt2", (12, 12, 768)),
        ("gpt2-medium", (24, 16, 1024)),
        ("gpt2-large", (36, 20, 1280)),
        ("gpt2-xl", (48, 25, 1600)),
    ],
)
def test_presets_of_gpt2(name: str, sizes: tuple[int, int, int]) -> None:
    config = GPTConfig.preset(name)
    assert (config.n_layer, config.n_head, config.n_embd) == sizes
    assert (config.block_size, config.vocab_size, config.bias) == (1024, 50257, True)
    assert config.head_size == 64


def test_preset_takes_changes() -> None:
    config = GPTConfig.preset("tiny", dropout=0.1, vocab_size=65)
    assert (config.dropout, config.vocab_size, config.n_layer) == (0.1, 65, 4)


def test_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="'gpt3'; choose from tiny, char, gpt2, gpt2-medium, gpt2-large, gpt2-xl"
    ):
        GPTConfig.preset("gpt3")


def test_presets_of_the_guide() -> None:
    sizes = {"tiny": (64, 256, 4, 4, 64), "char": (256, 256, 6, 6, 384)}
    for name, expected in sizes.items():
        config = GPTConfig.preset(name)
        found = (config.block_size, config.vocab_size, config.n_layer, config.n_head, config.n_embd)
        assert found == expected


@pytest.mark.parametrize("name", ["flash", "", None, "Reference"])
def test_attention_by_another_name(name: object) -> None:
    message = f"expected a kind of attention, got {name!r}; choose from reference, per_head, separate"
    with pytest.raises(ValueError, match=message):
        GPTConfig(attention=name)  # type: ignore[arg-type]


def test_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        GPTConfig().n_layer = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["block_size", "vocab_size", "n_layer", "n_head", "n_embd"])
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "expected {} >= 1, got 0; choose a positive size"),
        (-3, ValueError, "expected {} >= 1, got -3"),
        (2.0, TypeError, "expected {} as an int, got 2.0; write a whole number"),
        ("2", TypeError, "expected {} as an int, got '2'"),
        (True, TypeError, "expected {} as an int, got True"),
        (None, TypeError, "expected {} as an int, got None"),
    ],
)
def test_sizes(name: str, value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message.format(name)):
        GPTConfig(**{name: value})  # type: ignore[arg-type]


def test_channels_divide_among_heads() -> None:
    with pytest.raises(ValueError, match="multiple of n_head=5, got 768; try n_embd=770"):
        GPTConfig(n_head=5)
    assert GPTConfig(n_head=5, n_embd=770).head_size == 154
    with pytest.raises(ValueError, match="multiple of n_head=8, got 4; try n_embd=8"):
        GPTConfig(n_head=8, n_embd=4)


@pytest.mark.parametrize("dropout", [1, 1.0, -0.1, 1.5, float("nan")])
def test_dropout_out_of_range(dropout: float) -> None:
    with pytest.raises(ValueError, match=f"expected 0 <= dropout < 1, got {dropout}; 0 turns it off"):
        GPTConfig(dropout=dropout)


def test_dropout_and_bias_of_another_type() -> None:
    with pytest.raises(TypeError, match=r"expected dropout as a number, got '0\.1'; write 0\.1"):
        GPTConfig(dropout="0.1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected bias as a bool, got 'no'; write True or False"):
        GPTConfig(bias="no")  # type: ignore[arg-type]
    assert GPTConfig(dropout=0).dropout == 0
