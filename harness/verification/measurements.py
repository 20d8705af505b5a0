"""Measurements that were there before and are missing after: absent is neither zero nor neutral.

A KPI is missing if it was measured regularly in the windows with traffic before and no longer is, although there is traffic.
Where users or traffic are gone as well, `harness.verification.populations` says what became of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from harness.verification.cells import near_cells
from harness.verification.comparison import Comparison
from harness.verification.result import BystanderCheck
from harness.verification.series import USERS, VOLUME, Series
from policies.kpi import kpi_definition
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, holm, p_fewer
from tools.twinning.outlook import WATCHED
from twins.network import Cell


@dataclass(frozen=True)
class _Presence:
    """In how many windows a KPI of a cell was measured, and could have been, before and after."""

    kpi: str
    slice: Slice | None
    cell: Cell
    before: int
    of_before: int
    after: int
    of_after: int

    @property
    def p_value(self) -> float:
        return p_fewer(self.after, self.of_after, self.before, self.of_before)

    @property
    def is_rarer(self) -> bool:
        """Whether the share of windows with a measurement fell to less than half."""
        return bool(self.of_after) and self.after / self.of_after < 0.5 * self.before / self.of_before


def missing_measurements(comparison: Comparison) -> list[BystanderCheck]:
    """Return the KPIs near the change that are missing after it."""
    presences = list(_presences(comparison))
    p_values = holm([presence.p_value for presence in presences])
    pairs = zip(presences, p_values, strict=True)
    return [_missing(presence, p) for presence, p in pairs if presence.is_rarer and p < comparison.significance]


def _presences(comparison: Comparison) -> Iterator[_Presence]:
    for kpi, slice in _keys(comparison):
        for cell in near_cells(comparison):
            before, of_before = _count(comparison.earlier, kpi, slice, cell.dn)
            if before >= MIN_WINDOWS:
                after, of_after = _count(comparison.later, kpi, slice, cell.dn, partial(comparison.is_forgotten, kpi))
                yield _Presence(kpi, slice, cell, before, of_before, after, of_after)


def _keys(comparison: Comparison) -> list[tuple[str, Slice | None]]:
    expectations = comparison.intent.expectations
    targets = [(target.kpi, expectation.object.slice) for expectation in expectations for target in expectation.targets]
    populations = [(kpi, slice) for kpi in (USERS, VOLUME) for slice in (None, *Slice)]
    return list(dict.fromkeys([*targets, *WATCHED, *populations]))


def _count(
    series: Series, kpi: str, slice: Slice | None, dn: str, counts: Callable[[datetime], bool] = lambda start: True
) -> tuple[int, int]:
    """Return in how many windows a KPI was measured, and in how many it could have been, of those that count."""
    measured = series.measured(kpi, slice, dn)
    possible = set(series.windows) if kpi in (USERS, VOLUME) else series.with_traffic(slice, dn) | measured
    return len(measured), len([start for start in possible if counts(start)])


def _missing(presence: _Presence, p_value: float) -> BystanderCheck:
    return BystanderCheck(
        kpi=presence.kpi,
        unit=kpi_definition(presence.kpi).unit,
        slice=presence.slice,
        where=presence.cell.id,
        result="inconclusive",
        before=None,
        after=None,
        no_change=None,
        p_value=p_value,
        blame=f"the measurement is missing: in {presence.before} of {presence.of_before} windows before,"
        f" in {presence.after} of {presence.of_after} after",
    )
