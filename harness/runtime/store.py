"""The state database: runs, approvals and commitments in one SQLite file (WAL), shared by several processes.

Transactions are IMMEDIATE with synchronous=FULL: what was committed survives a killed process and a power failure.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.runtime.columns import add_missing_columns
from harness.runtime.errors import StoreError

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
"""


class _Local(threading.local):
    """Each thread's own connection, None until its first statement."""

    connection: sqlite3.Connection | None = None


class StateStore:
    """The state database at `path`, created with its folder if missing; raises StoreError."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = _Local()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection().executescript(_SCHEMA)
            add_missing_columns(self._connection())
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"state database {self.path}: {error}; choose a writable data_dir with free space") from error

    def _connection(self) -> sqlite3.Connection:
        connection = self._local.connection
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
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
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"state database {self.path}: {error}; is the disk full or read-only?") from error

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
