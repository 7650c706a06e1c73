"""Ways to write attention: one contract for all, and proof that the contract finds mistakes."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from unittest import mock

import pytest
import torch
from torch import Tensor, nn

from minigpt import GPT, CausalSelfAttention, GPTConfig
from minigpt.config import ATTENTIONS
from minigpt.variants import VARIANTS, Attention, attention
from minigpt.variants.flex import NO_BACKWARD, Flex, causal_block_mask
from minigpt.variants.multihead import MultiHead, MultiHeadWeights
from minigpt.variants.tiled import Tiled
from minigpt.variants.weights import change_attention, copy_weights
from tests import contract
from tests.broken_variants import MISTAKES, Mistake, broken
from tests.contract import CASES, C, Case, D, H
from tests.proof import assert_near, need, normal, shake, tokens


class SmallTiles(Tiled):
    tile = 3  # several tiles, the last one incomplete


class TimeFirst(MultiHead):
    def __init__(self, config: GPTConfig, d_in: int | None = None) -> None:
        super().__init__(config, d_in, batch_first=False)


class TimeFirstWeights(TimeFirst):
    need_weights = True


WAYS: dict[str, type[Attention]] = {name: cls for name, cls in VARIANTS.items() if name != "reference"}
MORE = {"tiled, small": SmallTiles, "mha, time first": TimeFirst, "mha_weights, time first": TimeFirstWeights}
SQUARE = ("mha", "mha_weights", "mha, time first", "mha_weights, time first")  # d_in is C

every = pytest.mark.parametrize("name", [*WAYS, *MORE])


@pytest.fixture(autouse=True)
def _einops(request: pytest.FixtureRequest) -> None:
    """einops is an extra: the tests of the way that uses it need it."""
    values = request.node.callspec.params.values() if hasattr(request.node, "callspec") else ()
    if any("einops" in (value, getattr(value, "name", None)) for value in values):
        need("einops")


def way(name: str) -> type[Attention]:
    return {**WAYS, **MORE}[name]


def cases(name: str) -> list[Case]:
    return [case for case in CASES if case.d_in == C or name not in SQUARE]


def trains(name: str, device: torch.device) -> bool:
    return name != "flex" or device.type not in NO_BACKWARD


# The contract


@every
def test_outputs(name: str, device: torch.device) -> None:
    for case in cases(name):
        contract.check_outputs(way(name), case, device)


@every
def test_gradients(name: str, device: torch.device) -> None:
    if not trains(name, device):
        with pytest.raises(NotImplementedError, match="no backward pass; train with change_attention"):
            contract.check_gradients(way(name), Case(), device)
        return
    for case in cases(name):
        contract.check_gradients(way(name), case, device)


@pytest.mark.parametrize("name", WAYS)
def test_long_texts(name: str, device: torch.device) -> None:
    contract.check_long(way(name), device, backward=trains(name, device))


@every
def test_large_scores(name: str, device: torch.device) -> None:
    contract.check_large(way(name), device)


@every
def test_equals_the_reference(name: str, device: torch.device) -> None:
    contract.check_reference(way(name), device)


@every
def test_causal(name: str, device: torch.device) -> None:
    contract.check_causal(way(name), device)


@every
def test_padding_is_seen_by_no_token(name: str, device: torch.device) -> None:
    contract.check_padding(way(name), device)


@every
def test_blocked_rows(name: str, device: torch.device) -> None:
    contract.check_blocked_rows(way(name), device, backward=trains(name, device))


@every
def test_no_dropout_in_evaluation(name: str, device: torch.device) -> None:
    contract.check_eval(way(name), device)


@every
@pytest.mark.parametrize("of_output", [True, False])
def test_dropout_is_right_in_mean_and_spread(name: str, of_output: bool, device: torch.device) -> None:
    if name == "flex" and not of_output:
        with pytest.raises(ValueError, match=r"expected dropout=0 in training, got 0\.25"):
            contract.check_dropout(way(name), device, of_output)
        return
    contract.check_dropout(way(name), device, of_output)


@every
def test_half_precision(name: str, device: torch.device) -> None:
    contract.check_half(way(name), device, backward=trains(name, device))


@every
def test_strides(name: str, device: torch.device) -> None:
    contract.check_strides(way(name), device)


@every
def test_state_dict(name: str, device: torch.device) -> None:
    contract.check_state_dict(way(name), device)


@every
def test_wrong_input(name: str, device: torch.device) -> None:
    contract.check_errors(way(name), device)


@pytest.mark.parametrize("name", SQUARE)
def test_multihead_attention_has_one_width(name: str) -> None:
    with pytest.raises(ValueError, match="expected d_in=12, as wide as n_embd, got 10; choose another"):
        way(name)(Case().config, 10)


# Tests of the tests


@pytest.mark.filterwarnings("ignore:Error detected")  # detect_anomaly tells where, besides raising
@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_the_contract_finds(mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cls = broken(mistake, tmp_path)
    if issubclass(cls, nn.Module) and hasattr(cls, "tile"):
        monkeypatch.setattr(cls, "tile", 3)
    device = torch.device("cpu")
    mistake.check(WAYS[mistake.name], device)  # what is not broken passes
    with pytest.raises(AssertionError):
        mistake.check(cls, device)


def test_the_contract_finds_values_of_nothing(device: torch.device) -> None:
    """Zeros are causal, drop nothing and have no NaN: the checks must ask for more."""

    class Nothing(WAYS["combined"]):
        def attend(self, x: Tensor, keep: Tensor | None) -> Tensor:
            return super().attend(x, keep) * 0

    for check in (contract.check_causal, contract.check_blocked_rows, contract.check_eval):
        with pytest.raises(AssertionError):
            check(Nothing, device)


# By name, and in the model


def test_names() -> None:
    assert tuple(VARIANTS) == ATTENTIONS


@pytest.mark.parametrize("name", VARIANTS)
def test_attention_by_name(name: str) -> None:
    assert type(attention(GPTConfig(attention=name))) is VARIANTS[name]


MODEL = GPTConfig(block_size=12, vocab_size=23, n_layer=2, n_head=H, n_embd=C)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", VARIANTS)
@torch.no_grad()
def test_gpt(name: str, bias: bool, device: torch.device) -> None:
    """The same logits, there and back; a model made with the name takes the same state dict."""
    config = GPTConfig(**{**MODEL.__dict__, "bias": bias})
    model, idx = shake(GPT(config), device).eval(), tokens(2, 12, below=23, device=device)
    changed = change_attention(model, name)
    assert changed.config.attention == name and type(changed.transformer.h[1].attn) is VARIANTS[name]
    assert changed.lm_head.weight is changed.transformer.wte.weight is not model.transformer.wte.weight
    assert not any(part.training for part in changed.modules())
    assert_near(changed(idx)[0], model(idx)[0])
    made = GPT(changed.config).to(device).eval()
    made.load_state_dict(changed.state_dict())
    assert torch.equal(made(idx)[0], changed(idx)[0])
    back = change_attention(changed, "reference")
    for key, tensor in model.state_dict().items():
        assert torch.equal(back.state_dict()[key], tensor), key


def test_change_keeps_dtype_and_mode(device: torch.device) -> None:
    changed = change_attention(GPT(MODEL).to(device).bfloat16().train(), "separate")
    assert {p.dtype for p in changed.parameters()} == {torch.bfloat16}
    assert {p.device.type for p in changed.parameters()} == {device.type}
    assert all(part.training for part in changed.modules())


def test_change_refuses_other_names() -> None:
    with pytest.raises(
        ValueError, match="expected a kind of attention, got 'flash'; choose from reference, per_head"
    ):
        change_attention(GPT(MODEL), "flash")


@pytest.mark.parametrize("a", VARIANTS)
@pytest.mark.parametrize("b", VARIANTS)
def test_copy_between_any_two(a: str, b: str) -> None:
    source, target = shake(VARIANTS[a](Case().config)).eval(), VARIANTS[b](Case().config).eval()
    copy_weights(source, target)
    x = normal(2, 5, C)
    with torch.no_grad():
        assert_near(target(x), source(x))


def test_copy_refuses_what_does_not_fit() -> None:
    here = VARIANTS["separate"](Case().config)
    with pytest.raises(ValueError, match="expected the same n_head, got 3 and 4; make b from a's config"):
        copy_weights(here, VARIANTS["tiled"](GPTConfig(n_head=4, n_embd=C)))
    for other in (GPTConfig(n_head=H, n_embd=2 * C), GPTConfig(n_head=H, n_embd=C, bias=False)):
        with pytest.raises(ValueError, match="expected the same sizes"):
            copy_weights(here, VARIANTS["mha"](other))
        with pytest.raises(ValueError, match="expected the same sizes"):
            copy_weights(VARIANTS["mha"](other), here)
    with pytest.raises(ValueError, match="expected the same sizes"):
        copy_weights(VARIANTS["combined"](Case().config, 10), VARIANTS["reference"](Case().config))
    for a, b, got in ((here, GPT(MODEL), "Separate and GPT"), (GPT(MODEL), here, "GPT and Separate")):
        with pytest.raises(TypeError, match=f"expected attention of VARIANTS, got {got}; change_attention"):
            copy_weights(a, b)


@pytest.mark.parametrize("name", VARIANTS)
def test_initial_standard_deviations(name: str) -> None:
    """Every variant begins as the reference does, in the reference's layout."""
    torch.manual_seed(0)
    L = 8
    config = GPTConfig(block_size=8, vocab_size=20, n_layer=L, n_head=4, n_embd=64, attention=name)
    pools: dict[str, list[Tensor]] = {}
    for block in GPT(config).transformer.h:
        for key, tensor in getattr(block.attn, "to_reference", block.attn.state_dict)().items():
            pools.setdefault(key, []).append(tensor.flatten())
    for key, std in {"c_attn.weight": 0.02, "c_proj.weight": 0.02 / math.sqrt(2 * L)}.items():
        numbers = torch.cat(pools[key])
        doubt = std / math.sqrt(len(numbers))
        assert abs(numbers.std().item() - std) < 5 * doubt, key
        assert abs(numbers.mean().item()) < 5 * doubt, key
    assert not torch.cat(pools["c_attn.bias"] + pools["c_proj.bias"]).any()


@pytest.mark.parametrize("name", ["separate", "per_head", "mha"])
def test_saving_names_the_remedy(name: str, tmp_path: Path) -> None:
    model = GPT(GPTConfig(**{**MODEL.__dict__, "attention": name}))
    with pytest.raises(
        ValueError, match=r"expected the parameter names of GPT-2, got transformer\.h\.0\.attn\."
    ):
        model.save_pretrained(tmp_path / "model")
    change_attention(model, "reference").save_pretrained(tmp_path / "model")
    loaded, idx = GPT.from_pretrained(tmp_path / "model"), tokens(2, 12, below=23)
    with torch.no_grad():
        assert_near(loaded(idx)[0], model.eval()(idx)[0])


@pytest.mark.parametrize("name", ["combined", "einsum", "einops", "sdpa", "sdpa_mask", "flex", "tiled"])
def test_saving_where_the_names_are_those_of_gpt2(name: str, tmp_path: Path) -> None:
    model = shake(GPT(GPTConfig(**{**MODEL.__dict__, "attention": name}))).eval()
    model.save_pretrained(tmp_path / "model")
    loaded, idx = GPT.from_pretrained(tmp_path / "model"), tokens(2, 12, below=23)
    assert loaded.config == MODEL  # what is stored is a GPT-2: how attention is written is no part of it
    with torch.no_grad():
        assert_near(loaded(idx)[0], model(idx)[0])


# Memory


def kept_numbers(cls: type[nn.Module], T: int, dropout: float, padded: bool) -> int:
    """Floating-point numbers that autograd keeps for the backward pass."""
    B, module = 2, cls(GPTConfig(block_size=T, n_head=H, n_embd=C, dropout=dropout))
    x, keep = normal(B, T, C), (torch.arange(T) > 0).expand(B, T)
    held: list[Tensor] = []  # alive until all are counted: memory that is given back could be counted twice
    with torch.autograd.graph.saved_tensors_hooks(lambda t: held.append(t) or t, lambda t: t):
        _out = module(x, keep) if padded else module(x)
    storages = {t.untyped_storage().data_ptr(): t for t in held if t.is_floating_point()}
    return sum(t.untyped_storage().nbytes() // t.element_size() for t in storages.values())


def squares(cls: type[nn.Module], dropout: float = 0.0, padded: bool = False) -> float:
    """What grows with T squared, in units of ``B * H * T * T``: the second difference leaves nothing else."""
    a, b, c = (kept_numbers(cls, T, dropout, padded) for T in (64, 128, 192))
    return round((c - 2 * b + a) / (2 * 64**2 * 2 * H), 2)


# Plain, with keep, with dropout. B = 2 and H = 3: 0.17 is one (T, T) mask as floats, 0.33 one (B, 1, T, T).
SQUARES = {
    "reference": (0, None, 3), "per_head": (1, 2, 3), "separate": (1, 2, 3), "combined": (1, 2, 3),
    "einsum": (1, 2, 3), "einops": (1, 2, 3), "sdpa": (0, 0.33, 3), "sdpa_mask": (0.17, 0.33, 3),
    "mha": (0, 1, 3), "mha_weights": (1, 1, 3), "tiled": (0.6, 0.6, 1.6),
}  # fmt: skip


@pytest.mark.parametrize("name", SQUARES)
def test_memory_kept_for_backward(name: str) -> None:
    """What the docstrings say, measured on the CPU."""
    plain, padded, dropped = SQUARES[name]
    assert squares(VARIANTS[name]) == plain
    assert padded is None or squares(VARIANTS[name], padded=True) == padded
    assert squares(VARIANTS[name], dropout=0.1) == dropped


# Each way's own


def test_probabilities_per_head(device: torch.device) -> None:
    for name in SQUARE:
        module = contract.build(way(name), Case(), device)
        reference = CausalSelfAttention(Case().config).to(device).eval()
        copy_weights(module, reference)
        x = normal(3, 7, C, device=device)
        with torch.no_grad():
            found = module.probabilities(x)
        assert found.shape == (3, H, 7, 7)
        assert_near(found, reference.probabilities(x), name=name)
        keep = contract.keep(3, 7).to(device)
        rows = module.probabilities(x, keep).sum(-1)  # (B, H, T)
        some = (keep.long().cumsum(1) > 0)[:, None].expand_as(rows)
        assert_near(
            rows, some.to(rows.dtype), name=f"{name}: rows sum to 1, or to 0 where nobody may be seen"
        )
        with pytest.raises(ValueError, match="expected x of shape"):
            module.probabilities(x[0])


def test_need_weights_asks_for_them() -> None:
    for cls, wanted in ((MultiHead, False), (MultiHeadWeights, True)):
        module = contract.build(cls, Case(), torch.device("cpu"))
        with mock.patch.object(module.mha, "forward", wraps=module.mha.forward) as forward:
            module(normal(1, 4, C))
        assert forward.call_args.kwargs["need_weights"] is wanted
        x = normal(1, 4, C)
        assert (module._ask(x, None, need_weights=wanted)[1] is not None) is wanted


def test_flex_masks_are_made_once(device: torch.device) -> None:
    causal_block_mask.cache_clear()
    module, x = contract.build(Flex, Case(), device), normal(1, 5, C, device=device)
    with torch.no_grad():
        for _ in range(3):
            module(x)
        module(x[:, :4])
    assert (causal_block_mask.cache_info().misses, causal_block_mask.cache_info().hits) == (2, 2)


def test_einops_is_named_where_it_is_missing() -> None:
    with (
        mock.patch.dict(sys.modules, einops=None),
        pytest.raises(ImportError, match=r"expected einops, got none; pip install 'minigpt\[variants\]'"),
    ):
        VARIANTS["einops"](Case().config)


def test_tiles_change_nothing() -> None:
    case = Case(B=5, T=8, padded=True)
    for tile in (1, 2, 5, 8, 100):
        contract.check_outputs(type("Sized", (Tiled,), {"tile": tile}), case, torch.device("cpu"))


def test_tiled_holds_scores_no_larger_than_a_tile() -> None:
    """Without gradients no tensor of T * T numbers per head is made."""
    from torch.utils._python_dispatch import TorchDispatchMode

    sizes: list[int] = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            if isinstance(out, Tensor) and out.is_floating_point():
                sizes.append(out.numel())
            return out

    T = 96
    module = SmallTiles(GPTConfig(block_size=T, n_head=H, n_embd=C))
    module.tile = 8
    with torch.no_grad(), Watch():
        module(normal(1, T, C))
    assert max(sizes) == T * 3 * C < H * T * T  # the largest is q, k and v


def test_head_size_of_the_contract() -> None:
    assert (H, D) == (3, 4)  # different from each other, and from 1: a wrong axis must show
