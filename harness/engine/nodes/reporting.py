"""Step `report`: writes the outcome as JSON and as an HTML page, and the journal's last record of the run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from agents.heuristics.evidence_reader import latest
from agents.planner import Finish, Tell, Understand
from agents.understanding.result import NeedsMeasurement, Understood
from harness.approvals.store import Approval
from harness.commitments.page_now import now_section
from harness.engine.desk import Desk
from harness.engine.restricting import standing_restrictions
from harness.engine.state import RunState
from harness.records.artifacts import Artifacts
from harness.records.observed_kpi import ObservedKpi
from harness.records.outcome import ApprovalNote, RunOutcome
from harness.records.standing import Standing
from harness.records.tried import DUE, Tried
from harness.runtime.timetable import Timetable
from harness.verification.result import Verification
from policies.intent import Intent
from policies.proposal import Candidate
from policies.verdict import Verdict
from tools.calls.observation import Observation
from tools.ran.candidate_tools import compare_candidates
from tools.telemetry.forecast.planned_events import EventUse


def report(desk: Desk, state: RunState) -> RunState:
    """Write the outcome and its page; a request that is still open is withdrawn, since its run has ended."""
    for approval in desk.approvals.withdraw(state["run_id"], f"the run ended: {state['ending']['status']}"):
        desk.record("approval.withdrawn", digest=approval.digest, why=approval.note)
    outcome = _with_page(desk, state, outcome_of(desk, state))
    desk.artifacts.save("outcome", outcome)
    desk.runs.set_status(state["run_id"], outcome.status)
    desk.record("run.ended", status=outcome.status, message=outcome.message, durations=outcome.durations)
    desk.emit("run.ended", outcome=outcome)
    return RunState(next="end")


def _with_page(desk: Desk, state: RunState, outcome: RunOutcome) -> RunOutcome:
    try:
        from harness.views.page import write_report

        now = now_section(outcome, desk.commitments.of_run(desk.run_id), desk.commitments.now())
        write_report(outcome, _candidates(desk, state), desk.artifacts, now)
    except Exception as error:  # a page that cannot be drawn must not undo what was done to the network
        desk.record("report.failed", why=f"{type(error).__name__}: {error}")
        return outcome
    return outcome.model_copy(update={"report": str(desk.artifacts.page)})


def _candidates(desk: Desk, state: RunState) -> tuple[Candidate, ...]:
    """Return the candidates that the twin compared: with the change set that was judged, else the last that the planner tried."""
    if compared := _compared_when_judged(desk.artifacts, state):
        return compared
    observations = [desk.artifacts.load(name, Observation) for name in state["observations"]]
    comparison = latest(observations, compare_candidates)
    return comparison.candidates if comparison is not None else ()


def _compared_when_judged(artifacts: Artifacts, state: RunState) -> tuple[Candidate, ...]:
    """Return the candidates among which the judged one was chosen; at its due time it was tried once more without the others."""
    name = state.get("candidate")
    tried = artifacts.load_optional(name.removesuffix(DUE) if name else None, Tried)
    return tried.candidates if tried else ()


def outcome_of(desk: Desk, state: RunState) -> RunOutcome:
    """Return the outcome of a run in this state; `ending` must be set."""
    artifacts, ending = desk.artifacts, state["ending"]
    tried = artifacts.load_optional(state.get("candidate"), Tried)
    candidate = tried.candidate if tried else None
    verification = artifacts.load_optional(state.get("verification"), Verification)
    question = state.get("question") if ending["status"] == "asked" else None
    told = tuple(artifacts.load(name, Tell) for name in state.get("told", ()))
    requests = {approval.digest: _note(approval) for approval in desk.approvals.of_run(state["run_id"])}
    return RunOutcome(
        run_id=state["run_id"],
        status=ending["status"],
        message=ending["message"],
        text=state["text"],
        read_back=state.get("read_back", ""),
        intent=artifacts.load_optional(state.get("intent"), Intent),
        chosen=tried.change_set if tried else None,
        candidate=candidate,
        candidates=tuple(candidate.name for candidate in _compared_when_judged(artifacts, state)),
        prediction=candidate.predictions if candidate else (),
        observed=_observed(verification, candidate) if verification else (),
        twin_gap=tried.twin_gap if tried else {},
        timetable=artifacts.load_optional(state.get("timetable"), Timetable),
        events=tuple(artifacts.load_optional(state.get("events"), list[EventUse]) or ()),
        restrictions=standing_restrictions(desk),
        verification=verification,
        verdict=artifacts.load_optional(state.get("verdict"), Verdict),
        approval=requests.get(state.get("request", "")),
        earlier_requests=tuple(note for digest, note in requests.items() if digest != state.get("request")),
        standing=artifacts.load("standing", Standing) if artifacts.has("standing") else None,
        question=question["question"] if question else "",
        choices=tuple(question["choices"]) if question else (),
        nearest=ending.get("nearest", ""),
        recommendation=ending.get("recommendation", ""),
        tables=artifacts.load(ending["answer"], Finish).tables if ending.get("answer") else (),
        told=told,
        notes=(*state.get("notes", ()), *_unanswered(artifacts, state, told)),
        error=ending.get("error"),
        durations={name: round(seconds, 3) for name, seconds in state["durations"].items()},
        planner=desk.planner.name,
        mode=desk.mode,
        folder=str(artifacts.folder),
    )


def _unanswered(artifacts: Artifacts, state: RunState, told: Sequence[Tell]) -> list[str]:
    """Return which questions beside what was to be done the run has left open: none is dropped without a word."""
    reading = artifacts.load(state["reading"], Understand).reading if state.get("reading") else None
    if not isinstance(reading, Understood | NeedsMeasurement):
        return []
    answered = {one.question for one in told}
    return [f"not answered in this run: “{one.words}”" for one in reading.beside if one.words not in answered]


def _note(approval: Approval) -> ApprovalNote:
    at = datetime.fromtimestamp(approval.decided_at, UTC).isoformat() if approval.decided_at else ""
    return ApprovalNote(
        state=approval.state,
        digest=approval.digest,
        read_back=approval.subject.read_back,
        requested_by=approval.requested_by,
        decided_by=approval.decided_by or "",
        how=approval.how or "",
        at=at,
        note=approval.note or "",
        standing=approval.standing(),
    )


def _observed(verification: Verification, candidate: Candidate | None) -> tuple[ObservedKpi, ...]:
    predictions = {(kpi.kpi, kpi.slice): kpi for kpi in candidate.predictions} if candidate else {}
    targets = [ObservedKpi.of_target(check) for check in (*verification.targets, *verification.contexts)]
    # A prediction is for the intent's cells: only a check of these cells has a no-change value to compare with.
    bystanders = [
        ObservedKpi.of_bystander(check, None if check.no_change is None else predictions.get((check.kpi, check.slice)))
        for check in verification.bystanders
    ]
    return (*targets, *bystanders)
