"""Everything a training run can be told, with presets; wrong values raise before anything is written.
zh: 训练可以设置的一切，以及预设；错误的值在写出任何东西之前就报错。
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from minigpt.config import ATTENTIONS, GPTConfig
from minigpt.train.presets import PRESETS

__all__ = ["TrainSettings"]


def setting(default: Any, help: str, low: float = 0, choices: tuple[str, ...] = (), title: str = "") -> Any:
    """Field of TrainSettings with what the command line needs to know.
    zh: TrainSettings 的一个字段，带上命令行需要的信息。

    Args:
        default: Its value in the preset ``tiny``; its type is the type of the setting.
            zh: 预设 ``tiny`` 里的值；它的类型就是这个设置的类型。
        help: What it is, in English and Chinese.
            zh: 说明，英文和中文。
        low: Smallest number allowed.
            zh: 允许的最小值。
        choices: The words allowed, if not any.
            zh: 允许的词；为空则不限。
        title: Heading in ``--help`` that begins here.
            zh: 从这里开始的 ``--help`` 小标题。

    Returns:
        The field.
            zh: 字段。
    """
    return field(default=default, metadata={"help": help, "low": low, "choices": choices, "title": title})


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a run; the text beside each is the help of its flag.
    zh: 一次训练的设置；每项旁边的文字就是对应选项的帮助。

    Raises:
        TypeError: A value is of another type than the default.
            zh: 某个值的类型与默认值不同。
        ValueError: A value is out of range, or two do not go together.
            zh: 某个值超出范围，或两个值不能同时使用。

    Examples:
        >>> TrainSettings.preset("char", steps=200).n_embd
        384
        >>> TrainSettings(warmup=200, steps=100)
        Traceback (most recent call last):
        ValueError: expected warmup <= steps=100, got 200; warm up less
    """

    out: str = setting("runs/tiny", "folder for all results / 存放全部结果的文件夹", title="files / 文件")
    data: str = setting("", "folder made by minigpt.data; empty: this guide / 语料文件夹；留空用本指南")
    tokenizer: str = setting("bpe", "for the guide's text / 用于本指南的文本", choices=("bpe", "char"))
    vocab_size: int = setting(4096, "tokens that bpe learns / bpe 学多少个 token", 256)
    n_layer: int = setting(4, "Blocks / Block 的层数", title="model / 模型")
    n_head: int = setting(4, "attention heads per Block / 每个 Block 的注意力头数")
    n_embd: int = setting(128, "width of the residual stream / 残差流的宽度")
    block_size: int = setting(128, "tokens the model sees at once / 模型一次看到的 token 数")
    dropout: float = setting(0.0, "share of numbers zeroed in training / 训练时置零的比例")
    bias: bool = setting(True, "biases in Linear and LayerNorm / Linear 和 LayerNorm 带偏置")
    attention: str = setting(
        "reference", "which of minigpt.variants / 用哪种写法的注意力", choices=ATTENTIONS
    )
    steps: int = setting(2000, "updates of the weights / 更新权重的次数", 1, title="optimization / 优化")
    batch_size: int = setting(8, "sequences per pass, over all processes / 每遍的序列数，所有进程合计", 1)
    accumulation: int = setting(1, "passes whose gradients are added up per step / 每步累加几遍的梯度", 1)
    learning_rate: float = setting(3e-3, "its peak / 学习率的峰值")
    min_learning_rate: float = setting(3e-4, "learning rate at the end / 结束时的学习率")
    warmup: int = setting(100, "steps until the peak; few steps: a tenth / 到峰值的步数；步数少时取十分之一")
    weight_decay: float = setting(0.1, "shrinks matrices / 矩阵的权重衰减")
    beta1: float = setting(0.9, "AdamW: memory of the gradient / AdamW：梯度的记忆")
    beta2: float = setting(0.99, "AdamW: memory of its square / AdamW：梯度平方的记忆")
    clip: float = setting(1.0, "largest gradient norm, 0: any / 梯度范数上限，0 表示不限")
    seed: int = setting(1337, "decides weights, batches, dropout / 决定初始权重、各批数据、dropout")
    device: str = setting("auto", "auto, cpu, cuda, cuda:1, mps / 设备", title="machine / 机器")
    dtype: str = setting("float32", "arithmetic / 运算精度", choices=("float32", "bfloat16", "float16"))
    compile: bool = setting(False, "translate the model with torch.compile / 用 torch.compile 编译模型")
    parallel: str = setting("ddp", "how torchrun's processes share / 多进程的方式", choices=("ddp", "fsdp"))
    eval_every: int = setting(100, "steps between evaluations / 隔几步评估", 1, title="watching / 观察")
    eval_batches: int = setting(10, "batches per evaluation / 每次评估用几批", 1)
    sample_every: int = setting(250, "steps between samples, 0: none / 隔几步打印样本，0 表示不打印")
    sample_tokens: int = setting(80, "tokens per sample / 每个样本的 token 数", 1)
    prompts: str = setting(
        "The gradient is|每个 token 的", "beginnings of samples, separated by | / 样本的开头，用 | 分隔"
    )
    temperature: float = setting(0.8, "of samples, 0: likeliest token / 采样温度，0 取最可能的 token")
    save_every: int = setting(250, "steps between checkpoints / 隔几步存检查点", 1)
    keep: int = setting(3, "checkpoints to keep / 保留几个检查点", 1)
    log_every: int = setting(1, "steps between lines of log.jsonl / 隔几步写一行 log.jsonl", 1)

    def __post_init__(self) -> None:
        for item in fields(self):
            check(item.name, getattr(self, item.name), item.default, **item.metadata)
        self.config(self.vocab_size)
        if self.warmup > self.steps:
            raise ValueError(f"expected warmup <= steps={self.steps}, got {self.warmup}; warm up less")
        if self.min_learning_rate > self.learning_rate:
            raise ValueError(
                f"expected min_learning_rate <= learning_rate={self.learning_rate}, "
                f"got {self.min_learning_rate}; lower it"
            )
        for name in ("beta1", "beta2"):
            if getattr(self, name) >= 1:
                raise ValueError(f"expected {name} < 1, got {getattr(self, name)}; 0.9 is usual")
        if self.parallel == "fsdp" and self.dtype == "float16":
            raise ValueError("expected bfloat16 or float32 with fsdp, got float16; use --dtype bfloat16")

    @classmethod
    def preset(cls, name: str, **changes: Any) -> TrainSettings:
        """Settings known by name, with some changed if you like.
        zh: 按名字取一份现成的设置，可以顺便改动几项。

        In a short run, a tenth is for the warm-up; a lower peak of the learning rate lowers its end.
        zh: 训练很短时，十分之一的步数用来预热；学习率的峰值调低时，终点也跟着降。

        Args:
            name: ``tiny``, ``char`` or ``gpt2``.
                zh: ``tiny``、``char`` 或 ``gpt2``。
            **changes: Settings that shall differ.
                zh: 要与预设不同的设置。

        Returns:
            The settings.
                zh: 得到的设置。
        """
        values = {**PRESETS[name], **changes}
        if "steps" in changes and "warmup" not in changes:
            values["warmup"] = min(values.get("warmup", cls.warmup), changes["steps"] // 10)
        if "learning_rate" in changes and "min_learning_rate" not in changes:
            floor = values.get("min_learning_rate", cls.min_learning_rate)
            values["min_learning_rate"] = min(floor, changes["learning_rate"] / 10)
        return cls(**values)

    def config(self, vocab_size: int) -> GPTConfig:
        """Sizes of the model.
        zh: 模型的尺寸。

        Args:
            vocab_size: Of the tokenizer.
                zh: 分词器的词表大小。

        Returns:
            The configuration, checked.
                zh: 检查过的配置。
        """
        names = ("n_layer", "n_head", "n_embd", "block_size", "dropout", "bias", "attention")
        return GPTConfig(vocab_size=vocab_size, **{name: getattr(self, name) for name in names})


def check(name: str, value: Any, default: Any, low: float, choices: tuple[str, ...], **_: Any) -> None:
    """Refuse a value of the wrong type or out of range.
    zh: 拒绝类型不对或超出范围的值。

    Args:
        name: Of the setting.
            zh: 设置的名字。
        value: What was given.
            zh: 给出的值。
        default: A value of the right type.
            zh: 一个类型正确的值。
        low: See setting.
            zh: 见 setting。
        choices: See setting.
            zh: 见 setting。
        **_: What else is known about the setting; not looked at.
            zh: 关于这个设置的其他信息；这里不看。

    Raises:
        TypeError: The type is wrong.
            zh: 类型不对。
        ValueError: The value is out of range.
            zh: 取值超出范围。
    """
    kinds = (int, float) if type(default) is float else (type(default),)
    if type(value) not in kinds:
        raise TypeError(f"expected {name} as {kinds[-1].__name__}, got {value!r}; see --help")
    if choices and value not in choices:
        raise ValueError(f"expected {name} to be one of {', '.join(choices)}, got {value!r}; choose one")
    if type(value) in (int, float) and not low <= value < float("inf"):
        raise ValueError(f"expected {name} >= {low:g}, got {value}; see --help")
