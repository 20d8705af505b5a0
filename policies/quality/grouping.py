"""Samples grouped for the checks that compare them: by window, then by object and slice. They are grouped once for all checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from policies.kpi import KpiSample
from policies.slices import Slice

Place = tuple[str, Slice | None]
CQI_FAMILY = "CARR.WBCQIDist"
CQI_BINS = frozenset(f"{CQI_FAMILY}.{index}" for index in range(16))


@dataclass(slots=True)
class Group:
    """The samples of one object (and slice) in one window [start, end) of `length_s` seconds, by KPI; at most one per KPI."""

    start: datetime
    end: datetime
    length_s: float
    samples: dict[str, KpiSample] = field(default_factory=dict)

    def value(self, kpi: str) -> float | None:
        """Return the value of a KPI, None if it is absent."""
        sample = self.samples.get(kpi)
        return None if sample is None else sample.value

    @property
    def cqi_reports(self) -> list[KpiSample]:
        """The bins of the CQI distribution."""
        return [sample for kpi, sample in self.samples.items() if kpi in CQI_BINS]


Groups = dict[Place, Group]
Window = tuple[datetime, datetime]


def grouped(samples: Iterable[KpiSample], stored: Iterable[KpiSample] = ()) -> tuple[dict[Window, Groups], bool]:
    """Return the groups of each window, and whether no measurement is in `samples` twice; `stored` only adds what they lack."""
    windows: dict[Window, Groups] = {}
    is_unique = True
    start = end = None
    groups: Groups = {}
    length = 0.0
    for sample in samples:
        if sample.start is not start or sample.end is not end:
            start, end = sample.start, sample.end
            groups, length = windows.setdefault((start, end), {}), (end - start).total_seconds()
        place = sample.dn, sample.slice
        group = groups.get(place)
        if group is None:
            group = groups[place] = Group(sample.start, sample.end, length)
        is_unique &= sample.kpi not in group.samples
        group.samples[sample.kpi] = sample
    for sample in stored:
        groups = windows.setdefault((sample.start, sample.end), {})
        place = sample.dn, sample.slice
        length = (sample.end - sample.start).total_seconds()
        group = groups.setdefault(place, Group(sample.start, sample.end, length))
        group.samples.setdefault(sample.kpi, sample)
    return windows, is_unique


def slices_of(groups: Groups, dn: str) -> list[Group]:
    """Return the groups of an object's slices."""
    return [groups[dn, item] for item in Slice if (dn, item) in groups]
