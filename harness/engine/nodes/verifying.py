"""Step `verify`: after a dwell time the KPIs, not an acknowledgement, decide whether the change met its targets.

Harm ends the step at once; an inconclusive result is judged again with more windows, until the deadline.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.commitments.schedule import Schedule
from harness.engine.desk import Desk
from harness.engine.nodes.restoring import CONFIRMED, keep_until_end
from harness.engine.nodes.scheduling import predicted_window
from harness.engine.state import RunState, ended
from harness.records.tried import Tried
from harness.runtime.errors import CommitmentError, RunError
from harness.verification.comparison import Comparison
from harness.verification.result import Verification
from harness.verification.verify import verify as judge_kpis
from policies.intent import Intent
from policies.proposal import Candidate
from tools.twinning.outlook import WATCHED
from twins.network import KpiQuery, NetworkError

_BEFORE_WINDOWS = 12
_DEMAND = ("DRB.PdcpSduVolumeDL", "RRC.ConnMean")


def verify(desk: Desk, state: RunState) -> RunState:
    """Wait, compare the KPIs, and confirm the commitment or send the run to `roll_back`."""
    tried = desk.artifacts.load(state["candidate"], Tried)
    intent = desk.artifacts.load(state["intent"], Intent)
    try:
        verification = _observe(desk, state, tried, intent)
    except NetworkError as error:
        why = f"the KPIs could not be observed: {error}"
        return RunState(next="roll_back", ending={"status": "rolled back", "message": why})
    name = desk.artifacts.save("verification", verification)
    desk.record("change.verified", key=state["key"], outcome=verification.outcome, reasons=list(verification.reasons),
                windows=verification.windows_after)  # fmt: skip
    desk.emit("change.verified", verification=verification, candidate=tried.candidate)
    if verification.outcome == "confirmed":
        return _confirm(desk, state, name)
    why = "harm" if verification.outcome == "harmed" else "not confirmed before the deadline"
    message = f"{why}: {'; '.join(verification.reasons)}"
    return RunState(next="roll_back", verification=name, ending={"status": "rolled back", "message": message})


def _confirm(desk: Desk, state: RunState, name: str) -> RunState:
    """Confirm the commitment and end the run; `name` is the artifact of the verification."""
    try:
        if desk.commitments.get(state["key"]).restore_at is not None:
            return keep_until_end(desk, state, name)
        desk.commitments.confirmed(state["key"], "confirmed by KPIs")
    except CommitmentError:
        note = desk.commitments.get(state["key"]).note
        return RunState(**{**ended("rolled back", f"taken back before it was confirmed: {note}"), "verification": name})
    desk.record("commitment.confirmed", key=state["key"])
    return RunState(**{**ended("confirmed", CONFIRMED), "verification": name})


def _observe(desk: Desk, state: RunState, tried: Tried, intent: Intent) -> Verification:
    applied_at = datetime.fromisoformat(state["applied_at"])
    card = desk.network.describe()
    window, end = predicted_window(desk, state, tried), desk.commitments.get(state["key"]).timetable.restore_at
    plan = Schedule.of(desk.settings.commitment, applied_at, card.granularity_s, window, end)
    if plan.guard is not None:
        settled = applied_at + timedelta(seconds=desk.settings.commitment.settle_windows * card.granularity_s)
        # The predictions are for the intent's time window: earlier KPIs can only be compared with those before the change.
        unpredicted = tried.model_copy(update={"candidate": _without_predictions(tried)})
        early = _compare(desk, unpredicted, intent, (applied_at, settled, plan.guard))
        if early.outcome == "harmed":
            return early
    until = plan.first
    while True:
        verification = _compare(desk, tried, intent, (applied_at, plan.start, until))
        if verification.outcome != "inconclusive" or until >= plan.deadline:
            return verification
        until = min(until + plan.step, plan.deadline)


def _compare(desk: Desk, tried: Tried, intent: Intent, times: tuple[datetime, datetime, datetime]) -> Verification:
    applied_at, start, until = times
    wait_until(desk, until)
    card = desk.network.describe()
    kpis = tuple(
        dict.fromkeys(
            [
                *(kpi for kpi, _ in WATCHED),
                *_DEMAND,
                *(target.kpi for expectation in intent.expectations for target in expectation.targets),
            ]
        )
    )
    earliest = applied_at - timedelta(seconds=_BEFORE_WINDOWS * card.granularity_s)
    measured = desk.kpis.snapshot()
    before = measured.query(KpiQuery(kpis=kpis, start=earliest, end=applied_at))
    after = measured.query(KpiQuery(kpis=kpis, start=start, end=until))
    desk.artifacts.save("series", measured.query(KpiQuery(kpis=kpis, start=earliest)).to_records())
    if tried.candidate is None:
        raise RunError(f"run {desk.run_id}: its change set was applied without a prediction; see its verdict in the journal")
    return judge_kpis(Comparison(before, after, card, intent, tried.candidate, desk.settings.commitment.significance))


def _without_predictions(tried: Tried) -> Candidate | None:
    return None if tried.candidate is None else tried.candidate.model_copy(update={"predictions": (), "outlook": ()})


def wait_until(desk: Desk, moment: datetime) -> None:
    """Wait until the network time `moment`, emitting events before and after."""
    left = (moment - desk.clock.now()).total_seconds()
    if left > 0:
        desk.emit("time.passed", now=desk.clock.now(), until=moment)
        desk.clock.wait(left)
    desk.emit("time.passed", now=desk.clock.now(), until=moment)
