"""The second place of a journal's heads: a folder outside data_dir, by default in the user's state folder.

It remembers, for each journal folder of this machine, which key signs there, and every head by key. So it notices what the data
folder alone cannot show: records and heads that were cut together, an older copy that was put back, a journal with another key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from harness.journal.heads import HEADS_NAME, HeadsFile
from harness.journal.line_file import LineFile
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import JournalError
from policies.word import Word


class Place(Word):
    """A journal's folder, and the id of the key that signs there from `since` on."""

    path: str
    key_id: str
    since: datetime


class WitnessFolder:
    """What the folder `root` knows about the journal in `journal_folder` that the key `key_id` signs."""

    def __init__(self, root: Path, journal_folder: Path, key_id: str) -> None:
        self.root = root
        self.key_id = key_id
        self.heads = HeadsFile(root / key_id / HEADS_NAME)
        self._path = str(journal_folder.resolve())
        self._places = LineFile(root / "places" / f"{sha256(self._path.encode()).hexdigest()[:32]}.jsonl")

    def folders(self) -> tuple[Path, ...]:
        """Return the folders that must exist before a head is written."""
        return self.heads.path.parent, self._places.path.parent

    def places(self) -> list[Place]:
        """Return the keys that signed in the journal's folder, the first one first; raises JournalError."""
        try:
            return [Place.model_validate_json(line) for line in reversed(self._places.lines_backwards())]
        except (ValidationError, OSError) as error:
            raise JournalError(
                f"{self._places.path}: {' '.join(str(error).split())[:200]}; the second place was edited"
            ) from None

    def register(self, *, is_new: bool) -> str:
        """Note that this key signs in this folder, and return a note about an earlier journal there, empty if there was none.

        is_new: the journal has no record. Raises JournalError if it has records and another key signed there before, OSError.
        """
        known = self.places()
        if known and known[-1].key_id == self.key_id:
            return ""
        if known and not is_new:
            raise JournalError(
                f"journal {self._path}: was signed by the key {known[-1].key_id}, the key is now {self.key_id}: it was replaced;"
                f" run `{twinpilot('journal', 'verify')}`, keep the folder as evidence, then start in a new data_dir"
            )
        note = self.missing(known)
        self._places.append(Place(path=self._path, key_id=self.key_id, since=datetime.now(UTC)).model_dump_json())
        return note

    def missing(self, known: list[Place]) -> str:
        """Return a line about the journals that were in this folder before and are on no other path now, empty if none."""
        others = [place.key_id for place in known if place.key_id != self.key_id and not self._moved(place.key_id)]
        heads = [(key_id, HeadsFile(self.root / key_id / HEADS_NAME).last()) for key_id in others]
        gone = [f"key {key_id} with {head.seq} records" for key_id, head in heads if head]
        return f"an earlier journal of this folder is gone: {', '.join(gone)}" if gone else ""

    def _moved(self, key_id: str) -> bool:
        """Whether a journal with this key is in another folder now."""
        for path in (self.root / "places").glob("*.jsonl"):
            line = LineFile(path).last()
            place = Place.model_validate_json(line) if line else None
            if place and place.key_id == key_id and place.path != self._path and Path(place.path).exists():
                return True
        return False
