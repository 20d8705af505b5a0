"""The KPI store: current and historical samples in SQLite (WAL mode).

Rows are dictionary-encoded: a series is (KPI, DN, slice, unit), a sample belongs to a series and a window. A sample that is
delivered twice is stored once (PM reports have at-least-once delivery). Several processes may write and read concurrently.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice
from twins.network import KpiQuery

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL, unit TEXT NOT NULL,
    UNIQUE(kpi, dn, slice));
CREATE TABLE IF NOT EXISTS windows(start_s REAL PRIMARY KEY, end_s REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS samples(
    seq INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series(id), start_s REAL NOT NULL, end_s REAL NOT NULL,
    value REAL, count INTEGER NOT NULL, UNIQUE(series, start_s));
"""


class KpiStoreError(OSError):
    """The store cannot be opened or written; the message states the remedy."""


class KpiStore:
    """The KPI samples of a network in an SQLite file.

    `path` is created with its folder; raises KpiStoreError if that fails or the file is not a KPI store.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._transaction() as connection:
                connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise KpiStoreError(f"KPI store {self.path}: {error}; choose a writable data_dir with free space") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return self._local.connection  # type: ignore[no-any-return]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        with connection:
            yield connection

    def write(self, frame: KpiFrame) -> int:
        """Store the frame in one transaction; return the number of new samples. Raises UnknownKpiError, KpiStoreError."""
        rows = [((sample.kpi, sample.dn, sample.slice.value if sample.slice else "", sample.unit), sample) for sample in frame]
        for kpi, unit in {(sample.kpi, sample.unit) for sample in frame}:
            expected = kpi_definition(kpi).unit
            if unit != expected:
                raise KpiStoreError(f"kpi={kpi}: unit={unit!r}, the catalogue's unit is {expected!r}; convert before storing")
        try:
            with self._transaction() as connection:
                # In the order of the samples: the order of query results must not depend on string hashing.
                connection.executemany(
                    "INSERT OR IGNORE INTO series(kpi, dn, slice, unit) VALUES (?, ?, ?, ?)",
                    list(dict.fromkeys(key for key, _ in rows)),
                )
                ids = {
                    (kpi, dn, name): series_id
                    for series_id, kpi, dn, name in connection.execute("SELECT id, kpi, dn, slice FROM series")
                }
                connection.executemany(
                    "INSERT OR IGNORE INTO windows VALUES (?, ?)",
                    [(start.timestamp(), end.timestamp()) for start, end in frame.windows()],
                )
                before = connection.total_changes
                connection.executemany(
                    "INSERT OR IGNORE INTO samples(series, start_s, end_s, value, count) VALUES (?, ?, ?, ?, ?)",
                    [
                        (ids[key[:3]], sample.start.timestamp(), sample.end.timestamp(), sample.value, sample.count)
                        for key, sample in rows
                    ],
                )
                return connection.total_changes - before
        except sqlite3.Error as error:
            raise KpiStoreError(f"KPI store {self.path}: {error}; is the disk full or read-only?") from error

    def query(self, query: KpiQuery) -> KpiFrame:
        """Return the samples that match the query, in time order; raises UnknownKpiError."""
        for name in query.kpis:
            kpi_definition(name)
        clauses, values = self._conditions(query)
        statement = (  # the conditions are made of constants; every value is bound
            "SELECT kpi, dn, slice, start_s, end_s, value, unit, count FROM samples"  # noqa: S608
            " JOIN series ON series.id = samples.series"
            + (f" WHERE {' AND '.join(clauses)}" if clauses else "")
            + " ORDER BY start_s, series"
        )
        return KpiFrame(tuple(_sample(row) for row in self._connection().execute(statement, values)))

    def _conditions(self, query: KpiQuery) -> tuple[list[str], list[str | float]]:
        clauses: list[str] = []
        values: list[str | float] = []
        columns = [f"series.{column}" for column in ("kpi", "dn", "slice")]
        filters: list[tuple[str, ...]] = [query.kpis, query.dns, tuple(slice.value for slice in query.slices)]
        for column, options in zip(columns, filters, strict=True):
            if options:
                alternatives = [f"{column} = ?"] * len(options)
                values += list(options)
                if column == "series.kpi":
                    # A binned family, such as CARR.WBCQIDist, matches all its bins.
                    alternatives += [f"{column} GLOB ?"] * len(options)
                    values += [f"{option}.[0-9]*" for option in options]
                clauses.append(f"({' OR '.join(alternatives)})")
        if query.start is not None:
            clauses.append("start_s >= ?")
            values.append(query.start.timestamp())
        if query.end is not None:
            clauses.append("end_s <= ?")
            values.append(query.end.timestamp())
        if query.windows is not None:
            clauses.append("start_s >= ?")
            values.append(self._start_of_last(query.windows, query.end))
        return clauses, values

    def _start_of_last(self, windows: int, end: datetime | None) -> float:
        bound = end.timestamp() if end is not None else float("inf")
        rows = self._connection().execute(
            "SELECT start_s FROM windows WHERE end_s <= ? ORDER BY start_s DESC LIMIT ?", (bound, windows)
        )
        starts = [row[0] for row in rows]
        return float(starts[-1]) if starts else float("inf")

    def latest(self, until: datetime | None = None) -> datetime | None:
        """Return the end of the newest window that had ended by `until` (None: of all windows); None if there is none."""
        bound = until.timestamp() if until is not None else float("inf")
        row = self._connection().execute("SELECT MAX(end_s) FROM windows WHERE end_s <= ?", (bound,)).fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def count(self) -> int:
        """Return the number of stored samples."""
        return int(self._connection().execute("SELECT COUNT(*) FROM samples").fetchone()[0])


def _sample(row: tuple[str, str, str, float, float, float | None, str, int]) -> KpiSample:
    kpi, dn, name, start, end, value, unit, count = row
    return KpiSample(
        kpi=kpi,
        dn=dn,
        slice=Slice(name) if name else None,
        start=datetime.fromtimestamp(start, UTC),
        end=datetime.fromtimestamp(end, UTC),
        value=value,
        unit=unit,
        count=count,
    )
