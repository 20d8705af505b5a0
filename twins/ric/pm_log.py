"""The network's measurements as a numbered log of granularity periods.

A reader requests the periods after the last number it has read. Nothing is lost as long as the reader is at most `capacity`
periods behind; `oldest` reveals a gap, `name` that the log is another one, which numbers its periods anew.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from policies.kpi import KpiFrame, KpiSample
from twins.network import KpiQuery, Network


@dataclass(frozen=True)
class PmPeriod:
    """The samples of one window [start, end), numbered from 1 in the order in which they were logged."""

    sequence: int
    start: datetime
    end: datetime
    frame: KpiFrame


def _window(sample: KpiSample) -> tuple[datetime, datetime]:
    return sample.start, sample.end


class PmLog:
    """A bounded log of granularity periods; safe to read from many threads."""

    def __init__(self, capacity: int = 4096) -> None:
        self.name = uuid4().hex
        self._periods: deque[PmPeriod] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self._last = 0
        self._logged_until: datetime | None = None

    def collect(self, network: Network) -> int:
        """Log every complete window of the network that starts after the last one logged; returns their number."""
        return self.log(network.observe(KpiQuery(start=self._logged_until)))

    def log(self, frame: KpiFrame) -> int:
        """Log the windows of a frame that start after the last one logged; returns their number."""
        fresh = [sample for sample in frame if self._logged_until is None or sample.start >= self._logged_until]
        fresh.sort(key=_window)
        count = 0
        for (start, end), samples in groupby(fresh, key=_window):
            self._append(start, end, KpiFrame(tuple(samples)))
            count += 1
        return count

    def _append(self, start: datetime, end: datetime, frame: KpiFrame) -> None:
        with self._lock:
            self._last += 1
            self._periods.append(PmPeriod(self._last, start, end, frame))
            self._logged_until = end

    def renumber(self, last: int) -> None:
        """Shift the numbers so that the newest period has the number `last`, as in a log before this one."""
        with self._lock:
            shift = last - self._last
            periods = [replace(period, sequence=period.sequence + shift) for period in self._periods]
            self._periods, self._last = deque(periods, maxlen=self._periods.maxlen), last

    def after(self, sequence: int, limit: int) -> list[PmPeriod]:
        """Return at most `limit` periods with a number above `sequence`, in order."""
        with self._lock:
            return [period for period in self._periods if period.sequence > sequence][:limit]

    @property
    def last(self) -> int:
        """The number of the newest period, 0 before the first."""
        return self._last

    @property
    def oldest(self) -> int:
        """The number of the oldest period in the log, 0 before the first."""
        with self._lock:
            return self._periods[0].sequence if self._periods else 0
