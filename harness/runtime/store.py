"""The state database: runs, approvals, commitments and restrictions in one SQLite file (WAL), shared by several processes.

Transactions are IMMEDIATE with synchronous=FULL: what was committed survives a killed process and a power failure.
Every change of the state of an approval, commitment or restriction, and every lease for reverting one, is handed to `write_ahead`
before it is committed: triggers collect them, so that no statement that changes a state can bypass it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runtime.columns import add_missing_columns
from harness.runtime.errors import StoreError
from harness.runtime.private import private_file, private_parents

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs(
    run_id TEXT PRIMARY KEY, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
    intent TEXT NOT NULL, network TEXT NOT NULL, planner TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS approvals(
    run_id TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, change_set TEXT NOT NULL, requested_at REAL NOT NULL,
    expires_at REAL NOT NULL, decided_at REAL, decided_by TEXT, how TEXT, note TEXT, consumed_at REAL, consumed_by TEXT,
    PRIMARY KEY(run_id, digest));
CREATE TABLE IF NOT EXISTS commitments(
    key TEXT PRIMARY KEY, run_id TEXT NOT NULL, digest TEXT NOT NULL, network TEXT NOT NULL, state TEXT NOT NULL,
    change_set TEXT NOT NULL, receipt TEXT, expectations TEXT NOT NULL, opened_at REAL NOT NULL, deadline REAL NOT NULL,
    network_deadline REAL NOT NULL, closed_at REAL, note TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
    lease_by TEXT NOT NULL DEFAULT '', lease_until REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS open_commitments ON commitments(state, network);
CREATE TABLE IF NOT EXISTS restrictions(
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL, network TEXT NOT NULL, state TEXT NOT NULL, restriction TEXT NOT NULL,
    facts TEXT NOT NULL, removed_at REAL, removed_by TEXT, note TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS network_times(network TEXT PRIMARY KEY, seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journaled(seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS recovery(id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS high_water(name TEXT PRIMARY KEY, seen REAL NOT NULL, boot TEXT NOT NULL, uptime REAL NOT NULL);
"""
_WATCH = """
CREATE TEMP TABLE changed(source TEXT NOT NULL, row INTEGER NOT NULL);
CREATE TEMP TRIGGER approval_requested AFTER INSERT ON main.approvals
    BEGIN INSERT INTO changed VALUES ('approvals', NEW.rowid); END;
CREATE TEMP TRIGGER approval_changed AFTER UPDATE ON main.approvals WHEN NEW.state IS NOT OLD.state
    BEGIN INSERT INTO changed VALUES ('approvals', NEW.rowid); END;
CREATE TEMP TRIGGER commitment_opened AFTER INSERT ON main.commitments
    BEGIN INSERT INTO changed VALUES ('commitments', NEW.rowid); END;
CREATE TEMP TRIGGER commitment_changed AFTER UPDATE ON main.commitments
    WHEN NEW.state IS NOT OLD.state OR (NEW.lease_by IS NOT OLD.lease_by AND NEW.lease_by <> '')
        OR NEW.cancelled_by IS NOT OLD.cancelled_by
    BEGIN INSERT INTO changed VALUES ('commitments', NEW.rowid); END;
CREATE TEMP TRIGGER restriction_made AFTER INSERT ON main.restrictions
    BEGIN INSERT INTO changed VALUES ('restrictions', NEW.rowid); END;
CREATE TEMP TRIGGER restriction_changed AFTER UPDATE ON main.restrictions WHEN NEW.state IS NOT OLD.state
    BEGIN INSERT INTO changed VALUES ('restrictions', NEW.rowid); END;
"""
_LARGE = frozenset({"change_set", "receipt", "expectations", "subject", "facts"})  # the digest stands for them
_KEY = {"approvals": "digest", "commitments": "key", "restrictions": "id"}


@dataclass(frozen=True)
class StateChange:
    """A row of `table` as it will be once the transaction is committed; `key` is its digest, idempotency key or id."""

    table: str
    key: str
    run_id: str
    row: dict[str, Any]


WriteAhead = Callable[[StateChange], int]


class _Local(threading.local):
    """Each thread's own connection, None until its first statement."""

    connection: sqlite3.Connection | None = None


class StateStore:
    """The state database at `path`, created with its folder if missing; raises StoreError.

    write_ahead: records a change before it is committed and returns the record's number; what it raises ends the transaction.
    """

    def __init__(self, path: Path | str, write_ahead: WriteAhead | None = None) -> None:
        self.path = Path(path)
        self._write_ahead = write_ahead
        self._local = _Local()
        try:
            private_parents(self.path.parent)
            private_file(self.path)
            self._connection()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"state database {self.path}: {error}; choose a writable data_dir with free space") from error

    def _connection(self) -> sqlite3.Connection:
        connection = self._local.connection
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(_SCHEMA)
            add_missing_columns(connection)
            if self._write_ahead is not None:
                connection.executescript(_WATCH)
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for a few statements, which are committed together or not at all; raises StoreError."""
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                self._record_changes(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"state database {self.path}: {error}; is the disk full or read-only?") from error

    def _record_changes(self, connection: sqlite3.Connection) -> None:
        if self._write_ahead is None:
            return
        for change in _changes(connection):
            connection.execute("INSERT OR IGNORE INTO journaled VALUES (?)", (self._write_ahead(change),))

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query; raises StoreError."""
        try:
            return list(self._connection().execute(statement, values))
        except sqlite3.Error as error:
            raise StoreError(f"state database {self.path}: {error}; is the file damaged or the disk unreadable?") from error

    def close(self) -> None:
        """Close this thread's connection."""
        if self._local.connection is not None:
            self._local.connection.close()
            self._local.connection = None


def _changes(connection: sqlite3.Connection) -> Iterator[StateChange]:
    """Yield the rows that the open transaction has changed, each once, in order."""
    changed = connection.execute("SELECT source, row FROM temp.changed GROUP BY source, row ORDER BY MIN(rowid)").fetchall()
    connection.execute("DELETE FROM temp.changed")
    for table, rowid in changed:
        row = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (rowid,)).fetchone()  # noqa: S608 - one of our tables
        values = {name: row[name] for name in row.keys() if name not in _LARGE and row[name] is not None}  # noqa: SIM118
        yield StateChange(table, str(row[_KEY[table]]), str(row["run_id"]), values)
