"""The 6G-LLM of the reader, loaded: the base model of the user's cache with the adapter that is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.merging import merge_adapters

_PREFIX: Final = "base_model.model."
_ROWS: Final = f"{_PREFIX}model.embed_tokens.token_adapter.trainable_tokens_delta"
ADAPTER: Final = Path(__file__).parents[1] / "data" / "reader"


class ReaderError(Exception):
    """A reader cannot be loaded; the message says what to do."""


def base_folder() -> Path:
    """Return the folder of the base model in the user's cache."""
    return user_cache_path("twinpilot") / "llm" / "smollm2-135m-8k"


def base_absence(folder: Path | None = None) -> str:
    """Return that the base model is not there and what to do, empty if it is."""
    folder = folder or base_folder()
    if (folder / "config.json").exists():
        return ""
    return f"the base model is not in {folder}: make it with `twinpilot llm base` (about a minute)"


def load_language_model(base: Path | None = None, adapter: Path | None = ADAPTER) -> LanguageModelReader:
    """Load the reader; adapter None: the raw base, which cannot read. Raises ReaderError."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    messages: Any = logging
    messages.disable_progress_bar()
    folder = base or base_folder()
    if why := base_absence(folder):
        raise ReaderError(why)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    if adapter is not None:
        _merge(model, adapter)
    return LanguageModelReader(model, tokenizer)


def _merge(model: Any, adapter: Path) -> None:
    """Merge the adapter of a folder into the model; raises ReaderError if it is none that `twinpilot llm train` writes."""
    import torch
    from safetensors.torch import load_file

    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        learned = load_file(adapter / "adapter_model.safetensors")
        rows = config["trainable_token_indices"]["embed_tokens"]
        merge_adapters(model, learned, config["lora_alpha"] / config["r"], _PREFIX)
        embedding = model.get_input_embeddings().weight
        with torch.no_grad():
            embedding[rows] = learned[_ROWS].to(embedding.dtype)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        remedy = "restore it from the repository, or train one with `twinpilot llm train`"
        raise ReaderError(f"the adapter in {adapter} cannot be read ({type(error).__name__}: {error}): {remedy}") from error
