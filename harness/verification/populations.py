"""Lost users and lost traffic, looked at before any throughput: a cell whose users are gone has no bad KPI left.

1. Users (RRC.ConnMean) of each cell that the change may have affected, in total and by slice. Users that are missing in a cell
   and did not arrive in the cells around it (a handover, a sleeping cell) are lost. Where the change puts the cell to sleep, what
   counts is that nobody is missing in the cells around.
2. Traffic (DRB.PdcpSduVolumeDL) that is gone although its users are still there.
3. Both can be explained: the twin predicted them without the change, they left just as much where the change does not act (a
   crowd that goes home, the night), or they had been leaving before it. What is gone without explanation is never neutral.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from harness.verification.cells import dns_of, named_cells, near_cells, touched_cells
from harness.verification.comparison import Comparison
from harness.verification.demand import share_left_elsewhere
from harness.verification.levels import DOUBT
from harness.verification.result import BystanderCheck, BystanderResult
from harness.verification.series import USERS, VOLUME
from policies.guardrails.blast_radius import BlastRadius
from policies.guardrails.off_air import put_off_air
from policies.kpi import kpi_definition
from policies.proposal import KpiPrediction
from policies.slices import Slice
from tools.telemetry.statistics import holm, p_fewer, p_greater
from tools.telemetry.trend import trend_of
from twins.network import Cell

_MATERIAL_SHARE = 0.2
_MATERIAL_USERS = 0.5
_CHURN = 0.1  # share of users that come or go within a verification without any cause; the noise of a count that stood still
_ARRIVED = 0.5  # share of the missing users that must have arrived in the cells around for them to have moved
_GONE = 0.05  # below this share of before, a population is gone
_SIMILAR = 0.15  # difference between shares left that counts as the same


@dataclass(frozen=True)
class _Population:
    """Users or volume of a cell (and slice) by window, before and after, with those of all cells near the change."""

    kpi: str
    slice: Slice | None
    cell: Cell
    before: list[float]
    after: list[float]
    region_before: list[float]
    region_after: list[float]

    @property
    def missing(self) -> float:
        return fmean(self.before) - fmean(self.after)

    @property
    def is_material(self) -> bool:
        floor = _MATERIAL_USERS if self.kpi == USERS else 0.0
        return self.missing > max(_MATERIAL_SHARE * fmean(self.before), floor)

    @property
    def arrived_share(self) -> float:
        """The share of what is missing in the cell that the other cells have more than before; 0 if they are not measured."""
        if not self.region_before or not self.region_after:
            return 0.0
        return 1.0 - (fmean(self.region_before) - fmean(self.region_after)) / self.missing

    @property
    def p_left(self) -> float:
        """The p-value of "nothing is missing in the cell"."""
        return p_greater(self.before, self.after, self._floor)

    @property
    def p_lost(self) -> float:
        """The p-value of "nothing is missing, in the cell or in the cells around it together"."""
        return max(self.p_left, p_greater(self.region_before, self.region_after, self._floor))

    def p_region_lost(self, share_left: float) -> float:
        """The p-value of "of the users in the cells around, `share_left` are there, but for those that come and go".

        It is 0 if they are not measured.
        """
        if not self.region_before or not self.region_after:
            return 0.0
        expected = [users * share_left for users in self.region_before]
        return p_greater(expected, self.region_after, sqrt(_CHURN * fmean(self.region_before)))

    @property
    def _floor(self) -> float:
        return sqrt(_CHURN * fmean(self.before)) if self.kpi == USERS else 0.0

    def is_gone(self, significance: float) -> bool:
        """Whether it was there regularly, and is there (almost) never after."""
        least = _GONE * fmean(self.before)
        present = [sum(value > least for value in values) for values in (self.after, self.before)]
        share = fmean(self.after) / fmean(self.before)
        return share <= _GONE and p_fewer(present[0], len(self.after), present[1], len(self.before)) < significance


def check_populations(comparison: Comparison) -> list[BystanderCheck]:
    """Return the users and volumes that are missing near the change, with what became of them."""
    users = _check_users(comparison)
    explained = {(check.where, check.slice) for check in users}
    volumes = [
        check
        for population in _populations(comparison, VOLUME)
        if (population.cell.id, population.slice) not in explained and population.is_gone(comparison.significance)
        for check in [_gone_volume(population, comparison)]
    ]
    return [*users, *volumes]


def _populations(comparison: Comparison, kpi: str) -> Iterator[_Population]:
    region = tuple(cell.dn for cell in near_cells(comparison))
    for slice in (None, *Slice):
        around = [series.values(kpi, slice, region) for series in (comparison.earlier, comparison.later)]
        for cell in near_cells(comparison):
            before, after = (series.values(kpi, slice, (cell.dn,)) for series in (comparison.earlier, comparison.later))
            if before and after and fmean(before) > 0:
                yield _Population(kpi, slice, cell, before, after, *around)


def _check_users(comparison: Comparison) -> list[BystanderCheck]:
    populations = list(_populations(comparison, USERS))
    p_values = holm([population.p_lost if population.is_material else 1.0 for population in populations])
    pairs = zip(populations, p_values, strict=True)
    return [_missing_users(population, p_value, comparison) for population, p_value in pairs if _counts(population, comparison)]


def _counts(population: _Population, comparison: Comparison) -> bool:
    return population.is_material and (population.is_gone(comparison.significance) or population.p_left < comparison.significance)


def _missing_users(population: _Population, p_value: float, comparison: Comparison) -> BystanderCheck:
    gone, count = population.is_gone(comparison.significance), f"{population.missing:.3g} of {fmean(population.before):.3g} users"
    if population.arrived_share >= _ARRIVED:
        return _check(
            population, p_value, *_moved(population, gone, f"{count} left, and arrived in the cells around", comparison)
        )
    excuse = _excuse(population, comparison)
    if excuse is not None:
        return _check(population, p_value, *excuse)
    if gone and _is_put_off_air(population, comparison) and not _is_region_short(population, comparison):
        return _check(population, p_value, "moved", f"{count} left the sleeping cell; nobody is missing in the cells around")
    lost = f"{count} are gone and did not arrive in the cells around"
    if p_value < comparison.significance * DOUBT or (gone and population.cell.id in touched_cells(comparison)):
        return _check(population, p_value, "harmed", lost)
    if not gone and p_value >= comparison.significance:  # one of many populations always loses some
        return _check(population, p_value, "unharmed", f"{count} left; as many as come and go in the cells around")
    return _check(population, p_value, "inconclusive", f"{lost}; too few to blame the change")


def _is_put_off_air(population: _Population, comparison: Comparison) -> bool:
    """Whether the change itself puts the cell off air: it is empty by intention, and its few users are hard to count elsewhere.

    What they lose is in the KPIs of the cells around, and in the number of users there if more are missing than come and go.
    """
    return population.cell.id in put_off_air(comparison.candidate.change_set, comparison.card)


def _is_region_short(population: _Population, comparison: Comparison) -> bool:
    """Whether more are missing in the cells around than have left where the change does not act (at night) or come and go."""
    elsewhere = share_left_elsewhere(comparison, population.kpi, population.slice, population.cell.id)
    return population.p_region_lost(min(1.0, 1.0 if elsewhere is None else elsewhere)) < comparison.significance


def _gone_volume(population: _Population, comparison: Comparison) -> BystanderCheck:
    excuse = _excuse(population, comparison)
    if population.arrived_share >= _ARRIVED:
        return _check(population, 1.0, *_moved(population, True, "its traffic is in the cells around now", comparison))
    if excuse is not None:
        return _check(population, 1.0, *excuse)
    if _is_put_off_air(population, comparison):
        return _check(population, 1.0, "moved", "the cell sleeps; whether somebody is missing, the users around tell")
    result: BystanderResult = "harmed" if population.cell.id in touched_cells(comparison) else "inconclusive"
    return _check(population, 0.0, result, "its traffic has stopped although its users have not moved")


def _moved(population: _Population, gone: bool, finding: str, comparison: Comparison) -> tuple[BystanderResult, str]:
    """Judge what moved to other cells. A cell is empty by intention only if the change edits that cell (it may sleep)."""
    edited = BlastRadius.of(comparison.candidate.change_set, comparison.card).cells
    if gone and population.slice is None and population.cell.id not in edited:
        return "inconclusive", f"{finding}; the cell is empty, and the change was not made there: has it failed?"
    unpredicted = _unpredicted(population, comparison)
    return ("inconclusive", f"{finding}; {unpredicted}") if unpredicted else ("moved", finding)


def _unpredicted(population: _Population, comparison: Comparison) -> str:
    """Return that fewer users are left in the intent's cells than the change was to leave there, or "" if that is not known.

    The share that is left with the change, of those without it, is predicted under the same seeds: better than their number.
    """
    dns = dns_of(comparison, named_cells(comparison))
    prediction = _prediction_of(USERS, comparison)
    before, after = comparison.earlier.values(USERS, None, dns), comparison.later.values(USERS, None, dns)
    is_whole = population.kpi == USERS and population.slice is None and population.cell.dn in dns
    if not is_whole or prediction is None or not prediction.no_change or not before or not after:
        return ""
    left, expected = fmean(after) / fmean(before), min(1.0, prediction.mean / prediction.no_change)
    if left >= min(expected - _tolerance(expected, population), 1 - _MATERIAL_SHARE):
        return ""
    return f"{left:.0%} of the users are left in the intent's cells, {expected:.0%} were predicted with the change"


def _excuse(population: _Population, comparison: Comparison) -> tuple[BystanderResult, str] | None:
    left = fmean(population.after) / fmean(population.before)
    predicted = _predicted_share(population, comparison)
    if predicted is not None and left >= predicted - _SIMILAR:
        return "demand", f"as predicted without a change: {predicted:.0%} are left"
    elsewhere = _share_elsewhere(population, comparison)
    if elsewhere is not None and left >= elsewhere - _tolerance(elsewhere, population):
        return "elsewhere", f"where the change does not act {elsewhere:.0%} are left as well"
    if _was_leaving(population):
        return "demand", "it had been going down before the change already"
    return None


def _share_elsewhere(population: _Population, comparison: Comparison) -> float | None:
    """Return the share left where the change is not the cause; for the whole cell, that of a cell with its mix of slices."""
    kpi, cell = population.kpi, population.cell
    shares = {slice: share_left_elsewhere(comparison, kpi, slice, cell.id) for slice in (None, *Slice)}
    if population.slice is not None:
        return shares[population.slice]
    parts = {slice: comparison.earlier.values(kpi, slice, (cell.dn,)) for slice in Slice}
    weights = {slice: fmean(values) for slice, values in parts.items() if values and shares[slice] is not None}
    total = sum(weights.values())
    return sum((shares[slice] or 0.0) * weight for slice, weight in weights.items()) / total if total else shares[None]


def _tolerance(share: float, population: _Population) -> float:
    """Return how far the share left in a cell may be below `share` by chance: two standard errors of a share of its users."""
    users = max(fmean(population.before), 1.0) if population.kpi == USERS else float("inf")
    return max(_SIMILAR, 2 * sqrt(max(share * (1 - share), 0.0) / users))


def _predicted_share(population: _Population, comparison: Comparison) -> float | None:
    """Return the share that the twin expected to be left without a change in the intent's cells; None if it expected no loss."""
    cells = named_cells(comparison)
    if population.cell.dn not in dns_of(comparison, cells):
        return None
    before = comparison.earlier.values(population.kpi, None, dns_of(comparison, cells))
    prediction = _prediction_of(population.kpi, comparison)
    if prediction is None or prediction.no_change is None or not before:
        return None
    share = prediction.no_change * (1 - (prediction.twin_gap or 0.0)) / max(fmean(before), 1e-9)
    return share if share < 1 - _MATERIAL_SHARE else None


def _prediction_of(kpi: str, comparison: Comparison) -> KpiPrediction | None:
    """Return the prediction for all slices of the intent's cells."""
    return next((item for item in comparison.candidate.predictions if (item.kpi, item.slice) == (kpi, None)), None)


def _was_leaving(population: _Population) -> bool:
    """Whether the trend before the change, continued, leaves no more than there is."""
    trend = trend_of(population.before)
    step = trend.movement / max(len(population.before) - 1, 1)
    distance = (len(population.before) + len(population.after)) / 2
    expected = fmean(population.before) + step * distance
    return trend.p_value < 0.05 and step < 0 and fmean(population.after) >= expected - _SIMILAR * fmean(population.before)


def _check(population: _Population, p_value: float, result: BystanderResult, blame: str) -> BystanderCheck:
    return BystanderCheck(
        kpi=population.kpi,
        unit=kpi_definition(population.kpi).unit,
        slice=population.slice,
        where=population.cell.id,
        result=result,
        before=fmean(population.before),
        after=fmean(population.after),
        no_change=None,
        p_value=p_value,
        blame=blame,
    )
