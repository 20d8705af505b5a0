"""How an edit is seen in the cells where it acts: the KPIs that can tell, and what the twin predicts of them.

Movements count that are material beyond the seeds' scatter, and those of the energy at the same load, which is nearly free of
scatter: less power saves little energy in a cell with little load, and load moves by itself. Where one of these is predicted and
nothing of it is measured, there was an acknowledgement and no effect (`harness.verification.effect`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean, linear_regression

from policies.change import ChangeSet
from policies.guardrails.blast_radius import BlastRadius
from policies.kpi import KpiFrame
from policies.materiality import materiality_threshold
from policies.proposal import PredictedEffect
from policies.slices import Slice
from tools.twinning.outlook import WATCHED, effect_of
from twins.network import NetworkCard

PRB_USE_OF_SLICE = "RRU.PrbUsedDl"
_OF_EACH_SLICE = (PRB_USE_OF_SLICE, "DRB.UEThpDl", "DRB.PdcpSduDelayDl", "DRB.PdcpSduVolumeDL")
OBSERVABLES: tuple[tuple[str, Slice | None], ...] = tuple(
    dict.fromkeys([*WATCHED, *((kpi, slice) for kpi in _OF_EACH_SLICE for slice in Slice)])
)
"""KPIs in which an edit can be seen: power and sleep in energy and throughput; shares and weights in a slice's throughput, delay,
volume and PRB use; mobility in users and load."""

ENERGY, LOAD = "PEE.Energy", "RRU.PrbTotDl"
_LEAST_CHANGE = 0.1  # of the energy that load takes: what is less may be a twin that is not quite linear

_Values = dict[tuple[str, Slice | None, str], float]


def effects_of(
    frames: Sequence[KpiFrame], baseline: Sequence[KpiFrame], card: NetworkCard, change_set: ChangeSet
) -> tuple[PredictedEffect, ...] | None:
    """Return the material effects in the cells that a change touches; None for a single seed, which tells no scatter."""
    if min(len(frames), len(baseline)) < 2:
        return None
    touched = set(BlastRadius.of(change_set, card).cells)
    values, unchanged = [_values(frame) for frame in frames], [_values(frame) for frame in baseline]
    cells = [cell.dn for cell in card.cells if cell.id in touched]
    keys = [(kpi, slice, dn) for dn in cells for kpi, slice in OBSERVABLES]
    material = (effect for key in keys for effect in _material(key, values, unchanged))
    return (*material, *(effect for dn in cells for effect in _of_load(dn, values, unchanged)))


def _values(frame: KpiFrame) -> _Values:
    """Return each KPI of each cell over the windows of one seed."""
    found: dict[tuple[str, Slice | None, str], list[float]] = defaultdict(list)
    for sample in frame:
        if sample.value is not None:
            found[sample.kpi, sample.slice, sample.dn].append(sample.value)
    return {key: fmean(values) for key, values in found.items()}


def _material(
    key: tuple[str, Slice | None, str], values: Sequence[_Values], unchanged: Sequence[_Values]
) -> Iterator[PredictedEffect]:
    if not all(key in seed for seed in (*values, *unchanged)):
        return
    base = [seed[key] for seed in unchanged]
    interval = effect_of([seed[key] for seed in values], base)
    if interval is None or interval.contains(0.0):
        return
    effect = PredictedEffect(kpi=key[0], slice=key[1], cell=key[2], no_change=fmean(base), effect=interval)
    if abs(effect.least) > materiality_threshold(effect.kpi, effect.no_change):
        yield effect


def _of_load(dn: str, values: Sequence[_Values], unchanged: Sequence[_Values]) -> Iterator[PredictedEffect]:
    """Yield the change of the energy that a percent of the PRBs takes, if it is certain."""
    load, energy = (LOAD, None, dn), (ENERGY, None, dn)
    if not all(key in seed for key in (load, energy) for seed in (*values, *unchanged)):
        return
    line = energy_by_load([(seed[load], seed[energy]) for seed in unchanged])
    if line is None or not all(seed[load] > 0 for seed in values):
        return
    idle, slope = line
    interval = effect_of([(seed[energy] - idle) / seed[load] for seed in values], [slope] * len(values))
    if interval is None or interval.contains(0.0):
        return
    effect = PredictedEffect(kpi=ENERGY, slice=None, cell=dn, no_change=slope, effect=interval, per_load=True)
    if abs(effect.least) > _LEAST_CHANGE * slope:
        yield effect


def energy_by_load(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return a cell's energy when idle, and for each percent of its PRBs; None if (load, energy) by window do not tell.

    Radio units take P0 + slope x radiated power (Auer et al. 2011, `twins.system.physics.power`), hence a line.
    """
    if len({load for load, _ in points}) < 2:
        return None
    slope, idle = linear_regression(*zip(*points, strict=True))
    return (idle, slope) if slope > 0 else None
