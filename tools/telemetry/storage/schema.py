"""The tables of the KPI store, and the migration of files that an earlier version wrote.

A series is (KPI, DN, slice, unit). A sample belongs to a series and a window; a later delivery of the same series and window is a
new version of it: the older row stays, with the `seq` of the row that replaced it, so that a snapshot keeps what it rested on.
"""

from __future__ import annotations

import sqlite3

VERSION = 2
_TABLES = (
    """CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL, unit TEXT NOT NULL,
    UNIQUE(kpi, dn, slice))""",
    """CREATE TABLE IF NOT EXISTS windows(start_s REAL PRIMARY KEY, end_s REAL NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS samples(
    seq INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series(id), start_s REAL NOT NULL, end_s REAL NOT NULL,
    value REAL, count INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 0,
    newest_s REAL NOT NULL DEFAULT 0, replaced_by INTEGER)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS current_samples ON samples(series, start_s) WHERE replaced_by IS NULL""",
    """CREATE INDEX IF NOT EXISTS samples_by_window ON samples(start_s)""",
    """CREATE TABLE IF NOT EXISTS quarantine(
    id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL, at_s REAL NOT NULL,
    source TEXT NOT NULL, found_by TEXT NOT NULL,
    flaw TEXT NOT NULL, UNIQUE(source, flaw))""",
    """CREATE INDEX IF NOT EXISTS quarantine_by_time ON quarantine(at_s)""",
    """CREATE TABLE IF NOT EXISTS dead_letters(
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL, size INTEGER NOT NULL,
    digest TEXT NOT NULL, UNIQUE(source, digest))""",
    """CREATE TABLE IF NOT EXISTS cursors(source TEXT PRIMARY KEY, position TEXT NOT NULL, missed INTEGER NOT NULL DEFAULT 0,
    restarts INTEGER NOT NULL DEFAULT 0)""",
)
_FROM_1 = (
    "ALTER TABLE samples RENAME TO samples_1",
    *_TABLES,
    "INSERT INTO samples(seq, series, start_s, end_s, value, count, newest_s)"
    " SELECT seq, series, start_s, end_s, value, count, end_s FROM samples_1",
    "DROP TABLE samples_1",
)


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables, or bring those of an earlier version up to date, in one transaction; raises sqlite3.Error."""
    if _version(connection) >= VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) >= VERSION:  # another process was faster
            return
        is_old = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'samples'").fetchone()
        for statement in _FROM_1 if is_old else _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
