"""The verification of a data folder's own journal, or of a copy of one that lies elsewhere."""

from __future__ import annotations

from pathlib import Path

from harness.journal.heads import HEADS_NAME
from harness.journal.key import PUBLIC_NAME, VerifyKey, verify_key
from harness.journal.record import RECORDS_NAME
from harness.journal.report import JournalReport
from harness.journal.verify import verify_journal
from harness.journal.witness import make_witnesses
from harness.journal.witness_folder import WitnessFolder
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths


class Inspection:
    """The journal of `place`; files that are given instead of its own make it the inspection of a copy."""

    def __init__(self, place: Paths, records: Path | None = None, heads: Path | None = None, key: Path | None = None) -> None:
        self._place = place
        self.records = records or place.journal / RECORDS_NAME
        self._heads = heads or place.heads / HEADS_NAME
        self._key = key or place.keys / PUBLIC_NAME

    def verify(self) -> JournalReport:
        """Return the report; raises JournalError if there is no journal, or none whose key is there."""
        if not self.records.exists() and not (self._is_known() and self._key.exists()):
            removed = ", though the second place knows a journal of this folder: it was removed with its key"
            problem = f"the file does not exist{removed if self._is_known() else ''}"
            raise JournalError(f"journal {self.records}: {problem}; give --data-dir or --records")
        key = verify_key(self._key)
        second = self._second(key)
        return verify_journal(self.records, self._heads, key, second, make_witnesses(self._place.journal_settings))

    def _second(self, key: VerifyKey) -> WitnessFolder | None:
        root = self._place.witness_folder
        return WitnessFolder(root, self.records.parent, key.key_id) if root else None

    def _is_known(self) -> bool:
        root = self._place.witness_folder
        return root is not None and bool(WitnessFolder(root, self.records.parent, "").places())
