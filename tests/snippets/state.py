"""The same clean ground for every page, and none of a page's changes left to the next."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch.backends import cuda, cudnn, mha

from tests.snippets import seeds

# What a page may set: how to read it, how to set it.
_Setting = tuple[Callable[[], Any], Callable[[Any], object]]
_SETTINGS: list[_Setting] = [
    (torch.is_grad_enabled, torch.set_grad_enabled),
    (torch.get_default_dtype, torch.set_default_dtype),
    (torch.get_num_threads, torch.set_num_threads),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    (
        torch.get_deterministic_debug_mode,
        lambda mode: torch.use_deterministic_algorithms(mode > 0, warn_only=mode == 1),
    ),
    (lambda: cudnn.deterministic, lambda value: setattr(cudnn, "deterministic", value)),
    (lambda: cudnn.benchmark, lambda value: setattr(cudnn, "benchmark", value)),
    (cuda.flash_sdp_enabled, cuda.enable_flash_sdp),
    (cuda.mem_efficient_sdp_enabled, cuda.enable_mem_efficient_sdp),
    (cuda.math_sdp_enabled, cuda.enable_math_sdp),
    (cuda.cudnn_sdp_enabled, cuda.enable_cudnn_sdp),
    (mha.get_fastpath_enabled, mha.set_fastpath_enabled),
    (random.getstate, random.setstate),
    (lambda: list(sys.path), lambda value: sys.path.__setitem__(slice(None), value)),
    (lambda: dict(os.environ), lambda value: (os.environ.clear(), os.environ.update(value))),
]


@contextlib.contextmanager
def fresh(device: str, reseed: int, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Namespace of a new ``__main__`` that holds ``names``; around it seeds, device and printing of a new
    session.

    It is like a reader's own: classes defined in it belong to ``__main__`` and can be pickled, and on the CPU
    no default device is set. Files it writes go to a temporary folder.
    """
    main = types.ModuleType("__main__")
    main.__dict__.update(names, __name__="__main__")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_restored(device))
        stack.enter_context(_in_empty_folder())
        stack.enter_context(seeds.shifted(reseed))
        if torch.device(device).index:  # else `.cuda()` would mean another GPU than the default device
            stack.enter_context(torch.cuda.device(device))
        torch.set_default_device(None if device == "cpu" else device)
        torch.set_num_threads(1)  # examples are small: on a busy machine a second thread is waited for
        torch.set_printoptions(profile="default")
        seeds.start()
        sys.modules["__main__"] = main
        yield main.__dict__


@contextlib.contextmanager
def _restored(device: str) -> Iterator[None]:
    before = [get() for get, _ in _SETTINGS]
    default, main = torch.get_default_device(), sys.modules["__main__"]
    used = torch.device(device)
    gpus = [used] if used.type == "cuda" else []
    numpy_state = seeds.numpy.random.get_state() if seeds.numpy else None
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(gpus):
            yield
    finally:
        sys.modules["__main__"] = main
        torch.set_default_device(None)
        if torch.get_default_device() != default:
            torch.set_default_device(default)
        for (get, put), value in zip(_SETTINGS, before, strict=True):
            if get() != value:  # some setters are slow, and import half of torch
                put(value)
        if seeds.numpy:
            seeds.numpy.random.set_state(numpy_state)
        torch.set_printoptions(profile="default")


@contextlib.contextmanager
def _in_empty_folder() -> Iterator[None]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
