"""Step `apply`: the only place where a change reaches the network.

The order matters, since a process may die between any two lines: whole gate judged again → approval consumed for this
key → commitment recorded → change applied with the key → receipt recorded. A resumed step detects how far it got and continues.
"""

from __future__ import annotations

from datetime import datetime

from harness.commitments.rollback import may_stand
from harness.commitments.schedule import Schedule
from harness.commitments.store import CommitmentConflictError
from harness.engine.desk import Desk
from harness.engine.nodes.judging import back_to_plan, key_of
from harness.engine.nodes.rejudging import rejudge, void
from harness.engine.nodes.reverting import closed
from harness.engine.nodes.watching import NotInEffectError, require_in_effect
from harness.engine.state import RunState
from harness.records.tried import Tried
from harness.runtime.embedded_place import is_embedded
from harness.runtime.errors import RunError
from policies.change import ChangeSet, Receipt
from policies.intent import Intent
from twins.network import (
    InvalidChangeError,
    Network,
    NetworkError,
    NetworkUnavailableError,
    StaleEditError,
    UnknownObjectError,
)

_STANDING_STILL_S = 10 * 365 * 86_400.0


def apply(desk: Desk, state: RunState) -> RunState:
    """Apply the approved change set once."""
    tried = desk.artifacts.load(state["candidate"], Tried)
    key = key_of(state, tried.change_set)
    is_committed = any(commitment.key == key for commitment in desk.commitments.of_run(state["run_id"]))
    refusal = None if is_committed else _commit(desk, state, key, tried)
    return refusal or _carry_out(desk, state, key, tried.change_set)


def _commit(desk: Desk, state: RunState, key: str, tried: Tried) -> RunState | None:
    """Consume the approval and open the commitment; return where the run goes instead if one of the conditions fails."""
    if (elsewhere := rejudge(desk, state, tried)) is not None:
        return elsewhere
    if not desk.approvals.consume(state["run_id"], state["request"], key):
        return void(desk.approvals.get(state["run_id"], state["request"]))
    try:
        _open_commitment(desk, state, key, tried.change_set)
    except CommitmentConflictError as error:
        return back_to_plan(desk, state, [str(error)])
    return None


def _open_commitment(desk: Desk, state: RunState, key: str, change_set: ChangeSet) -> None:
    now = desk.clock.now()
    intent = desk.artifacts.load(state["intent"], Intent)
    plan = Schedule.of(desk.settings.commitment, now, desk.network.describe().granularity_s, intent.window)
    until = plan.deadline + plan.grace
    desk.commitments.open(
        key,
        state["run_id"],
        change_set,
        network=desk.network_name,
        deadline_s=desk.settings.commitment.wall_deadline or _wall_deadline_s(desk, (until - now).total_seconds()),
        network_deadline=until.timestamp(),
        expectations={"candidate": state["candidate"], "opened_at": now.isoformat(), "until": until.isoformat()},
    )
    desk.record("commitment.opened", key=key, digest=change_set.digest, until=until.isoformat())
    desk.watch()


def _wall_deadline_s(desk: Desk, network_s: float) -> float:
    """Return the wall time that a network needs for `network_s`; an embedded one, whose time may stand still, may need years."""
    return max(_STANDING_STILL_S, network_s) if is_embedded(desk.network_name) else network_s


def _carry_out(desk: Desk, state: RunState, key: str, change_set: ChangeSet) -> RunState:
    commitment = desk.commitments.get(key)
    if commitment.state not in ("pending", "applied"):
        return closed(desk, key, "before it was verified")
    if commitment.receipt is not None:
        return _verify_next(key, commitment.receipt)
    try:
        receipt = send(_actuator(desk), change_set, key, commitment.expectations["opened_at"])
        require_in_effect(desk, change_set)
    except (NetworkError, NotInEffectError) as error:
        return _not_applied(desk, state, key, change_set, error)
    _record(desk, key, change_set, receipt)
    return _verify_next(key, receipt)


def _not_applied(desk: Desk, state: RunState, key: str, change_set: ChangeSet, error: Exception) -> RunState:
    """Go back to planning after a refusal of which nothing stands, as read back; otherwise take back what may stand."""
    if isinstance(error, NetworkUnavailableError | NotInEffectError) or may_stand(desk.network, change_set):
        desk.record("change.failed", key=key, why=str(error))
        return RunState(next="roll_back", key=key, ending={"status": "rolled back", "message": f"the apply failed: {error}"})
    desk.commitments.reverted(key, f"refused by the network, nothing of it is applied, as read back: {error}")
    desk.record("change.refused", key=key, why=str(error))
    return back_to_plan(desk, state, [f"the network refused it: {error}"])


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
