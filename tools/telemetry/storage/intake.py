"""The door into the KPI store: checks a delivery and stores its samples, flaws, unreadable reports and progress, all or nothing.

A later delivery of the same series and window replaces the earlier one; delivered again unchanged, it is stored once. A sample
that turns out to be suspect is withdrawn: its newest version has no value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from policies.kpi import KpiFrame, KpiSample, counter_definitions
from policies.quality.flaw import Flaw, suspect
from policies.quality.reporter import Reporter
from policies.quality.screening import conflict, screen
from policies.quality.trend import Past
from policies.slices import Slice
from tools.telemetry.delivery import Delivery
from tools.telemetry.storage import quarantine
from tools.telemetry.storage.cursors import record_progress
from tools.telemetry.storage.overlap import overlapping
from tools.telemetry.storage.rows import current_rows, sample_of

_WITHDRAWING = ("consistency", "suspect flag")
_CONFLICTING_FACTOR = 1.5
_INSERT = "INSERT INTO samples(series, start_s, end_s, value, count, source, newest_s, version) VALUES (?, ?, ?, ?, ?, ?, ?,"

Key = tuple[str, str, str]
Row = tuple[int, float, float, float | None, int, str, float]


def take_in(connection: sqlite3.Connection, delivery: Delivery, reporter: Reporter, past: Past) -> int:
    """Store a delivery within the open transaction; return the number of new or replaced samples.

    Raises CursorMovedError if another process has stored from the same source meanwhile, sqlite3.Error.
    """
    record_progress(connection, delivery)
    windows = {(sample.start, sample.end) for sample in delivery.frame}
    stored = list(current_rows(connection, {start for start, _ in windows}))
    screening = screen(delivery.frame, past, reporter, stored)
    counters = counter_definitions()  # they only serve to check others
    good = [sample for sample in screening.good if sample.kpi not in counters]
    flaws = [*delivery.flaws, *screening.flaws, *overlapping(connection, good, _utc(windows))]
    flaws += _between_sources(connection, delivery.source, good)
    if flaws:
        flawed = {_key(flaw) for flaw in flaws}
        good = [sample for sample in good if _key(sample) not in flawed]
    count = _put(connection, good, delivery.source)
    _withdraw(connection, flaws, delivery.source)
    quarantine.put_flaws(connection, delivery.source, flaws, _newest(connection, reporter))
    quarantine.put_letters(connection, delivery.source, delivery.letters)
    return count


def _utc(windows: Iterable[tuple[datetime, datetime]]) -> list[tuple[float, float]]:
    """Return the windows in seconds, those without an offset left out: their samples are refused."""
    return [(start.timestamp(), end.timestamp()) for start, end in windows if start.tzinfo is not None and end.tzinfo is not None]


def _key(item: KpiSample | Flaw) -> tuple[str, str, Slice | None, datetime]:
    return item.kpi, item.dn, item.slice, item.start


def _series_of(item: KpiSample | Flaw) -> Key:
    return item.kpi, item.dn, item.slice.value if item.slice else ""


def _newest(connection: sqlite3.Connection, reporter: Reporter) -> float:
    newest = connection.execute("SELECT MAX(end_s) FROM windows").fetchone()[0]
    return float(newest) if newest is not None else (reporter.now or datetime.fromtimestamp(0, UTC)).timestamp()


def _series_ids(connection: sqlite3.Connection, keys: Iterable[tuple[str, str, str, str]]) -> dict[Key, int]:
    # In the order of the samples: the order of query results must not depend on string hashing.
    connection.executemany("INSERT OR IGNORE INTO series(kpi, dn, slice, unit) VALUES (?, ?, ?, ?)", list(dict.fromkeys(keys)))
    return {(kpi, dn, name): number for number, kpi, dn, name in connection.execute("SELECT id, kpi, dn, slice FROM series")}


def _put(connection: sqlite3.Connection, samples: list[KpiSample], source: str) -> int:
    ids = _series_ids(connection, [(*_series_of(sample), sample.unit) for sample in samples])
    windows = [(start.timestamp(), end.timestamp()) for start, end in KpiFrame(tuple(samples)).windows()]
    connection.executemany("INSERT OR IGNORE INTO windows VALUES (?, ?)", windows)
    newest = connection.execute("SELECT COALESCE(MAX(end_s), 0) FROM windows").fetchone()[0]
    current = _current(connection, [start for start, _ in windows])
    at = {moment: moment.timestamp() for start, end in KpiFrame(tuple(samples)).windows() for moment in (start, end)}
    rows = [
        (ids[_series_of(sample)], at[sample.start], at[sample.end], sample.value, sample.count, source, newest)
        for sample in samples
    ]
    changed = [row for row in rows if row[:2] in current and current[row[:2]][2:] != row[3:5]]
    connection.executemany(f"{_INSERT} 0)", [row for row in rows if row[:2] not in current])
    for row in changed:
        _replace(connection, row, *current[row[:2]][:2])
    return len(changed) + sum(row[:2] not in current for row in rows)


def _current(connection: sqlite3.Connection, starts: list[float]) -> dict[tuple[int, float], tuple[int, int, float | None, int]]:
    """Return (seq, version, value, count) of the current rows of windows, by (series, start)."""
    statement = "SELECT series, start_s, seq, version, value, count FROM samples WHERE start_s = ? AND replaced_by IS NULL"
    rows = (row for start in starts for row in connection.execute(statement, (start,)))
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}


def _replace(connection: sqlite3.Connection, row: Row, seq: int, version: int) -> None:
    """Insert a row as the next version of the row `seq`."""
    following = connection.execute("SELECT COALESCE(MAX(seq), 0) + 1 FROM samples").fetchone()[0]
    connection.execute("UPDATE samples SET replaced_by = ? WHERE seq = ?", (following, seq))
    connection.execute(f"{_INSERT} ?)", (*row, version + 1))


def _withdraw(connection: sqlite3.Connection, flaws: list[Flaw], source: str) -> None:
    """Replace stored samples that are suspect now by versions without a value."""
    suspects = {_key(flaw): flaw for flaw in flaws if flaw.check in _WITHDRAWING and flaw.start.tzinfo is not None}
    stored = current_rows(connection, {flaw.start for flaw in suspects.values()})
    _put(connection, [replace(row, value=None, count=0) for row in stored if _key(row) in suspects], source)


def _between_sources(connection: sqlite3.Connection, source: str, samples: list[KpiSample]) -> Iterator[Flaw]:
    """Yield a measurement conflict where another source has delivered another value: which of them is right is not known."""
    statement = (
        "SELECT kpi, dn, slice, start_s, end_s, value, unit, count, source FROM samples JOIN series ON series.id = samples.series"
        " WHERE start_s = ? AND replaced_by IS NULL AND value IS NOT NULL AND source NOT IN ('', ?)"
    )
    if not source:
        return
    others: dict[tuple[object, ...], tuple[KpiSample, str]] = {}
    for start in {sample.start for sample in samples}:
        for row in connection.execute(statement, (start.timestamp(), source)):
            other = sample_of(row[:8])
            others[_key(other)] = other, row[8]
    for sample in samples if others else ():
        if _key(sample) not in others:
            continue
        other, name = others[_key(sample)]
        if _contradict(sample.value, other.value):
            reason = f"measurement conflict: {sample.value:g} {sample.unit} here, {other.value:g} {other.unit} from {name}"
            yield suspect(sample, "consistency", reason)


def _contradict(one: float | None, other: float | None) -> bool:
    if one is None or other is None or not conflict([one, other]):
        return False
    low, high = sorted((abs(one), abs(other)))
    return low == 0 or high / low >= _CONFLICTING_FACTOR
