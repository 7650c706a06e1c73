"""GPT: token ids in, a score for every possible next token out.
zh: GPT：输入 token 编号，输出每个候选“下一个 token”的分数。

Axes: ``B`` batch, ``T`` time, ``C`` channels (``n_embd``), ``V`` vocabulary (``vocab_size``).
zh: 轴：``B`` 批，``T`` 时间，``C`` 通道（``n_embd``），``V`` 词表（``vocab_size``）。
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minigpt.block import Block
from minigpt.config import GPTConfig
from minigpt.init import init_weights
from minigpt.inputs import check_ids, check_targets
from minigpt.norm import LayerNorm
from minigpt.pretrained import find_folder, load_weights, read_config, write_folder
from minigpt.sampling import sample

__all__ = ["GPT"]


class GPT(nn.Module):
    """GPT-2: embeddings, ``n_layer`` Blocks, a last LayerNorm, and ``lm_head``, which shares the token table.
    zh: GPT-2：嵌入，``n_layer`` 个 Block，最后一个 LayerNorm，以及与 token 表共用权重的 ``lm_head``。

    Source: Radford et al. (2019); the names in ``state_dict`` are those of GPT-2 and of nanoGPT.
    zh: 出处：Radford 等（2019）；``state_dict`` 里的名字与 GPT-2、nanoGPT 相同。

    Args:
        config: Sizes.
            zh: 尺寸。

    Examples:
        >>> model = GPT(GPTConfig.preset("tiny"))
        >>> idx = torch.tensor([[1, 2, 3, 4]])
        >>> logits, loss = model(idx[:, :-1], idx[:, 1:])
        >>> logits.shape, loss.shape
        (torch.Size([1, 3, 256]), torch.Size([]))
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.n_embd),
                "wpe": nn.Embedding(config.block_size, config.n_embd),
                "drop": nn.Dropout(config.dropout),
                "h": nn.ModuleList(Block(config) for _ in range(config.n_layer)),
                "ln_f": LayerNorm(config.n_embd, config.bias),
            }
        )
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        init_weights(self, config.n_layer)

    def hidden(self, idx: Tensor) -> Tensor:
        """Everything up to ``lm_head``: what the model knows at each position.
        zh: ``lm_head`` 之前的全部计算：模型在每个位置上知道的一切。

        Args:
            idx: Token ids, shape ``(B, T)``, with ``T`` up to ``block_size``.
                zh: token 编号，形状 ``(B, T)``，``T`` 不超过 ``block_size``。

        Returns:
            Shape ``(B, T, C)``, normalized.
                zh: 形状 ``(B, T, C)``，已归一化。
        """
        check_ids(idx, self.config)
        positions = torch.arange(idx.shape[1], device=idx.device)  # (T,)
        x = self.transformer.wte(idx) + self.transformer.wpe(positions)  # (B, T, C)
        x = self.transformer.drop(x)
        for block in self.transformer.h:
            x = block(x)
        return self.transformer.ln_f(x)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Score every token as the next one, at every position.
        zh: 在每个位置上，给每个候选“下一个 token”打分。

        Args:
            idx: Token ids, shape ``(B, T)``, with ``T`` up to ``block_size``.
                zh: token 编号，形状 ``(B, T)``，``T`` 不超过 ``block_size``。
            targets: The true next tokens, shape ``(B, T)``, for the loss; ``-100`` leaves a position out.
                zh: 真正的下一个 token，形状 ``(B, T)``，要算损失时才给；``-100`` 表示不计该位置。

        Returns:
            Logits of shape ``(B, T, V)``, and the mean cross-entropy in nats, or None without targets.
                zh: logits，形状 ``(B, T, V)``；以及平均交叉熵，单位 nat；没有目标时为 None。

        Raises:
            TypeError: See check_ids and check_targets.
                zh: 见 check_ids 和 check_targets。
            ValueError: See check_ids and check_targets.
                zh: 见 check_ids 和 check_targets。
        """
        logits = self.lm_head(self.hidden(idx))  # (B, T, V)
        if targets is None:
            return logits, None
        check_targets(targets, idx)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())  # ()
        return logits, loss

    @torch.no_grad()
    def generate(self, idx: Tensor, max_new_tokens: int, **sampling: Any) -> Tensor:
        """Continue each sequence, one token after another.
        zh: 逐个 token 地续写每个序列。

        It looks at the last ``block_size`` tokens. In training mode dropout takes part: call ``eval()``.
        zh: 每次看最后 ``block_size`` 个 token。训练模式下 dropout 也会起作用：先调用 ``eval()``。

        Args:
            idx: The beginning: token ids of shape ``(B, T)``, at least one per sequence.
                zh: 开头：token 编号，形状 ``(B, T)``，每个序列至少一个。
            max_new_tokens: How many tokens to add.
                zh: 续写多少个 token。
            **sampling: ``temperature``, ``top_k``, ``top_p``, ``generator``: see sample.
                zh: ``temperature``、``top_k``、``top_p``、``generator``：见 sample。

        Returns:
            Token ids of shape ``(B, T + max_new_tokens)``, the beginning included.
                zh: token 编号，形状 ``(B, T + max_new_tokens)``，包含开头。

        Raises:
            TypeError: The ids are no integers.
                zh: 编号不是整数。
            ValueError: See check_ids and sample.
                zh: 见 check_ids 和 sample。
        """
        for _ in range(max_new_tokens):
            window = idx[..., -self.config.block_size :]  # (B, T)
            logits = self.lm_head(self.hidden(window)[:, -1])  # (B, V)
            idx = torch.cat((idx, sample(logits, **sampling)), dim=1)  # (B, T + 1)
        return idx

    def crop_block_size(self, block_size: int) -> None:
        """Forget the positions from ``block_size`` on. Do this before an optimizer is made.
        zh: 丢掉从 ``block_size`` 起的位置。要在创建优化器之前做。

        Args:
            block_size: The new longest sequence, no longer than the present one.
                zh: 新的最大序列长度，不能超过现在的。

        Raises:
            ValueError: ``block_size`` is longer than the present one, or below 1.
                zh: ``block_size`` 比现在的长，或小于 1。
        """
        if block_size > self.config.block_size:
            limit = self.config.block_size
            raise ValueError(f"expected block_size <= {limit}, got {block_size}; choose a smaller one")
        self.config = replace(self.config, block_size=block_size)
        table = self.transformer.wpe.weight.detach()[:block_size].clone()  # (T, C)
        self.transformer.wpe = nn.Embedding.from_pretrained(table, freeze=False)

    @classmethod
    def from_pretrained(cls, name_or_path: str | Path) -> GPT:
        """GPT with stored weights, in evaluation mode, on the CPU. Any error leaves no model behind.
        zh: 带有已存权重的 GPT，处于评估模式，在 CPU 上。一旦出错，不会留下半个模型。

        Args:
            name_or_path: A folder with ``config.json`` and ``model.safetensors``, or a name on the Hub.
                zh: 装有 ``config.json`` 和 ``model.safetensors`` 的文件夹，或 Hub 上的名字。

        Returns:
            The model.
                zh: 模型。

        Raises:
            OSError: See find_folder.
                zh: 见 find_folder。
            ImportError: See find_folder.
                zh: 见 find_folder。
            ValueError: See read_config and load_weights.
                zh: 见 read_config 和 load_weights。
        """
        folder = find_folder(name_or_path)
        config = read_config(folder)
        with torch.device("meta"):  # shapes only: no memory, no random numbers
            model = cls(config)
        load_weights(model, config, folder)
        model.lm_head.weight = model.transformer.wte.weight  # loading gave each its own
        return model.eval()

    def save_pretrained(self, folder: str | Path) -> None:
        """Write a folder that ``from_pretrained`` reads, and ``GPT2LMHeadModel`` of transformers too.
        zh: 写出一个文件夹，``from_pretrained`` 能读，transformers 的 ``GPT2LMHeadModel`` 也能读。

        Args:
            folder: Where to; made if it does not exist.
                zh: 写到哪里；文件夹不存在则新建。
        """
        write_folder(self, self.config, folder)
