"""Fetching of PM reports, in order and with detection of gaps."""

from __future__ import annotations

import threading

from policies.kpi import KpiFrame
from tools.oran.peer import Peer, PeerSettings
from tools.telemetry.pm_report import PmReading, read_report

_PAGE = 20
_MAX_IGNORED_NAMES = 1000


class PmClient:
    """Pulls new reports from `url` + `path`.

    `suspect` counts the values dropped as suspect, `ignored` names the measurement types that are not in the KPI catalogue,
    `missed` counts the granularity periods that the peer dropped before they were fetched.
    """

    def __init__(
        self, url: str, settings: PeerSettings | None = None, path: str = "/pm/v1/reports", keep_suspect: bool = False
    ) -> None:
        self.peer = Peer("PM", url, settings)
        self.path = path
        self.keep_suspect = keep_suspect
        self.suspect = 0
        self.missed = 0
        self.ignored: set[str] = set()
        self._after = 0
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self.peer.close()

    def skip_all_but(self, periods: int) -> None:
        """Start with the last `periods` granularity periods instead of the peer's oldest; raises PeerError."""
        answer = self.peer.request("GET", self.path, params={"after": 2**31, "limit": 1})
        last = answer.object().get("last")
        if not isinstance(last, int):
            raise answer.garbage("{last: number} was expected")
        with self._lock:
            self._after = max(self._after, last - periods, 0)

    def pull(self) -> KpiFrame:
        """Return the samples of all new reports; raises PeerError, in which case the next pull returns the page again."""
        frame = KpiFrame()
        with self._lock:
            while (page := self._page()) is not None:
                frame = frame + page
        return frame

    def _page(self) -> KpiFrame | None:
        answer = self.peer.request("GET", self.path, params={"after": self._after, "limit": _PAGE})
        page = answer.object()
        reports, following, oldest = page.get("reports"), page.get("next"), page.get("oldest", 0)
        if not isinstance(reports, list) or not isinstance(following, int) or not isinstance(oldest, int):
            raise answer.garbage("{reports: [...], next: number} was expected")
        if not reports or following <= self._after:
            return None
        readings = [read_report(report, self.keep_suspect) for report in reports]
        if self._after:
            self.missed += max(0, oldest - self._after - 1)
        self._after = following
        return self._record(readings)

    def _record(self, readings: list[PmReading]) -> KpiFrame:
        """Update the counters and return the samples."""
        for reading in readings:
            self.suspect += reading.suspect
            if len(self.ignored) < _MAX_IGNORED_NAMES:
                self.ignored |= reading.ignored
        return KpiFrame(tuple(sample for reading in readings for sample in reading.samples))
