"""How fast the reference model is: `python tests/bench/model.py`, on a GPU with `--device cuda`.

Writes docs/_reports/speed-model.json (speed-model-cuda.json). Before anything is timed, both sides are given
the same weights and must return the same loss.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[2]))

from minigpt import GPT, CausalSelfAttention, GPTConfig, LayerNorm, configure_optimizers, mfu
from minigpt.bench.artifact import write
from minigpt.bench.measure import interleave, ratios, result
from minigpt.hub import tensors_to_hub

# Sizes a CPU trains in a moment, and GPT-2's own width and depth at a short sequence.
CPU_SIZES = {
    "4 × 128": (GPTConfig(block_size=128, vocab_size=4096, n_layer=4, n_head=4, n_embd=128), 8, 128),
    "6 × 384": (GPTConfig(block_size=256, vocab_size=4096, n_layer=6, n_head=6, n_embd=384), 2, 256),
    "12 × 768": (GPTConfig(block_size=128), 1, 128),
}
CUDA_SIZES = {"12 × 768": (GPTConfig(vocab_size=50304), 32, 1024)}
PEAK_BF16 = {"NVIDIA H200": 989e12, "NVIDIA H100 80GB HBM3": 989e12, "NVIDIA A100-SXM4-80GB": 312e12}


class PlainGPT(nn.Module):
    """The same mathematics with nothing around it: no checks, no classes, weights in one list of tensors."""

    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.config = model.config
        self.p = nn.ParameterDict(
            {name.replace(".", "/"): p.detach().clone() for name, p in model.named_parameters()}
        )
        # The same Parameters by layer and short name: looked up here, and not again in every step.
        self.layers = [
            {name.split(f"h/{n}/")[1]: p for name, p in self.p.items() if f"/h/{n}/" in name}
            for n in range(model.config.n_layer)
        ]

    def forward(self, idx: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        p, c = self.p, self.config
        wte = p["transformer/wte/weight"]
        x = F.embedding(idx, wte) + p["transformer/wpe/weight"][: idx.shape[1]]
        for get in self.layers:
            x = x + self.attention(self.norm(x, get, "ln_1"), get)
            x = x + self.mlp(self.norm(x, get, "ln_2"), get)
        x = F.layer_norm(x, (c.n_embd,), p["transformer/ln_f/weight"], p["transformer/ln_f/bias"], 1e-5)
        logits = x @ wte.t()
        return logits, F.cross_entropy(logits.view(-1, c.vocab_size), targets.view(-1))

    def norm(self, x: Tensor, get: dict[str, Tensor], name: str) -> Tensor:
        return F.layer_norm(x, (x.shape[-1],), get[f"{name}/weight"], get[f"{name}/bias"], 1e-5)

    def attention(self, x: Tensor, get: dict[str, Tensor]) -> Tensor:
        B, T, C = x.shape
        qkv = F.linear(x, get["attn/c_attn/weight"], get["attn/c_attn/bias"])
        q, k, v = (t.view(B, T, self.config.n_head, -1).transpose(1, 2) for t in qkv.split(C, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, C)
        return F.linear(y, get["attn/c_proj/weight"], get["attn/c_proj/bias"])

    def mlp(self, x: Tensor, get: dict[str, Tensor]) -> Tensor:
        x = F.gelu(F.linear(x, get["mlp/c_fc/weight"], get["mlp/c_fc/bias"]), approximate="tanh")
        return F.linear(x, get["mlp/c_proj/weight"], get["mlp/c_proj/bias"])


def transformers_twin(model: GPT) -> nn.Module:
    """GPT2LMHeadModel with the weights of ``model``."""
    from transformers import GPT2Config, GPT2LMHeadModel

    c = model.config
    config = GPT2Config(
        vocab_size=c.vocab_size, n_positions=c.block_size, n_layer=c.n_layer, n_head=c.n_head,
        n_embd=c.n_embd, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    twin = GPT2LMHeadModel(config)
    twin.load_state_dict(tensors_to_hub(model.state_dict(), c.bias), strict=False)
    twin.tie_weights()
    return twin


def sides_of(config: GPTConfig, device: str) -> dict[str, tuple[nn.Module, Callable[..., Tensor]]]:
    """The three models, with a function each that returns the loss."""
    torch.manual_seed(0)
    ours = GPT(config)
    plain, theirs = PlainGPT(ours), transformers_twin(ours)
    return {
        "ours": (ours.to(device), lambda m, x, y: m(x, y)[1]),
        "plain": (plain.to(device), lambda m, x, y: m(x, y)[1]),
        "transformers": (
            theirs.to(device),
            lambda m, x, y: F.cross_entropy(m(input_ids=x).logits.flatten(0, 1), y.flatten()),
        ),
    }


def stepper(
    model: nn.Module, loss_of: Callable[..., Tensor], x: Tensor, y: Tensor, repeats: int
) -> Callable[[], float]:
    """Seconds of one training step: forward, backward, optimizer."""
    optimizer = configure_optimizers(model, weight_decay=0.1, learning_rate=1e-5, betas=(0.9, 0.95))

    def run() -> float:
        _wait(x)
        start = time.perf_counter()
        for _ in range(repeats):
            with torch.autocast(x.device.type, torch.bfloat16, enabled=x.is_cuda):
                loss = loss_of(model, x, y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        _wait(x)
        return (time.perf_counter() - start) / repeats

    return run


def train_rows(
    label: str, sizes: tuple[GPTConfig, int, int], device: str, rounds: int, compile_: bool
) -> list:
    """Times and ratios of one size; refuses to time models that disagree."""
    config, B, T = sizes
    x, y = torch.randint(config.vocab_size, (2, B, T), device=device)
    sides = sides_of(config, device)
    losses = {name: loss_of(model, x, y).item() for name, (model, loss_of) in sides.items()}
    if any(not math.isclose(loss, losses["ours"], rel_tol=1e-4) for loss in losses.values()):
        raise SystemExit(f"expected equal losses, got {losses}; nothing was timed")
    if compile_:
        sides = {name: (torch.compile(model), loss_of) for name, (model, loss_of) in sides.items()}
    repeats = 3 if device == "cpu" else 10
    steps = {name: stepper(m, loss_of, x, y, repeats) for name, (m, loss_of) in sides.items()}
    found = interleave(steps, rounds)
    how = "compile" if compile_ else "eager"
    what = f"{label}, B={B}, T={T}, {how}"
    rows = [
        result(
            {"en": f"training step of GPT, {what}", "zh": f"GPT 的一个训练步，{what}"},
            "ms",
            [one["ours"] * 1e3 for one in found],
        ),
        result(
            {"en": f"transformers : ours, {what}", "zh": f"transformers 用时 : 我们的用时，{what}"},
            "×",
            ratios(found, "transformers", "ours"),
            {"en": "> 1", "zh": "> 1"},
        ),
        result(
            {"en": f"bare functions : ours, {what}", "zh": f"光秃秃的函数写法用时 : 我们的用时，{what}"},
            "×",
            ratios(found, "plain", "ours"),
            {"en": "about 1 or more", "zh": "约为 1 或更大"},
        ),
    ]
    peak = PEAK_BF16.get(torch.cuda.get_device_name(device)) if device != "cpu" else None
    if peak is not None:
        shares = [mfu(config, T, B * T / one["ours"], peak) for one in found]
        rows.append(result({"en": f"MFU, bf16, {what}", "zh": f"MFU，bf16，{what}"}, "", shares))
    return rows


def layer_rows(device: str, rounds: int) -> list:
    """What the pages on LayerNorm and attention say about fused routines."""
    x = torch.randn(8, 512, 768, device=device, requires_grad=True)
    norm = LayerNorm(768, bias=True).to(device)
    attention = CausalSelfAttention(GPTConfig()).to(device)

    def by_hand(x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        var = centred.square().mean(-1, keepdim=True)
        return centred / (var + 1e-5).sqrt() * norm.weight + norm.bias

    pairs = {
        ("LayerNorm", "LayerNorm"): (by_hand, norm),
        ("attention", "注意力"): (attention.forward_by_hand, attention.forward),
    }
    rows = []
    for (en, zh), (slow, fused) in pairs.items():
        torch.testing.assert_close(slow(x), fused(x), rtol=1e-4, atol=1e-4)
        found = interleave({"slow": timer(slow, x), "fused": timer(fused, x)}, rounds)
        name = {
            "en": f"{en}, forward and backward, (8, 512, 768): by hand : fused",
            "zh": f"{zh}，前向加反向，(8, 512, 768)：手写用时 : 融合用时",
        }
        rows.append(result(name, "×", ratios(found, "slow", "fused")))
    return rows


def timer(fn: Callable[[Tensor], Tensor], x: Tensor) -> Callable[[], float]:
    """Seconds of forward and backward."""

    def run() -> float:
        _wait(x)
        start = time.perf_counter()
        for _ in range(3):
            fn(x).sum().backward()
        _wait(x)
        return (time.perf_counter() - start) / 3

    return run


def _wait(x: Tensor) -> None:
    if x.is_cuda:
        torch.cuda.synchronize(x.device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    cuda = args.device.startswith("cuda")
    rows = layer_rows(args.device, args.rounds)
    for label, sizes in (CUDA_SIZES if cuda else CPU_SIZES).items():
        for compile_ in (False, True) if cuda else (False,):
            rows += train_rows(label, sizes, args.device, args.rounds, compile_)
    write("speed-model-cuda" if cuda else "speed-model", rows, args.device)


if __name__ == "__main__":
    main()
