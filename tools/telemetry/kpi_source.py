"""The single access point to KPIs: tools, twin laboratory, gate and verification all read the same rows through it.

1. A `KpiSource` pulls new PM reports into the KPI store and answers queries from the store.
2. A caller with more than one query takes a `KpiSnapshot` first. It is pinned to the newest window at that moment, so that all
   its results are consistent with each other and with the `observed_at` of the evidence or verdict that uses them.
3. `as_of` pins an earlier window: the rows that a past decision was based on.
4. What a feed delivers is stored together with the progress in the feed, delivery by delivery: whatever fails, nothing is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from policies.kpi import KpiFrame, kpi_definition
from policies.quality.reporter import Reporter
from policies.quality.window import allowed_skew_s
from tools.telemetry.delivery import Cursor, Delivery, Losses
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.telemetry.storage.cursors import CursorMovedError
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery, NetworkUnavailableError

_ATTEMPTS = 100


class KpiFeed(Protocol):
    """A source of new samples, such as PM reports over HTTP. `name` identifies it in the store."""

    @property
    def name(self) -> str:
        """The name under which its progress is stored."""

    def deliveries(self, cursor: Cursor | None) -> Iterator[Delivery]:
        """Yield what arrived since `cursor`, each delivery after the previous one is stored; raises NetworkUnavailableError.

        `before` of each is the cursor that the store has then.
        """


class KpiSource:
    """The KPIs of a network: `store` holds the samples, `feed` delivers new ones (None: other code writes to the store).

    reporter: returns what is known of the network, for the checks. Thread-safe: a thread that refreshes waits until reports that
    another thread has pulled are stored.
    """

    def __init__(self, store: KpiStore, feed: KpiFeed | None = None, reporter: Callable[[], Reporter] = Reporter) -> None:
        self._store = store
        self._feed = feed
        self._reporter = reporter
        self._refreshing = threading.Lock()

    def refresh(self) -> int:
        """Pull new reports into the store; return the number of new samples.

        Raises NetworkUnavailableError if they cannot be fetched or read, KpiStoreError if they cannot be stored; what was stored
        before stays, and the next call goes on from there.
        """
        if self._feed is None:
            return 0
        with self._refreshing:
            count = 0
            for _ in range(_ATTEMPTS):
                try:
                    for new in self._pull(self._feed):
                        count += new
                except CursorMovedError:
                    continue  # another process stored the same reports: go on from its cursor
                return count
        raise NetworkUnavailableError(f"{self._feed.name}: other processes read it faster; is it used by many at once?")

    def _pull(self, feed: KpiFeed) -> Iterator[int]:
        """Store what the feed delivers; yield the number of new samples after each delivery."""
        reporter = None
        for delivery in feed.deliveries(self._store.cursor(feed.name)):
            # Asked after the reports are fetched: a window that ends after the network's time is not one of them. A pull of many
            # deliveries lasts, and the network's time goes on meanwhile.
            if reporter is None or delivery.restarted or _is_later(delivery, reporter):
                newest = self._store.latest()  # before the time is asked: another process may store later windows meanwhile
                reporter = self._reporter()
                self._set_aside(newest, reporter)
            yield self._store.take_in(delivery, reporter)

    def _set_aside(self, newest: datetime | None, reporter: Reporter) -> None:
        """Set aside windows that end after the network's time: it was restarted, or restored, at an earlier time."""
        if (
            newest is not None
            and reporter.now is not None
            and (newest - reporter.now).total_seconds() > allowed_skew_s(reporter.granularity_s)
        ):
            self._store.set_aside_after(reporter.now)

    def losses(self) -> Losses:
        """Return what was lost or set aside since the first delivery."""
        return self._store.losses(self._feed.name if self._feed is not None else "")

    def snapshot(self) -> KpiSnapshot:
        """Refresh, and return the KPIs up to the newest window; raises the errors of `refresh`."""
        self.refresh()
        return self._pinned(None)

    def as_of(self, moment: datetime) -> KpiSnapshot:
        """Return the KPIs of the stored windows that had ended by `moment`, without pulling new reports or later corrections."""
        return self._pinned(moment)

    def _pinned(self, moment: datetime | None) -> KpiSnapshot:
        newest = self._store.latest(moment)
        return KpiSnapshot(self._store, newest, self._store.version(moment), self._store.last_flaw(moment))

    def query(self, query: KpiQuery) -> KpiFrame:
        """Refresh, and return the samples that match the query; raises UnknownKpiError, and the errors of `refresh`."""
        for name in query.kpis:
            kpi_definition(name)
        return self.snapshot().query(query)


def _is_later(delivery: Delivery, reporter: Reporter) -> bool:
    """Whether a delivery has a window that had not ended when the network was asked for its time."""
    now = reporter.now
    return now is not None and any(sample.end.tzinfo is not None and sample.end > now for sample in delivery.frame)
