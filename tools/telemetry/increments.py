"""Increments of cumulative counters: networks that count on from period to period instead of from zero."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice


class Increments:
    """Replaces the values of the KPIs in `cumulative` by their growth since the window before, frame by frame in time order."""

    def __init__(self, cumulative: Collection[str]) -> None:
        self._cumulative = frozenset(cumulative)
        self._previous: dict[tuple[str, str, Slice | None], KpiSample] = {}

    def of(self, frame: KpiFrame) -> KpiFrame:
        """Return the frame with increments.

        Absent if there is no window right before, if one of the two values is absent, or if the counter fell, hence was reset.
        """
        samples = sorted(frame, key=lambda sample: sample.start)
        return KpiFrame(tuple(self._increment(sample) if sample.kpi in self._cumulative else sample for sample in samples))

    def _increment(self, sample: KpiSample) -> KpiSample:
        key = sample.kpi, sample.dn, sample.slice
        earlier = self._previous.get(key)
        if earlier is None or earlier.end <= sample.start:
            self._previous[key] = sample
        if earlier is None or earlier.end != sample.start or earlier.value is None or sample.value is None:
            return replace(sample, value=None)
        growth = sample.value - earlier.value
        return replace(sample, value=growth if growth >= 0 else None)
