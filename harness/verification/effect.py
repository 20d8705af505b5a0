"""Whether a change had a measured effect: on a target relative to no change, and edit by edit on the KPIs where it acts.

An acknowledgement is no effect. The reference is what was measured before, unless the twin predicted that the KPI would move
without the change (by more than its own gap): then the reference is that prediction. What cells far away did as well is not
credited to the change.

Where the twin predicted material effects of an edit (`tools.twinning.effects`), only these count: one KPI must have moved as
predicted, significantly (Holm over the KPIs), and by an amount whose interval reaches the least that was predicted, taken times
`LEAST_EFFECT`. What else moved there, such as load, is no proof that the edit was carried out. Energy at the same load tells a
change of power even where it is not material (`harness.verification.energy_at_load`): it proves the edit, or rules it out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from harness.verification.cells import control_cells, dns_of, slice_name
from harness.verification.comparison import Comparison
from harness.verification.energy_at_load import at_measured_load
from harness.verification.result import EditEffect, Effect, MeasuredEffect
from policies.guardrails.blast_radius import CellNames, cells_of
from policies.kpi import kpi_definition
from policies.limits.change_text import edit_line
from policies.managed_object import short_name
from policies.materiality import materiality_threshold
from policies.proposal import Candidate, PredictedEffect
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, holm, p_different, p_greater, p_mean_above, p_mean_below
from tools.twinning.effects import PRB_USE_OF_SLICE
from tools.twinning.outlook import WATCHED, gap_key

LEAST_EFFECT = 0.4  # of the predicted movement
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
        found[place].model_copy(update={"edit": edit_line(edit), "shared": count[place] - 1})
        for edit, place in zip(edits, places, strict=True)
    )


def _slice_of(text: str) -> Slice | None:
    """Return the slice that an edit names (`RRMPolicyRatio=eMBB`), or None if it acts on all."""
    named = [slice for slice in Slice if f"={slice.value}" in text]
    return named[0] if len(named) == 1 else None


def _moved(comparison: Comparison, cells: frozenset[str], slice: Slice | None) -> EditEffect:
    expected = _expected(comparison, cells, slice)
    if expected:
        return _as_predicted(comparison, expected)
    keys = [(kpi, level, dn) for kpi, level in _observables(comparison, slice) for dn in dns_of(comparison, cells)]
    rows = [(key, comparison.earlier.values(*_place(key)), comparison.later.values(*_place(key))) for key in keys]
    rows = [row for row in rows if min(len(row[1]), len(row[2])) >= MIN_WINDOWS]
    p_values = holm([p_different(after, before) for _, before, after in rows])
    moved = tuple(
        _describe(key, before, after)
        for (key, before, after), p_value in zip(rows, p_values, strict=True)
        if p_value < comparison.significance and _is_own(comparison, key, before, after)
    )
    effect: Effect = "measured" if moved else "none" if rows else "unknown"
    return EditEffect(edit="", effect=effect, moved=moved, expected=None if expected is None else ())


def _expected(comparison: Comparison, cells: frozenset[str], slice: Slice | None) -> tuple[PredictedEffect, ...] | None:
    """Return the effects that the twin predicted in these cells, of the slice if it predicted any there; None if nobody knows.

    Before and after a time of the day that was not predicted for, only an effect that is larger than the twin gap can be told.
    """
    predicted, dns = comparison.candidate.effects, set(dns_of(comparison, cells))
    if predicted is None:
        return None
    inside = [effect for effect in predicted if effect.cell in dns]
    own = tuple(effect for effect in inside if slice is None or effect.slice is slice) or tuple(inside)
    if comparison.is_predicted_for_now or not own:
        return own
    return tuple(effect for effect in own if effect.per_load or abs(effect.least) > _margin(comparison, effect)) or None


def _as_predicted(comparison: Comparison, expected: Sequence[PredictedEffect]) -> EditEffect:
    """Return which of the predicted effects are measured.

    An effect per load that is neither measured nor ruled out says nothing.
    """
    rows = [row for effect in expected if (row := _row(comparison, effect)) is not None]
    p_values = holm([_p_unmoved(comparison, *row) for row in rows])
    moved = tuple(
        _moved_as(*row)
        for row, p_value in zip(rows, p_values, strict=True)
        if p_value < comparison.significance and _reaches(comparison, *row)
    )
    owed = tuple(_promise(*row) for row in rows if not row[0].per_load or _is_ruled_out(comparison, *row))
    is_measured = any(len(before) >= MIN_WINDOWS and len(after) >= MIN_WINDOWS for _, before, after in rows)
    effect: Effect = "measured" if moved else "none" if is_measured or not owed else "unknown"
    return EditEffect(edit="", effect=effect, moved=moved, expected=owed)


_Row = tuple[PredictedEffect, list[float], list[float]]
"""A predicted effect, and its KPI by window before and after."""


def _row(comparison: Comparison, effect: PredictedEffect) -> _Row | None:
    if effect.per_load:
        return at_measured_load(comparison, effect)
    key = (effect.kpi, effect.slice, effect.cell)
    return effect, comparison.earlier.values(*_place(key)), comparison.later.values(*_place(key))


def _p_unmoved(comparison: Comparison, effect: PredictedEffect, before: list[float], after: list[float]) -> float:
    """Return the p-value of "the KPI did not move as predicted"; 1 with too few windows."""
    sign = 1.0 if effect.least > 0 else -1.0
    later = [sign * value for value in after]
    if comparison.is_predicted_for_now or effect.per_load:
        return p_greater(later, [sign * value for value in before])
    return p_mean_above(later, sign * effect.no_change + _margin(comparison, effect))


def _reaches(comparison: Comparison, effect: PredictedEffect, before: list[float], after: list[float]) -> bool:
    """Whether a movement may be as large as the least that was predicted, and is not that of the cells far away."""
    if effect.per_load:
        return not _is_ruled_out(comparison, effect, before, after)
    if not comparison.is_predicted_for_now:
        return True
    is_own = _is_own(comparison, (effect.kpi, effect.slice, effect.cell), before, after)
    return is_own and not _is_ruled_out(comparison, effect, before, after)


def _is_ruled_out(comparison: Comparison, effect: PredictedEffect, before: list[float], after: list[float]) -> bool:
    """Whether the KPI moved by significantly less than `LEAST_EFFECT` of the least that was predicted."""
    sign = 1.0 if effect.least > 0 else -1.0
    least = [sign * value + LEAST_EFFECT * abs(effect.least) for value in before]
    return p_greater(least, [sign * value for value in after]) < comparison.significance


def _margin(comparison: Comparison, effect: PredictedEffect) -> float:
    """Return the twin gap of a KPI, in its unit."""
    return gap_of(comparison.candidate, effect.kpi, effect.slice) * abs(effect.no_change)


def gap_of(candidate: Candidate, kpi: str, slice: Slice | None) -> float:
    """Return the measured relative twin gap of a KPI, 0 if none was measured."""
    key = gap_key(kpi, slice)
    predictions = [prediction for prediction in candidate.predictions if gap_key(prediction.kpi, prediction.slice) == key]
    return max((prediction.twin_gap for prediction in predictions if prediction.twin_gap is not None), default=0.0)


def _moved_as(effect: PredictedEffect, before: list[float], after: list[float]) -> str:
    if effect.per_load:
        return f"{_name(effect)} {fmean(after) - fmean(before):+.3g} {kpi_definition(effect.kpi).unit}"
    return _describe((effect.kpi, effect.slice, effect.cell), before, after)


def _promise(effect: PredictedEffect, before: list[float], after: list[float]) -> str:
    """Return a predicted effect with what was measured of it."""
    unit = kpi_definition(effect.kpi).unit
    predicted = f"{_name(effect)} predicted to change by {effect.effect.low:+.3g} to {effect.effect.high:+.3g} {unit}"
    if min(len(before), len(after)) < MIN_WINDOWS:
        return f"{predicted}, not measured"
    values = "" if effect.per_load else f" ({fmean(before):.4g} → {fmean(after):.4g})"
    return f"{predicted}, measured {fmean(after) - fmean(before):+.3g}{values}"


def _name(effect: PredictedEffect) -> str:
    name = f"{effect.kpi}{slice_name(effect.slice)} of {short_name(effect.cell)}"
    return f"{name} at the same load" if effect.per_load else name


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
