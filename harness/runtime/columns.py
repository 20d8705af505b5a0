"""Columns that the state database got after its first version; a database that lacks them is brought up to date."""

from __future__ import annotations

import sqlite3

_ADDED = {
    "runs": {
        "requester": "TEXT NOT NULL DEFAULT ''",
        "identity": "TEXT NOT NULL DEFAULT ''",
        "planner_kind": "TEXT NOT NULL DEFAULT ''",
        "seed": "INTEGER",
    },
    "approvals": {
        "subject": "TEXT NOT NULL DEFAULT ''",
        "facts": "TEXT NOT NULL DEFAULT ''",
        "requested_by": "TEXT NOT NULL DEFAULT ''",
    },
    "commitments": {
        "identity": "TEXT NOT NULL DEFAULT ''",
        "next_attempt_at": "REAL NOT NULL DEFAULT 0",
        "reported_at": "REAL NOT NULL DEFAULT 0",
        "apply_at": "REAL",
        "restore_at": "REAL",
        "verified_at": "REAL",
        "cancelled_by": "TEXT NOT NULL DEFAULT ''",
    },
}


def add_missing_columns(connection: sqlite3.Connection) -> None:
    """Add the columns that a table lacks; safe if several processes do it at once."""
    for table, columns in _ADDED.items():
        present = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for name, definition in columns.items():
            if name not in present:
                _add(connection, table, f"{name} {definition}")


def _add(connection: sqlite3.Connection, table: str, column: str) -> None:
    try:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    except sqlite3.OperationalError as error:
        if "duplicate column" not in str(error):  # another process was first
            raise
