"""The committed traces: `training` (topologies 1 to 50) and `benchmark` (unseen topologies, to test the Experiment Model)."""

from __future__ import annotations

from pathlib import Path

from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.traces.row import TraceRow, read_rows

FOLDER = Path(__file__).parent / "data"


def path_of(purpose: Purpose) -> Path:
    """Path of the committed data set for `purpose`."""
    return FOLDER / f"{purpose.value}.jsonl.gz"


def read_traces(purpose: Purpose, path: Path | None = None) -> list[TraceRow]:
    """Return the rows, segment by segment; raises ArtefactError if the file does not match its record."""
    chosen = path or path_of(purpose)
    read_artefact(chosen)
    return list(read_rows(chosen))
