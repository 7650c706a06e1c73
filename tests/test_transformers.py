"""The proof that this GPT is GPT-2: logits, loss, gradients, generation and files, against transformers."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch

from minigpt import GPT, GPTConfig
from minigpt.hub import tensors_to_hub
from tests.proof import assert_near, need, shake, tokens

transformers = need("transformers")

CONFIGS = {
    "plain": {"n_positions": 32, "vocab_size": 61, "n_layer": 2, "n_head": 4, "n_embd": 32},
    "odd": {"n_positions": 17, "vocab_size": 29, "n_layer": 3, "n_head": 3, "n_embd": 15},
    "one": {"n_positions": 24, "vocab_size": 11, "n_layer": 1, "n_head": 1, "n_embd": 8},
    "wide": {"n_positions": 128, "vocab_size": 97, "n_layer": 2, "n_head": 2, "n_embd": 96},
}


@pytest.fixture(params=CONFIGS)
def theirs(request: pytest.FixtureRequest) -> torch.nn.Module:
    """A GPT2LMHeadModel with random weights and biases."""
    sizes = CONFIGS[request.param]
    config = transformers.GPT2Config(**sizes, bos_token_id=None, eos_token_id=None, pad_token_id=None)
    return shake(transformers.GPT2LMHeadModel(config), std=0.15).eval()


def open_theirs(folder: Path) -> torch.nn.Module:
    """What transformers makes of a folder; anything missing, left over or reshaped fails the test."""
    model, report = transformers.GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    return model.eval()


def ours_from(theirs: torch.nn.Module, folder: Path) -> GPT:
    theirs.save_pretrained(folder)
    return GPT.from_pretrained(folder)


def test_logits_loss_and_gradients(theirs: torch.nn.Module, tmp_path: Path, device: torch.device) -> None:
    ours = ours_from(theirs, tmp_path).to(device)
    theirs.to(device)
    idx = tokens(3, theirs.config.n_positions, below=theirs.config.vocab_size, device=device)
    expected = theirs(input_ids=idx, labels=idx)  # shifts the labels itself
    _, loss = ours(idx[:, :-1], idx[:, 1:])
    assert_near(ours(idx)[0], expected.logits, name="logits")
    assert_near(loss, expected.loss, name="loss")

    loss.backward()
    expected.loss.backward()
    mine = tensors_to_hub({name: p.grad for name, p in ours.named_parameters()}, bias=True)
    known = {name: p.grad for name, p in theirs.named_parameters()}
    assert mine.keys() == known.keys()
    for name, gradient in known.items():
        assert_near(mine[name], gradient, name=name)


def test_greedy_generation(theirs: torch.nn.Module, tmp_path: Path, device: torch.device) -> None:
    ours = ours_from(theirs, tmp_path).to(device)
    theirs.to(device)
    idx = tokens(1, 4, below=theirs.config.vocab_size, device=device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no end-of-text token, on purpose
        expected = theirs.generate(idx, max_new_tokens=12, do_sample=False, use_cache=False)
    assert torch.equal(ours.generate(idx, 12, temperature=0), expected)


@pytest.mark.parametrize("bias", [True, False])
def test_transformers_opens_what_we_save(bias: bool, tmp_path: Path, device: torch.device) -> None:
    config = GPTConfig(block_size=17, vocab_size=29, n_layer=3, n_head=3, n_embd=15, bias=bias, dropout=0.2)
    ours = shake(GPT(config), device, std=0.15).eval()
    ours.save_pretrained(tmp_path)
    theirs = open_theirs(tmp_path).to(device)
    idx = tokens(2, 17, below=29, device=device)
    assert_near(ours(idx)[0], theirs(idx).logits)
    ours(idx[:, :-1], idx[:, 1:])[1].backward()
    theirs(input_ids=idx, labels=idx).loss.backward()
    known = {name: p.grad for name, p in theirs.named_parameters()}
    mine = tensors_to_hub({name: p.grad for name, p in ours.named_parameters()}, bias=True)
    assert set(known) - set(mine) == (
        {name for name in known if name.endswith("bias")} if not bias else set()
    )
    for name, gradient in mine.items():
        assert_near(gradient, known[name], name=name)
    assert (theirs.config.resid_pdrop, theirs.config.embd_pdrop, theirs.config.attn_pdrop) == (0.2, 0.2, 0.2)


def test_there_and_back_changes_no_number(theirs: torch.nn.Module, tmp_path: Path) -> None:
    ours_from(theirs, tmp_path / "theirs").save_pretrained(tmp_path / "ours")
    again = open_theirs(tmp_path / "ours")
    for name, tensor in theirs.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name


def test_their_shards_are_read(theirs: torch.nn.Module, tmp_path: Path) -> None:
    theirs.save_pretrained(tmp_path, max_shard_size="4KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    ours = GPT.from_pretrained(tmp_path)
    idx = tokens(2, 9, below=theirs.config.vocab_size)
    assert_near(ours(idx)[0], theirs(idx).logits)


def test_presets_have_the_sizes_of_transformers() -> None:
    theirs = transformers.GPT2Config()
    ours = GPTConfig.preset("gpt2")
    sizes = (theirs.n_positions, theirs.vocab_size, theirs.n_layer, theirs.n_head, theirs.n_embd)
    assert sizes == (ours.block_size, ours.vocab_size, ours.n_layer, ours.n_head, ours.n_embd)
