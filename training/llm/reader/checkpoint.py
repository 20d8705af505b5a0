"""Checkpoints of a training: weights, optimizer and position in one folder, which appears as a whole or not at all."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from training.llm.reader.devices import Devices

_OPTIMIZER: Final = "optimizer.pt"
_POSITION: Final = "position.json"


@dataclass(frozen=True)
class Position:
    """How far a training is: steps done, the mean loss of the last ones, and its plan.

    seconds: of training. devices: how many. examples: digest of what is learned, empty in checkpoints of older versions.
    """

    step: int = 0
    loss: float | None = None
    plan: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    devices: int = 1
    examples: str = ""


def position_in(folder: Path, devices: Devices) -> Position:
    """Return how far the training in a folder is; of a write that a kill interrupted, the checkpoint before counts."""
    before = _before(folder)
    if devices.is_main and not folder.exists() and before.exists():
        before.rename(folder)
    devices.wait()
    path = folder / _POSITION
    return Position(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Position()


def write_checkpoint(folder: Path, model: Any, optimizer: Any, position: Position, devices: Devices) -> None:
    """Write a checkpoint in the place of the one before."""
    part, before = folder.with_name(f"{folder.name}.part"), _before(folder)
    if devices.is_main:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    devices.wait()
    if devices.is_sharded:
        devices.save_shards(part)
    whole, weights = devices.whole(model)
    if devices.is_main:
        _write_whole(part, whole, weights, None if devices.is_sharded else optimizer, position)
        shutil.rmtree(before, ignore_errors=True)
        if folder.exists():
            folder.rename(before)
        part.rename(folder)
        shutil.rmtree(before, ignore_errors=True)
    devices.wait()


def _write_whole(part: Path, model: Any, weights: Any, optimizer: Any, position: Position) -> None:
    import torch

    # PEFT would add the whole embedding to an adapter if the vocabulary grew; the rows that were trained are in it anyway.
    options = {"save_embedding_layers": False} if hasattr(model, "peft_config") else {"max_shard_size": "1TB"}
    model.save_pretrained(part, **options, **({"state_dict": weights} if weights is not None else {}))
    if optimizer is not None:
        torch.save(optimizer.state_dict(), part / _OPTIMIZER)
    (part / _POSITION).write_text(json.dumps(asdict(position)), encoding="utf-8")


def load_optimizer(folder: Path, optimizer: Any) -> None:
    """Take over the optimizer of a checkpoint."""
    import torch

    optimizer.load_state_dict(torch.load(folder / _OPTIMIZER, weights_only=True, map_location="cpu"))


def _before(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.before")
