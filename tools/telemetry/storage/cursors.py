"""The progress in each source of the KPI store, which is stored in the transaction that stores what was read."""

from __future__ import annotations

import sqlite3

from tools.telemetry.delivery import Cursor, Delivery, Losses


class CursorMovedError(Exception):
    """Another process has stored reports of this source since the cursor was read: read it again, then go on from there."""


def cursor_of(connection: sqlite3.Connection, source: str) -> Cursor | None:
    """Return the progress in a source, None before its first delivery."""
    row = connection.execute("SELECT position FROM cursors WHERE source = ?", (source,)).fetchone()
    return None if row is None else Cursor.model_validate_json(row[0])


def record_progress(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Store the progress after a delivery, if it has one; raises CursorMovedError."""
    if delivery.after is None:
        return
    if cursor_of(connection, delivery.source) != delivery.before:
        raise CursorMovedError(delivery.source)
    connection.execute(
        "INSERT INTO cursors VALUES (?, ?, ?, ?) ON CONFLICT(source) DO UPDATE SET position = excluded.position,"
        " missed = missed + excluded.missed, restarts = restarts + excluded.restarts",
        (delivery.source, delivery.after.model_dump_json(), delivery.missed, int(delivery.restarted)),
    )


def losses_of(connection: sqlite3.Connection, source: str = "") -> Losses:
    """Return what was lost or set aside of a source (empty: of all)."""
    missed, restarts = connection.execute(
        "SELECT COALESCE(SUM(missed), 0), COALESCE(SUM(restarts), 0) FROM cursors WHERE ? IN ('', source)", (source,)
    ).fetchone()
    (letters,) = connection.execute("SELECT COUNT(*) FROM dead_letters WHERE ? IN ('', source)", (source,)).fetchone()
    (flaws,) = connection.execute("SELECT COUNT(*) FROM quarantine WHERE ? IN ('', source)", (source,)).fetchone()
    return Losses(source=source, missed=missed, restarts=restarts, dead_letters=letters, flaws=flaws)
