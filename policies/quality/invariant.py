"""Invariants: combinations of measurements of one object that hardly change, whatever traffic, load and radio conditions do.

The volume that arrives and is not lost is the throughput times the time in which buffers held data; the energy efficiency times
the energy is the delivered volume; a connected UE reports its CQI at a fixed rate. A slip of unit, or of a factor of two, in one
member moves the invariant by that factor, while the network's own changes move several members and leave it.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from math import inf, log2

from policies.kpi import KpiSample
from policies.quality.grouping import CQI_BINS, CQI_FAMILY, Group
from policies.quality.identity import (
    ACTIVE,
    DELAY,
    EFFICIENCY,
    ENERGY,
    HIGH_DELAY,
    LOSS,
    LOW_THROUGHPUT,
    POWER,
    PRBS,
    SLICE_PRBS,
    THROUGHPUT,
    USERS,
    VOLUME,
)

_LEAST_USERS = 0.5
_PER_SECOND = (VOLUME, ENERGY, CQI_FAMILY)
_MBIT_PER_WH_AND_BIT_PER_J = 3600e-6
TREND_KPIS = (
    VOLUME,
    LOSS,
    THROUGHPUT,
    LOW_THROUGHPUT,
    ACTIVE,
    USERS,
    DELAY,
    HIGH_DELAY,
    ENERGY,
    POWER,
    EFFICIENCY,
    PRBS,
    SLICE_PRBS,
    CQI_FAMILY,
)


_NAMES = frozenset(TREND_KPIS) | CQI_BINS


@dataclass(frozen=True, slots=True)
class Invariant:
    """A product of powers of KPIs: `exponents` by KPI.

    level: log2 of its physical value, None if that depends on the network. blamed: the members that a persistent jump may be
    blamed on, with the most that each other member may have moved (log2). along: KPIs from the same counter as a member, which
    slip with it. spread: a percentile and the mean of a KPI: where UEs become less alike, their ratio and the invariant fall.
    all_blamed: whether all members are blamed for a jump that no single one explains. parts_in_queues: whether what arrives and
    what is delivered are both members, which part while a queue grows or drains.
    """

    meaning: str
    exponents: dict[str, int]
    level: float | None
    blamed: dict[str, float]
    along: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spread: tuple[str, str] | None = None
    all_blamed: bool = True
    parts_in_queues: bool = True

    @property
    def kpis(self) -> tuple[str, ...]:
        """The members, and what slips with them."""
        return (*self.exponents, *(name for names in self.along.values() for name in names))


DELIVERED = Invariant(
    "the volume over throughput and active UEs",
    {VOLUME: 1, ACTIVE: -1, THROUGHPUT: -1},
    0.0,
    # Few users far from the antenna are active for longer at less volume: only throughput is told from them.
    {THROUGHPUT: inf},
    {THROUGHPUT: (LOW_THROUGHPUT,)},
    spread=(LOW_THROUGHPUT, THROUGHPUT),
)
INVARIANTS = (
    DELIVERED,
    Invariant(
        "energy efficiency times energy over the volume",
        {EFFICIENCY: 1, ENERGY: 1, VOLUME: -1},
        0.0,
        # Traffic moves efficiency and volume together, and one against the other cannot be told.
        {},
        {ENERGY: (POWER,)},
    ),
    # The operator may change the period of CQI reports: a jump of their number is not a flaw.
    Invariant(
        "CQI reports per connected UE", {CQI_FAMILY: 1, USERS: -1}, None, {USERS: 0.5}, all_blamed=False, parts_in_queues=False
    ),
)


@dataclass(slots=True)
class Point:
    """One window [start, end) of one object.

    Samples by KPI, log2 of the values (rates for extensive KPIs), whether the cell was quiet, and which KPIs are flawed.
    """

    start: datetime
    end: datetime
    samples: dict[str, tuple[KpiSample, ...]]
    logs: dict[str, float]
    quiet: bool
    flawed: set[str] = field(default_factory=set)
    _invariants: dict[str, float] = field(default_factory=dict)

    def has(self, kpis: Set[str]) -> bool:
        """Whether all KPIs were measured and are above 0."""
        return self.logs.keys() >= kpis

    def log(self, invariant: Invariant) -> float:
        """Return log2 of the invariant, computed once: a point is compared with many later ones."""
        known = self._invariants.get(invariant.meaning)
        if known is None:
            known = sum(exponent * self.logs[kpi] for kpi, exponent in invariant.exponents.items())
            self._invariants[invariant.meaning] = known
        return known


def has_trend(group: Group) -> bool:
    """Whether a group has anything that these checks are about: relations have not."""
    return not _NAMES.isdisjoint(group.samples)


def point_of(group: Group, *, quiet: bool) -> Point:
    """Return the point of a group, of a quiet cell or not: the volume without what was lost, CQI reports only where UEs are."""
    samples: dict[str, tuple[KpiSample, ...]] = {kpi: (group.samples[kpi],) for kpi in TREND_KPIS if kpi in group.samples}
    samples[CQI_FAMILY] = tuple(group.cqi_reports)
    values = {kpi: members[0].value or 0.0 for kpi, members in samples.items() if len(members) == 1}
    values[CQI_FAMILY] = sum(sample.value or 0.0 for sample in samples[CQI_FAMILY])
    for kpi in _PER_SECOND:
        if kpi in values:
            values[kpi] /= group.length_s
    if VOLUME in values:
        values[VOLUME] *= 1 - min(values.get(LOSS, 0.0), 100.0) / 100
    if ENERGY in values:
        values[ENERGY] *= _MBIT_PER_WH_AND_BIT_PER_J
    if values.get(USERS, 0.0) < _LEAST_USERS:
        values[CQI_FAMILY] = 0.0
    return Point(group.start, group.end, samples, {kpi: log2(value) for kpi, value in values.items() if value > 0}, quiet)
