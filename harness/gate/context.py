"""Eighth rule, the context: every condition of the request holds as measured, and a lasting one is predicted to go on.

A change for a later time is judged by what is measured when its time comes; until then only the prediction speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.gate.case import Case
from harness.runtime.timetable import moment_text
from policies.intent import KpiContext
from policies.verdict import Reason, failed, passed

NAME = "context"
_MEASURED: Final = "telemetry"
_PREDICTED: Final = "twin prediction, same seeds for every candidate"


def judge(case: Case) -> Iterator[Reason]:
    """Yield the findings on each condition, or one pass."""
    for context in case.intent.contexts:
        yield _present(case, context)
        if context.lasting:
            yield _predicted(case, context)
    if not case.intent.contexts:
        yield passed(NAME, "the request has no condition", "the request")


def unmet(case: Case) -> str:
    """Return which conditions were measured and do not hold at the time of the change, empty if there are none."""
    values = [(one, case.context_values.get(one)) for one in case.intent.contexts] if _is_due(case) else []
    return "; ".join(one.standing(value) for one, value in values if value is not None and not one.target.is_met_by(value))


def _is_due(case: Case) -> bool:
    return case.timetable.apply_at is None or case.timetable.apply_at <= case.card.now


def _present(case: Case, context: KpiContext) -> Reason:
    if not _is_due(case) and case.timetable.apply_at:
        at = moment_text(case.timetable.apply_at)
        return passed(NAME, f"the condition “{context.words}” is measured when it begins, at {at}", "timetable")
    value = case.context_values.get(context)
    if value is None:
        message = f"the condition “{context.words}” was not measured: {context.target.kpi} in {context.place}"
        return failed(NAME, message, _MEASURED, "state a condition on a KPI that is measured there, or leave it out")
    if context.target.is_met_by(value):
        return passed(NAME, context.standing(value), _MEASURED)
    return failed(NAME, context.standing(value), _MEASURED, "do nothing while it does not hold")


def _predicted(case: Case, context: KpiContext) -> Reason:
    outlooks = case.candidate.contexts if case.candidate else ()
    key = (context.target, context.object.slice, context.object.cells)
    outlook = next((one for one in outlooks if (one.target, one.slice, one.cells) == key), None)
    if outlook is None:
        message = f"the condition “{context.words}” has no prediction with this change"
        return failed(NAME, message, _PREDICTED, "compare it in the twin under this condition")
    message = f"the condition “{context.words}” with this change: {context.describe()} is asked for, predicted"
    message += f" {outlook.predicted:.4g} ({outlook.interval.low:.4g}..{outlook.interval.high:.4g})"
    message += f", met with probability {outlook.probability:.2f}"
    if outlook.met and outlook.probability >= case.settings.min_probability:
        return passed(NAME, message, _PREDICTED)
    wanted = f"wanted {case.settings.min_probability:.2f}"
    return failed(NAME, f"{message}, {wanted}", _PREDICTED, "choose a change under which it goes on to hold")
