"""Analytics over the KPI store: queries that scan many rows run in DuckDB.

DuckDB's SQLite reader is an extension that would have to be downloaded, so the rows are mirrored incrementally, by sequence
number, into an in-process DuckDB table. Histogram bins are not mirrored: no analytical query uses them.
"""

from __future__ import annotations

import atexit
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from policies.kpi import kpi_definition
from policies.slices import Slice
from tools.telemetry.storage.granularity import Timeline
from tools.telemetry.storage.versions import Version
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

_ROWS = """SELECT seq, version, kpi, dn, slice, start_s, end_s, value, count
FROM samples JOIN series ON series.id = samples.series
WHERE seq > ? AND kpi NOT GLOB 'CARR.WBCQIDist.*' ORDER BY seq"""
_VERSION = """SELECT * FROM samples WHERE kpi = ? AND end_s <= ? AND (seq <= ? OR (version = 0 AND seq <= ?)) AND {windows}
QUALIFY row_number() OVER (PARTITION BY dn, slice, start_s, end_s ORDER BY seq DESC) = 1"""
_NEWEST = Version(2**62)

_by_store: WeakKeyDictionary[KpiStore, KpiAnalytics] = WeakKeyDictionary()
_lock = threading.Lock()
atexit.register(_by_store.clear)  # DuckDB complains about connections that outlive the interpreter


def analytics_of(store: KpiStore) -> KpiAnalytics:
    """Return the store's analytics, created once, so that the mirror is updated and not copied again for each query."""
    with _lock:
        if store not in _by_store:
            _by_store[store] = KpiAnalytics(store)
        return _by_store[store]


@dataclass(frozen=True, slots=True)
class HourlyMean:
    """A KPI's mean over the `windows` (count) of an object (and slice) that start within the hour that begins at `hour`, UTC."""

    dn: str
    slice: Slice | None
    hour: datetime
    mean: float
    windows: int


@dataclass(frozen=True, slots=True)
class KpiSummary:
    """The distribution of a KPI of an object (and slice) over `windows` (count)."""

    dn: str
    slice: Slice | None
    windows: int
    mean: float
    median: float
    p05: float
    p95: float
    lowest: float
    highest: float


class KpiAnalytics:
    """Analytical queries over all samples of a store; the mirror is refreshed before each query."""

    def __init__(self, store: KpiStore) -> None:
        import duckdb

        self._store = store
        self._duck = duckdb.connect(config={"autoinstall_known_extensions": False})
        self._duck.execute(
            "CREATE TABLE samples(seq BIGINT, version BIGINT, kpi VARCHAR, dn VARCHAR, slice VARCHAR,"
            " start_s DOUBLE, end_s DOUBLE, value DOUBLE, count BIGINT)"
        )
        self._last_seq = 0
        self._lock = threading.Lock()

    def refresh(self) -> int:
        """Mirror the rows written since the last refresh; return their number."""
        import pandas as pd

        connection = sqlite3.connect(self._store.path, timeout=30)
        try:
            fresh = pd.read_sql_query(_ROWS, connection, params=(self._last_seq,))
        finally:
            connection.close()
        if len(fresh):
            self._duck.register("fresh", fresh)
            self._duck.execute("INSERT INTO samples SELECT * FROM fresh")
            self._duck.unregister("fresh")
            self._last_seq = int(fresh["seq"].iloc[-1])
        return len(fresh)

    def _rows(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            self.refresh()
            return self._duck.execute(statement, values).fetchall()

    def _timeline(self, kpi: str, dns: Sequence[str], end: datetime | None, version: Version) -> Timeline:
        """Return the windows that answer a question about a KPI."""
        timelines = self._store.timelines(KpiQuery(kpis=(kpi,), dns=tuple(dns)), version, end)
        return next((timeline for timeline in timelines if kpi in timeline.kpis), Timeline(()))

    def summary(
        self, kpi: str, start: datetime | None = None, end: datetime | None = None, version: Version = _NEWEST
    ) -> list[KpiSummary]:
        """Return the distribution of `kpi` per (dn, slice), over windows within [start, end]; raises UnknownKpiError."""
        kpi_definition(kpi)
        timeline = self._timeline(kpi, (), end, version)
        rows = self._rows(
            "SELECT dn, slice, count(*), avg(value), median(value), quantile_cont(value, 0.05), quantile_cont(value, 0.95),"  # noqa: S608
            f" min(value), max(value) FROM ({_VERSION.format(windows=timeline.condition)})"
            " WHERE value IS NOT NULL AND start_s >= ? GROUP BY dn, slice ORDER BY dn, slice",
            [kpi, _bound(end, 1e12), *version.bounds, *timeline.values, _bound(start, 0.0)],
        )
        return [KpiSummary(dn, _slice(name), *figures) for dn, name, *figures in rows]

    def hourly(
        self, kpi: str, dns: Sequence[str], per_second: bool = False, end: datetime | None = None, version: Version = _NEWEST
    ) -> list[HourlyMean]:
        """Return the mean of `kpi` per (dn, slice, hour), over windows that end by `end`; raises UnknownKpiError.

        `per_second` divides each value by the length of its window: a volume becomes a rate.
        """
        kpi_definition(kpi)
        length = "(end_s - start_s)" if per_second else "1"
        timeline = self._timeline(kpi, dns, end, version)
        rows = self._rows(
            f"SELECT dn, slice, floor(start_s / 3600) * 3600 AS hour, avg(value / {length}), count(*)"  # noqa: S608
            f" FROM ({_VERSION.format(windows=timeline.condition)}) WHERE value IS NOT NULL AND list_contains(?, dn)"
            " GROUP BY dn, slice, hour ORDER BY dn, slice, hour",
            [kpi, _bound(end, 1e12), *version.bounds, *timeline.values, list(dns)],
        )
        return [
            HourlyMean(dn, _slice(name), datetime.fromtimestamp(hour, UTC), mean, windows)
            for dn, name, hour, mean, windows in rows
        ]


def _slice(name: str) -> Slice | None:
    return Slice(name) if name else None


def _bound(moment: datetime | None, default: float) -> float:
    return default if moment is None else moment.timestamp()
