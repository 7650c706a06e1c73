"""Parameters against the numbers OpenAI's sizes give; FLOPs against torch's own counter."""

from __future__ import annotations

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from minigpt import GPT, GPTConfig, NanoGPT, flops_per_token, mfu, num_parameters
from tests.proof import tokens


@pytest.mark.parametrize(
    ("name", "total", "without"),
    [
        ("gpt2", 124_439_808, 85_056_000),
        ("gpt2-medium", 354_823_168, 302_311_424),
        ("gpt2-large", 774_030_080, 708_390_400),
        ("gpt2-xl", 1_557_611_200, 1_475_561_600),
    ],
)
def test_parameters_of_gpt2(name: str, total: int, without: int) -> None:
    config = GPTConfig.preset(name)
    with torch.device("meta"):
        model = GPT(config)
    assert num_parameters(model) == total
    assert num_parameters(model, embedding=False) == without
    assert total - without == (config.vocab_size + config.block_size) * config.n_embd


def test_an_untied_head_is_no_embedding() -> None:
    config = GPTConfig(block_size=4, vocab_size=10, n_layer=1, n_head=1, n_embd=8)
    tables = (10 + 4) * 8
    assert num_parameters(NanoGPT(config)) - num_parameters(NanoGPT(config), embedding=False) == tables


@pytest.mark.parametrize(
    "config",
    [
        GPTConfig(block_size=32, vocab_size=50, n_layer=3, n_head=2, n_embd=16),
        GPTConfig(block_size=32, vocab_size=17, n_layer=1, n_head=3, n_embd=21, bias=False),
    ],
)
@pytest.mark.parametrize(("B", "T"), [(1, 32), (3, 5)])
def test_flops_are_those_torch_counts(config: GPTConfig, B: int, T: int, device: torch.device) -> None:
    model = GPT(config).to(device)
    idx = tokens(B, T, below=config.vocab_size, device=device)
    # The plain kernel: the counter knows what a fused one does on CUDA only.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        _, loss = model(idx, idx)
        forward = counter.get_total_flops()
        loss.backward()
    assert forward == B * T * flops_per_token(config, T, backward=False)
    assert counter.get_total_flops() == B * T * flops_per_token(config, T)


def test_mfu_is_the_share_of_the_peak() -> None:
    config = GPTConfig.preset("tiny")
    flops = flops_per_token(config, T=64)
    assert mfu(config, T=64, tokens_per_second=1000, peak_flops=1000 * flops) == 1
    assert mfu(config, T=64, tokens_per_second=250, peak_flops=1000 * flops) == 0.25
