"""The single access point to KPIs: tools, twin laboratory, gate and verification all read the same rows through it.

1. A `KpiSource` pulls new PM reports into the KPI store and answers queries from the store.
2. A caller with more than one query takes a `KpiSnapshot` first. It is pinned to the newest window at that moment, so that all
   its results are consistent with each other and with the `observed_at` of the evidence or verdict that uses them.
3. `as_of` pins an earlier window: the rows that a past decision was based on.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Protocol

from policies.kpi import KpiFrame, kpi_definition
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery


class KpiFeed(Protocol):
    """A source of new samples, such as PM reports over HTTP."""

    def pull(self) -> KpiFrame:
        """Return the samples that arrived since the last pull; raises NetworkUnavailableError."""


class KpiSource:
    """The KPIs of a network: `store` holds the samples, `feed` delivers new ones (None: other code writes to the store).

    Thread-safe: a thread that refreshes waits until reports that another thread has pulled are stored.
    """

    def __init__(self, store: KpiStore, feed: KpiFeed | None = None) -> None:
        self._store = store
        self._feed = feed
        self._refreshing = threading.Lock()

    def refresh(self) -> int:
        """Pull new reports into the store; return the number of new samples.

        Raises NetworkUnavailableError if they cannot be fetched or read, KpiStoreError if they cannot be stored.
        """
        if self._feed is None:
            return 0
        with self._refreshing:
            return self._store.write(self._feed.pull())

    def snapshot(self) -> KpiSnapshot:
        """Refresh, and return the KPIs up to the newest window; raises the errors of `refresh`."""
        self.refresh()
        return KpiSnapshot(self._store, self._store.latest())

    def as_of(self, moment: datetime) -> KpiSnapshot:
        """Return the KPIs of the stored windows that had ended by `moment`, without pulling new reports."""
        return KpiSnapshot(self._store, self._store.latest(moment))

    def query(self, query: KpiQuery) -> KpiFrame:
        """Refresh, and return the samples that match the query; raises UnknownKpiError, and the errors of `refresh`."""
        for name in query.kpis:
            kpi_definition(name)
        return self.snapshot().query(query)
