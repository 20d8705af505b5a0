"""Samples grouped for the checks that compare them: by window, then by object and slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from policies.kpi import KpiSample
from policies.slices import Slice

Place = tuple[str, Slice | None]
CQI_FAMILY = "CARR.WBCQIDist"


@dataclass(slots=True)
class Group:
    """The samples of one object (and slice) in one window, by KPI; at most one per KPI."""

    samples: dict[str, KpiSample] = field(default_factory=dict)

    def value(self, kpi: str) -> float | None:
        """Return the value of a KPI, None if it is absent."""
        sample = self.samples.get(kpi)
        return None if sample is None else sample.value

    @property
    def length_s(self) -> float:
        """The length of the window, s."""
        sample = next(iter(self.samples.values()))
        return (sample.end - sample.start).total_seconds()

    @property
    def cqi_reports(self) -> list[KpiSample]:
        """The bins of the CQI distribution."""
        return [sample for kpi, sample in self.samples.items() if kpi.startswith(f"{CQI_FAMILY}.")]


Groups = dict[Place, Group]


def by_window(samples: Iterable[KpiSample]) -> list[tuple[tuple[datetime, datetime], list[KpiSample]]]:
    """Return the samples of each window, windows in time order."""
    windows: dict[tuple[datetime, datetime], list[KpiSample]] = {}
    for sample in samples:
        windows.setdefault((sample.start, sample.end), []).append(sample)
    return sorted(windows.items())


def by_place(samples: Iterable[KpiSample]) -> Groups:
    """Return the samples of one window by object and slice."""
    groups: Groups = {}
    for sample in samples:
        groups.setdefault((sample.dn, sample.slice), Group()).samples[sample.kpi] = sample
    return groups


def slices_of(groups: Groups, dn: str) -> list[Group]:
    """Return the groups of an object's slices."""
    return [groups[dn, item] for item in Slice if (dn, item) in groups]
