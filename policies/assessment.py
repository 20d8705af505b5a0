"""The value of a KPI over several objects and windows: the one definition for tools, twin, verification, charts and answers.

1. `samples_of` selects the samples of one class of object: the named cells; else the managed elements that consist of them (PEE
   is reported by site, TS 28.552 clause 5.1.1.19); for the whole network its cells, or the subnetwork if no cell is reported.
   Rows of different classes are never combined, and a part is never judged on the total: `unreported` gives the reason instead.
2. Per object, the mean over the windows that have a measurement.
3. KPIs whose `across_cells` is "sum" (energy, power, volume, counts, users) are summed over objects. A sum needs all its parts:
   an object without a measurement makes it unknown, not smaller.
4. Other KPIs (delay, throughput, loss, usage) take the worst object if the target is a bound ("every cell"), and the mean over
   objects if it is an objective, weighted by each object's sample count (users, packets).
5. A ratio with a denominator in the catalogue (`weighted_by`: bit/J by the energy) is weighted by it, over objects and windows:
   the ratio of the sums, not the mean of the ratios. Where the denominator is not in the frame, several objects have no common
   value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from statistics import fmean

from policies.intent import ExpectationTarget, objective_of
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice

CELL, ELEMENT, NETWORK = "NRCellDU", "ManagedElement", "SubNetwork"
Cells = Collection[str] | None
"""DNs of the cells of a scope; None for the whole network."""
Sites = Mapping[str, Collection[str]]
"""DNs of all cells of a managed element, by its DN."""


def combine(values: list[float], target: ExpectationTarget, weights: list[int] | None = None) -> float:
    """Combine one value per object into the target's value, equally weighted by default; raises ValueError without values."""
    if not values:
        raise ValueError(f"no object has a value of {target.kpi}")
    if kpi_definition(target.kpi).across_cells == "sum":
        return sum(values)
    if target.condition.is_objective:
        return fmean(values, weights)
    return max(values) if target.condition.is_upper_bound else min(values)


def samples_of(frame: KpiFrame, kpi: str, slice: Slice | None, cells: Cells, sites: Sites | None = None) -> KpiFrame:
    """Return the samples from which a KPI of a scope is computed, all of one class of object; empty if it is not reported.

    `slice` is ignored for a KPI that is not measured by slice. Samples of `cells` that are only reported by slice are combined.
    The `count` of a ratio with a denominator in the catalogue is that denominator, in millionths of its unit.
    """
    return _weighted(frame, _of_scope(frame, kpi, slice, cells, sites), kpi)


def _of_scope(frame: KpiFrame, kpi: str, slice: Slice | None, cells: Cells, sites: Sites | None) -> KpiFrame:
    wanted = slice if "slice" in kpi_definition(kpi).levels else None
    rows = frame.keep(lambda sample: sample.kpi == kpi and sample.slice is wanted)
    inside = _of_class(rows, CELL).keep(lambda sample: cells is None or sample.dn in cells)
    if wanted is None and not len(inside):
        inside = _over_slices(_of_class(frame.where(kpi), CELL).keep(lambda sample: cells is None or sample.dn in cells), kpi)
    if len(inside):
        return inside if cells is None or _is_complete(inside, kpi, cells) else KpiFrame()
    elements = _of_class(rows, ELEMENT)
    if cells is not None:
        return _whole_elements(elements, cells, sites or {})
    return elements if len(elements) else _of_class(rows, NETWORK)


def unreported(frame: KpiFrame, kpi: str, slice: Slice | None, cells: Cells, sites: Sites | None = None) -> str:
    """Return why a KPI of a scope has no value in `frame`; empty if it has one."""
    if samples_of(frame, kpi, slice, cells, sites).values():
        return ""
    rows = frame.where(kpi).keep(lambda sample: sample.value is not None)
    weight = kpi_definition(kpi).weighted_by
    if weight and _of_scope(frame, kpi, slice, cells, sites).values():
        return f"{kpi} of several objects is a ratio of sums, and {weight} was not measured with it"
    if cells is None or not len(rows):
        return f"{kpi} was not measured"
    reported = {sample.dn for sample in rows}
    missing = sorted(set(cells) - reported)
    if set(cells) & reported:
        return f"{kpi} was not measured in {', '.join(missing) or 'all windows'}: the sum over the named cells is unknown"
    elsewhere = ", ".join(sorted(reported)[:3])
    return f"{kpi} is reported for {elsewhere}, not for {', '.join(missing[:3])}: a total is no value of a part"


def assess(frame: KpiFrame, target: ExpectationTarget) -> float | None:
    """Return the target's value over `frame` (the samples of one scope, see `samples_of`), or None without a measurement."""
    objects: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(list)
    for sample in frame:
        if sample.value is not None:
            objects[sample.dn].append(sample.value)
            counts[sample.dn].append(max(sample.count, 1))
    is_ratio = bool(kpi_definition(target.kpi).weighted_by)
    means = [fmean(values, counts[dn] if is_ratio else None) for dn, values in objects.items()]
    return combine(means, target, [sum(own) for own in counts.values()]) if objects else None


def assess_by_window(frame: KpiFrame, target: ExpectationTarget) -> list[tuple[datetime, float]]:
    """Return the target's value in each window, in time order.

    Windows without a measurement are left out, and for a sum also those in which an object of the frame is missing.
    """
    windows: dict[datetime, list[KpiSample]] = defaultdict(list)
    for sample in frame:
        if sample.value is not None:
            windows[sample.start].append(sample)
    needed = len({sample.dn for rows in windows.values() for sample in rows})
    is_sum = kpi_definition(target.kpi).across_cells == "sum"
    return [
        (start, combine([row.value or 0.0 for row in rows], target, [max(row.count, 1) for row in rows]))
        for start, rows in sorted(windows.items())
        if not is_sum or len({row.dn for row in rows}) == needed
    ]


def present_value(frame: KpiFrame, kpi: str) -> float | None:
    """Return a KPI's value over the objects and windows of `frame`: its sum, or its mean weighted by count."""
    if kpi_definition(kpi).weighted_by:
        return assess(frame, ExpectationTarget(kpi=kpi, condition=objective_of(kpi)))
    values = [value for _, value in assess_by_window(frame, ExpectationTarget(kpi=kpi, condition=objective_of(kpi)))]
    return fmean(values) if values else None


def per_window(frame: KpiFrame, seconds: float) -> KpiFrame:
    """Scale KPIs that add up over time (energy, volume, counts) from the frame's windows to windows of `seconds`."""

    def scaled(sample: KpiSample) -> KpiSample:
        if sample.value is None or kpi_definition(sample.kpi).across_windows != "sum":
            return sample
        return replace(sample, value=sample.value * seconds / (sample.end - sample.start).total_seconds())

    return KpiFrame(tuple(scaled(sample) for sample in frame))


def _weighted(frame: KpiFrame, rows: KpiFrame, kpi: str) -> KpiFrame:
    weight = kpi_definition(kpi).weighted_by
    if not weight or not len(rows):
        return rows
    weights = {_place(row): row.value for row in frame if row.kpi == weight and row.value}
    found = [replace(row, count=max(1, round(1e6 * weights[_place(row)]))) for row in rows if _place(row) in weights]
    # One object in one window needs no weight; over its windows it hardly matters.
    return KpiFrame(tuple(found)) if found or len({row.dn for row in rows}) > 1 else rows


def _place(row: KpiSample) -> tuple[str, Slice | None, datetime, datetime]:
    return row.dn, row.slice, row.start, row.end


def _of_class(frame: KpiFrame, class_name: str) -> KpiFrame:
    return frame.keep(lambda sample: sample.dn.rpartition(",")[2].startswith(f"{class_name}="))


def _is_complete(inside: KpiFrame, kpi: str, cells: Collection[str]) -> bool:
    """Whether every cell that a sum needs is measured."""
    measured = {sample.dn for sample in inside if sample.value is not None}
    return kpi_definition(kpi).across_cells != "sum" or measured >= set(cells)


def _whole_elements(elements: KpiFrame, cells: Collection[str], sites: Sites) -> KpiFrame:
    """Return the samples of the managed elements that consist of exactly `cells`, empty if a part of one is named."""
    inside = elements.keep(lambda sample: bool(sites.get(sample.dn)) and set(sites[sample.dn]) <= set(cells))
    covered = {cell for dn in {sample.dn for sample in inside} for cell in sites[dn]}
    return inside if covered == set(cells) else KpiFrame()


def _over_slices(frame: KpiFrame, kpi: str) -> KpiFrame:
    """Combine the samples of a cell's slices in each window; empty for a percentile. A sum needs the same slices throughout."""
    rule = kpi_definition(kpi).across_slices
    groups: dict[tuple[str, datetime], list[KpiSample]] = defaultdict(list)
    for sample in frame:
        if sample.slice is not None and sample.value is not None:
            groups[sample.dn, sample.start].append(sample)
    slices = {sample.slice for rows in groups.values() for sample in rows}
    complete = [rows for rows in groups.values() if rule != "sum" or {row.slice for row in rows} == slices]
    return KpiFrame(tuple(_combined(rows, rule) for rows in complete) if rule != "none" else ())


def _combined(rows: list[KpiSample], rule: str) -> KpiSample:
    values, counts = [row.value or 0.0 for row in rows], [max(row.count, 1) for row in rows]
    value = sum(values) if rule == "sum" else fmean(values, counts)
    return replace(rows[0], slice=None, value=value, count=sum(counts))
