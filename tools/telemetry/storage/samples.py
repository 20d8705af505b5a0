"""Writing of samples: new ones, and new versions of those that are stored with another value."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.telemetry.storage.reports import Origins

_INSERT = (
    "INSERT INTO samples(series, start_s, end_s, value, count, source, newest_s, report, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
)
_NAMES: dict[Slice | None, str] = {None: ""} | {slice: slice.value for slice in Slice}

Key = tuple[str, str, str]
Row = tuple[int, float, float, float | None, int, str, float, int]


def put_samples(connection: sqlite3.Connection, samples: list[KpiSample], source: str, origins: Origins | None = None) -> int:
    """Store samples within the open transaction; return the number of new or replaced ones. Raises sqlite3.Error."""
    ids = _series_ids(connection, [(*_series_of(sample), sample.unit) for sample in samples])
    windows = KpiFrame(tuple(samples)).windows()
    connection.executemany("INSERT OR IGNORE INTO windows VALUES (?, ?)", [(s.timestamp(), e.timestamp()) for s, e in windows])
    _note_granularities(connection, samples)
    newest = connection.execute("SELECT COALESCE(MAX(end_s), 0) FROM windows").fetchone()[0]
    current = _current(connection, {start.timestamp() for start, _ in windows})
    at = {moment: moment.timestamp() for window in windows for moment in window}
    number_of = origins.number if origins is not None else lambda sample: 0
    rows = [
        (
            ids[_series_of(sample)], at[sample.start], at[sample.end], sample.value, sample.count, source, newest,
            number_of(sample),
        )
        for sample in samples
    ]  # fmt: skip
    changed = [row for row in rows if row[:3] in current and current[row[:3]][2:] != row[3:5]] if current else []
    new = [row for row in rows if row[:3] not in current] if current else rows
    connection.executemany(f"{_INSERT} 0)", new)
    for row in changed:
        _replace(connection, row, *current[row[:3]][:2])
    return len(changed) + len(new)


def _series_of(sample: KpiSample) -> Key:
    return sample.kpi, sample.dn, _NAMES[sample.slice]


def _series_ids(connection: sqlite3.Connection, keys: Iterable[tuple[str, str, str, str]]) -> dict[Key, int]:
    # In the order of the samples: the order of query results must not depend on string hashing.
    connection.executemany("INSERT OR IGNORE INTO series(kpi, dn, slice, unit) VALUES (?, ?, ?, ?)", list(dict.fromkeys(keys)))
    return {(kpi, dn, name): number for number, kpi, dn, name in connection.execute("SELECT id, kpi, dn, slice FROM series")}


def _note_granularities(connection: sqlite3.Connection, samples: list[KpiSample]) -> None:
    """Note the lengths of each KPI's windows, and since when there are such windows."""
    first: dict[tuple[str, float], float] = {}
    for kpi, start, end in {(sample.kpi, sample.start, sample.end) for sample in samples}:
        key = kpi, round((end - start).total_seconds(), 3)
        first[key] = min(start.timestamp(), first.get(key, float("inf")))
    connection.executemany(
        "INSERT INTO granularities VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET first_s = MIN(first_s, excluded.first_s)",
        [(*key, start_s) for key, start_s in first.items()],
    )


def _current(
    connection: sqlite3.Connection, starts: Iterable[float]
) -> dict[tuple[int, float, float], tuple[int, int, float | None, int]]:
    """Return (seq, version, value, count) of the current rows of windows, by (series, start, end)."""
    statement = "SELECT series, start_s, end_s, seq, version, value, count FROM samples WHERE start_s = ? AND replaced_by IS NULL"
    rows = (row for start in starts for row in connection.execute(statement, (start,)))
    return {row[:3]: row[3:] for row in rows}


def _replace(connection: sqlite3.Connection, row: Row, seq: int, version: int) -> None:
    """Insert a row as the next version of the row `seq`."""
    following = connection.execute("SELECT COALESCE(MAX(seq), 0) + 1 FROM samples").fetchone()[0]
    connection.execute("UPDATE samples SET replaced_by = ? WHERE seq = ?", (following, seq))
    connection.execute(f"{_INSERT} ?)", (*row, version + 1))
