"""The quarantine of the KPI store: flawed measurements and unreadable reports, kept with the reason and never used.

Both tables keep the newest entries only, so that a peer that sends nothing else cannot fill the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from policies.quality.flaw import Flaw
from tools.telemetry.delivery import DeadLetter
from twins.network import KpiQuery

MAX_FLAWS = 100_000
MAX_LETTERS = 1_000
MAX_LETTER_BYTES = 1 << 20


def put_flaws(connection: sqlite3.Connection, source: str, flaws: Iterable[Flaw], otherwise_at: float) -> int:
    """Store flaws, each once; return the number of new ones. `otherwise_at` dates those whose window is not a valid one."""
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO quarantine(kpi, dn, slice, at_s, source, found_by, flaw) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*_place(flaw), _at(flaw, otherwise_at), source, flaw.check, flaw.model_dump_json()) for flaw in flaws],
    )
    stored = connection.total_changes - before
    if stored:
        connection.execute("DELETE FROM quarantine WHERE id <= (SELECT MAX(id) FROM quarantine) - ?", (MAX_FLAWS,))
    return stored


def _place(flaw: Flaw) -> tuple[str, str, str]:
    return flaw.kpi, flaw.dn, flaw.slice.value if flaw.slice else ""


def _at(flaw: Flaw, otherwise_at: float) -> float:
    return otherwise_at if flaw.check == "window" or flaw.end.tzinfo is None else flaw.end.timestamp()


def put_letters(connection: sqlite3.Connection, source: str, letters: Iterable[DeadLetter]) -> None:
    """Store reports that cannot be read, each once, at most MAX_LETTER_BYTES of each."""
    rows = [
        (source, letter.reason, letter.content[:MAX_LETTER_BYTES], len(letter.content), sha256(letter.content).hexdigest())
        for letter in letters
    ]
    connection.executemany("INSERT OR IGNORE INTO dead_letters(source, reason, bytes, size, digest) VALUES (?, ?, ?, ?, ?)", rows)
    if rows:
        connection.execute("DELETE FROM dead_letters WHERE id <= (SELECT MAX(id) FROM dead_letters) - ?", (MAX_LETTERS,))


def flaws(connection: sqlite3.Connection, query: KpiQuery, since: float | None, last_id: int | None) -> tuple[Flaw, ...]:
    """Return the flaws that match the query's KPIs, objects, slices and times, oldest first, those up to `last_id` only.

    since: replaces the query's `windows`, s. A query of slices or objects includes flaws of the cell as a whole.
    """
    clauses, values = ["1"], list[str | float]()
    for column, options in (("kpi", query.kpis), ("dn", query.dns), ("slice", tuple(item.value for item in query.slices))):
        if options:
            names = (*options, "") if column == "slice" else options
            alternatives = [f"{column} = ?"] * len(names) + ["kpi GLOB ?"] * (len(names) if column == "kpi" else 0)
            clauses.append(f"({' OR '.join(alternatives)})")
            values += [*names, *(f"{name}.[0-9]*" for name in names if column == "kpi")]
    bounds = (
        ("at_s > ?", query.start.timestamp() if query.start else None),
        ("at_s > ?", since),
        ("at_s <= ?", query.end.timestamp() if query.end else None),
        ("id <= ?", last_id),
    )
    clauses += [clause for clause, bound in bounds if bound is not None]
    values += [bound for _, bound in bounds if bound is not None]
    statement = f"SELECT flaw FROM quarantine WHERE {' AND '.join(clauses)} ORDER BY id"  # noqa: S608 (constants; values bound)
    return tuple(Flaw.model_validate_json(row[0]) for row in connection.execute(statement, values))


def last_flaw(connection: sqlite3.Connection, until: datetime | None = None) -> int:
    """Return the id of the newest flaw (of windows that had ended by `until`), 0 for none."""
    bound = float("inf") if until is None else until.astimezone(UTC).timestamp()
    return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM quarantine WHERE at_s <= ?", (bound,)).fetchone()[0])


def letters(connection: sqlite3.Connection, source: str = "") -> tuple[DeadLetter, ...]:
    """Return the reports that cannot be read (of a source), oldest first."""
    rows = connection.execute("SELECT bytes, reason FROM dead_letters WHERE ? IN ('', source) ORDER BY id", (source,))
    return tuple(DeadLetter(bytes(content), reason) for content, reason in rows)
