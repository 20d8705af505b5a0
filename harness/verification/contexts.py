"""The lasting conditions of a request after the change: what does not hold any more takes the change back, whoever broke it.

The operator wanted the change only while the condition holds. So it is judged by its bound alone: no growth of demand excuses it,
and its prediction does not matter once it is measured.
"""

from __future__ import annotations

from dataclasses import replace

from harness.verification.comparison import Comparison
from harness.verification.result import MeasuredEffect, TargetCheck
from harness.verification.target_check import check_target


def check_contexts(comparison: Comparison) -> tuple[TargetCheck, ...]:
    """Judge each lasting condition of the intent: met, inconclusive, or harmed once it is broken significantly."""
    lasting = comparison.intent.lasting()
    if not lasting:
        return ()
    unpredicted = replace(comparison, candidate=comparison.candidate.model_copy(update={"outlook": (), "predictions": ()}))
    checks = (check_target(unpredicted, scope, target) for scope, target in lasting)
    return tuple(map(_judged, checks))


def _judged(check: TargetCheck) -> TargetCheck:
    """Return the check of a condition: the change need not have moved it, and must not have broken it."""
    is_broken = check.result in ("missed", "harmed")
    name = "a condition of the request, which holds no more" if is_broken else "a condition of the request"
    reason = "; ".join(part for part in (name, check.reason) if part)
    return check.model_copy(
        update={"result": "harmed" if is_broken else check.result, "reason": reason, "effect": MeasuredEffect()}
    )
