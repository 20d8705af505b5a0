"""Step `verify`: after a dwell time the KPIs, not an acknowledgement, decide whether the change met its targets.

Harm ends the step at once; an inconclusive result is judged again with more windows, until the deadline. Then the change is taken
back, or a person is asked (`commitment.on_inconclusive`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.commitments.network_identity import OtherNetworkError
from harness.commitments.schedule import Schedule
from harness.engine.desk import Desk
from harness.engine.nodes.restoring import CONFIRMED, HARMLESS, keep_until_end
from harness.engine.nodes.reverting import closed
from harness.engine.nodes.scheduling import predicted_window
from harness.engine.nodes.watching import NotInEffectError, change_of, not_in_effect, require_in_effect, wait_in_effect
from harness.engine.outcome_choices import CHOICES
from harness.engine.state import Ending, RunState, ended
from harness.records.tried import Tried
from harness.runtime.errors import CommitmentError, RunError
from harness.verification.observation import WINDOWS_BEFORE, needed_kpis, observed
from harness.verification.result import Verification
from harness.verification.sequence import look_until_settled
from harness.verification.verify import verify as judge_kpis
from policies.intent import Intent
from policies.proposal import Candidate
from twins.network import KpiQuery, NetworkError


def verify(desk: Desk, state: RunState) -> RunState:
    """Wait, compare the KPIs, and confirm the commitment, send the run to `roll_back`, or ask a person if nothing is proved."""
    commitment = desk.commitments.get(state["key"])
    if commitment.state in ("reverted", "settled") or commitment.cancelled_by:  # by the watchdog or a person
        return closed(desk, state["key"], "not confirmed before its deadline")
    tried = desk.artifacts.load(state["candidate"], Tried)
    intent = desk.artifacts.load(state["intent"], Intent)
    try:
        verification = _observe(desk, state, tried, intent)
    except NotInEffectError as error:
        return not_in_effect(desk, state, error)
    except NetworkError as error:
        return _inconclusive(desk, RunState(), f"the KPIs could not be observed: {error}")
    name = desk.artifacts.save("verification", verification)
    desk.record("change.verified", key=state["key"], outcome=verification.outcome, reasons=list(verification.reasons),
                windows=verification.windows_after, notes=list(verification.notes),
                edits=[edit.describe() for edit in verification.edits])  # fmt: skip
    desk.emit("change.verified", verification=verification, candidate=tried.candidate)
    reasons = "; ".join(verification.reasons)
    if verification.outcome == "confirmed":
        return _confirm(desk, state, name, verification, CONFIRMED if intent.bounds() else HARMLESS)
    if verification.outcome == "harmed":
        return RunState(next="roll_back", verification=name, ending={"status": "rolled back", "message": f"harm: {reasons}"})
    return _inconclusive(desk, RunState(verification=name), f"not confirmed before the deadline: {reasons}")


def _inconclusive(desk: Desk, update: RunState, why: str) -> RunState:
    """Take the change back, or ask a person, as `commitment.on_inconclusive` says."""
    message = f"inconclusive, {why}"
    if desk.settings.commitment.on_inconclusive == "ask":
        return RunState(**{**update, "next": "consult", "question": {"question": message, "choices": list(CHOICES)}})
    return RunState(**{**update, "next": "roll_back", "ending": {"status": "inconclusive", "message": message}})


def _confirm(desk: Desk, state: RunState, name: str, verification: Verification, finding: str) -> RunState:
    """Confirm the commitment and end the run with the `finding`; `name` is the artifact of the verification."""
    try:
        require_in_effect(desk, change_of(desk, state))
        message = "; ".join([finding, *verification.notes])
        if desk.commitments.get(state["key"]).restore_at is not None:
            kept = keep_until_end(desk, state, Ending(status="confirmed", message=message))
            return RunState(**{**kept, "verification": name})
        desk.commitments.confirmed(state["key"], "confirmed by KPIs")
    except NotInEffectError as error:
        return RunState(**{**not_in_effect(desk, state, error), "verification": name})
    except OtherNetworkError as error:
        return _inconclusive(desk, RunState(verification=name), str(error))
    except CommitmentError:
        return RunState(**{**closed(desk, state["key"], "not confirmed in time"), "verification": name})
    desk.record("commitment.confirmed", key=state["key"])
    return RunState(**{**ended("confirmed", message), "verification": name})


def _observe(desk: Desk, state: RunState, tried: Tried, intent: Intent) -> Verification:
    applied_at = datetime.fromisoformat(state["applied_at"])
    card = desk.network.describe()
    window, end = predicted_window(desk, state, tried), desk.commitments.get(state["key"]).timetable.restore_at
    plan = Schedule.of(desk.settings.commitment, applied_at, card.granularity_s, window, end)
    if plan.guard is not None:
        # The predictions are for the intent's time window: earlier KPIs can only be compared with those before the change.
        unpredicted = tried.model_copy(update={"candidate": _without_predictions(tried)})
        early = _compare(desk, unpredicted, intent, (applied_at, plan.settled, plan.guard))
        if early.outcome == "harmed":
            return early
    start = max(plan.start, datetime.fromisoformat(state["watch_from"])) if "watch_from" in state else plan.start
    delay = start - plan.start

    def look(start: datetime, until: datetime, share: float) -> Verification:
        return _compare(desk, tried, intent, (applied_at, start, until), share)

    first, deadline = (min(moment + delay, end) if end else moment + delay for moment in (plan.first, plan.deadline))
    return look_until_settled(look, start, first, plan.step, deadline)


def _compare(
    desk: Desk, tried: Tried, intent: Intent, times: tuple[datetime, datetime, datetime], share: float = 1.0
) -> Verification:
    applied_at, _, until = times
    wait_in_effect(desk, tried.change_set, until)
    if tried.candidate is None:
        raise RunError(f"run {desk.run_id}: its change set was applied without a prediction; see its verdict in the journal")
    card, measured = desk.network.describe(), desk.kpis.snapshot()
    earliest = applied_at - timedelta(seconds=WINDOWS_BEFORE * card.granularity_s)
    desk.artifacts.save("series", measured.query(KpiQuery(kpis=needed_kpis(intent), start=earliest)).to_records())
    return judge_kpis(observed(measured, card, intent, tried.candidate, desk.settings.commitment, times, share))


def _without_predictions(tried: Tried) -> Candidate | None:
    nothing = {"predictions": (), "outlook": (), "effects": None}
    return None if tried.candidate is None else tried.candidate.model_copy(update=nothing)
