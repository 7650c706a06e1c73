"""What every way to write attention must do. Plain functions: tests call them with broken code too.

Each takes a class with the constructor of ``minigpt.variants.Attention`` and raises AssertionError.
"""

from __future__ import annotations

import copy
import io
import re
from dataclasses import dataclass
from functools import cache
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt import CausalSelfAttention, GPTConfig
from minigpt.variants import Attention
from tests.proof import assert_near, normal, shake

H, D, LONGEST = 3, 4, 8
C = H * D

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Case:
    """One input to compare with the oracle."""

    B: int = 3
    T: int = 6
    bias: bool = True
    d_in: int = C
    padded: bool = False
    heads: int = H

    @property
    def config(self) -> GPTConfig:
        return GPTConfig(block_size=max(LONGEST, self.T), n_head=self.heads, n_embd=C, bias=self.bias)

    def input(self) -> Tensor:
        return normal(self.B, self.T, self.d_in)

    def keep(self) -> Tensor | None:
        return keep(self.B, self.T) if self.padded else None


CASES = [
    Case(*values) for values in product((1, 3), (1, 5, LONGEST), (True, False), (C, C - 2), (False, True))
]
# nn.MultiheadAttention has other code for even numbers of heads, without gradients.
CASES += [Case(5, 7, padded=padded, heads=heads) for padded in (False, True) for heads in (1, 2, 4, C)]


def keep(B: int, T: int) -> Tensor:
    """Padding at the left, at the right, in the middle, everywhere, nowhere: text after text."""
    i = torch.arange(T)
    kinds = [i >= T // 2, i < T - T // 3, i % 3 != 1, i < 0, i >= 0]
    return torch.stack([kinds[b % len(kinds)] for b in range(B)])


def oracle(x: Tensor, weights: Weights, keep: Tensor | None = None, heads: int = H) -> Tensor:
    """Attention without masks, views or transposes: each query meets exactly the keys it may see."""
    qkv = F.linear(x, weights["c_attn.weight"], weights.get("c_attn.bias"))
    D, rows = C // heads, []
    for b, i in product(range(x.shape[0]), range(x.shape[1])):
        seen = [j for j in range(i + 1) if keep is None or keep[b, j]]
        for h in range(heads):
            q, k, v = (qkv[b, :, n * C + h * D : n * C + (h + 1) * D] for n in range(3))
            probabilities = (k[seen] @ q[i] / D**0.5).softmax(0)
            rows.append(probabilities @ v[seen] if seen else torch.zeros_like(q[i]))
    y = torch.cat(rows).reshape(*x.shape[:2], C)
    return F.linear(y, weights["c_proj.weight"], weights.get("c_proj.bias"))


@cache
@torch.enable_grad()  # the caller may have turned it off
def expected(case: Case) -> tuple[Tensor, Weights, Weights]:
    """Output of the oracle in float64, the weights, and the gradients of ``x`` and of the weights."""
    layers = {"c_attn": nn.Linear(case.d_in, 3 * C, case.bias), "c_proj": nn.Linear(C, C, case.bias)}
    weights = {name: tensor.double() for name, tensor in shake(nn.ModuleDict(layers)).state_dict().items()}
    leaves = {"x": case.input().double(), **weights}
    for leaf in leaves.values():
        leaf.requires_grad_()
    out = oracle(leaves["x"], weights, case.keep(), case.heads)
    found = torch.autograd.grad(
        (out * normal(*out.shape, seed=3)).sum(), list(leaves.values()), allow_unused=True
    )
    grads = {n: torch.zeros_like(leaves[n]) if g is None else g for n, g in zip(leaves, found, strict=True)}
    return out.detach(), {name: tensor.detach() for name, tensor in weights.items()}, grads


def build(cls: type[Attention], case: Case, device: torch.device) -> Attention:
    """In evaluation mode, with the oracle's weights."""
    module = cls(case.config, None if case.d_in == C else case.d_in)
    module.from_reference(expected(case)[1])
    return module.to(device).eval()


def on(device: torch.device, keep: Tensor | None) -> Tensor | None:
    return None if keep is None else keep.to(device)


def on_its_way(case: Case) -> Tensor:
    """``[b, i, c, h, j]``: what output ``(b, i, c)`` of the oracle gets from key ``j`` through head ``h``."""
    _, weights, _ = expected(case)
    x, mask = case.input().double(), case.keep()
    q, k, v = F.linear(x, weights["c_attn.weight"], weights["c_attn.bias"]).unflatten(2, (3, H, D)).unbind(2)
    terms = torch.zeros(case.B, case.T, C, H, case.T, dtype=torch.float64)
    for b, i, h in product(range(case.B), range(case.T), range(H)):
        seen = [j for j in range(i + 1) if mask is None or mask[b, j]]
        written = v[b, seen, h] @ weights["c_proj.weight"][:, h * D : (h + 1) * D].T  # (keys, C)
        terms[b, i, :, h, seen] = ((k[b, seen, h] @ q[b, i, h] / D**0.5).softmax(0)[:, None] * written).T
    whole = terms.sum(dim=(3, 4)) + weights["c_proj.bias"]
    assert_near(whole, expected(case)[0], name="the sum of all that is on its way")
    return terms


# Equality


def check_outputs(cls: type[Attention], case: Case, device: torch.device) -> None:
    """Weights taken over, the output is the oracle's; without gradients too, where torch has other code."""
    module, x = build(cls, case, device), case.input().to(device)
    with torch.no_grad():
        out = module(x, on(device, case.keep()))
    assert not out.isnan().any(), f"{case}: expected numbers, got NaN"
    assert_near(out.double().cpu(), expected(case)[0], name=f"output, {case}")


def check_gradients(cls: type[Attention], case: Case, device: torch.device) -> None:
    """The gradients of the input and of all weights are the oracle's, in training and in evaluation."""
    for training in (True, False):
        _check_gradients(build(cls, case, device).train(training), case, device)


def _check_gradients(module: Attention, case: Case, device: torch.device) -> None:
    x = case.input().to(device).requires_grad_()
    out = module(x, on(device, case.keep()))
    assert_near(out.double().cpu(), expected(case)[0], name=f"output with gradients, {case}")
    (out * normal(*out.shape, device=device, seed=3)).sum().backward()
    found, wanted = {"x": x.grad, **in_reference_layout(module)}, expected(case)[2]
    assert found.keys() == wanted.keys(), f"expected gradients of {list(wanted)}, got {list(found)}"
    largest = max(gradient.abs().max().item() for gradient in wanted.values())
    for name, gradient in found.items():
        difference = (gradient.double().cpu() - wanted[name]).abs().max().item()
        assert difference <= 1e-5 * largest, f"gradient of {name} differs by {difference:.2e}, {case}"


def in_reference_layout(module: Attention) -> Weights:
    """Gradients under the names and in the layout of the reference: they are moved as weights are."""
    twin = copy.deepcopy(module)
    with torch.no_grad():
        for parameter, source in zip(twin.parameters(), module.parameters(), strict=True):
            parameter.copy_(torch.zeros_like(source) if source.grad is None else source.grad)
    return twin.to_reference()


def check_long(cls: type[Attention], device: torch.device, backward: bool = True) -> None:
    """The same for a text longer than the tiles of any kernel: 64, 128, and 512 in SDPA on the CPU."""
    for case in (Case(B=1, T=600), Case(B=1, T=600, padded=True)):
        check_outputs(cls, case, device)
        if backward:
            check_gradients(cls, case, device)


@torch.no_grad()
def check_large(cls: type[Attention], device: torch.device) -> None:
    """Scores of tens of thousands, positive and negative: no overflow, and what is blocked stays so."""
    case, (_, weights, _) = Case(T=LONGEST), expected(Case(T=LONGEST))
    weights = {**weights, "c_attn.weight": 200 * weights["c_attn.weight"]}
    module = build(cls, case, device)
    module.from_reference(weights)
    for mask in (None, keep(case.B, case.T)):
        out = module(case.input().to(device), on(device, mask))
        wanted = oracle(case.input().double(), weights, mask)
        assert_near(out.double().cpu(), wanted, 1e-2, name="output of large scores")


def check_reference(cls: type[Attention], device: torch.device) -> None:
    """Equal to CausalSelfAttention itself, and weights survive the way there and back to the last bit."""
    reference = shake(CausalSelfAttention(Case().config), device).eval()
    module = cls(Case().config).to(device).eval()
    module.from_reference(reference.state_dict())
    x = normal(3, LONGEST, C, device=device)
    with torch.no_grad():
        assert_near(module(x), reference(x), name="output")
    back = module.to_reference()
    assert back.keys() == reference.state_dict().keys(), f"got the names {list(back)}"
    for name, tensor in reference.state_dict().items():
        assert torch.equal(back[name], tensor), f"{name}: changed on the way through {cls.__name__}"


# Who sees whom


@torch.no_grad()
def check_causal(cls: type[Attention], device: torch.device) -> None:
    """Change token t: nothing before it moves, and everything from it on does."""
    module, x = build(cls, Case(), device), normal(2, LONGEST, C, device=device)
    before = module(x)
    for t in range(LONGEST):
        changed = x.clone()
        changed[:, t] += normal(C, device=device, seed=t)
        moved = ((module(changed) - before).abs() > 1e-6).any(dim=-1)  # (B, T)
        assert not moved[:, :t].any(), (
            f"expected no output before {t} to see token {t}, got {moved.int().tolist()}"
        )
        assert moved[:, t:].all(), f"expected every output from {t} on to see it, got {moved.int().tolist()}"


@torch.no_grad()
def check_padding(cls: type[Attention], device: torch.device) -> None:
    """Change what is padding: the outputs at tokens stay as they are, to the last bit."""
    module, x, mask = (
        build(cls, Case(), device),
        normal(5, LONGEST, C, device=device),
        keep(5, LONGEST).to(device),
    )
    changed = torch.where(mask[..., None], x, 7.0)
    before, after = module(x, mask), module(changed, mask)
    assert torch.equal(before[mask], after[mask]), (
        "expected padding to be seen by no token, got another output"
    )


def check_blocked_rows(cls: type[Attention], device: torch.device, backward: bool = True) -> None:
    """Who may attend to nothing gets the bias of the projection, and no NaN comes back from there."""
    module, x = build(cls, Case(), device), normal(5, LONGEST, C, device=device).requires_grad_(backward)
    mask = keep(5, LONGEST).to(device)
    with torch.no_grad():
        out = module(x, mask)
    assert not out.isnan().any(), "expected numbers, got NaN"
    nobody = mask.long().cumsum(1) == 0
    bias = module.to_reference()["c_proj.bias"]
    assert torch.equal(out[nobody], bias.expand_as(out[nobody])), (
        "expected the bias of c_proj in blocked rows"
    )
    if backward:
        try:
            with torch.autograd.set_detect_anomaly(True):  # a NaN on the way is an error, even if it is wiped
                module(x, mask).sum().backward()
        except RuntimeError as error:
            raise AssertionError(f"expected a backward pass free of NaN, got {error}") from error
        grads = [x.grad, *(parameter.grad for parameter in module.parameters())]
        assert not any(gradient.isnan().any() for gradient in grads), "expected gradients, got NaN"


# Dropout


def check_eval(cls: type[Attention], device: torch.device) -> None:
    """In evaluation, dropout changes nothing."""
    for case in (Case(), Case(B=5, padded=True)):
        module = cls(GPTConfig(block_size=LONGEST, n_head=H, n_embd=C, dropout=0.5)).to(device).eval()
        module.from_reference(expected(case)[1])
        with torch.no_grad():
            out = module(case.input().to(device), on(device, case.keep()))
        assert_near(out.double().cpu(), expected(case)[0], name=f"output in evaluation, dropout 0.5, {case}")


def check_dropout(cls: type[Attention], device: torch.device, of_output: bool) -> None:
    """In training the outputs vary about those without dropout, as much as the rate and the place say."""
    for case in (Case(B=1, T=4), Case(B=1, T=4, padded=True)):
        _check_dropout(cls, case, device, of_output)


@torch.no_grad()
def _check_dropout(cls: type[Attention], case: Case, device: torch.device, of_output: bool) -> None:
    torch.manual_seed(0)
    rate, N = 0.25, 8192
    module = cls(GPTConfig(block_size=LONGEST, n_head=H, n_embd=C, dropout=rate)).to(device)
    wanted, weights, _ = expected(case)
    module.from_reference(weights)
    if not of_output:
        module.resid_dropout.p = 0.0  # leaves the dropout of the probabilities
    else:
        module.dropout = 0.0
        for part in module.modules():
            if isinstance(part, nn.MultiheadAttention) or type(part).__name__ == "SingleHead":
                part.dropout = 0.0
    x, mask = case.input().to(device).expand(N // 4, -1, -1), on(device, case.keep())
    mask = None if mask is None else mask.expand(N // 4, -1)
    out = torch.cat([module.train()(x, mask) for _ in range(4)]).double().cpu()  # (N, T, C)
    # Terms are dropped one by one, so variances add; that of one is its square times rate / (1 - rate).
    terms = wanted.square() if of_output else on_its_way(case).square().sum(dim=(3, 4))
    spread = (terms * rate / (1 - rate)).sqrt()[0]
    error = ((out.std(dim=0) - spread).abs() / (spread + 1e-5)).max().item()
    assert error < 0.06, f"expected the spread of dropout={rate}, got {error:.0%} more or less, {case}"
    errors = ((out.mean(dim=0) - wanted[0]).abs() / (spread / N**0.5 + 1e-6)).max().item()  # standard errors
    assert errors < 5, (
        f"expected the mean of training to be the output of evaluation, got {errors:.1f} errors off, {case}"
    )
    deviations = (out - out.mean(dim=0)) / (spread + 1e-5)  # (N, T, C)
    together = torch.einsum("nic,njd->icjd", deviations, deviations).abs() / N**0.5  # standard errors
    apart = max(together[i, :, j].max().item() for i, j in product(range(case.T), repeat=2) if i != j)
    assert apart < 6, f"expected each position to drop by itself, got {apart:.1f} errors off, {case}"


# The rest


def check_half(cls: type[Attention], device: torch.device, backward: bool = True) -> None:
    """bfloat16 in, bfloat16 out, near the exact result, and so for float16; the gradients too."""
    for dtype, case in product((torch.bfloat16, torch.float16), (Case(), Case(B=5, padded=True))):
        try:
            _check_half(cls, case, dtype, device, backward)
        except RuntimeError as error:
            raise AssertionError(f"expected numbers in {dtype}, got {error}") from error


def _check_half(
    cls: type[Attention], case: Case, dtype: torch.dtype, device: torch.device, backward: bool
) -> None:
    module, mask = build(cls, case, device).to(dtype), on(device, case.keep())
    x = case.input().to(device, dtype).requires_grad_(backward)
    with torch.set_grad_enabled(backward):
        out = module(x, mask)
    assert out.dtype == dtype, f"expected {dtype}, got {out.dtype}"
    assert_near(out.double().cpu(), expected(case)[0], 0.05, name=f"output in {dtype}, {case}")
    if backward:
        (out * normal(*out.shape, device=device, seed=3).to(dtype)).sum().backward()
        found = {"x": x.grad, **in_reference_layout(module)}
        for name, wanted in expected(case)[2].items():
            if wanted.abs().max() > 1e-6:  # in exact numbers, the bias of the keys has a gradient of 0
                assert found[name].dtype == dtype, f"expected {dtype}, got {found[name].dtype}"
                assert_near(found[name].double().cpu(), wanted, 0.1, name=f"gradient of {name} in {dtype}")


@torch.no_grad()
def check_strides(cls: type[Attention], device: torch.device) -> None:
    """How the input lies in memory does not matter."""
    module = build(cls, Case(), device)
    x = normal(3, LONGEST, C, device=device)
    mask = keep(3, LONGEST).to(device)
    scattered = x.permute(2, 1, 0).contiguous().permute(2, 1, 0)
    gaps = torch.stack((x, x + 1), dim=-1)[..., 0]
    masks = torch.stack((mask, ~mask), dim=-1)[..., 0]
    assert not scattered.is_contiguous() and not gaps.is_contiguous() and not masks.is_contiguous()
    for other in (scattered, gaps):
        assert_near(module(other), module(x), 1e-6, name=f"output, strides {other.stride()}")
        assert_near(module(other, masks), module(x, mask), 1e-6, name=f"with keep, strides {other.stride()}")


@torch.no_grad()
def check_state_dict(cls: type[Attention], device: torch.device) -> None:
    """Saved and loaded, it computes the same; the file has parameters and nothing else."""
    module, file = build(cls, Case(), device), io.BytesIO()
    torch.save(module.state_dict(), file)
    names = {name for name, _ in module.named_parameters()}
    assert set(module.state_dict()) == names, f"expected parameters only, got {list(module.state_dict())}"
    file.seek(0)
    loaded = cls(Case().config).to(device).eval()
    loaded.load_state_dict(torch.load(file, weights_only=True))
    x = Case().input().to(device)
    assert torch.equal(loaded(x), module(x)), "expected the same output from loaded weights"


def check_errors(cls: type[Attention], device: torch.device) -> None:
    """Wrong input is refused in words, before anything is computed."""
    module, x = build(cls, Case(), device), normal(2, 5, C, device=device)
    mask = torch.ones(2, 5, dtype=torch.bool, device=device)
    wrong = [
        ((x[0],), ValueError, r"expected x of shape \(B, T, 12\), got \(5, 12\)"),
        ((x[None],), ValueError, r"expected x of shape \(B, T, 12\), got \(1, 2, 5, 12\)"),
        ((x[..., 1:],), ValueError, r"expected x of shape \(B, T, 12\), got \(2, 5, 11\)"),
        ((x.long(),), TypeError, r"expected x of floating-point numbers, got torch.int64; embed"),
        ((normal(2, LONGEST + 1, C, device=device),), ValueError, r"expected T <= block_size=8, got 9"),
        ((x, mask.long()), TypeError, r"expected keep of bools, got torch.int64; True is a token"),
        ((x, mask[:, :4]), ValueError, r"expected keep of shape \(2, 5\), got \(2, 4\)"),
        ((x, mask[:1]), ValueError, r"expected keep of shape \(2, 5\), got \(1, 5\)"),
        ((x, mask[0]), ValueError, r"expected keep of shape \(2, 5\), got \(5,\)"),
    ]
    for arguments, error, message in wrong:
        try:
            with torch.no_grad():
                module(*arguments)
        except (TypeError, ValueError) as found:
            assert type(found) is error, f"expected {error.__name__}, got {found!r}"
            assert re.search(message, str(found)), f"expected {message}, got {found}"
        else:
            raise AssertionError(f"expected {error.__name__} {message}, got an output")
