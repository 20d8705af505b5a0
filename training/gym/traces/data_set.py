"""The committed traces: `training` (topologies 1 to 50) and `benchmark` (unseen ones, to test the Experiment Model by)."""

from __future__ import annotations

from pathlib import Path

from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.traces.row import TraceRow, read_rows

FOLDER = Path(__file__).parent / "data"


def path_of(purpose: Purpose) -> Path:
    """Where the data set for `purpose` lies."""
    return FOLDER / f"{purpose.value}.jsonl.gz"


def read_traces(purpose: Purpose, path: Path | None = None) -> list[TraceRow]:
    """Return the rows, segment by segment; raises ArtefactError where the file is not the one of its record."""
    chosen = path or path_of(purpose)
    read_artefact(chosen)
    return list(read_rows(chosen))
