"""A snapshot of a network's KPIs: all queries to a snapshot use the same windows, in the same version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from policies.intent import TimeWindow
from policies.kpi import KpiFrame
from policies.quality.flaw import Flaw
from tools.telemetry.analytics import HourlyMean, KpiSummary, analytics_of
from tools.telemetry.storage.versions import Version
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class KpiSnapshot:
    """The good samples of `store` in windows that end at or before `newest`, the end of the newest window (None: no window yet).

    version: corrections that arrive later are not in the snapshot; last_flaw: id of the newest flaw that is.
    """

    def __init__(self, store: KpiStore, newest: datetime | None, version: Version, last_flaw: int) -> None:
        self._store = store
        self._version = version
        self._last_flaw = last_flaw
        self.newest = newest

    @property
    def _end(self) -> datetime:
        return self.newest or _BEFORE_ALL

    @property
    def held(self) -> TimeWindow | None:
        """The time from the oldest stored window to the newest one of the snapshot, None if there is none."""
        oldest = self._store.earliest()
        return None if oldest is None or self.newest is None else TimeWindow(start=oldest, end=self.newest)

    def query(self, query: KpiQuery) -> KpiFrame:
        """Return the samples that match the query, in time order; raises UnknownKpiError."""
        end = self._end if query.end is None else min(query.end, self._end)
        return self._store.query(query.model_copy(update={"end": end}), self._version, self._end)

    def flaws(self, query: KpiQuery) -> tuple[Flaw, ...]:
        """Return the measurements that match the query and are suspect or refused, hence in no answer of `query`, oldest first.

        A window in which everything is flawed counts, although it is newer than `newest`.
        """
        return self._store.flaws(query, self._last_flaw)

    def hourly(self, kpi: str, dns: Sequence[str], per_second: bool = False) -> list[HourlyMean]:
        """Return the mean per (dn, slice, hour); `per_second` converts a volume to a rate. Raises UnknownKpiError."""
        return analytics_of(self._store).hourly(kpi, dns, per_second, self._end, self._version)

    def summary(self, kpi: str, start: datetime | None = None) -> list[KpiSummary]:
        """Return the distribution per (dn, slice) from `start` on; raises UnknownKpiError."""
        return analytics_of(self._store).summary(kpi, start, self._end, self._version)
