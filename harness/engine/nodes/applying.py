"""Step `apply`: the only place where a change reaches the network.

The order matters, since a process may die between any two lines: the network is still the one that was approved → whole gate
judged again → approval consumed for this key → commitment recorded → (its time awaited, tried and judged again) → change applied
with the key → receipt recorded. A resumed step detects how far it got and continues.
"""

from __future__ import annotations

from datetime import datetime

from harness.commitments.ownership import CommitmentConflictError
from harness.commitments.rollback import is_absent, may_stand
from harness.engine.desk import Desk
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.nodes.judging import back_to_plan, key_of, plan_anew
from harness.engine.nodes.rejudging import rejudge, void
from harness.engine.nodes.reverting import closed
from harness.engine.nodes.scheduling import deadlines, on_newest_prediction, until_due, verification_end
from harness.engine.nodes.watching import NotInEffectError, require_in_effect
from harness.engine.state import RunState
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
    """Apply the approved change set once, to the network that it was approved for; raises OtherNetworkError."""
    desk.require_network()
    tried = desk.artifacts.load(state["candidate"], Tried)
    key = key_of(state, tried.change_set)
    is_committed = any(commitment.key == key for commitment in desk.commitments.of_run(state["run_id"]))
    refusal = None if is_committed else _commit(desk, state, key, tried)
    elsewhere = refusal or until_due(desk, state, key, tried)
    return elsewhere or on_newest_prediction(desk, key, _carry_out(desk, state, key, tried.change_set))


def _commit(desk: Desk, state: RunState, key: str, tried: Tried) -> RunState | None:
    """Consume the approval and open the commitment; return where the run goes instead if one of the conditions fails."""
    if (elsewhere := rejudge(desk, state, tried)) is not None:
        return elsewhere
    if not desk.approvals.consume(state["run_id"], state["request"], key):
        return void(desk.approvals.get(state["run_id"], state["request"]))
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
    desk.watch()


def _carry_out(desk: Desk, state: RunState, key: str, change_set: ChangeSet) -> RunState:
    commitment = desk.commitments.get(key)
    if commitment.state not in ("pending", "applied") or commitment.cancelled_by:
        return closed(desk, key, "it was not verified in time")
    if commitment.receipt is not None:
        return _verify_next(key, commitment.receipt)
    try:
        receipt = send(_actuator(desk), change_set, key, commitment.expectations["opened_at"])
        require_in_effect(desk, change_set)
    except (NetworkError, NotInEffectError) as error:
        return _not_applied(desk, state, key, error)
    _record(desk, key, change_set, receipt)
    return _verify_next(key, receipt)


def _not_applied(desk: Desk, state: RunState, key: str, error: Exception) -> RunState:
    """Go back to planning after a refusal of which nothing stands, as read back; otherwise take back what may stand."""
    commitment, is_outdated = desk.commitments.get(key), isinstance(error, StaleEditError | UnknownObjectError)
    if is_outdated and is_absent(desk.network, commitment):  # the old values are not there either: somebody else's are
        _refused(desk, key, error)
        return plan_anew(desk, state, [f"the network refused it: {error}"])
    if isinstance(error, NetworkUnavailableError | NotInEffectError) or may_stand(desk.network, commitment):
        desk.record("change.failed", key=key, why=str(error))
        return RunState(next="roll_back", key=key, ending={"status": "rolled back", "message": f"the apply failed: {error}"})
    _refused(desk, key, error)
    return back_to_plan(desk, state, [f"the network refused it: {error}"])


def _refused(desk: Desk, key: str, error: Exception) -> None:
    desk.commitments.reverted(key, f"refused by the network, nothing of it is applied, as read back: {error}")
    desk.record("change.refused", key=key, why=str(error))


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
    """Apply with the key; if the change is in effect already (a process died after its apply), return its receipt."""
    try:
        return network.apply(change_set, key)
    except (StaleEditError, InvalidChangeError, UnknownObjectError):
        if not all(standing.in_effect for standing in network.standing(change_set)):
            raise
        moment = datetime.fromisoformat(opened_at)
        return Receipt(
            digest=change_set.digest, idempotency_key=key, applied_at=moment, rollback=change_set.inverse(), replayed=True
        )
