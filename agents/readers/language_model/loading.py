"""The 6G-LLM of the reader, loaded: the base model of the user's cache with the adapter that is shipped.

Instead of both, a folder with a model of which all weights were trained (`twinpilot llm train --full`): it needs no adapter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

from agents.readers.language_model.base_model import BaseError, read_base
from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.merging import merge_adapters
from policies.artefact import read_artefact, record_of

_PREFIX: Final = "base_model.model."
_ROWS: Final = ".token_adapter.trainable_tokens_delta"
ADAPTER: Final = Path(__file__).parents[1] / "data" / "reader"
WEIGHTS: Final = "model.safetensors"


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
    """Load the reader; adapter None: the raw base, which cannot read.

    A base of which all weights were trained as a reader is loaded without the shipped adapter. Raises ReaderError, or
    ArtefactError if such a model is not the one of its record.
    """
    import torch

    folder = base or base_folder()
    if base is None and (why := base_absence()):
        raise ReaderError(why)
    try:
        read = read_base(folder)
    except BaseError as error:
        raise ReaderError(str(error)) from error
    if record_of(folder / WEIGHTS).exists():
        read_artefact(folder / WEIGHTS)
        adapter = None if adapter == ADAPTER else adapter
    model = read.model(torch.bfloat16)
    if adapter is not None:
        _merge(model, adapter)
    return LanguageModelReader(model, read.tokenizer)


def _merge(model: Any, adapter: Path) -> None:
    """Merge the adapter of a folder into the model; raises ReaderError if it is none that `twinpilot llm train` writes."""
    import torch
    from safetensors.torch import load_file

    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        learned = load_file(adapter / "adapter_model.safetensors")
        merge_adapters(model, learned, config["lora_alpha"] / config["r"], _PREFIX)
        # Of the embedding and, in a model where they are not the same, of the output.
        for layer, rows in config["trainable_token_indices"].items():
            (name,) = [name for name in learned if name.endswith(f".{layer}{_ROWS}")]
            weight = model.get_submodule(name.removeprefix(_PREFIX).removesuffix(_ROWS)).weight
            with torch.no_grad():
                weight[rows] = learned[name].to(weight.dtype)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        remedy = "restore it from the repository, or train one with `twinpilot llm train`"
        raise ReaderError(f"the adapter in {adapter} cannot be read ({type(error).__name__}: {error}): {remedy}") from error
