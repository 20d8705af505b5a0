"""How an edit is seen in the cells where it acts: the KPIs that can tell, and what the twin predicts of them.

Only movements that are material beyond the seeds' scatter count: where one of these is predicted and nothing of it is measured,
there was an acknowledgement and no effect (`harness.verification.effect`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean

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
    return tuple(effect for key in keys for effect in _material(key, values, unchanged))


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
