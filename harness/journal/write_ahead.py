"""The state database's changes, journaled before they are committed, and reconciled after a kill.

1. Before a state of an approval, commitment or restriction is committed, the record `state.changing` says what it will be. So the
   journal is never behind the database, and whatever it then leads to on the network is announced.
2. After a kill, `recover` compares the two: for each announced change whose process is gone and that no later record mentions, it
   writes a record `state.recovered`, which says whether the change took effect.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.journal.journal import Journal, WriteListener, silent
from harness.journal.record import JournalRecord
from harness.runtime.paths import Paths
from harness.runtime.store import StateChange, StateStore

CHANGING = "state.changing"
RECOVERED = "state.recovered"
_MARK = b'"kind":"state.'


def open_state(paths: Paths, on_write: WriteListener = silent) -> tuple[StateStore, Journal]:
    """Return the state database, whose changes are journaled first, and the journal, once both agree; raises HarnessError."""
    journal = Journal.of(paths, on_write)
    store = StateStore(paths.state, write_ahead=lambda change: announce(journal, change))
    recover(store, journal)
    return store, journal


def announce(journal: Journal, change: StateChange) -> int:
    """Record that a row is about to be committed; return the record's number. Raises JournalError."""
    body = {"table": change.table, "key": change.key, "row": change.row, "process": _process()}
    return journal.append(CHANGING, body, change.run_id).seq


def recover(store: StateStore, journal: Journal) -> int:
    """Record what became of the changes that a killed process announced; return their number. Raises HarnessError."""
    with store.transaction() as connection:
        row = connection.execute("SELECT position FROM recovery").fetchone()
        lines = _lines(journal, row["position"] if row else 0)
        unsettled = [(line, record) for number, line in enumerate(lines) if (record := line.announced())
                     and not _is_settled(record, lines[number + 1 :])]  # fmt: skip
        lost = [record for _, record in unsettled if not _is_alive(record)]
        for record in lost:
            done = connection.execute("SELECT 1 FROM journaled WHERE seq = ?", (record.seq,)).fetchone() is not None
            journal.append(RECOVERED, _recovered(record, took_effect=done), record.run)
        waiting = [line.position for line, record in unsettled if _is_alive(record)]
        position = min(waiting) if waiting else journal.path.stat().st_size if journal.path.exists() else 0
        connection.execute("INSERT OR REPLACE INTO recovery VALUES (1, ?)", (position,))
    return len(lost)


@dataclass(frozen=True)
class _Line:
    """A line of the journal at a byte position."""

    position: int
    text: bytes

    @property
    def is_ours(self) -> bool:
        """Whether it announces a change or tells what became of one."""
        return _MARK in self.text

    def announced(self) -> JournalRecord | None:
        """Return the record if it announces a change."""
        record = JournalRecord.model_validate_json(self.text) if self.is_ours else None
        return record if record is not None and record.kind == CHANGING else None


def _lines(journal: Journal, position: int) -> list[_Line]:
    """Return the complete lines from a byte position on, all of them if the journal is shorter than that."""
    if not journal.path.exists():
        return []
    with journal.path.open("rb") as file:
        file.seek(position if position <= journal.path.stat().st_size else 0)
        lines = []
        while (text := file.readline()).endswith(b"\n"):
            lines.append(_Line(file.tell() - len(text), text))
        return lines


def _is_settled(record: JournalRecord, later: list[_Line]) -> bool:
    """Whether a later record reports what became of the announced change."""
    key, recovered = str(record.body["key"]).encode(), f'"announced":{record.seq},'.encode()
    return any(recovered in line.text if line.is_ours else key in line.text for line in later)


def _recovered(record: JournalRecord, *, took_effect: bool) -> dict[str, Any]:
    body = record.body
    note = "the process ended before it reported this change" if took_effect else "the process ended before this change was made"
    return {"announced": record.seq, "key": body["key"], "note": note, "row": body["row"], "table": body["table"],
            "took_effect": took_effect}  # fmt: skip


@cache
def _process() -> str:
    return f"{os.getpid()}:{_started(os.getpid())}"


def _started(pid: int) -> int | None:
    """Return when the process with this id started (seconds since the epoch), None if there is none."""
    import psutil

    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _is_alive(record: JournalRecord) -> bool:
    """Whether the process that announced the change still runs; another process with its id started at another time."""
    pid, _, started = str(record.body["process"]).partition(":")
    now = _started(int(pid)) if pid.isdecimal() else None
    return now is not None and started.isdecimal() and abs(now - int(started)) <= 1
