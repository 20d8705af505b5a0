"""The twin gap: the error of the twin of the present, run without a change, against the KPIs of the managed network."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from policies.assessment import per_window, present_value, samples_of
from policies.kpi import KpiFrame, kpi_definition
from policies.slices import Slice
from tools.twinning.outlook import WATCHED, gap_key
from twins.network import NetworkCard

_MIN_REFERENCE = {"%": 1.0}  # half a percentage point on a rate near zero is not a gap of 100 %


def gap_of(runs: Sequence[KpiFrame], card: NetworkCard, measured: KpiFrame) -> dict[str, float]:
    """Return the mean relative error per watched KPI over the network: |twin - network| / network.

    `runs`: one frame per seed of the twin of the present. Values over cells are those of
    `policies.assessment`. KPIs without a value on either side are left out.
    """
    frames = [per_window(run, card.granularity_s) for run in runs]
    gap = {}
    for kpi, slice in WATCHED:
        reference = overall(measured, kpi, slice)
        predictions = [value for frame in frames if (value := overall(frame, kpi, slice)) is not None]
        if reference is not None and predictions:
            floor = _MIN_REFERENCE.get(kpi_definition(kpi).unit, 1e-9)
            gap[gap_key(kpi, slice)] = abs(fmean(predictions) - reference) / max(abs(reference), floor)
    return gap


def overall(frame: KpiFrame, kpi: str, slice: Slice | None) -> float | None:
    """Return a KPI's value for the whole network: the sum over cells, or the mean weighted by the events counted."""
    return present_value(samples_of(frame, kpi, slice, None), kpi)
