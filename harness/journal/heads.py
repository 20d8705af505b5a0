"""The signed heads of a journal in a file: one line for each record, in order."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from harness.journal.line_file import LineFile
from harness.journal.record import JournalHead
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import JournalError

HEADS_NAME = "heads.jsonl"


class HeadsFile:
    """The heads in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = LineFile(path)

    def last(self) -> JournalHead | None:
        """Return the last head, None if there is none; raises JournalError if the line is no head."""
        line = self._lines.last()
        try:
            return JournalHead.model_validate_json(line) if line else None
        except ValidationError:
            raise JournalError(f"{self.path}: its last line is not a head; run `{twinpilot('journal', 'verify')}`") from None

    def publish(self, head: JournalHead) -> None:
        """Append a head and wait until it is on the disk; raises OSError."""
        self._lines.append(head.line())

    def set_aside_torn_line(self) -> str:
        """Move a torn last line to a file beside this one and return a note, empty if there is none."""
        return self._lines.set_aside_torn_line()
