"""The judgement at the moment of the apply: what was approved is applied only if it is still the same and still allowed.

The whole gate and the safety review judge again on fresh readings; guardrails are read from their file again. Then the versions
of what is edited and the KPIs are compared with those that were approved. Whatever got worse withdraws the approval: the run goes
back to the planner, which reads again if somebody else has changed what is edited, or asks again about the same change set on the
new readings.
"""

from __future__ import annotations

from contextlib import suppress

from harness.approvals.baseline import movements
from harness.approvals.store import Approval
from harness.engine.desk import Desk
from harness.engine.nodes.judging import back_to_plan, case_of, not_done, plan_anew
from harness.engine.nodes.reviewing import review_of, with_review
from harness.engine.state import RunState, ended
from harness.gate.approver_authorization import ApprovalFacts
from harness.gate.case import Case
from harness.gate.context import unmet
from harness.gate.gate import worse
from harness.records.person import Person
from harness.records.tried import Tried
from policies.change import ChangeSet
from policies.verdict import Verdict
from twins.network import UnknownObjectError
from twins.object_version import ObjectVersion, differences, distinct_edits


def rejudge(desk: Desk, state: RunState, tried: Tried, *, baseline: bool = True) -> RunState | None:
    """Return where the run goes instead of applying, None if what was approved may be applied now.

    baseline: whether the KPIs that were approved must still hold; not for a change that waited for a later time, whose prediction
    is made anew.
    """
    approval = desk.approvals.get(desk.run_id, state["request"])
    if approval.state not in ("approved", "consumed"):
        return void(approval)
    if mismatch := _mismatch(desk, state, approval, tried):
        _withdraw(desk, approval, [mismatch])
        return ended("rejected", mismatch)
    case = case_of(desk, state, tried)
    fresh = with_review(desk.gate.judge(case), review_of(desk, state, tried))
    now = _versions(desk, approval.change_set)
    changes = _changes(approval.subject.versions, now)
    refused = [*_failures(fresh), *changes, *_objections(desk, case, approval)]
    doubts = _doubts(desk, state, fresh, approval, now)
    doubts += movements(approval.subject.baseline, desk.kpis.snapshot(), case.card) if baseline else []
    desk.record("gate.rejudged", digest=approval.digest, ruling=fresh.ruling.value, refused=refused, doubts=doubts,
                reasons=[reason.model_dump() for reason in fresh.reasons if reason.outcome != "pass"])  # fmt: skip
    if not refused and not doubts:
        return None
    _withdraw(desk, approval, [*refused, *doubts])
    if why := unmet(case):
        return not_done(why)
    if changes:
        return plan_anew(desk, state, changes)
    return back_to_plan(desk, state, refused) if refused else ask_again(desk, state, doubts)


def refusals(desk: Desk, state: RunState, tried: Tried) -> list[str]:
    """Return why an approved change that waited for its time may not be applied now, by its newest prediction `tried`.

    The KPIs have moved since the approval, as they do in hours; the prediction is made anew instead.
    """
    approval, case = desk.approvals.get(desk.run_id, state["request"]), case_of(desk, state, tried)
    fresh = with_review(desk.gate.judge(case), review_of(desk, state, tried))
    written = differences(approval.subject.versions, _versions(desk, approval.change_set))
    refused = [*_failures(fresh), *written, *_objections(desk, case, approval)]
    desk.record("gate.rejudged", digest=approval.digest, ruling=fresh.ruling.value, refused=refused, doubts=[],
                reasons=[reason.model_dump() for reason in fresh.reasons if reason.outcome != "pass"])  # fmt: skip
    return refused


def unmet_now(desk: Desk, state: RunState, tried: Tried) -> str:
    """Return which conditions of the request do not hold at this moment, as measured; empty if there are none."""
    return unmet(case_of(desk, state, tried))


def changes_since(desk: Desk, state: RunState) -> list[str]:
    """Return which of the approved change's attributes and policies have another value than when it was approved."""
    approval = desk.approvals.get(desk.run_id, state["request"])
    return _changes(approval.subject.versions, _versions(desk, approval.change_set))


def void(approval: Approval) -> RunState:
    """Return the ending of a run whose request can no longer be used."""
    if approval.state == "expired":
        return ended("expired", f"request {approval.digest[:12]} expired: nobody decided in time, or the approval was not used")
    return ended("rejected", f"there is no valid approval: request {approval.digest[:12]} is {approval.standing()}")


def ask_again(desk: Desk, state: RunState, doubts: list[str]) -> RunState:
    """Try the same change set again on the new readings and ask again, a limited number of times."""
    rounds = state["rounds"] + 1
    reason = "; ".join(doubts)
    if rounds >= desk.settings.gate.max_rounds:
        return ended("cannot", f"the network moved {rounds} times between verdict and approval, the last time: {reason}")
    desk.emit("approval.outdated")
    return RunState(next="validate", rounds=rounds, outdated=len(state["observations"]))


def _withdraw(desk: Desk, approval: Approval, why: list[str]) -> None:
    reason = "; ".join(why)
    desk.approvals.withdraw(desk.run_id, reason, approval.digest)
    desk.record("approval.withdrawn", digest=approval.digest, why=reason, approved_by=approval.decided_by)
    desk.emit("approval.withdrawn", approval=approval, reasons=why)


def _mismatch(desk: Desk, state: RunState, approval: Approval, tried: Tried) -> str:
    """Return in what the change to apply is not the one that was approved, empty if it is."""
    if approval.subject.network not in ("", desk.identity):
        return f"it was approved for the network {approval.subject.network}, and this is {desk.identity}"
    approved, applied = approval.change_set.digest, tried.change_set.digest
    if approved != applied:
        return f"the change set to apply ({applied[:12]}) is not the one that was approved ({approved[:12]})"
    if approval.subject.read_back != state.get("read_back", ""):
        return f"it was approved as “{approval.subject.read_back}”, and is understood as “{state.get('read_back', '')}” now"
    if approval.subject.digest != approval.digest:
        return f"request {approval.digest[:12]} does not have the digest of its content ({approval.subject.digest[:12]})"
    return ""


def _objections(desk: Desk, case: Case, approval: Approval) -> list[str]:
    """Return why the person who approved may not approve this now, empty if they may."""
    if approval.how == "policy":
        return []
    facts = ApprovalFacts.of(case, desk.settings.approval).model_dump(mode="json")
    person, beforehand = Person.parse(approval.decided_by or ""), approval.how == "--approve"
    objection = desk.approvers.objection(facts, person, approval.requested_by, beforehand=beforehand)
    return [objection] if objection else []


def _failures(fresh: Verdict) -> list[str]:
    failures = [f"{reason.describe()} ({reason.remedy})" for reason in fresh.reasons if reason.outcome == "fail"]
    return failures or ([] if fresh.may_proceed else [f"the gate's verdict is {fresh.ruling.value} now"])


def _versions(desk: Desk, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
    """Return the versions of what is edited, without those of objects that are gone."""
    versions: list[ObjectVersion] = []
    for edit in distinct_edits(change_set):
        with suppress(UnknownObjectError):
            versions += desk.network.versions(ChangeSet(edits=(edit,)))
    return tuple(versions)


def _changes(then: tuple[ObjectVersion, ...], now: tuple[ObjectVersion, ...]) -> list[str]:
    """Return what has another value than was approved; what was written and has its value again is a doubt."""
    changed = [version.name for version in then if not _is_as_it_was(version, now)]
    return [f"{name} was changed by somebody else since it was approved" for name in changed]


def _is_as_it_was(then: ObjectVersion, now: tuple[ObjectVersion, ...]) -> bool:
    return any(version.name == then.name and version.state == then.state for version in now)


def _doubts(desk: Desk, state: RunState, fresh: Verdict, approval: Approval, now: tuple[ObjectVersion, ...]) -> list[str]:
    judged = desk.artifacts.load(state["verdict"], Verdict)
    warnings = [reason.describe() for reason in worse(judged, fresh) if reason.outcome == "warn"]
    rewritten = tuple(version for version in approval.subject.versions if _is_as_it_was(version, now))
    return [*warnings, *differences(rewritten, now)]
