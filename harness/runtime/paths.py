"""The layout of the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.runtime.settings import Settings


@dataclass(frozen=True)
class Paths:
    """The paths below `root`; `heads_folder` may lie elsewhere, on another medium."""

    root: Path
    heads_folder: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Paths:
        """Return the paths for these settings."""
        heads = settings.journal.heads_dir
        return cls(settings.data_dir, Path(heads) if heads else None)

    @property
    def state(self) -> Path:
        """Runs, approvals, commitments (SQLite)."""
        return self.root / "state.sqlite"

    @property
    def checkpoints(self) -> Path:
        """The run graph's checkpoints (SQLite)."""
        return self.root / "checkpoints.sqlite"

    @property
    def ledger(self) -> Path:
        """Idempotency keys of changes that were sent (SQLite, `tools.oran`)."""
        return self.root / "ledger.sqlite"

    @property
    def kpis(self) -> Path:
        """The folder of KPI stores, one per network."""
        return self.root / "kpi"

    @property
    def networks(self) -> Path:
        """The folder that holds one folder per embedded network that a run may go on with."""
        return self.root / "networks"

    @property
    def journal(self) -> Path:
        """The journal's folder."""
        return self.root / "journal"

    @property
    def heads(self) -> Path:
        """The folder of the journal's signed heads."""
        return self.heads_folder or self.root / "heads"

    @property
    def keys(self) -> Path:
        """The folder of the journal's keys."""
        return self.root / "keys"

    @property
    def runs(self) -> Path:
        """The folder that holds one folder per run."""
        return self.root / "runs"

    def run(self, run_id: str) -> Path:
        """Return the folder of a run."""
        return self.runs / run_id
