"""Step `apply`: the only place where a change reaches the network.

The order matters, since a process may die between any two lines: executor contract checked again → approval consumed for this
key → commitment recorded → (its time awaited, tried and judged again) → change applied with the key → receipt recorded.
A resumed step detects how far it got and continues.
"""

from __future__ import annotations

from datetime import datetime

from harness.commitments.rollback import applied_edits
from harness.commitments.store import CommitmentConflictError
from harness.commitments.watchdog import ensure_watchdog
from harness.engine.desk import Desk
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.nodes.judging import back_to_plan, case_of, key_of
from harness.engine.nodes.scheduling import deadlines, on_newest_prediction, until_due, verification_end
from harness.engine.state import RunState, ended
from harness.gate.gate import recheck
from harness.records.tried import Tried
from harness.runtime.errors import RunError
from policies.change import ChangeSet, Receipt
from twins.network import (
    InvalidChangeError,
    Network,
    NetworkError,
    NetworkUnavailableError,
    StaleEditError,
    UnknownObjectError,
)


def apply(desk: Desk, state: RunState) -> RunState:
    """Apply the approved change set once."""
    tried = desk.artifacts.load(state["candidate"], Tried)
    key = key_of(state, tried.change_set)
    is_committed = any(commitment.key == key for commitment in desk.commitments.of_run(state["run_id"]))
    refusal = None if is_committed else _commit(desk, state, key, tried)
    elsewhere = refusal or until_due(desk, state, key, tried)
    return elsewhere or on_newest_prediction(desk, key, _carry_out(desk, state, key, tried.change_set))


def _commit(desk: Desk, state: RunState, key: str, tried: Tried) -> RunState | None:
    """Consume the approval and open the commitment; return where the run goes instead if one of the conditions fails."""
    failures = recheck(case_of(desk, state, tried))
    if failures:
        return back_to_plan(desk, state, [f"{reason.rule}: {reason.message} ({reason.remedy})" for reason in failures])
    if not desk.approvals.consume(state["run_id"], tried.change_set.digest, key):
        return ended("rejected", "there is no valid approval for this change set")
    try:
        _open_commitment(desk, state, key, tried)
    except CommitmentConflictError as error:
        return back_to_plan(desk, state, [str(error)])
    return None


def _open_commitment(desk: Desk, state: RunState, key: str, tried: Tried) -> None:
    now, timetable = desk.clock.now(), timetable_in(desk, state)
    until = timetable.latest or verification_end(desk, state, tried, now)
    desk.commitments.open(
        key,
        state["run_id"],
        tried.change_set,
        network=desk.network_name,
        expectations={"candidate": state["candidate"], "opened_at": now.isoformat(), "until": until.isoformat()},
        timetable=timetable,
        **deadlines(desk, until, now, wall=0.0 if timetable.apply_at else desk.settings.commitment.wall_deadline),
    )
    desk.record("commitment.opened", key=key, digest=tried.change_set.digest, until=until.isoformat(),
                timetable=timetable.model_dump(mode="json", exclude_none=True))  # fmt: skip
    if timetable.apply_at:
        desk.emit("change.scheduled", timetable=timetable, to="apply")
    if desk.settings.commitment.watchdog and desk.has_url:
        ensure_watchdog(desk.paths)


def _carry_out(desk: Desk, state: RunState, key: str, change_set: ChangeSet) -> RunState:
    commitment = desk.commitments.get(key)
    if not commitment.is_open:
        return ended("rolled back", f"taken back before it was verified: {commitment.note}")
    if commitment.receipt is not None:
        return _verify_next(key, commitment.receipt)
    try:
        receipt = send(_actuator(desk), change_set, key, commitment.expectations["opened_at"])
    except NetworkUnavailableError as error:
        desk.record("change.failed", key=key, why=str(error))
        return RunState(next="roll_back", key=key, ending={"status": "rolled back", "message": f"the apply failed: {error}"})
    except NetworkError as error:
        desk.commitments.reverted(key, f"refused by the network, nothing was applied: {error}")
        desk.record("change.refused", key=key, why=str(error))
        return back_to_plan(desk, state, [f"the network refused it: {error}"])
    _record(desk, key, change_set, receipt)
    return _verify_next(key, receipt)


def _record(desk: Desk, key: str, change_set: ChangeSet, receipt: Receipt) -> None:
    at = receipt.applied_at.isoformat()
    desk.commitments.applied(key, receipt)
    desk.record("change.applied", key=key, digest=receipt.digest, at=at, replayed=receipt.replayed)
    desk.artifacts.save("applied", {"at": at})
    desk.emit("change.applied", change_set=change_set, receipt=receipt)


def _verify_next(key: str, receipt: Receipt) -> RunState:
    return RunState(next="verify", key=key, applied_at=receipt.applied_at.isoformat())


def _actuator(desk: Desk) -> Network:
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: shadow mode applies nothing")
    return desk.actuator


def send(network: Network, change_set: ChangeSet, key: str, opened_at: str) -> Receipt:
    """Apply with the key; if the change is applied already (a process died after its apply), return its receipt."""
    try:
        return network.apply(change_set, key)
    except (StaleEditError, InvalidChangeError, UnknownObjectError):
        applied, foreign = applied_edits(network, change_set)
        if foreign or change_set.policy_edits() or len(applied) < len(change_set.edits):
            raise
        moment = datetime.fromisoformat(opened_at)
        return Receipt(
            digest=change_set.digest, idempotency_key=key, applied_at=moment, rollback=change_set.inverse(), replayed=True
        )
