"""Write the weights of a finished training, with their record beside them."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from policies.artefact import Artefact, write_record
from policies.data_card import DataCard
from training.loop import Network, Progress

_VERSIONS = ("torch", "sionna-no-rt", "numpy", "safetensors")


def write_weights(progress: Progress[Network], path: Path, card: DataCard, remake: str) -> Artefact:
    """Write the averaged weights to `path` with their record beside them; `remake` is the command that reproduces them."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in progress.average.items()}, path)
    path.chmod(0o644)  # safetensors makes files readable by their owner only
    versions = {package: version(package) for package in _VERSIONS}
    return write_record(path, card, remake, f"{platform.machine()}, one CPU thread", versions)
