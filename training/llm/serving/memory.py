"""The memory that serving a checkpoint on the CPU takes: weights, keys and values of the window, and vLLM itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

from training.llm.serving.checkpoint import weights_of
from training.llm.serving.serve_error import ServeError

_VLLM_GIB: Final = 2.5  # of its two processes with torch, measured with a model of 0.1 B
_BYTES: Final = 2  # of a key or value, bf16
_REQUESTS: Final = 2  # of full length at a time
GIB: Final = 1 << 30


def window_of(config: dict[str, Any], longest: int | None) -> int:
    """Return the tokens of the window: the model's, or `longest` if that is less; raises ServeError if it cannot be had."""
    text = _text_config(config)
    own = text.get("max_position_embeddings")
    if not isinstance(own, int) or own < 1:
        raise ServeError("config.json has no max_position_embeddings: say --max-len")
    if longest is not None and longest > own:
        raise ServeError(f"--max-len {longest}: the model's window has {own} tokens; give at most that")
    return own if longest is None else longest


def cache_gib(config: dict[str, Any], window: int) -> int:
    """Return GiB for keys and values of two requests of full length; at least 1."""
    text = _text_config(config)
    heads = text.get("num_attention_heads") or 1
    kept = text.get("num_key_value_heads") or heads
    width = text.get("head_dim") or (text.get("hidden_size") or 0) // heads
    a_token = 2 * (text.get("num_hidden_layers") or 0) * kept * width * _BYTES
    return max(1, math.ceil(_REQUESTS * window * a_token / GIB))


def check_memory(folder: Path, cache: int) -> None:
    """Raise ServeError if less memory is free than weights, cache and vLLM take."""
    import psutil

    weights = sum(path.stat().st_size for path in weights_of(folder)) / GIB
    needed, free = weights + cache + _VLLM_GIB, psutil.virtual_memory().available / GIB
    if needed > free:
        raise ServeError(
            f"{needed:.1f} GiB of memory are needed (weights {weights:.1f}, keys and values {cache}, vLLM {_VLLM_GIB:g}) and"
            f" {free:.1f} GiB are free: end something, shorten the window (--max-len), or serve a smaller model"
        )


def _text_config(config: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a configuration that describes the language model: of one that also sees, `text_config`."""
    text = config.get("text_config")
    return text if isinstance(text, dict) else config
