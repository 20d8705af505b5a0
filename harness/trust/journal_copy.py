"""A journal with its second place whose files can be changed at will and put back as they were."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.journal.inspection import Inspection
from harness.journal.journal import Journal
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings


class JournalCopy:
    """A journal of `records` records below `root`, written by the product, one copy of its data kept after each `step`."""

    def __init__(self, root: Path, name: str, records: int, step: int = 5) -> None:
        self.place = Paths(root / name, JournalSettings(witness_dir=str(root / "second")))
        self.records_path = self.place.journal / "journal.jsonl"
        self.heads_path = self.place.heads / "heads.jsonl"
        self.older: list[dict[Path, bytes]] = []
        journal = Journal.of(self.place)
        for number in range(records):
            journal.append("tool.called", {"number": number, "text": f"window {number}, 25.5 Mbit/s"}, run=f"r{number // 10}")
            if number and number % step == 0:
                self.older.append(_files(self.place.root))
        self.second_path = next(path for path in (root / "second").glob("*/heads.jsonl") if _is_of(path, self.heads_path))
        self._original = {**_files(self.place.root), self.second_path: self.second_path.read_bytes()}

    def restore(self) -> None:
        """Put everything back as the product wrote it."""
        self.replace(self._original)

    def replace(self, files: dict[Path, bytes]) -> None:
        """Replace the data folder, and what else is in `files`, by these files."""
        shutil.rmtree(self.place.root, ignore_errors=True)
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o600)

    def data_of(self, other: JournalCopy) -> dict[Path, bytes]:
        """Return the data files of another journal, as they would lie in this one's folder."""
        original = other._original
        root = other.place.root
        return {self.place.root / path.relative_to(root): data for path, data in original.items() if path.is_relative_to(root)}

    def faults(self) -> list[str]:
        """Return what `twinpilot journal verify` finds; a refusal to verify counts as found."""
        try:
            return list(Inspection(self.place).verify().faults)
        except (HarnessError, ValueError) as error:
            return [str(error)]


def _files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _is_of(second: Path, heads: Path) -> bool:
    return second.read_bytes() == heads.read_bytes()
