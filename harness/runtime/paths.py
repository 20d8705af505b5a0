"""The layout of the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from harness.runtime.private import private_parents, tighten_tree
from harness.runtime.settings import NO_WITNESS, JournalSettings

if TYPE_CHECKING:
    from harness.runtime.settings import Settings

_DEFAULT = JournalSettings()
_OWN = ("state", "checkpoints", "ledger", "kpi", "journal", "heads", "keys", "runs", "watchdog")


@dataclass(frozen=True)
class Paths:
    """The paths below `root`; the journal's heads lie there and in a second place elsewhere, which `journal_settings` name.

    credentials_file: the peers' credentials, None if the settings name none.
    """

    root: Path
    journal_settings: JournalSettings = _DEFAULT
    credentials_file: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Paths:
        """Return the paths for these settings."""
        credentials = settings.network.credentials_file
        return cls(settings.data_dir, settings.journal, Path(credentials) if credentials else None)

    def secure(self) -> None:
        """Create the folder if it is missing, and make what TwinPilot keeps there readable by its owner only.

        Files of others in the folder are left as they are. Raises OSError, StoreError.
        """
        private_parents(self.root)
        own = [path for path in self.root.iterdir() if path.name.partition(".")[0] in _OWN and not path.is_symlink()]
        for path in own:
            tighten_tree(path)

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
        heads = self.journal_settings.heads_dir
        return Path(heads) if heads else self.root / "heads"

    @property
    def witness_folder(self) -> Path | None:
        """The second place of the journal's heads, outside of the data folder; None if it is switched off."""
        folder = self.journal_settings.witness_dir
        if folder == NO_WITNESS:
            return None
        return Path(folder) if folder else platformdirs.user_state_path("twinpilot", appauthor=False) / "journals"

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
