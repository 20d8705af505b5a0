"""The parts of a time window: at most an hour long, and wholly inside or outside of each planned event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from math import ceil

from policies.intent import TimeWindow

_LONGEST = timedelta(hours=1)


def parts_of(window: TimeWindow, events: Iterable[TimeWindow]) -> list[TimeWindow]:
    """Return the parts of `window` in time order; they cover it without overlap."""
    edges = {window.start, window.end}
    edges |= {edge for event in events for edge in (event.start, event.end) if window.start < edge < window.end}
    return [part for start, end in pairwise(sorted(edges)) for part in _hours(TimeWindow(start=start, end=end))]


def _hours(stretch: TimeWindow) -> list[TimeWindow]:
    count = ceil((stretch.end - stretch.start) / _LONGEST)
    step = (stretch.end - stretch.start) / count
    starts = [stretch.start + step * index for index in range(count)]
    return [TimeWindow(start=start, end=end) for start, end in pairwise([*starts, stretch.end])]
