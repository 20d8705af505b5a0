"""Versions of the samples: what a snapshot or a past decision rested on stays readable after corrections."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """The samples up to row `last`; `originals` (None: `last`) bounds those that replaced nothing."""

    last: int
    originals: int | None = None

    @property
    def clauses(self) -> list[str]:
        """The SQL conditions of its rows."""
        return ["(seq <= ? OR (version = 0 AND seq <= ?))", "(replaced_by IS NULL OR replaced_by > ?)"]

    @property
    def bounds(self) -> tuple[int, int]:
        """The last row, and the last one that replaced nothing."""
        return self.last, self.last if self.originals is None else self.originals

    @property
    def values(self) -> list[float]:
        """The values of the conditions."""
        return [*self.bounds, self.last]


_ALL = 2**62


def version_of(connection: sqlite3.Connection, until: datetime | None) -> Version:
    """Return the version of all rows, or the one without the corrections that arrived after the window that ended at `until`."""
    if until is None:
        return Version(int(connection.execute("SELECT COALESCE(MAX(seq), 0) FROM samples").fetchone()[0]))
    row = connection.execute("SELECT COALESCE(MAX(seq), 0) FROM samples WHERE newest_s <= ?", (until.timestamp(),)).fetchone()
    return Version(int(row[0]), _ALL)


def set_aside_after(connection: sqlite3.Connection, moment_s: float) -> int:
    """Withdraw the windows that end after `moment_s`: their samples stay for the versions that contain them."""
    following = "(SELECT COALESCE(MAX(seq), 0) + 1 FROM samples)"
    connection.execute(
        f"UPDATE samples SET replaced_by = {following} WHERE end_s > ? AND replaced_by IS NULL",  # noqa: S608
        (moment_s,),
    )
    connection.execute("DELETE FROM granularities WHERE first_s >= ?", (moment_s,))
    return connection.execute("DELETE FROM windows WHERE end_s > ?", (moment_s,)).rowcount
