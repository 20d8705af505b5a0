"""The checkpoint that is served: base and adapter merged into one, or any local Hugging Face checkpoint."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from training.llm.base.wheel import sha256_of
from training.llm.serving.serve_error import ServeError

_RECORD: Final = "merged.json"
_ADAPTER_WEIGHTS: Final = "adapter_model.safetensors"
_WEIGHTS: Final = ("*.safetensors", "*.bin", "*.pt")
Report = Callable[[str], None]


def checked_checkpoint(folder: Path) -> dict[str, Any]:
    """Return the configuration of a checkpoint that can be served; raises ServeError that says what it lacks."""
    if not folder.is_dir():
        raise ServeError(f"--model {folder}: there is no such folder; give one with a Hugging Face checkpoint")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ServeError(f"--model {folder}: config.json cannot be read ({error}); give a Hugging Face checkpoint") from error
    if not isinstance(config, dict) or not config.get("architectures"):
        raise ServeError(f"--model {folder}: config.json names no architecture; vLLM needs a causal language model")
    if not weights_of(folder):
        raise ServeError(f"--model {folder}: it has no weights (*.safetensors); was the download complete?")
    if not (folder / "tokenizer.json").exists() and not (folder / "tokenizer_config.json").exists():
        raise ServeError(f"--model {folder}: it has no tokenizer (tokenizer.json); save it beside the model")
    if not _has_chat_template(folder):
        raise ServeError(
            f"--model {folder}: its tokenizer has no chat template, and the planner talks in chats; save one"
            " (chat_template.jinja), or serve an instruction-tuned model"
        )
    return config


def weights_of(folder: Path) -> list[Path]:
    """Return the files with the weights, of the first format that there is."""
    return next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), [])


def _has_chat_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").exists() or (folder / "chat_template.json").exists():
        return True
    try:
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(isinstance(config, dict) and config.get("chat_template"))


def merged_checkpoint(base: Path, adapter: Path, folder: Path, report: Report) -> Path:
    """Merge the adapter into the base in `folder` unless that is there, and return it; raises ServeError.

    It appears as a whole, with the checksums of what it was made of, or not at all.
    """
    if not (adapter / _ADAPTER_WEIGHTS).exists():
        raise ServeError(f"--adapter {adapter}: there is no {_ADAPTER_WEIGHTS}; give the folder of a LoRA adapter")
    checked_checkpoint(base)
    made_of = {"base": [sha256_of(path) for path in weights_of(base)], "adapter": sha256_of(adapter / _ADAPTER_WEIGHTS)}
    if _record(folder) == made_of and weights_of(folder):
        return folder
    report(f"merging {adapter.name} into {base.name}")
    part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _merge(base, adapter, part)
        (part / _RECORD).write_text(json.dumps(made_of, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _record(folder: Path) -> Any:
    try:
        return json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _merge(base: Path, adapter: Path, out: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    messages: Any = logging
    messages.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft's use of transformers, which nobody here can change
            merged: Any = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    except (ValueError, RuntimeError, KeyError) as error:
        raise ServeError(f"--adapter {adapter} does not fit the model {base}: {str(error)[:300]}") from error
    merged.save_pretrained(out)
    AutoTokenizer.from_pretrained(base).save_pretrained(out)
