"""Relative bounds such as "10 % less" or "preserve" get their values once the present values of their KPIs are measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.understanding.bounds import check_bounds
from agents.understanding.plan import plan_of
from agents.understanding.result import NeedsMeasurement, Reading, ReadingError, RelativeBound, Understood
from policies.intent import ExpectationTarget, Intent, IntentExpectation
from policies.kpi import kpi_definition
from policies.slices import Slice
from twins.network import NetworkCard

Measurand = tuple[str, Slice | None, tuple[str, ...]]
"""KPI, slice (None: counted per cell) and the cells' DNs (empty: all): what a relative bound refers to."""
Measured = Mapping[Measurand, float]
"""Present values in the KPI's unit."""
_PRESERVE_MARGIN: Final = 0.10


def measurand_of(bound: RelativeBound) -> Measurand:
    """Return what the bound refers to; two bounds on one KPI of different places have different present values."""
    return bound.kpi, bound.object.slice, bound.object.cells


def unmeasured(reading: NeedsMeasurement, measured: Measured) -> tuple[RelativeBound, ...]:
    """Return the relative bounds whose KPI is not in `measured`."""
    return tuple(bound for bound in reading.relative if measurand_of(bound) not in measured)


def resolve(reading: NeedsMeasurement, card: NetworkCard, measured: Measured) -> Reading:
    """Return the reading with values for its relative bounds, unchanged if a measurement is missing."""
    if unmeasured(reading, measured):
        return reading
    notes: list[str] = []
    expectations = [_resolved(expectation, measured, notes) for expectation in reading.expectations]
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


def _resolved(expectation: IntentExpectation | RelativeBound, measured: Measured, notes: list[str]) -> IntentExpectation:
    if isinstance(expectation, IntentExpectation):
        return expectation
    bound, unit = expectation, kpi_definition(expectation.kpi).unit
    value = _value(bound, measured[measurand_of(bound)], notes)
    target = ExpectationTarget(kpi=bound.kpi, condition=bound.condition, value=value, unit=unit, tolerance=bound.tolerance)
    return IntentExpectation(object=bound.object, targets=(target,))


def _value(bound: RelativeBound, now: float, notes: list[str]) -> float:
    upper = bound.condition.is_upper_bound
    if bound.amount == 0:
        notes.append(f"preserve {bound.kpi}: at most {_PRESERVE_MARGIN:.0%} worse than now ({now:.4g})")
        return now * (1 + _PRESERVE_MARGIN if upper else 1 - _PRESERVE_MARGIN)
    step = now * bound.amount / 100 if bound.share else bound.amount
    value = max(now - step, 0.0) if upper else now + step
    notes.append(f"{bound.kpi} is {now:.4g} {kpi_definition(bound.kpi).unit} now, so the bound is {value:.4g}")
    return value
