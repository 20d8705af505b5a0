"""The adapter of a finished training as it is shipped: in bf16, without paths of the machine, with its record."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

import torch

from policies.artefact import write_record
from training.llm.lessons import Lessons
from training.llm.reader.training import Plan
from training.llm.reading_card import reading_card

WEIGHTS: Final = "adapter_model.safetensors"
_CONFIG: Final = "adapter_config.json"
_BASE: Final = "SmolLM2-135M-Instruct, made by twinpilot llm base"


def ship(trained: Path, out: Path, lessons: Lessons, plan: Plan, remake: str) -> Path:
    """Write the adapter of the folder `trained` into `out` and return that."""
    from safetensors.torch import load_file, save_file

    out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in load_file(trained / WEIGHTS).items()}
    save_file(weights, out / WEIGHTS)
    (out / WEIGHTS).chmod(0o644)  # safetensors makes files readable by their owner only
    config = json.loads((trained / _CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = _BASE
    (out / _CONFIG).write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    versions = {package: version(package) for package in ("torch", "transformers", "peft", "gguf")}
    card = reading_card(f"6G-LLM, reader (LoRA, rank {plan.rank})", lessons)
    write_record(out / WEIGHTS, card, remake, f"{platform.machine()}, one CPU thread", versions)
    return out
