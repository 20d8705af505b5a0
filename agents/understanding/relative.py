"""Relative bounds such as "10 % less" or "preserve" get their values once what they refer to is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.understanding.bounds import check_bounds
from agents.understanding.plan import plan_of
from agents.understanding.result import NeedsMeasurement, Reading, ReadingError, Reference, RelativeBound, Understood
from policies.intent import ExpectationTarget, Intent, IntentExpectation
from policies.kpi import kpi_definition
from policies.slices import Slice
from twins.network import NetworkCard

Measurand = tuple[str, Slice | None, tuple[str, ...], Reference]
"""KPI, slice (None: counted per cell), the cells' DNs (empty: all) and the time: what a relative bound refers to."""
Measured = Mapping[Measurand, float]
"""Values in the KPI's unit."""
Sources = Mapping[Measurand, str]
"""Where values of the past are from, in words."""
_PRESERVE_MARGIN: Final = 0.10


def measurand_of(bound: RelativeBound) -> Measurand:
    """Return what the bound refers to; two bounds on one KPI of different places have different values."""
    return bound.kpi, bound.object.slice, bound.object.cells, bound.to


def unmeasured(reading: NeedsMeasurement, measured: Measured) -> tuple[RelativeBound, ...]:
    """Return the relative bounds whose KPI is not in `measured`."""
    return tuple(bound for bound in reading.relative if measurand_of(bound) not in measured)


def resolve(reading: NeedsMeasurement, card: NetworkCard, measured: Measured, sources: Sources | None = None) -> Reading:
    """Return the reading with values for its relative bounds, unchanged if a measurement is missing.

    sources: of the values that are not present ones; each is cited beside its bound.
    """
    if unmeasured(reading, measured):
        return reading
    notes: list[str] = []
    expectations = [_resolved(expectation, measured, sources or {}, notes) for expectation in reading.expectations]
    if reading.window is None:
        notes.append("no time was given: it applies from now on, and what is changed stays")
    if not any(expectation.object.cells for expectation in expectations):
        notes.append("no place was named: it applies to all cells")
    intent = Intent(
        text=reading.text,
        expectations=tuple(dict.fromkeys(expectations)),
        window=reading.window,
        event=reading.event,
        permanent=reading.permanent,
        without_events=reading.without_events,
        attendance=reading.attendance,
        harm_only=bool(reading.direct) and all(_is_objective(expectation) for expectation in expectations),
        contexts=reading.contexts,
        assumptions=tuple(dict.fromkeys((*reading.assumptions, *notes))),
    )
    try:
        check_bounds(intent, card)
    except ReadingError as error:
        return error.result
    return Understood(
        intent=intent,
        plan=plan_of(reading.workflow, intent),
        workflow=reading.workflow,
        direct=reading.direct,
        forbidden=reading.forbidden,
        link=reading.link,
        beside=reading.beside,
    )


def _is_objective(expectation: IntentExpectation) -> bool:
    return all(target.condition.is_objective for target in expectation.targets)


def _resolved(
    expectation: IntentExpectation | RelativeBound, measured: Measured, sources: Sources, notes: list[str]
) -> IntentExpectation:
    if isinstance(expectation, IntentExpectation):
        return expectation
    bound, unit = expectation, kpi_definition(expectation.kpi).unit
    key = measurand_of(bound)
    value = _value(bound, measured[key], sources.get(key, "now"), notes)
    target = ExpectationTarget(kpi=bound.kpi, condition=bound.condition, value=value, unit=unit, tolerance=bound.tolerance)
    return IntentExpectation(object=bound.object, targets=(target,))


def _value(bound: RelativeBound, reference: float, when: str, notes: list[str]) -> float:
    upper = bound.condition.is_upper_bound
    if bound.amount == 0:
        notes.append(f"preserve {bound.kpi}: at most {_PRESERVE_MARGIN:.0%} worse than {when} ({reference:.4g})")
        return reference * (1 + _PRESERVE_MARGIN if upper else 1 - _PRESERVE_MARGIN)
    step = reference * bound.amount / 100 if bound.share else bound.amount
    value = max(reference - step, 0.0) if upper else reference + step
    verb = "is" if bound.to == "now" else "was"
    notes.append(f"{bound.kpi} {verb} {reference:.4g} {kpi_definition(bound.kpi).unit} {when}, so the bound is {value:.4g}")
    return value
