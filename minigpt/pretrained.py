"""Model folders, ``config.json`` beside ``model.safetensors``: found, read and written.
zh: 模型文件夹（``config.json`` 加 ``model.safetensors``）：查找、读取和写入。
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from minigpt.config import GPTConfig
from minigpt.hub import config_from_hub, config_to_hub, tensors_from_hub, tensors_to_hub

__all__ = ["find_folder", "load_weights", "read_config", "write_folder"]

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
SHARDS = "model-*-of-*.safetensors"  # large models come in several files
TOKENIZER = ("vocab.json", "merges.txt")  # not read here: for minigpt.generate


def find_folder(name_or_path: str | Path) -> Path:
    """The folder itself, or else a download from the Hugging Face Hub.
    zh: 文件夹本身；没有这个文件夹时，从 Hugging Face Hub 下载。

    Args:
        name_or_path: A local folder, or a name on the Hub such as ``openai-community/gpt2``.
            zh: 本地文件夹，或 Hub 上的名字，例如 ``openai-community/gpt2``。

    Returns:
        A folder with the model's files.
            zh: 装有模型文件的文件夹。

    Raises:
        ImportError: There is no such folder, and ``huggingface_hub`` is not installed.
            zh: 没有这个文件夹，也没有安装 ``huggingface_hub``。
        OSError: There is no such folder, and the Hub does not give such a model.
            zh: 没有这个文件夹，从 Hub 也取不到这个模型。
    """
    folder = Path(name_or_path)
    if folder.is_dir():
        return folder
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ImportError(
            f"expected a folder, got {str(folder)!r}, which is none; "
            "to look for it on the Hugging Face Hub, pip install 'minigpt[hub]'"
        ) from error
    try:
        files = [CONFIG, WEIGHTS, SHARDS, *TOKENIZER]
        return Path(snapshot_download(str(name_or_path), allow_patterns=files))
    except (OSError, ValueError) as error:
        raise OSError(
            f"expected a folder or a model on the Hugging Face Hub, got {str(name_or_path)!r}; "
            f"check the name and the connection: {error}"
        ) from error


def read_config(folder: Path) -> GPTConfig:
    """Read ``config.json``.
    zh: 读 ``config.json``。

    Args:
        folder: Folder with the model's files.
            zh: 装有模型文件的文件夹。

    Returns:
        The configuration.
            zh: 配置。

    Raises:
        ValueError: The file is missing, damaged, or describes another kind of model.
            zh: 文件缺失、损坏，或描述的是别种模型。
    """
    path = folder / CONFIG
    try:
        return config_from_hub(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"expected {path} to describe a GPT-2: {error}") from error


def load_weights(model: nn.Module, config: GPTConfig, folder: Path) -> None:
    """Put the weights of a folder into a GPT, in the dtype they are stored in.
    zh: 把文件夹里的权重装进 GPT，dtype 与存储时相同。

    Args:
        model: A GPT. Its parameters are replaced, not overwritten: it may be on the ``meta`` device.
            zh: GPT。参数是整个换掉，而不是改写：所以它可以在 ``meta`` 设备上。
        config: Configuration of the model.
            zh: 模型的配置。
        folder: Folder with the model's files.
            zh: 装有模型文件的文件夹。

    Raises:
        ValueError: There are no weights, a file is damaged, or a tensor is missing, left over or of another
            shape.
            zh: 没有权重文件，文件损坏，或张量缺失、多余、形状不符。
    """
    files = sorted(folder.glob(WEIGHTS)) or sorted(folder.glob(SHARDS))
    try:
        stored = {name: tensor for file in files for name, tensor in load_file(file).items()}
        model.load_state_dict(tensors_from_hub(stored, config.bias), assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise ValueError(
            f"expected {WEIGHTS} in {folder}, whole and as {CONFIG} describes it: {error}; "
            "fetch or save the model anew"
        ) from error


def write_folder(model: nn.Module, config: GPTConfig, folder: str | Path) -> None:
    """Write a model folder. Both files are complete before either takes its place.
    zh: 写出模型文件夹。两个文件都写完整了，才放到各自的位置上。

    Args:
        model: A GPT.
            zh: GPT。
        config: Configuration of the model.
            zh: 模型的配置。
        folder: Where to; made if it does not exist.
            zh: 写到哪里；文件夹不存在则新建。
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    tensors = tensors_to_hub(model.state_dict(), config.bias)
    with TemporaryDirectory(dir=folder) as draft:
        save_file(tensors, Path(draft, WEIGHTS), metadata={"format": "pt"})
        Path(draft, CONFIG).write_text(json.dumps(config_to_hub(config), indent=2), encoding="utf-8")
        for name in (WEIGHTS, CONFIG):
            Path(draft, name).replace(Path(folder, name))
