"""Step `consult`: a person decides on an applied change whose verification is inconclusive. No answer takes it back.

Nothing precedes the interrupt, since a resumed step starts from its beginning.
"""

from __future__ import annotations

from datetime import datetime

from langgraph.types import interrupt

from harness.commitments.schedule import Schedule
from harness.engine.desk import Desk
from harness.engine.interrupts import OutcomeInterrupt
from harness.engine.outcome_choices import CHOICES, KEEP, KEEP_WATCHING, choice_of
from harness.engine.state import RunState, ended
from harness.records.person import current_person
from harness.runtime.errors import CommitmentError
from policies.intent import Intent


def consult(desk: Desk, state: RunState) -> RunState:
    """Wait for the decision and follow it: keep the change, keep watching it, or take it back."""
    question = state["question"]["question"]
    answer = interrupt(OutcomeInterrupt(kind="outcome", question=question, choices=list(CHOICES)))
    choice, who = choice_of(answer), str(current_person())
    desk.record("outcome.decided", key=state["key"], question=question, choice=choice, answer=str(answer), who=who)
    try:
        if choice == KEEP:
            return _keep(desk, state, who)
        if choice == KEEP_WATCHING:
            return _keep_watching(desk, state)
    except CommitmentError:
        note = desk.commitments.get(state["key"]).note
        return ended("inconclusive", f"{question}; before it was decided, the watchdog acted: {note}")
    return RunState(next="roll_back", ending={"status": "inconclusive", "message": question})


def _keep(desk: Desk, state: RunState, who: str) -> RunState:
    desk.commitments.confirmed(state["key"], f"kept by {who} though inconclusive")
    desk.record("commitment.kept", key=state["key"], who=who)
    return ended("inconclusive", f"{state['question']['question']}; {who} decided to keep it")


def _keep_watching(desk: Desk, state: RunState) -> RunState:
    """Extend the commitment by as long as a verification takes, and begin it again from now."""
    intent = desk.artifacts.load(state["intent"], Intent)
    settings, now = desk.settings.commitment, desk.clock.now()
    applied_at = datetime.fromisoformat(state["applied_at"])
    plan = Schedule.of(settings, applied_at, desk.network.describe().granularity_s, intent.window)
    left = plan.deadline - plan.start + plan.grace
    desk.commitments.extend(state["key"], settings.wall_deadline or left.total_seconds(), (now + left).timestamp())
    return RunState(next="verify", watch_from=now.isoformat())
