"""The safety specialist: it proposes nothing, it objects. In every run it reviews a proposal before the gate does.

`review` looks at what no optimizer looks at: is every bound met with confidence, does every value keep its 3GPP limit and was
that limit looked up, is there a way back, and does another slice starve (seed 002, D.3: unsafe policies are rejected).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.heuristics.evidence_reader import answers_of
from policies.change import AttributeEdit
from policies.limits.catalogue import UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import class_of
from policies.proposal import Candidate
from policies.verdict import Reason
from tools.calls.observation import Observation
from tools.ran.constraint_tools import retrieve_3gpp_constraint

_SURE: Final = 0.8
_STARVED: Final = 0.5
SLA: Final = "SLA"
SOURCE: Final = "safety specialist, seed 002 D.3"


def review(candidate: Candidate, observations: Sequence[Observation]) -> tuple[Reason, ...]:
    """Return every finding about a candidate, failures first; empty for "no change"."""
    if candidate.change_set.is_empty:
        return ()
    found = [*_service_levels(candidate), *_limits(candidate, observations), *_way_back(candidate), *_starvation(candidate)]
    return tuple(sorted(found, key=lambda one: one.outcome != "fail"))


def _service_levels(candidate: Candidate) -> list[Reason]:
    found = []
    for one in candidate.outlook:
        if one.target.condition.is_objective or (one.met and one.probability >= _SURE):
            continue
        found.append(
            Reason(
                rule=SLA,
                outcome="warn" if one.met else "fail",
                message=f"{one.target.describe()} is predicted at {one.predicted:.3g} with probability {one.probability:.2f}",
                source=SOURCE,
                remedy="take a stronger candidate, or loosen the bound",
            )
        )
    return found


def _limits(candidate: Candidate, observations: Sequence[Observation]) -> list[Reason]:
    looked_up = {(asked.class_name, asked.attribute) for asked, _ in answers_of(observations, retrieve_3gpp_constraint)}
    found: dict[str, Reason] = {}
    for edit in candidate.change_set.attribute_edits():
        problem = _limit_problem(edit)
        if problem:
            found[problem.message] = problem
        elif (class_of(edit.dn), edit.attribute) not in looked_up:
            message = f"the limit of {class_of(edit.dn)}.{edit.attribute} was not looked up in this run"
            found[message] = Reason(
                rule="limits", outcome="warn", message=message, source=SOURCE, remedy="retrieve_3gpp_constraint"
            )
    return list(found.values())


def _limit_problem(edit: AttributeEdit) -> Reason | None:
    try:
        limit = load_limits().limit(class_of(edit.dn), edit.attribute)
    except UnknownAttributeError as error:
        return Reason(rule="limits", outcome="fail", message=str(error), source="limits catalogue", remedy="leave it as it is")
    if objection := limit.objection(edit.new):
        message = f"{edit.attribute}={edit.new}: {objection}, allowed {limit.allowed}; {edit.dn}"
        return Reason(rule="limits", outcome="fail", message=message, source=limit.source, remedy=f"{limit.nearest(edit.new)}")
    return None


def _way_back(candidate: Candidate) -> list[Reason]:
    if candidate.rollback_conditions:
        return []
    message = f"{candidate.name!r} says not when it is to be taken back"
    return [Reason(rule="rollback", outcome="fail", message=message, source=SOURCE, remedy="add rollback conditions")]


def _starvation(candidate: Candidate) -> list[Reason]:
    found = []
    for one in candidate.predictions:
        if not one.kpi.startswith("DRB.UEThpDl") or not one.no_change:
            continue
        if one.mean < _STARVED * one.no_change and one.interval.high < one.no_change:
            who = one.slice.value if one.slice else "the cell"
            message = f"{who} starves: {one.kpi} {one.no_change:.3g} → {one.mean:.3g} {one.unit}"
            found.append(Reason(rule="fairness", outcome="fail", message=message, source=SOURCE, remedy="change less"))
    return found
