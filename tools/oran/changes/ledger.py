"""The ledger of changes: change set and state by idempotency key.

An entry is written before the first request is sent, so that a crash between request and answer is detected: a retry finds the
entry open and resumes from the network's current state instead of applying twice. Stored in memory or in a SQLite file.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from policies.change import ChangeSet, Receipt
from twins.network import NetworkError

State = Literal["open", "applied", "reverting", "reverted"]

_SCHEMA = """CREATE TABLE IF NOT EXISTS changes(
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, change_set TEXT NOT NULL, state TEXT NOT NULL, applied_at TEXT,
    attempt TEXT NOT NULL)"""


@dataclass(frozen=True)
class Entry:
    """A change: its key, change set, state, and the network time at which it was applied.

    `attempt` is the prefix of the keys sent to peers. Each attempt has a new one: a peer that remembers the answer to an earlier
    attempt, which was taken back since, must execute this one.
    """

    key: str
    change_set: ChangeSet
    state: State
    applied_at: datetime | None
    attempt: str = ""

    def receipt(self, applied_at: datetime, replayed: bool) -> Receipt:
        """Return the receipt of this change."""
        return Receipt(
            digest=self.change_set.digest,
            idempotency_key=self.key,
            applied_at=self.applied_at or applied_at,
            rollback=self.change_set.inverse(),
            replayed=replayed,
        )


class Ledger:
    """All changes sent to a network; thread-safe and, with a file, safe for several processes. Raises NetworkError."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", timeout=30, check_same_thread=False)
            if path is not None:
                self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(_SCHEMA)
            self._db.commit()
        except (OSError, sqlite3.Error) as error:
            raise NetworkError(f"change ledger {path}: {error}; choose a writable place with free space") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def get(self, key: str) -> Entry | None:
        """Return the entry of a key, or None."""
        with self._lock:
            row = self._db.execute("SELECT change_set, state, applied_at, attempt FROM changes WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        applied_at = datetime.fromisoformat(row[2]) if row[2] else None
        return Entry(key, ChangeSet.model_validate_json(row[0]), row[1], applied_at, row[3])

    def open(self, key: str, change_set: ChangeSet) -> str:
        """Record that a change is about to be sent, for the first time or again; returns the attempt."""
        attempt = f"{key}:{uuid4().hex[:12]}"
        self._write(
            "INSERT OR REPLACE INTO changes VALUES (?, ?, ?, 'open', NULL, ?)",
            (key, change_set.digest, change_set.model_dump_json(), attempt),
        )
        return attempt

    def mark(self, key: str, state: State, applied_at: datetime | None = None) -> None:
        """Record the state of a change."""
        moment = None if applied_at is None else applied_at.isoformat()
        self._write("UPDATE changes SET state = ?, applied_at = COALESCE(?, applied_at) WHERE key = ?", (state, moment, key))

    def drop(self, key: str) -> None:
        """Delete the entry of a change of which nothing is applied."""
        self._write("DELETE FROM changes WHERE key = ?", (key,))

    def _write(self, statement: str, values: tuple[str | None, ...]) -> None:
        try:
            with self._lock, self._db:
                self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise NetworkError(f"change ledger {self._path}: {error}; is the disk full or read-only?") from error
