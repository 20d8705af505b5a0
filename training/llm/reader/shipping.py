"""What a training of the reader gives: an adapter or a whole model, in bf16, without paths of the machine, with its record."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

import torch

from agents.readers.language_model.loading import WEIGHTS as MODEL_WEIGHTS
from policies.artefact import write_record
from training.llm.lessons import Lessons
from training.llm.provenance import machine, versions
from training.llm.reader.plan import Plan, TrainingError
from training.llm.reading_card import reading_card

WEIGHTS: Final = "adapter_model.safetensors"
_CONFIG: Final = "adapter_config.json"
BASE: Final = "SmolLM2-135M-Instruct, made by twinpilot llm base"
_PACKAGES: Final = ("torch", "transformers", "peft", "gguf")


def ship(trained: Path, out: Path, lessons: Lessons, plan: Plan, remake: str, base: str = BASE) -> Path:
    """Write the adapter of the checkpoint `trained` into `out` and return that; base: the model on which it was trained."""
    from safetensors.torch import load_file, save_file

    out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in load_file(trained / WEIGHTS).items()}
    save_file(weights, out / WEIGHTS)
    (out / WEIGHTS).chmod(0o644)  # safetensors makes files readable by their owner only
    config = json.loads((trained / _CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base
    (out / _CONFIG).write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    card = reading_card(f"6G-LLM, reader (LoRA, rank {plan.rank})", lessons)
    write_record(out / WEIGHTS, card, remake, machine(), versions(*_PACKAGES))
    return out


def ship_model(trained: Path, tokenizer: Any, out: Path, lessons: Lessons, remake: str) -> Path:
    """Write the model of the checkpoint `trained` into `out`, with its tokenizer: a base that needs no adapter; return `out`.

    Raises TrainingError if `out` holds something else.
    """
    from transformers import AutoModelForCausalLM

    if out.exists() and any(out.iterdir()) and not (out / MODEL_WEIGHTS).exists():
        raise TrainingError(f"{out} holds something else than a model: name another folder with --out")
    part = out.with_name(f"{out.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    model: Any = AutoModelForCausalLM.from_pretrained(trained, dtype=torch.bfloat16)
    model.save_pretrained(part, max_shard_size="1TB")
    tokenizer.save_pretrained(part)
    (part / MODEL_WEIGHTS).chmod(0o644)
    parameters = sum(weight.numel() for weight in model.parameters())
    card = reading_card(f"6G-LLM, reader (all weights of {parameters / 1e6:.1f} million)", lessons)
    write_record(part / MODEL_WEIGHTS, card, remake, machine(), versions(*_PACKAGES))
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)
    return out
