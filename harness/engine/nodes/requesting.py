"""The request for approval at the end of step `judge`: what is put to a person, with the readings on which it rests."""

from __future__ import annotations

from harness.approvals.baseline import movements, read_baseline
from harness.approvals.store import Approval
from harness.approvals.subject import ApprovalSubject
from harness.commitments.schedule import Schedule
from harness.engine.desk import Desk
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.state import RunState, ended
from harness.gate.approver_authorization import ApprovalFacts
from harness.gate.case import Case
from harness.records.tried import Tried
from policies.verdict import Ruling, Verdict
from tools.telemetry.statistics import MIN_WINDOWS
from twins.object_version import differences


def seek_approval(desk: Desk, state: RunState, case: Case, verdict: Verdict) -> RunState:
    """Ask for approval of the judged change set, or let the gate give it where no human is needed."""
    if no := _rejection(desk, case.change_set.digest):
        return ended("rejected", f"this change set was {no.standing()} before")
    approval = _request(desk, state, subject_of(desk, state, case, verdict), case)
    if approval.state == "pending" and verdict.ruling is Ruling.APPROVE:
        desk.approvals.decide(desk.run_id, approval.digest, True, "gate", "policy", note="allowed without a human")
        desk.record("approval.decided", digest=approval.digest, approved=True, verdict="approved", who="gate", how="policy")
    elif approval.state == "pending":
        _record(desk, approval)
        return RunState(next="await_approval", request=approval.digest)
    return RunState(next="apply", request=approval.digest)


def _rejection(desk: Desk, change_set: str) -> Approval | None:
    """Return the rejection of this change set in this run, which is final."""
    requests = desk.approvals.of_run(desk.run_id)
    return next((asked for asked in requests if asked.state == "rejected" and asked.change_set.digest == change_set), None)


def _request(desk: Desk, state: RunState, subject: ApprovalSubject, case: Case) -> Approval:
    """Return the open request for what this step, before it was interrupted, asked; else a new one, the run's only open one."""
    waiting = [asked for asked in desk.approvals.of_run(desk.run_id) if asked.state in ("pending", "approved")]
    for asked in waiting:
        if not _outdated(desk, case, asked.subject, subject):
            return asked
        desk.approvals.withdraw(desk.run_id, "another request of the run replaces it", asked.digest)
    facts = ApprovalFacts.of(case, desk.settings.approval).model_dump(mode="json")
    return desk.approvals.request(
        desk.run_id, subject, desk.settings.approval.ttl, requested_by=_requester(desk, state), facts=facts
    )


def _outdated(desk: Desk, case: Case, then: ApprovalSubject, now: ApprovalSubject) -> bool:
    if (then.change_set.digest, then.network, then.read_back, then.warnings, then.round) != (
        now.change_set.digest, now.network, now.read_back, now.warnings, now.round
    ):  # fmt: skip
        return True
    return bool(differences(then.versions, now.versions) or movements(then.baseline, desk.kpis.snapshot(), case.card))


def _record(desk: Desk, approval: Approval) -> None:
    subject = approval.subject
    desk.record(
        "approval.requested", digest=approval.digest, change_set=subject.change_set.digest, requested_by=approval.requested_by,
        expires_at=approval.expires_at, network=subject.network, read_back=subject.read_back,
        edits=subject.change_set.describe(), schedule=list(subject.schedule),
        baseline=[kpi.describe() for kpi in subject.baseline],
        versions=[version.model_dump() for version in subject.versions],
    )  # fmt: skip


def _requester(desk: Desk, state: RunState) -> str:
    """Return who wants this change: whoever edited it, else the requester of the run."""
    edited = state.get("edited", "")
    editors = [asked.decided_by for asked in desk.approvals.of_run(desk.run_id) if edited and asked.edited_as == edited]
    return (editors[-1] if editors else None) or desk.requester


def subject_of(desk: Desk, state: RunState, case: Case, verdict: Verdict) -> ApprovalSubject:
    """Return what is approved: the case's change set with the readings of now. Raises NetworkError."""
    return ApprovalSubject(
        change_set=case.change_set,
        network=desk.identity,
        sentence=" ".join(case.intent.text.split()),
        read_back=state.get("read_back", ""),
        schedule=_schedule(desk, state, case),
        baseline=read_baseline(desk.kpis.snapshot(), case.card, case.intent),
        versions=desk.network.versions(case.change_set),
        warnings=tuple(reason.describe() for reason in verdict.reasons if reason.outcome == "warn"),
        judged_at=case.card.now,
        round=state["rounds"],
    )


def _schedule(desk: Desk, state: RunState, case: Case) -> tuple[str, ...]:
    timetable, tried = timetable_in(desk, state), desk.artifacts.load(state["candidate"], Tried)
    applied_at, window = timetable.apply_at or case.card.now, tried.part or case.intent.window
    plan = Schedule.of(desk.settings.commitment, applied_at, case.card.granularity_s, window, timetable.restore_at)
    kept = "kept until then" if timetable.restore_at else "kept"
    short = f"it cannot be confirmed: {plan.windows} KPI windows fit in the time left after settling, {MIN_WINDOWS} are needed"
    return (
        *((short,) if plan.windows < MIN_WINDOWS else ()),
        timetable.describe(),
        f"verified from {plan.start:%Y-%m-%d %H:%M:%S} network time",
        f"{kept} if the KPIs confirm it by {plan.deadline:%Y-%m-%d %H:%M:%S} network time, else taken back",
    )
