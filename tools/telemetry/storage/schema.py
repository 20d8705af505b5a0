"""The tables of the KPI store, and the migration of files that an earlier version wrote.

A series is (KPI, DN, slice, unit). A sample belongs to a series and a window; a later delivery of the same series and window is a
new version of it: the older row stays, with the `seq` of the row that replaced it, so that a snapshot keeps what it rested on.
Windows of several granularities may begin together: `granularities` tells the lengths of each KPI's windows, and since when.
`reports` tells which samples came together, so that a corrected report replaces all of them.
"""

from __future__ import annotations

import sqlite3

VERSION = 3
_TABLES = (
    """CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL, unit TEXT NOT NULL,
    UNIQUE(kpi, dn, slice))""",
    """CREATE TABLE IF NOT EXISTS windows(
    start_s REAL NOT NULL, end_s REAL NOT NULL, PRIMARY KEY(start_s, end_s)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS granularities(
    kpi TEXT NOT NULL, length_s REAL NOT NULL, first_s REAL NOT NULL, PRIMARY KEY(kpi, length_s)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS reports(
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, entity TEXT NOT NULL, job TEXT NOT NULL,
    start_s REAL NOT NULL, end_s REAL NOT NULL)""",
    """CREATE INDEX IF NOT EXISTS reports_by_window ON reports(start_s, entity)""",
    """CREATE TABLE IF NOT EXISTS samples(
    seq INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series(id), start_s REAL NOT NULL, end_s REAL NOT NULL,
    value REAL, count INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 0,
    newest_s REAL NOT NULL DEFAULT 0, replaced_by INTEGER, report INTEGER NOT NULL DEFAULT 0)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS current_samples ON samples(series, start_s, end_s) WHERE replaced_by IS NULL""",
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
_AGAIN = (
    "ALTER TABLE windows RENAME TO windows_before",
    *_TABLES,
    "INSERT INTO windows SELECT * FROM windows_before",
    "DROP TABLE windows_before",
)
_GRANULARITIES = """INSERT INTO granularities SELECT kpi, round(end_s - start_s, 3), MIN(start_s)
    FROM samples JOIN series ON series.id = samples.series WHERE replaced_by IS NULL GROUP BY 1, 2"""
_UPDATES: dict[int, tuple[str, ...]] = {
    0: _TABLES,
    1: (
        "ALTER TABLE samples RENAME TO samples_1",
        *_AGAIN,
        "INSERT INTO samples(seq, series, start_s, end_s, value, count, newest_s)"
        " SELECT seq, series, start_s, end_s, value, count, end_s FROM samples_1",
        "DROP TABLE samples_1",
        _GRANULARITIES,
    ),
    2: (
        "ALTER TABLE samples ADD COLUMN report INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX current_samples",
        *_AGAIN,
        _GRANULARITIES,
    ),
}


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables, or bring those of an earlier version up to date, in one transaction; raises sqlite3.Error."""
    if _version(connection) >= VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) >= VERSION:  # another process was faster
            return
        for statement in _UPDATES[_version(connection) or _has_samples(connection)]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _has_samples(connection: sqlite3.Connection) -> int:
    """Return 1 for a file of the first version, which has no number; 0 for an empty one."""
    return len(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'samples'").fetchall())


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
