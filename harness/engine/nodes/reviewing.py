"""The safety review at the beginning of step `judge`: the safety specialist reviews every change before the gate.

It uses the twin's prediction for the exact change set, the planner's rollback conditions, and the run's observations. Its
findings count like those of the gate's rules: a failure goes back to the planner, a warning needs a human.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.specialists.safety import SOURCE, review
from harness.engine.desk import Desk
from harness.engine.state import RunState
from harness.records.tried import Tried
from policies.proposal import Proposal
from policies.verdict import Reason, Ruling, Verdict
from tools.calls.observation import Observation

_NO_OBJECTION = Reason(rule="safety review", outcome="pass", message="the safety specialist has no objection", source=SOURCE)


def review_of(desk: Desk, state: RunState, tried: Tried) -> tuple[Reason, ...]:
    """Return the findings on a change set; none if the twin has not tried it, which the gate refuses anyway."""
    if tried.candidate is None:
        return ()
    proposal = desk.artifacts.load(state["proposal"], Proposal)
    # A change set that a human edited keeps the rollback conditions of the proposal's best candidate.
    matches = [candidate for candidate in proposal.candidates if candidate.change_set.digest == tried.change_set.digest]
    conditions = (matches[0] if matches else proposal.best).rollback_conditions
    observations = [desk.artifacts.load(name, Observation) for name in state["observations"]]
    return review(tried.candidate.model_copy(update={"rollback_conditions": conditions}), observations) or (_NO_OBJECTION,)


def with_review(verdict: Verdict, findings: Sequence[Reason]) -> Verdict:
    """Return the gate's verdict with the review's findings put first and the more severe of the two rulings."""
    outcomes = {finding.outcome for finding in findings}
    ruling = Ruling.MODIFY if "fail" in outcomes else Ruling.NEEDS_HUMAN if "warn" in outcomes else Ruling.APPROVE
    stricter = max(verdict.ruling, ruling, key=tuple(Ruling).index)
    return Verdict(digest=verdict.digest, ruling=stricter, reasons=(*findings, *verdict.reasons))
