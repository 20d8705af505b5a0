"""The twin gap: how far the twin, run without a change on the present, is from what the managed network reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from policies.assessment import is_extensive
from policies.kpi import KpiFrame, kpi_definition
from policies.slices import Slice
from tools.twinning.outlook import WATCHED, gap_key, to_window
from twins.network import NetworkCard

_SMALLEST = {"%": 1.0}  # a difference of half a point in a rate near zero is no gap of 100 %


def gap_of(runs: Sequence[KpiFrame], card: NetworkCard, measured: KpiFrame) -> dict[str, float]:
    """Return the mean relative error per watched KPI over the network: |twin - network| / network.

    `runs`: one frame per seed of the twin of the present. Extensive KPIs are compared by their sum over cells, intensive ones
    by their mean over cells, weighted by the events counted. KPIs that either side has no value for are left out.
    """
    frames = [to_window(one, card.granularity_s) for one in runs]
    gap = {}
    for kpi, slice in WATCHED:
        truth = overall(measured, kpi, slice)
        guesses = [value for frame in frames if (value := overall(frame, kpi, slice)) is not None]
        if truth is not None and guesses:
            floor = _SMALLEST.get(kpi_definition(kpi).unit, 1e-9)
            gap[gap_key(kpi, slice)] = abs(fmean(guesses) - truth) / max(abs(truth), floor)
    return gap


def overall(frame: KpiFrame, kpi: str, slice: Slice | None) -> float | None:
    """Return a KPI's value for the whole network: mean over windows of the sum (or the counted mean) over cells."""
    windows = defaultdict(list)
    for sample in frame:
        if sample.kpi == kpi and sample.slice is slice and "NRCellDU" in sample.dn and sample.value is not None:
            windows[sample.start].append(sample)
    if not windows:
        return None
    if is_extensive(kpi):
        return fmean(sum(one.value or 0.0 for one in samples) for samples in windows.values())
    everything = [replace(one, count=max(one.count, 1)) for samples in windows.values() for one in samples]
    return sum((one.value or 0.0) * one.count for one in everything) / sum(one.count for one in everything)
