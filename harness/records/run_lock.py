"""Which process runs a run: at most one, and none if it was killed."""

from __future__ import annotations

from pathlib import Path

from harness.records.run_record import RunRecord
from harness.records.status import RunStatus
from harness.runtime.file_lock import FileLock, is_locked


def run_lock(folder: Path) -> FileLock:
    """Return the lock that the process holds that runs the run of this folder."""
    return FileLock(folder / "lock")


def status_now(record: RunRecord, folder: Path) -> RunStatus:
    """Return the status of a run; one that its process left without a word, because it was killed, is interrupted."""
    return "interrupted" if record.status == "running" and not is_locked(folder / "lock") else record.status
