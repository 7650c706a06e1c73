"""Model folders: round trips, old and sharded files, one clear error for what is damaged or foreign."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file

from minigpt import GPT, GPTConfig, pretrained
from minigpt.hub import config_from_hub, config_to_hub
from tests.proof import shake, tokens

CONFIG = GPTConfig(block_size=12, vocab_size=23, n_layer=2, n_head=3, n_embd=15, dropout=0.1)


def make(**changes: object) -> GPT:
    fields = {"block_size": 12, "vocab_size": 23, "n_layer": 2, "n_head": 3, "n_embd": 15, **changes}
    return shake(GPT(GPTConfig(**fields)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good model folder."""
    make().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def edit_weights(folder: Path, edit: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(folder / "model.safetensors")
    edit(tensors)
    save_file(tensors, folder / "model.safetensors")


# Round trips


@pytest.mark.parametrize("bias", [True, False])
def test_round_trip(bias: bool, tmp_path: Path, device: torch.device) -> None:
    model = make(bias=bias, dropout=0.1).to(device).eval()
    model.save_pretrained(tmp_path / "new" / "folder")
    loaded = GPT.from_pretrained(tmp_path / "new" / "folder")
    assert loaded.config == model.config
    assert list(loaded.state_dict()) == list(model.state_dict())
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name].cpu()), name
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]


def test_what_is_loaded_is_ready_to_use_and_to_train(folder: Path) -> None:
    before = torch.get_rng_state()
    model = GPT.from_pretrained(str(folder))
    assert torch.equal(torch.get_rng_state(), before)
    assert not model.training
    assert model.lm_head.weight is model.transformer.wte.weight
    assert all(p.requires_grad and p.device.type == "cpu" for p in model.parameters())


def test_training_what_was_loaded_leaves_the_file_alone(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    model = GPT.from_pretrained(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    assert (folder / "model.safetensors").read_bytes() == content
    model.save_pretrained(folder)  # over the file it was loaded from
    again = GPT.from_pretrained(folder)
    assert torch.equal(again.lm_head.weight, model.lm_head.weight)


def test_dtype_is_kept(tmp_path: Path) -> None:
    make().bfloat16().save_pretrained(tmp_path)
    assert {p.dtype for p in GPT.from_pretrained(tmp_path).parameters()} == {torch.bfloat16}


def test_names_and_masks_of_the_first_release(folder: Path) -> None:
    expected = GPT.from_pretrained(folder).state_dict()

    def as_released(tensors: dict[str, torch.Tensor]) -> None:
        for name in list(tensors):
            tensors[name.removeprefix("transformer.")] = tensors.pop(name)
        tensors["h.0.attn.bias"] = torch.ones(1, 1, 12, 12).tril()
        tensors["h.0.attn.masked_bias"] = torch.tensor(-1e4)
        tensors["lm_head.weight"] = tensors["wte.weight"].clone()

    edit_weights(folder, as_released)
    for name, tensor in GPT.from_pretrained(folder).state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_shards(folder: Path) -> None:
    expected = GPT.from_pretrained(folder).state_dict()
    tensors = list(load_file(folder / "model.safetensors").items())
    for part in (0, 1):
        save_file(dict(tensors[part::2]), folder / f"model-0000{part + 1}-of-00002.safetensors")
    (folder / "model.safetensors").unlink()
    for name, tensor in GPT.from_pretrained(folder).state_dict().items():
        assert torch.equal(tensor, expected[name]), name
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ValueError, match=r"Missing key\(s\)"):
        GPT.from_pretrained(folder)


def test_a_whole_file_counts_more_than_old_shards(folder: Path) -> None:
    save_file({"stale": torch.zeros(1)}, folder / "model-00001-of-00001.safetensors")
    assert GPT.from_pretrained(folder).config.n_layer == 2


def test_end_of_text_is_named_where_the_vocabulary_has_it() -> None:
    assert config_to_hub(GPTConfig(vocab_size=50304))["eos_token_id"] == 50256
    assert config_to_hub(GPTConfig(vocab_size=50256))["eos_token_id"] is None


# Writing


def test_a_failed_save_leaves_the_old_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full_disk(_: object, path: Path, **__: object) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(pretrained, "save_file", full_disk)
    with pytest.raises(OSError, match="no space left"):
        make(n_layer=1).save_pretrained(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# Damage


@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, -1])
def test_truncated_weights(keep: float, folder: Path) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(ValueError, match=r"expected model.safetensors in .*model, whole .*anew"):
        GPT.from_pretrained(folder)


def put(name: str, tensor: torch.Tensor) -> Callable[[dict[str, torch.Tensor]], object]:
    """An edit that stores a tensor under ``transformer.`` and this name."""
    return lambda tensors: tensors.update({f"transformer.{name}": tensor})


def drop(name: str) -> Callable[[dict[str, torch.Tensor]], object]:
    """An edit that removes a tensor."""
    return lambda tensors: tensors.pop(f"transformer.{name}")


C_ATTN = "h.0.attn.c_attn.weight"
WRONG_TENSORS = [
    (drop("h.1.mlp.c_fc.bias"), 'Missing key(s) in state_dict: "transformer.h.1.mlp.c_fc.bias"'),
    (drop("wte.weight"), 'Missing key(s) in state_dict: "transformer.wte.weight"'),
    (lambda tensors: tensors.clear(), "Missing key(s)"),
    (
        put("h.2.ln_1.weight", torch.ones(15)),
        'Unexpected key(s) in state_dict: "transformer.h.2.ln_1.weight"',
    ),
    (put("ln_f.weight", torch.ones(16)), "size mismatch for transformer.ln_f.weight"),
    (put(C_ATTN, torch.ones(45, 15)), f"size mismatch for transformer.{C_ATTN}"),
    (put(C_ATTN, torch.ones(1, 15, 45)), "t() expects a tensor with <= 2 dimensions"),
    (put("ln_f.weight", torch.ones(15, dtype=torch.long)), "transformer.ln_f.weight"),
]


@pytest.mark.parametrize(("edit", "message"), WRONG_TENSORS)
def test_wrong_tensors(edit: Callable[[dict[str, torch.Tensor]], object], message: str, folder: Path) -> None:
    edit_weights(folder, edit)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        GPT.from_pretrained(folder)
    assert "fetch or save the model anew" in str(caught.value)


def test_no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"expected model\.safetensors in"):
        GPT.from_pretrained(folder)


def test_biases_that_the_configuration_denies(folder: Path) -> None:
    edit_config(folder, bias=False)
    with pytest.raises(ValueError, match=re.escape("Unexpected key(s)")):
        GPT.from_pretrained(folder)


# Other models


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model_type", "llama"),
        ("activation_function", "gelu"),
        ("activation_function", "relu"),
        ("layer_norm_epsilon", 1e-6),
        ("n_inner", 64),
        ("scale_attn_weights", False),
        ("scale_attn_by_inverse_layer_idx", True),
        ("reorder_and_upcast_attn", True),
        ("add_cross_attention", True),
        ("tie_word_embeddings", False),
        ("embd_pdrop", 0.5),
        ("attn_pdrop", 0.5),
    ],
)
def test_other_settings(name: str, value: object, folder: Path) -> None:
    edit_config(folder, **{name: value})
    with pytest.raises(ValueError, match=f"expected {name}=.* in config.json, got {value!r}; load a GPT-2"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null", b"\xff\xfe".decode("latin-1")])
def test_damaged_configuration(content: str, folder: Path) -> None:
    (folder / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=r"expected .*config.json to describe a GPT-2"):
        GPT.from_pretrained(folder)


def test_missing_configuration(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match=r"expected .*config.json to describe a GPT-2: .*No such file"):
        GPT.from_pretrained(folder)


def test_impossible_sizes(folder: Path) -> None:
    edit_config(folder, n_head=4)
    with pytest.raises(ValueError, match="multiple of n_head=4, got 15"):
        GPT.from_pretrained(folder)
    edit_config(folder, n_head=None)
    with pytest.raises(ValueError, match="expected n_head as an int, got None"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("name", ["n_positions", "vocab_size", "n_layer", "n_head", "n_embd"])
def test_missing_size(name: str) -> None:
    found = config_to_hub(CONFIG)
    del found[name]
    with pytest.raises(ValueError, match=f"expected {name} in config.json, got none; fetch"):
        config_from_hub(found)


def test_old_configurations_say_less() -> None:
    """GPT-2's own config.json has neither n_inner nor the scale settings."""
    found = {"model_type": "gpt2", "n_positions": 8, "vocab_size": 9, "n_layer": 1, "n_head": 1, "n_embd": 4}
    assert config_from_hub(found) == GPTConfig(8, 9, 1, 1, 4, dropout=0.1)


# The Hub


def test_without_huggingface_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(
        ImportError, match=r"expected a folder, got 'some/model', .*pip install 'minigpt\[hub\]'"
    ):
        GPT.from_pretrained("some/model")


def test_a_name_is_downloaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def snapshot_download(name: str, allow_patterns: list[str]) -> str:
        asked.append((name, allow_patterns))
        return str(folder)

    stand_in = SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    model = GPT.from_pretrained("some/model")
    weights = ["model.safetensors", "model-*-of-*.safetensors"]
    patterns = ["config.json", *weights, "vocab.json", "merges.txt"]
    assert asked == [("some/model", patterns)]
    idx = tokens(1, 4, below=23)
    assert torch.equal(model(idx)[0], make().eval()(idx)[0])


@pytest.mark.parametrize("error", [OSError("404"), ValueError("bad name")])
def test_a_name_the_hub_does_not_know(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_: object, **__: object) -> str:
        raise error

    stand_in = SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    with pytest.raises(OSError, match=f"got 'some/model'; check the name and the connection: {error}"):
        GPT.from_pretrained("some/model")
