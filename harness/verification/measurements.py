"""Measurements that were there before and are missing after: absent is neither zero nor neutral.

A KPI is missing if it has a value in significantly fewer of the windows with traffic than before, over all of them or in the
latest half: rare values describe windows that somebody chose, and what stopped just before a look nothing. Each KPI is tested on
its own: among many, a single one that is gone must not be lost. A 0 that cannot be (delay, throughput, energy) is no value; a
rate over events (attempts, handovers) has none where nothing happened, so only whether it was delivered counts. Where traffic is
gone as well, `harness.verification.populations` says what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from harness.verification.cells import near_cells
from harness.verification.comparison import Comparison
from harness.verification.levels import DOUBT
from harness.verification.result import BystanderCheck
from harness.verification.series import USERS, VOLUME, Series
from policies.kpi import kpi_definition
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, p_fewer
from tools.twinning.outlook import WATCHED

_REGULAR = 0.8  # of the windows that could have it; a rate of rare events has no value without one
_OF_EVENTS = frozenset({"RRC.ConnEstabFailRate", "MM.HoPingPongRate"})
_USUAL = 0.5  # of them: what was measured in more, and in none after, is missing as well


@dataclass(frozen=True)
class _Presence:
    """Whether a KPI of a cell was measured in each window that could have it, in time order, before and after."""

    kpi: str
    slice: Slice | None
    where: str
    before: list[bool]
    after: list[bool]

    @property
    def p_value(self) -> float:
        """The p-value of "no rarer than before", in all windows or in the latest half; 1 if it was not measured regularly."""
        if sum(self.before) <= _REGULAR * len(self.before):
            return 1.0
        latest = self.after[-max(MIN_WINDOWS, len(self.after) // 2) :]
        return min(1.0, 2 * min(self._p_fewer(self.after), self._p_fewer(latest)))

    @property
    def has_stopped(self) -> bool:
        """Whether it was measured usually, and no longer is at all."""
        is_usual = sum(self.before) > _USUAL * len(self.before)
        return is_usual and len(self.after) >= MIN_WINDOWS and not any(self.after)

    def _p_fewer(self, after: list[bool]) -> float:
        return p_fewer(sum(after), len(after), sum(self.before), len(self.before))


def missing_measurements(comparison: Comparison) -> list[BystanderCheck]:
    """Return the KPIs near the change that are missing after it; only the first if nothing at all was reported any more."""
    level = DOUBT * comparison.significance
    silent = [presence for presence in _silence(comparison) if presence.p_value < level]
    found = (presence for presence in _presences(comparison) if presence.has_stopped or presence.p_value < level)
    return [_check(presence) for presence in silent or found]


def _silence(comparison: Comparison) -> Iterator[_Presence]:
    """Yield in which windows anything was reported, as the presence of the first target's KPI, if not in all."""
    silent, reported = set(comparison.silent), set(comparison.later.windows)
    if silent:
        kpi, slice = _keys(comparison)[0]
        after = [start in reported for start in sorted(reported | silent)]
        yield _Presence(kpi, slice, "all cells", [True] * len(comparison.past.windows), after)


def _presences(comparison: Comparison) -> Iterator[_Presence]:
    for kpi, slice in _keys(comparison):
        for cell in near_cells(comparison):
            after = _presence(comparison.later, kpi, slice, cell.dn, comparison.forgotten_at(kpi))
            before = [] if all(after) else _presence(comparison.earlier, kpi, slice, cell.dn)
            if sum(before) >= MIN_WINDOWS:
                yield _Presence(kpi, slice, cell.id, _longest(comparison, before, kpi, slice, cell.dn), after)


def _longest(comparison: Comparison, before: list[bool], kpi: str, slice: Slice | None, dn: str) -> list[bool]:
    """Return the presence in the whole history, if the KPI was measured as regularly in it: one that is new has none."""
    if sum(before) <= _USUAL * len(before):
        return before
    past = _presence(comparison.past, kpi, slice, dn)
    return past if sum(past) * len(before) >= sum(before) * len(past) else before


def _keys(comparison: Comparison) -> list[tuple[str, Slice | None]]:
    expectations = comparison.intent.expectations
    targets = [(target.kpi, expectation.object.slice) for expectation in expectations for target in expectation.targets]
    populations = [(kpi, slice) for kpi in (USERS, VOLUME) for slice in (None, *Slice)]
    return list(dict.fromkeys([*targets, *WATCHED, *populations]))


def _presence(series: Series, kpi: str, slice: Slice | None, dn: str, since: datetime | None = None) -> list[bool]:
    """Return for each window that could have the KPI, from `since` on, whether it has it."""
    measured = (series.delivered if kpi in _OF_EVENTS else series.measured)(kpi, slice, dn)
    possible = _possible(series, kpi, slice, dn) | measured
    found = measured if _can_be_zero(kpi) else measured - series.zeros(kpi, slice, dn)
    return [start in found for start in sorted(possible) if since is None or start >= since]


def _can_be_zero(kpi: str) -> bool:
    """Whether 0 is a value where there is traffic: a share (nothing lost), or a population; no delay, throughput or energy."""
    return kpi in (USERS, VOLUME) or kpi_definition(kpi).unit == "%"


def _possible(series: Series, kpi: str, slice: Slice | None, dn: str) -> set[datetime]:
    """Return the windows that could have the KPI: those with traffic; for users and traffic all.

    Where nobody is in the whole cell, its slices need not be counted.
    """
    if kpi not in (USERS, VOLUME):
        return series.with_traffic(slice, dn)
    return set(series.windows) - (series.zeros(kpi, None, dn) if slice else set())


def _check(presence: _Presence) -> BystanderCheck:
    before, after = presence.before, presence.after
    return BystanderCheck(
        kpi=presence.kpi,
        unit=kpi_definition(presence.kpi).unit,
        slice=presence.slice,
        where=presence.where,
        result="inconclusive",
        before=None,
        after=None,
        no_change=None,
        p_value=presence.p_value,
        blame=f"the measurement is missing: in {sum(before)} of {len(before)} windows before,"
        f" in {sum(after)} of {len(after)} after",
    )
