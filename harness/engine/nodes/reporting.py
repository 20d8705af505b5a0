"""Step `report`: the outcome, as JSON and as a page; the journal's last word on the run."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.engine.desk import Desk
from harness.engine.state import RunState
from harness.records.outcome import ApprovalNote, ObservedKpi, RunOutcome
from harness.records.tried import Tried
from harness.runtime.errors import ApprovalError
from harness.verification.result import Verification
from policies.intent import Intent
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.proposal import Candidate
from policies.verdict import Verdict


def report(desk: Desk, state: RunState) -> RunState:
    """Write the outcome down."""
    outcome = outcome_of(desk, state)
    page = desk.artifacts.folder / "report.html"
    try:
        from harness.views.page import write_report

        write_report(page, outcome, desk.artifacts)
        outcome = outcome.model_copy(update={"report": str(page)})
    except Exception as error:  # a page that cannot be drawn must not undo what was done to the network
        desk.record("report.failed", why=f"{type(error).__name__}: {error}")
    desk.artifacts.save("outcome", outcome)
    desk.runs.set_status(state["run_id"], outcome.status)
    desk.record("run.ended", status=outcome.status, message=outcome.message, durations=outcome.durations)
    desk.emit("run.ended", outcome=outcome)
    return RunState(next="end")


def outcome_of(desk: Desk, state: RunState) -> RunOutcome:
    """Return the outcome that a run's state amounts to."""
    artifacts, ending = desk.artifacts, state["ending"]
    tried = artifacts.load(state["candidate"], Tried) if state.get("candidate") else None
    candidate = tried.candidate if tried else None
    verification = artifacts.load(state["verification"], Verification) if state.get("verification") else None
    question = state.get("question", {}) if ending["status"] == "asked" else {}
    return RunOutcome(
        run_id=state["run_id"],
        status=ending["status"],
        message=ending["message"],
        text=state["text"],
        intent=artifacts.load(state["intent"], Intent) if state.get("intent") else None,
        chosen=tried.change_set if tried else None,
        candidate=candidate,
        candidates=tuple(one.name for one in tried.candidates) if tried else (),
        prediction=candidate.predictions if candidate else (),
        observed=tuple(_observed(verification, candidate)) if verification else (),
        twin_gap=tried.twin_gap if tried else {},
        verification=verification,
        verdict=artifacts.load(state["verdict"], Verdict) if state.get("verdict") else None,
        approval=_approval(desk, state),
        question=str(question.get("question", "")),
        choices=tuple(question.get("choices", ())),
        nearest=ending.get("nearest", ""),
        recommendation=ending.get("recommendation", ""),
        error=ending.get("error"),
        durations={name: round(seconds, 3) for name, seconds in state["durations"].items()},
        planner=desk.planner.name,
        mode=desk.mode,
        folder=str(artifacts.folder),
    )


def _approval(desk: Desk, state: RunState) -> ApprovalNote | None:
    try:
        approval = desk.approvals.get(state["run_id"], state.get("digest", ""))
    except ApprovalError:
        return None
    at = datetime.fromtimestamp(approval.decided_at, UTC).isoformat() if approval.decided_at else ""
    return ApprovalNote(
        state=approval.state, decided_by=approval.decided_by or "", how=approval.how or "", at=at, note=approval.note or ""
    )


def _observed(verification: Verification, candidate: Candidate | None) -> list[ObservedKpi]:
    targets = [
        ObservedKpi(
            kpi=one.target.kpi,
            unit=one.target.definition.unit,
            slice=one.slice,
            cells=", ".join(map(short_name, one.cells)) or "all cells",
            before=one.before,
            after=one.observed,
            predicted=one.predicted,
            low=one.interval.low if one.interval else None,
            high=one.interval.high if one.interval else None,
            no_change=one.no_change,
            result=one.result,
        )
        for one in verification.targets
    ]
    predictions = {(one.kpi, one.slice): one for one in candidate.predictions} if candidate else {}
    others = []
    for one in verification.bystanders:
        told = predictions.get((one.kpi, one.slice)) if one.no_change is not None else None
        others.append(
            ObservedKpi(
                kpi=one.kpi,
                unit=kpi_definition(one.kpi).unit,
                slice=one.slice,
                cells=one.where,
                before=one.before,
                after=one.after,
                predicted=told.mean if told else None,
                low=told.interval.low if told else None,
                high=told.interval.high if told else None,
                no_change=one.no_change,
                result=one.result,
            )
        )
    return targets + others
