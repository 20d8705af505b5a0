"""The step guardrail: how far one change may move an attribute from its current value, for the gate and for planners alike."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from policies.change import AttributeEdit
from policies.guardrails.rules import StepBound
from policies.managed_object import Scalar, class_of, number_of
from policies.verdict import Reason, failed

_TOLERANCE = 1e-9


def step_of(steps: Iterable[StepBound], dn: str, attribute: str) -> StepBound | None:
    """Return the step bound of an object's attribute, None if it has none; of several the last one counts."""
    named = {(step.class_name, step.attribute): step for step in steps}
    return named.get((class_of(dn), attribute))


def reach(step: StepBound | None, old: float) -> tuple[float, float]:
    """Return the lowest and the highest value that one change may give an attribute that is at `old`."""
    down = None if step is None else step.down
    up = None if step is None else step.up
    return (-inf if down is None else old - down), (inf if up is None else old + up)


def judge_step(edit: AttributeEdit, step: StepBound, current: Scalar) -> Reason | None:
    """Check the step from the network's `current` value, not from the old value that the edit states; None if it is allowed."""
    old, new = number_of(current), number_of(edit.new)
    if old is None or new is None:
        return None
    low, high = reach(step, old)
    if low - _TOLERANCE <= new <= high + _TOLERANCE:
        return None
    direction, edge = ("up", high) if new > old else ("down", low)
    message = (
        f"{edit.dn} {edit.attribute}: {abs(new - old):g} {step.unit} {direction}, at most {abs(edge - old):g} in one change"
        f" ({_allowed(low, high)})"
    )
    return failed("max-step", message, step.source, f"change it to {edge:g} first, verify, then continue")


def _allowed(low: float, high: float) -> str:
    if high == inf:
        return f"allowed at least {low:g}"
    return f"allowed at most {high:g}" if low == -inf else f"allowed {low:g} .. {high:g}"
