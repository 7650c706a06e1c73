"""GPT as a whole: names, tying, causality, precision, dropout, learning, generation, cropping."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from minigpt import (
    GPT,
    Block,
    CausalSelfAttention,
    GPTConfig,
    Head,
    MultiHeadAttention,
    NanoGPT,
)
from tests.proof import assert_near, normal, overfit, shake, tokens

CONFIG = GPTConfig(block_size=12, vocab_size=23, n_layer=3, n_head=3, n_embd=15)

# The keys of a nanoGPT checkpoint, for one layer.
NANO_GPT_NAMES = [
    "transformer.wte.weight",
    "transformer.wpe.weight",
    "transformer.h.0.ln_1.weight",
    "transformer.h.0.ln_1.bias",
    "transformer.h.0.attn.c_attn.weight",
    "transformer.h.0.attn.c_attn.bias",
    "transformer.h.0.attn.c_proj.weight",
    "transformer.h.0.attn.c_proj.bias",
    "transformer.h.0.ln_2.weight",
    "transformer.h.0.ln_2.bias",
    "transformer.h.0.mlp.c_fc.weight",
    "transformer.h.0.mlp.c_fc.bias",
    "transformer.h.0.mlp.c_proj.weight",
    "transformer.h.0.mlp.c_proj.bias",
    "transformer.ln_f.weight",
    "transformer.ln_f.bias",
    "lm_head.weight",
]


def make(device: torch.device | str = "cpu", **changes: object) -> GPT:
    fields = {"block_size": 12, "vocab_size": 23, "n_layer": 3, "n_head": 3, "n_embd": 15, **changes}
    return shake(GPT(GPTConfig(**fields)), device)


def test_state_dict_has_the_names_of_nano_gpt() -> None:
    assert list(make(n_layer=1).state_dict()) == NANO_GPT_NAMES
    weights_only = [name for name in NANO_GPT_NAMES if name.endswith("weight")]
    assert list(make(n_layer=1, bias=False).state_dict()) == weights_only


def test_lm_head_is_the_token_table(device: torch.device) -> None:
    model = make(device)
    assert model.lm_head.weight is model.transformer.wte.weight
    assert "lm_head.weight" not in dict(model.named_parameters())


LAYERS: list[Callable[[GPTConfig], nn.Module]] = [Head, MultiHeadAttention, CausalSelfAttention, Block]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("t", [0, 4, 8])
def test_layers_see_no_future(layer: Callable[[GPTConfig], nn.Module], t: int, device: torch.device) -> None:
    module = shake(layer(CONFIG), device)
    x = normal(2, 9, 15, device=device)
    changed = x.clone()
    changed[:, t] += 1
    before, after = module(x), module(changed)
    assert torch.allclose(before[:, :t], after[:, :t], atol=1e-6, rtol=0)
    assert not torch.allclose(before[:, t], after[:, t], atol=1e-3)


@pytest.mark.parametrize("kind", [GPT, NanoGPT])
@pytest.mark.parametrize("t", [0, 4, 8])
def test_models_see_no_future(kind: Callable[[GPTConfig], nn.Module], t: int, device: torch.device) -> None:
    model = shake(kind(CONFIG), device)
    idx = tokens(2, 9, below=23, device=device)
    changed = idx.clone()
    changed[:, t] = (changed[:, t] + 1) % 23
    before, after = model(idx)[0], model(changed)[0]
    assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5, rtol=0)
    assert not torch.allclose(before[:, t], after[:, t], atol=1e-3)
    assert not torch.allclose(before[:, 8], after[:, 8], atol=1e-3)  # the last one sees them all


def test_no_gradient_reaches_the_future(device: torch.device) -> None:
    block = shake(Block(CONFIG), device)
    x = normal(1, 9, 15, device=device).requires_grad_()
    (gradient,) = torch.autograd.grad(block(x)[0, 4].sum(), x)
    assert gradient[0, 5:].abs().max() == 0
    assert gradient[0, :5].abs().amin(dim=0).max() > 0


def test_one_token(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 9, below=23, device=device)
    logits, _ = model(idx[:, :1])
    assert logits.shape == (2, 1, 23)
    assert_near(logits, model(idx)[0][:, :1])


def test_rows_of_a_batch_do_not_meet(device: torch.device) -> None:
    model = make(device)
    idx = tokens(3, 9, below=23, device=device)
    together = model(idx)[0]
    for row in range(3):
        assert_near(together[row], model(idx[row : row + 1])[0][0])


def test_loss_is_the_mean_cross_entropy(device: torch.device) -> None:
    model = make(device)
    idx, targets = (tokens(2, 9, below=23, device=device, seed=seed) for seed in (5, 6))
    logits, loss = model(idx, targets)
    log_probabilities = logits.log_softmax(-1).gather(-1, targets[..., None])
    assert_near(loss, -log_probabilities.mean())
    assert model(idx)[1] is None


def test_ignored_targets_do_not_count(device: torch.device) -> None:
    model = make(device)
    idx, targets = (tokens(2, 9, below=23, device=device, seed=seed) for seed in (5, 6))
    partly = targets.clone()
    partly[:, 4:] = -100
    assert_near(model(idx, partly)[1], model(idx[:, :4], targets[:, :4])[1])


def test_targets_may_be_a_view(device: torch.device) -> None:
    data = tokens(2, 10, below=23, device=device)
    assert not data[:, 1:].is_contiguous()
    assert make(device)(data[:, :-1], data[:, 1:])[1].isfinite()


def test_loss_at_step_0_is_that_of_guessing(device: torch.device) -> None:
    torch.manual_seed(0)
    model = GPT(GPTConfig.preset("tiny")).to(device)
    idx, targets = (tokens(4, 64, below=256, device=device, seed=seed) for seed in (5, 6))
    assert abs(model(idx, targets)[1].item() - math.log(256)) < 0.05


def test_overfits_one_batch(device: torch.device) -> None:
    torch.manual_seed(0)
    model = GPT(GPTConfig(block_size=16, vocab_size=32, n_layer=2, n_head=2, n_embd=32)).to(device)
    data = tokens(4, 17, below=32, device=device)
    assert overfit(model, data, steps=100) < 0.05


def test_dropout_in_training_only(device: torch.device) -> None:
    model = make(device, dropout=0.3)
    idx = tokens(2, 9, below=23, device=device)
    assert not torch.equal(model.train()(idx)[0], model(idx)[0])
    model.eval()
    assert torch.equal(model(idx)[0], model(idx)[0])
    assert_near(model(idx)[0], make(device)(idx)[0], 1e-6)  # as if there were none


def test_dropout_rate_of_the_embeddings(device: torch.device) -> None:
    torch.manual_seed(0)
    model = GPT(GPTConfig(block_size=64, vocab_size=23, n_layer=1, n_head=1, n_embd=64, dropout=0.25))
    seen = []
    model.to(device).transformer.h[0].register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    model(tokens(8, 64, below=23, device=device))
    assert abs((seen[0] != 0).float().mean().item() - 0.75) < 0.02


def test_bfloat16(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 9, below=23, device=device)
    expected, loss = model(idx, idx)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits, mixed = model(idx, idx)
    assert_near(logits.float(), expected, 0.05)
    mixed.backward()
    assert all(p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in model.parameters())
    half = model.bfloat16()
    assert half(idx)[0].dtype == torch.bfloat16
    assert_near(half(idx)[0].float(), expected, 0.05)
    assert abs(mixed.item() - loss.item()) < 0.05 * loss.item()
    assert half.generate(idx[:, :3], 2).shape == (2, 5)


def test_compiles_without_a_graph_break(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 9, below=23, device=device)
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    assert_near(compiled(idx, idx)[0], model(idx, idx)[0])


def test_greedy_generation_takes_the_best_each_time(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 4, below=23, device=device)
    out = model.generate(idx, 10, temperature=0)
    assert out.shape == (2, 14)
    assert torch.equal(out[:, :4], idx)
    for length in range(4, 14):
        window = out[:, max(0, length - 12) : length]
        assert torch.equal(out[:, length], model(window)[0][:, -1].argmax(-1))


def test_generation_is_seedable(device: torch.device) -> None:
    model = make(device, block_size=5)
    idx = tokens(2, 4, below=23, device=device)

    def run(seed: int) -> torch.Tensor:
        generator = torch.Generator(device).manual_seed(seed)
        return model.generate(idx, 30, temperature=1.5, generator=generator)

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))


def test_generation_honours_its_arguments(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 4, below=23, device=device)
    greedy = model.generate(idx, 8, temperature=0)
    assert torch.equal(model.generate(idx, 8, top_k=1), greedy)
    assert torch.equal(model.generate(idx, 8, top_p=1e-6), greedy)
    assert torch.equal(model.generate(idx, 0), idx)
    with pytest.raises(TypeError, match="topk"):
        model.generate(idx, 1, topk=3)


def test_generation_leaves_no_graph_and_can_train_on(device: torch.device) -> None:
    model = make(device)
    out = model.generate(tokens(1, 3, below=23, device=device), 5)
    assert not out.requires_grad
    model(out, out)[1].backward()
    assert model.transformer.wpe.weight.grad is not None


def test_crop_block_size(device: torch.device) -> None:
    model = make(device)
    idx = tokens(2, 7, below=23, device=device)
    expected = model(idx)[0]
    model.crop_block_size(7)
    assert torch.equal(model(idx)[0], expected)
    assert model.config.block_size == model.transformer.wpe.num_embeddings == 7
    assert model.transformer.wpe.weight.requires_grad
    assert model.transformer.wpe.weight.untyped_storage().nbytes() == 7 * 15 * 4
    with pytest.raises(ValueError, match="at most block_size=7 tokens, got 8"):
        model(tokens(2, 8, below=23, device=device))
    with pytest.raises(ValueError, match="expected block_size <= 7, got 8; choose a smaller one"):
        model.crop_block_size(8)
    with pytest.raises(ValueError, match="expected block_size >= 1, got 0"):
        model.crop_block_size(0)
