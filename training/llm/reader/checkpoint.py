"""Checkpoints of a training: adapter, optimizer and position in one folder, which appears as a whole or not at all."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

OPTIMIZER: Final = "optimizer.pt"
_POSITION: Final = "position.json"


@dataclass(frozen=True)
class Position:
    """How far a training is: steps done, the mean loss of the last ones, and its plan."""

    step: int = 0
    loss: float | None = None
    plan: dict[str, Any] = field(default_factory=dict)


def position_in(folder: Path) -> Position:
    """Return how far the training in a folder is; of a write that a kill interrupted, the checkpoint before counts."""
    before = _before(folder)
    if not folder.exists() and before.exists():
        before.rename(folder)
    path = folder / _POSITION
    return Position(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Position()


def write_checkpoint(folder: Path, model: Any, optimizer: Any, position: Position) -> None:
    """Write a checkpoint in the place of the one before."""
    import torch

    part, before = folder.with_name(f"{folder.name}.part"), _before(folder)
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part)
    torch.save(optimizer.state_dict(), part / OPTIMIZER)
    (part / _POSITION).write_text(json.dumps(asdict(position)), encoding="utf-8")
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.rename(before)
    part.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def _before(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.before")
