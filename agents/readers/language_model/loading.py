"""The 6G-LLM of the reader, loaded: the base model of the user's cache with the adapter that is shipped.

Instead of both, a folder with a model of which all weights were trained (`twinpilot llm train --full`): it needs no adapter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from agents.readers.language_model.base_model import BaseError, read_base
from agents.readers.language_model.generating import LanguageModelReader
from policies.artefact import read_artefact, record_of

ADAPTER: Final = Path(__file__).parents[1] / "data" / "reader"
WEIGHTS: Final = "model.safetensors"


class ReaderError(Exception):
    """A reader cannot be loaded; the message says what to do."""


def base_folder() -> Path:
    """Return the folder of the base model in the user's cache."""
    return user_cache_path("twinpilot") / "llm" / "smollm2-135m-8k"


def load_language_model(base: Path | None = None, adapter: Path | None = ADAPTER) -> LanguageModelReader:
    """Load the reader; adapter None: the raw base, which cannot read.

    A base of which all weights were trained as a reader is loaded without the shipped adapter. Raises ReaderError, or
    ArtefactError if such a model is not the one of its record.
    """
    import torch

    folder = base or base_folder()
    if base is None and not (folder / "config.json").exists():
        raise ReaderError(f"the base model is not in {folder}: make it with `twinpilot llm base` (about a minute)")
    try:
        read = read_base(folder)
    except BaseError as error:
        raise ReaderError(str(error)) from error
    if record_of(folder / WEIGHTS).exists():
        read_artefact(folder / WEIGHTS)
        adapter = None if adapter == ADAPTER else adapter
    model = read.model(torch.bfloat16)
    if adapter is not None:
        from peft import PeftModel

        if not (adapter / "adapter_config.json").exists():
            raise ReaderError(
                f"there is no adapter in {adapter}: restore it from the repository, or train one with `twinpilot llm train`"
            )
        model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    return LanguageModelReader(model, read.tokenizer)
