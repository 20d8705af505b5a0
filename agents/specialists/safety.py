"""The safety specialist: it drafts nothing and objects to unsafe changes. In every run it reviews a proposal before the gate.

`review` checks what an optimizer does not: whether each bound is met with confidence, whether each value keeps its 3GPP limit and
that limit was looked up, whether there are rollback conditions, and whether another slice is starved (seed 002, D.3: unsafe
policies are rejected).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import answers_of
from agents.specialists.message import Need, Review, Want
from agents.specialists.scope import Scope
from agents.specialists.specialist import Specialist
from policies.change import AttributeEdit
from policies.limits.catalogue import UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import class_of
from policies.proposal import Candidate
from policies.verdict import Reason, failed, warned
from tools.calls.observation import Observation
from tools.ran.constraint_tools import retrieve_3gpp_constraint

MIN_PROBABILITY: Final = 0.8
_STARVATION_RATIO: Final = 0.5
SLA: Final = "SLA"
SOURCE: Final = "safety specialist, seed 002 D.3"
SAFETY: Final = Specialist(
    name="safety specialist",
    scope=Scope(classes=frozenset()),
    kpis=(),
    heuristics=(),
    tools=frozenset({"query_kpi", retrieve_3gpp_constraint.name}),
    of_cells=("MM.RlfRate", "RRC.ConnEstabFailRate"),
    of_slices=("DRB.PacketLossRateDl", "DRB.UEThpDl"),
)


def limits_needed(drafts: Sequence[Draft]) -> Need:
    """Return that the safety specialist needs the limit of each attribute that a draft edits, before it can review one."""
    edited = {(class_of(edit.dn), edit.attribute) for draft in drafts for edit in draft.edits if isinstance(edit, AttributeEdit)}
    attributes = tuple(f"{class_name}.{attribute}" for class_name, attribute in sorted(edited))
    return Need(sender="safety specialist", wants=(Want(tool=retrieve_3gpp_constraint.name, attributes=attributes),))


def reviewed(candidate: Candidate, observations: Sequence[Observation]) -> Review:
    """Return the safety specialist's message about a candidate."""
    findings = review(candidate, observations)
    return Review(candidate=candidate.name, digest=candidate.change_set.digest, findings=findings)


def review(candidate: Candidate, observations: Sequence[Observation]) -> tuple[Reason, ...]:
    """Return the findings about a candidate, failures first; empty for "no change"."""
    if candidate.change_set.is_empty:
        return ()
    findings = [*_bounds(candidate), *_limits(candidate, observations), *_rollback(candidate), *_starvation(candidate)]
    return tuple(sorted(findings, key=lambda finding: finding.outcome != "fail"))


def _bounds(candidate: Candidate) -> list[Reason]:
    return [
        Reason(
            rule=SLA,
            outcome="warn" if outlook.met else "fail",
            message=f"{outlook.target.describe()}: predicted {outlook.predicted:.3g}, probability {outlook.probability:.2f}",
            source=SOURCE,
            remedy="choose a candidate with more margin, or relax the bound",
        )
        for outlook in candidate.bounded
        if not (outlook.met and outlook.probability >= MIN_PROBABILITY)
    ]


def _limits(candidate: Candidate, observations: Sequence[Observation]) -> list[Reason]:
    looked_up = {(request.class_name, request.attribute) for request, _ in answers_of(observations, retrieve_3gpp_constraint)}
    findings: dict[str, Reason] = {}
    for edit in candidate.change_set.attribute_edits():
        violation = _limit_violation(edit)
        if violation:
            findings[violation.message] = violation
        elif (class_of(edit.dn), edit.attribute) not in looked_up:
            message = f"the limit of {class_of(edit.dn)}.{edit.attribute} was not looked up in this run"
            findings[message] = warned("limits", message, SOURCE, "retrieve_3gpp_constraint")
    return list(findings.values())


def _limit_violation(edit: AttributeEdit) -> Reason | None:
    try:
        limit = load_limits().limit(class_of(edit.dn), edit.attribute)
    except UnknownAttributeError as error:
        return failed("limits", str(error), "limits catalogue", "leave the attribute unchanged")
    if objection := limit.objection(edit.new):
        message = f"{edit.attribute}={edit.new}: {objection}, allowed {limit.allowed}; {edit.dn}"
        return failed("limits", message, limit.source, f"{limit.nearest(edit.new)}")
    return None


def _rollback(candidate: Candidate) -> list[Reason]:
    if candidate.rollback_conditions:
        return []
    message = f"candidate {candidate.name!r} has no rollback conditions"
    return [failed("rollback", message, SOURCE, "add rollback conditions")]


def _starvation(candidate: Candidate) -> list[Reason]:
    """Return a failure for each throughput that falls below half of its value without the change, beyond the interval."""
    findings = []
    for kpi in candidate.predictions:
        if not kpi.kpi.startswith("DRB.UEThpDl") or not kpi.no_change:
            continue
        if kpi.mean < _STARVATION_RATIO * kpi.no_change and kpi.interval.high < kpi.no_change:
            victim = kpi.slice.value if kpi.slice else "the cell"
            message = f"{victim} is starved: {kpi.kpi} {kpi.no_change:.3g} → {kpi.mean:.3g} {kpi.unit}"
            findings.append(failed("fairness", message, SOURCE, "use a smaller step"))
    return findings
