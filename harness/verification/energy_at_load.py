"""A cell's energy at the same load: what is left of it beyond the line of energy by load before a change.

Less power is seen in the energy that load takes, while load itself moves more than that. A cell that is told to radiate less, and
takes as much energy for its load as ever, was not changed.
"""

from __future__ import annotations

from datetime import datetime
from statistics import fmean

from harness.verification.comparison import Comparison
from harness.verification.series import Series
from policies.proposal import PredictedEffect
from tools.telemetry.statistics import MIN_WINDOWS
from tools.twinning.effects import ENERGY, LOAD, energy_by_load

_LEAST_HISTORY = 2 * MIN_WINDOWS


def at_measured_load(comparison: Comparison, effect: PredictedEffect) -> tuple[PredictedEffect, list[float], list[float]] | None:
    """Return an effect per load at the load after the change, with the energy beyond the line, by window before and after.

    In Wh. None if energy and load are not measured in enough windows, or load did not vary before.
    """
    past, later = _points(comparison.past, effect.cell), _points(comparison.later, effect.cell)
    line = energy_by_load(list(past.values()))
    if line is None or len(past) < _LEAST_HISTORY or len(later) < MIN_WINDOWS:
        return None
    load = fmean(load for load, _ in later.values())
    low, high = (load * end for end in (effect.effect.low, effect.effect.high))
    before, after = ([energy - line[0] - line[1] * load for load, energy in points.values()] for points in (past, later))
    return effect.model_copy(update={"effect": effect.effect.model_copy(update={"low": low, "high": high})}), before, after


def _points(series: Series, cell: str) -> dict[datetime, tuple[float, float]]:
    """Return load (%) and energy (Wh) by window, of those that have both."""
    load, energy = (
        {sample.start: sample.value for sample in series.frame(kpi, None, (cell,)) if sample.value is not None}
        for kpi in (LOAD, ENERGY)
    )
    return {start: (load[start], energy[start]) for start in sorted(load.keys() & energy.keys())}
