"""Whether a change had a measured effect: on a target relative to no change, and edit by edit on the KPIs where it acts.

An acknowledgement is no effect. The reference is what was measured before, unless the twin predicted that the KPI would move
without the change (by more than its own gap): then the reference is that prediction. What cells far away did as well is not
credited to the change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from harness.verification.cells import control_cells, dns_of, slice_name
from harness.verification.comparison import Comparison
from harness.verification.result import EditEffect, MeasuredEffect
from policies.guardrails.blast_radius import CellNames, cells_of
from policies.kpi import kpi_definition
from policies.limits.change_text import edit_line
from policies.managed_object import short_name
from policies.materiality import materiality_threshold
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, holm, p_different, p_mean_above, p_mean_below
from tools.twinning.outlook import WATCHED

PRB_USE_OF_SLICE = "RRU.PrbUsedDl"
CREDIT = 0.25  # of what is material for a harm: an effect counts as one below that already, if it is significant
_COMMON_SHARE = 0.5  # of the movement must be missing in the control cells for it to be credited


def drifts(kpi: str, no_change: float, before: float, gap: float, share: float = 1.0) -> bool:
    """Whether the twin predicts that the KPI moves without the change, beyond its gap and by `share` of what is material."""
    return abs(no_change - before) > gap * abs(no_change) + share * materiality_threshold(kpi, before)


def effect_on(
    kpi: str, after: Sequence[float], before: Sequence[float], no_change: float | None, gap: float, significance: float
) -> MeasuredEffect:
    """Return whether a KPI moved relative to no change; `no_change` is the twin's prediction, `gap` its relative error."""
    if len(after) < MIN_WINDOWS:
        return MeasuredEffect(effect="unknown", reason="too few windows")
    if no_change is not None and (len(before) < MIN_WINDOWS or drifts(kpi, no_change, fmean(before), gap, CREDIT)):
        return _against_prediction(kpi, after, no_change, gap, significance)
    if len(before) < MIN_WINDOWS:
        return MeasuredEffect(effect="unknown", reason="too few windows before")
    difference, unit = fmean(after) - fmean(before), kpi_definition(kpi).unit
    p_value = p_different(after, before)
    if p_value >= significance or not _is_creditable(kpi, before, difference):
        return MeasuredEffect(effect="none", reason=f"{difference:+.3g} {unit} from before (p={p_value:.2g})")
    return MeasuredEffect(effect="measured", reason=f"{difference:+.3g} {unit} from before (p={p_value:.2g})")


def _is_creditable(kpi: str, before: Sequence[float], difference: float) -> bool:
    return abs(difference) > CREDIT * materiality_threshold(kpi, fmean(before))


def _against_prediction(kpi: str, after: Sequence[float], no_change: float, gap: float, significance: float) -> MeasuredEffect:
    margin = gap * abs(no_change) + CREDIT * materiality_threshold(kpi, no_change)
    above, below = p_mean_above(after, no_change + margin), p_mean_below(after, no_change - margin)
    reference = f"{no_change:.4g} {kpi_definition(kpi).unit} predicted without a change, twin gap {gap:.0%}"
    if min(above, below) < significance / 2:
        return MeasuredEffect(effect="measured", reason=f"{fmean(after):.4g} against {reference}")
    return MeasuredEffect(effect="none", reason=f"{fmean(after):.4g} does not differ from {reference}")


def edit_effects(comparison: Comparison) -> tuple[EditEffect, ...]:
    """Return, for each edit of the change set, which KPIs moved where it acts."""
    names = CellNames.of(comparison.card)
    edits = comparison.candidate.change_set.edits
    places = [(frozenset(cells_of(edit, names)), _slice_of(edit.describe())) for edit in edits]
    found = {place: _moved(comparison, *place) for place in dict.fromkeys(places)}
    count = Counter(places)
    return tuple(
        EditEffect(edit=edit_line(edit), effect=found[place].effect, moved=found[place].moved, shared=count[place] - 1)
        for edit, place in zip(edits, places, strict=True)
    )


def _slice_of(text: str) -> Slice | None:
    """Return the slice that an edit names (`RRMPolicyRatio=eMBB`), or None if it acts on all."""
    named = [slice for slice in Slice if f"={slice.value}" in text]
    return named[0] if len(named) == 1 else None


def _moved(comparison: Comparison, cells: frozenset[str], slice: Slice | None) -> EditEffect:
    keys = [(kpi, level, dn) for kpi, level in _observables(comparison, slice) for dn in dns_of(comparison, cells)]
    rows = [(key, comparison.earlier.values(*_place(key)), comparison.later.values(*_place(key))) for key in keys]
    rows = [row for row in rows if min(len(row[1]), len(row[2])) >= MIN_WINDOWS]
    p_values = holm([p_different(after, before) for _, before, after in rows])
    moved = tuple(
        _describe(key, before, after)
        for (key, before, after), p_value in zip(rows, p_values, strict=True)
        if p_value < comparison.significance and _is_own(comparison, key, before, after)
    )
    return EditEffect(edit="", effect="measured" if moved else "none" if rows else "unknown", moved=moved)


def _place(key: tuple[str, Slice | None, str]) -> tuple[str, Slice | None, tuple[str]]:
    return key[0], key[1], (key[2],)


def _observables(comparison: Comparison, slice: Slice | None) -> list[tuple[str, Slice | None]]:
    targets = [(target.kpi, e.object.slice) for e in comparison.intent.expectations for target in e.targets]
    use: list[tuple[str, Slice | None]] = [(PRB_USE_OF_SLICE, level) for level in Slice if slice in (None, level)]
    keys = dict.fromkeys([*targets, *WATCHED, *use])
    return [(kpi, level) for kpi, level in keys if slice is None or level is slice]


def _is_own(comparison: Comparison, key: tuple[str, Slice | None, str], before: list[float], after: list[float]) -> bool:
    """Whether the movement is material and the control cells did not move alike."""
    kpi, level, _ = key
    difference = fmean(after) - fmean(before)
    if not _is_creditable(kpi, before, difference):
        return False
    shares = []
    for cell in control_cells(comparison):
        dns = dns_of(comparison, (cell,))
        earlier, later = comparison.earlier.values(kpi, level, dns), comparison.later.values(kpi, level, dns)
        if earlier and later:
            shares.append((fmean(later) - fmean(earlier)) / max(abs(fmean(earlier)), 1e-9))
    common = fmean(shares) if shares else 0.0
    own = difference / max(abs(fmean(before)), 1e-9)
    return common / own < _COMMON_SHARE


def _describe(key: tuple[str, Slice | None, str], before: list[float], after: list[float]) -> str:
    kpi, level, dn = key
    unit = kpi_definition(kpi).unit
    return f"{kpi}{slice_name(level)} of {short_name(dn)} {fmean(before):.4g} → {fmean(after):.4g} {unit}"
