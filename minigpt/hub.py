"""GPT-2 as transformers writes it down, translated to this GPT and back. No file is touched here.
zh: transformers 记录 GPT-2 的方式，与本指南的 GPT 互相翻译。这里不碰任何文件。
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from minigpt.config import GPTConfig

__all__ = ["config_from_hub", "config_to_hub", "tensors_from_hub", "tensors_to_hub"]

# Sizes: our name, and the name in config.json.
SIZES = {
    "block_size": "n_positions",
    "vocab_size": "vocab_size",
    "n_layer": "n_layer",
    "n_head": "n_head",
    "n_embd": "n_embd",
}
# What makes a GPT-2 a GPT-2. A key that is missing in config.json means the value here.
SETTINGS = {
    "model_type": "gpt2",
    "activation_function": "gelu_new",
    "layer_norm_epsilon": 1e-5,
    "n_inner": None,  # 4 * n_embd
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "reorder_and_upcast_attn": False,
    "add_cross_attention": False,
    "tie_word_embeddings": True,
}
END = 50256  # GPT-2's <|endoftext|>: transformers stops there, and starts from it
# Linear keeps its weight as (out, in), GPT-2's own Conv1D kept it as (in, out).
TRANSPOSED = ("c_attn.weight", "c_fc.weight", "c_proj.weight")
# Causal masks, which old versions saved too; and lm_head, a second name of wte.
LEFT_OUT = (".attn.bias", ".attn.masked_bias", "lm_head.weight")


def config_from_hub(found: dict[str, Any]) -> GPTConfig:
    """Translate the contents of ``config.json``, and refuse what is no GPT-2.
    zh: 翻译 ``config.json`` 的内容；不是 GPT-2 就拒绝。

    Args:
        found: Contents of ``config.json``.
            zh: ``config.json`` 的内容。

    Returns:
        The configuration.
            zh: 配置。

    Raises:
        ValueError: A size is missing or impossible, or a setting is not GPT-2's.
            zh: 某个尺寸缺失或不可能，或某项设置与 GPT-2 不同。
        TypeError: A size is no whole number.
            zh: 某个尺寸不是整数。

    Examples:
        >>> config_from_hub({"model_type": "llama"})
        Traceback (most recent call last):
        ValueError: expected model_type='gpt2' in config.json, got 'llama'; load a GPT-2
    """
    dropout = found.get("resid_pdrop", 0.1)  # GPTConfig has one for all three places
    settings = {**SETTINGS, "embd_pdrop": dropout, "attn_pdrop": dropout}
    for name, value in settings.items():
        if found.get(name, value) != value:
            raise ValueError(f"expected {name}={value!r} in config.json, got {found[name]!r}; load a GPT-2")
    for name in SIZES.values():
        if name not in found:
            raise ValueError(f"expected {name} in config.json, got none; fetch the file anew")
    sizes = {ours: found[theirs] for ours, theirs in SIZES.items()}
    return GPTConfig(**sizes, dropout=dropout, bias=found.get("bias", True))


def config_to_hub(config: GPTConfig) -> dict[str, Any]:
    """The way back: contents for ``config.json``.
    zh: 反方向：要写进 ``config.json`` 的内容。

    Args:
        config: Sizes of the model.
            zh: 模型的尺寸。

    Returns:
        What transformers reads, and ``bias``, which it ignores.
            zh: transformers 要读的内容，外加它不理会的 ``bias``。

    Examples:
        >>> config_to_hub(GPTConfig.preset("gpt2"))["n_positions"]
        1024
    """
    sizes = {theirs: getattr(config, ours) for ours, theirs in SIZES.items()}
    dropout = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), config.dropout)
    end = END if config.vocab_size > END else None
    tokens = {"bos_token_id": end, "eos_token_id": end}
    model = {"architectures": ["GPT2LMHeadModel"], "bias": config.bias}
    return {**SETTINGS, **sizes, **dropout, **tokens, **model}


def tensors_from_hub(stored: dict[str, Tensor], bias: bool) -> dict[str, Tensor]:
    """Translate stored tensors to the names and the layout of GPT.
    zh: 把存储的张量翻译成 GPT 的名字和布局。

    OpenAI's release has names without ``transformer.`` in front; both forms are read.
    zh: OpenAI 发布的文件里，名字前面没有 ``transformer.``；两种写法都能读。

    Args:
        stored: Contents of ``model.safetensors``.
            zh: ``model.safetensors`` 的内容。
        bias: Whether the model has biases; if not, stored zeros are left out.
            zh: 模型有没有偏置；没有的话，存着的全零偏置略去。

    Returns:
        A state dict of GPT.
            zh: GPT 的 state dict。
    """
    tensors = {}
    for name, tensor in stored.items():
        name = "transformer." + name.removeprefix("transformer.")
        zeros = name.endswith(".bias") and not tensor.any()
        if name.endswith(LEFT_OUT) or (zeros and not bias):
            continue
        tensors[name] = tensor.t().contiguous() if name.endswith(TRANSPOSED) else tensor
        if name == "transformer.wte.weight":
            tensors["lm_head.weight"] = tensor
    return tensors


def tensors_to_hub(tensors: dict[str, Tensor], bias: bool) -> dict[str, Tensor]:
    """The way back: a state dict of GPT as transformers stores it.
    zh: 反方向：把 GPT 的 state dict 翻译成 transformers 的存储形式。

    Args:
        tensors: A state dict of GPT.
            zh: GPT 的 state dict。
        bias: Whether the model has biases; if not, zeros are stored: transformers knows no GPT-2 without.
            zh: 模型有没有偏置；没有的话存成零，因为 transformers 里没有不带偏置的 GPT-2。

    Returns:
        Contents for ``model.safetensors``.
            zh: 要写进 ``model.safetensors`` 的内容。

    Raises:
        ValueError: The attention keeps its weights under other names than GPT-2's.
            zh: 注意力存权重用的名字与 GPT-2 不同。
    """
    stored = {}
    for name, tensor in tensors.items():
        if name.endswith(LEFT_OUT):
            continue
        if ".attn." in name and ".attn.c_" not in name:
            remedy = "save change_attention(model, 'reference') of minigpt.variants.weights"
            raise ValueError(f"expected the parameter names of GPT-2, got {name}; {remedy}")
        if not bias and not name.endswith(("wte.weight", "wpe.weight")):
            stored[name.replace(".weight", ".bias")] = tensor.new_zeros(tensor.shape[0])
        stored[name] = tensor.t().contiguous() if name.endswith(TRANSPOSED) else tensor.contiguous()
    return stored
