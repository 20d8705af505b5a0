"""Step `consult`: a person decides on an applied change whose verification is inconclusive. No answer takes it back.

Whoever keeps a change that nothing proved approves it a second time: they must be allowed to, else it is taken back.

Nothing precedes the interrupt, since a resumed step starts from its beginning.
"""

from __future__ import annotations

from datetime import datetime

from langgraph.types import interrupt

from harness.commitments.schedule import Schedule
from harness.engine.desk import Desk
from harness.engine.interrupts import OutcomeInterrupt
from harness.engine.nodes.restoring import keep_until_end
from harness.engine.nodes.reverting import closed
from harness.engine.nodes.scheduling import predicted_window
from harness.engine.outcome_choices import CHOICES, KEEP, KEEP_WATCHING, TAKE_BACK, choice_of
from harness.engine.state import Ending, RunState, ended
from harness.records.person import current_person
from harness.records.tried import Tried
from harness.runtime.errors import CommitmentError


def consult(desk: Desk, state: RunState) -> RunState:
    """Wait for the decision and follow it: keep the change, keep watching it, or take it back."""
    question = state["question"]["question"]
    answer = interrupt(OutcomeInterrupt(kind="outcome", question=question, choices=list(CHOICES)))
    choice, who = choice_of(answer), str(current_person())
    desk.record("outcome.decided", key=state["key"], question=question, choice=choice, answer=str(answer), who=who)
    if choice != TAKE_BACK and (objection := _objection(desk, state)):
        desk.record("outcome.refused", key=state["key"], choice=choice, who=who, why=objection)
        return _take_back(f"{question}; it is taken back, since {objection}")
    if choice != TAKE_BACK:
        desk.require_network()
    try:
        if choice == KEEP:
            return _keep(desk, state, who)
        if choice == KEEP_WATCHING:
            return _keep_watching(desk, state)
    except CommitmentError:
        commitment = desk.commitments.get(state["key"])
        if commitment.cancelled_by:
            return closed(desk, state["key"], question)
        return ended("inconclusive", f"{question}; before it was decided, the watchdog acted: {commitment.note}")
    return _take_back(question)


def _take_back(message: str) -> RunState:
    return RunState(next="roll_back", ending={"status": "inconclusive", "message": message})


def _objection(desk: Desk, state: RunState) -> str:
    """Return why the person may not keep the change that was approved, empty if they may."""
    approval = desk.approvals.get(desk.run_id, state["request"])
    return desk.approvers.objection(approval.facts, current_person(), approval.requested_by)


def _keep(desk: Desk, state: RunState, who: str) -> RunState:
    note, message = f"kept by {who} though inconclusive", f"{state['question']['question']}; {who} decided to keep it"
    desk.record("commitment.kept", key=state["key"], who=who)
    if desk.commitments.get(state["key"]).restore_at is not None:
        return keep_until_end(desk, state, Ending(status="inconclusive", message=message), note)
    desk.commitments.confirmed(state["key"], note)
    return ended("inconclusive", message)


def _keep_watching(desk: Desk, state: RunState) -> RunState:
    """Extend the commitment by as long as a verification takes, and begin it again from now."""
    tried, end = desk.artifacts.load(state["candidate"], Tried), desk.commitments.get(state["key"]).timetable.restore_at
    settings, now = desk.settings.commitment, desk.clock.now()
    applied_at = datetime.fromisoformat(state["applied_at"])
    plan = Schedule.of(settings, applied_at, desk.network.describe().granularity_s, predicted_window(desk, state, tried), end)
    left = plan.deadline - plan.start + plan.grace
    left = min(left, end - now + plan.grace) if end else left
    desk.commitments.extend(state["key"], settings.wall_deadline or left.total_seconds(), (now + left).timestamp())
    return RunState(next="verify", watch_from=now.isoformat())
