"""The twin gap: the error of the twin of the present, run without a change, against the KPIs of the managed network."""

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

_MIN_REFERENCE = {"%": 1.0}  # half a percentage point on a rate near zero is not a gap of 100 %


def gap_of(runs: Sequence[KpiFrame], card: NetworkCard, measured: KpiFrame) -> dict[str, float]:
    """Return the mean relative error per watched KPI over the network: |twin - network| / network.

    `runs`: one frame per seed of the twin of the present. Extensive KPIs are compared by their sum over cells, intensive KPIs
    by their mean over cells, weighted by the events counted. KPIs without a value on either side are left out.
    """
    frames = [to_window(run, card.granularity_s) for run in runs]
    gap = {}
    for kpi, slice in WATCHED:
        reference = overall(measured, kpi, slice)
        predictions = [value for frame in frames if (value := overall(frame, kpi, slice)) is not None]
        if reference is not None and predictions:
            floor = _MIN_REFERENCE.get(kpi_definition(kpi).unit, 1e-9)
            gap[gap_key(kpi, slice)] = abs(fmean(predictions) - reference) / max(abs(reference), floor)
    return gap


def overall(frame: KpiFrame, kpi: str, slice: Slice | None) -> float | None:
    """Return a KPI's value for the whole network: mean over windows of the sum, or of the count-weighted mean, over cells."""
    windows = defaultdict(list)
    for sample in frame:
        if sample.kpi == kpi and sample.slice is slice and "NRCellDU" in sample.dn and sample.value is not None:
            windows[sample.start].append(sample)
    if not windows:
        return None
    if is_extensive(kpi):
        return fmean(sum(sample.value or 0.0 for sample in samples) for samples in windows.values())
    weighted = [replace(sample, count=max(sample.count, 1)) for samples in windows.values() for sample in samples]
    return sum((sample.value or 0.0) * sample.count for sample in weighted) / sum(sample.count for sample in weighted)
