"""Analytics over the KPI store: DuckDB answers what scans many rows.

DuckDB's own SQLite reader is an extension that has to be downloaded; so the rows are mirrored into an in-process DuckDB table,
incrementally by their sequence number, and every question is asked there. Histogram bins are left out: nobody scans them.
"""

from __future__ import annotations

import atexit
import sqlite3
import threading
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from policies.kpi import kpi_definition
from tools.telemetry.store import KpiStore

_ROWS = """SELECT seq, kpi, dn, slice, start_s, end_s, value, count
FROM samples JOIN series ON series.id = samples.series
WHERE seq > ? AND kpi NOT GLOB 'CARR.WBCQIDist.*' ORDER BY seq"""

_of_store: WeakKeyDictionary[KpiStore, KpiAnalytics] = WeakKeyDictionary()
_lock = threading.Lock()
atexit.register(_of_store.clear)  # DuckDB complains about connections that outlive the interpreter


def analytics_of(store: KpiStore) -> KpiAnalytics:
    """Return the store's analytics, made once: the mirror is then kept up, not copied again for each question."""
    with _lock:
        if store not in _of_store:
            _of_store[store] = KpiAnalytics(store)
        return _of_store[store]


class KpiAnalytics:
    """Column-wise questions over all samples of a store; refreshed before each question."""

    def __init__(self, store: KpiStore) -> None:
        import duckdb

        self._store = store
        self._duck = duckdb.connect(config={"autoinstall_known_extensions": False})
        self._duck.execute(
            "CREATE TABLE samples(seq BIGINT, kpi VARCHAR, dn VARCHAR, slice VARCHAR,"
            " start_s DOUBLE, end_s DOUBLE, value DOUBLE, count BIGINT)"
        )
        self._seen = 0
        self._lock = threading.Lock()

    def refresh(self) -> int:
        """Mirror the rows that came since the last refresh; returns how many."""
        import pandas as pd

        connection = sqlite3.connect(self._store.path, timeout=30)
        try:
            fresh = pd.read_sql_query(_ROWS, connection, params=(self._seen,))
        finally:
            connection.close()
        if len(fresh):
            self._duck.register("fresh", fresh)
            self._duck.execute("INSERT INTO samples SELECT * FROM fresh")
            self._duck.unregister("fresh")
            self._seen = int(fresh["seq"].iloc[-1])
        return len(fresh)

    def _rows(self, statement: str, values: list[Any]) -> list[dict[str, Any]]:
        with self._lock:
            self.refresh()
            cursor = self._duck.execute(statement, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def summary(self, kpi: str, start: datetime | None = None, end: datetime | None = None) -> list[dict[str, Any]]:
        """Return per (dn, slice): windows, mean, median, p05, p95, min, max of `kpi`; raises UnknownKpiError."""
        kpi_definition(kpi)
        return self._rows(
            "SELECT dn, slice, count(*) AS windows, avg(value) AS mean, median(value) AS median,"
            " quantile_cont(value, 0.05) AS p05, quantile_cont(value, 0.95) AS p95, min(value) AS lowest,"
            " max(value) AS highest FROM samples WHERE kpi = ? AND value IS NOT NULL AND start_s >= ? AND end_s <= ?"
            " GROUP BY dn, slice ORDER BY dn, slice",
            [kpi, _bound(start, 0.0), _bound(end, 1e12)],
        )

    def hourly(self, kpi: str, dns: list[str], per_second: bool = False) -> list[dict[str, Any]]:
        """Return per (dn, slice, hour): mean and number of windows, `hour` as a UTC time; raises UnknownKpiError.

        `per_second` divides each value by the length of its window: a volume becomes a rate.
        """
        kpi_definition(kpi)
        length = "(end_s - start_s)" if per_second else "1"
        rows = self._rows(
            f"SELECT dn, slice, floor(start_s / 3600) * 3600 AS hour, avg(value / {length}) AS mean, count(*) AS windows"  # noqa: S608
            " FROM samples WHERE kpi = ? AND value IS NOT NULL AND list_contains(?, dn)"
            " GROUP BY dn, slice, hour ORDER BY dn, slice, hour",
            [kpi, dns],
        )
        return [{**row, "hour": datetime.fromtimestamp(row["hour"], UTC)} for row in rows]


def _bound(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()
