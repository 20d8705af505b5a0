"""The one door to KPIs: tools, twin laboratory, gate and verification all read through it, and so from the same rows.

1. A `KpiSource` pulls the PM reports that are new into the KPI store, then answers from the store.
2. Whoever asks more than one question takes a `KpiSnapshot` first: it is pinned to the newest window at that moment, so that all
   its answers, and the time that evidence or a verdict gives as `observed_at`, belong together.
3. `as_of` pins an earlier window: the rows that a past decision rested on.
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
    """Where new samples come from: PM reports over HTTP, for instance."""

    def pull(self) -> KpiFrame:
        """Return the samples that came since the last pull; raises NetworkUnavailableError."""


class KpiSource:
    """The KPIs of one network: `store` keeps them, `feed` brings new ones (without a feed, the store is filled by others).

    Safe to use from many threads: none reads the store while another has pulled reports that it has not stored yet.
    """

    def __init__(self, store: KpiStore, feed: KpiFeed | None = None) -> None:
        self._store = store
        self._feed = feed
        self._refreshing = threading.Lock()

    def refresh(self) -> int:
        """Pull the reports that are new into the store; returns how many samples were new.

        Raises NetworkUnavailableError where they cannot be fetched or read, KpiStoreError where they cannot be stored.
        """
        if self._feed is None:
            return 0
        with self._refreshing:
            return self._store.write(self._feed.pull())

    def snapshot(self) -> KpiSnapshot:
        """Return the KPIs up to the newest window, new reports included; raises what `refresh` raises."""
        self.refresh()
        return KpiSnapshot(self._store, self._store.latest())

    def as_of(self, moment: datetime) -> KpiSnapshot:
        """Return the KPIs of the windows that had ended by `moment`, as far as they are stored; nothing is pulled."""
        return KpiSnapshot(self._store, self._store.latest(moment))

    def query(self, query: KpiQuery) -> KpiFrame:
        """Return the samples that the query asks for, new reports included; raises UnknownKpiError, and what `refresh` raises."""
        for name in query.kpis:
            kpi_definition(name)
        return self.snapshot().query(query)
