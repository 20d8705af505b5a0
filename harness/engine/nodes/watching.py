"""Whether an applied change is still in effect is asked for as long as it is verified: enforced once does not mean enforced.

An edit that is no longer in effect raises an alarm. Unless its state is merely unknown, it ends the verification at once; an
unknown one may become known again, but a change is confirmed only while every edit is known to be in effect.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from harness.commitments.network_identity import OtherNetworkError
from harness.engine.desk import Desk
from harness.engine.state import RunState
from harness.records.standing import Standing
from harness.records.tried import Tried
from harness.runtime.errors import HarnessError
from policies.change import ChangeSet
from twins.network import NetworkError
from twins.standing import EditState

_LAST_ASKS, _PAUSE_S = 3, 0.5


class NotInEffectError(HarnessError):
    """An edit of the change is not in effect any more, or nobody can tell."""


def wait_in_effect(desk: Desk, change_set: ChangeSet, until: datetime) -> None:
    """Wait until the network time `until`, and ask after each KPI window; raises NotInEffectError.

    A change that a person has cancelled is not watched any more, and its absence is no alarm.
    """
    step = timedelta(seconds=desk.network.describe().granularity_s)
    _require(desk, change_set)
    while (now := desk.clock.now()) < until:
        desk.emit("time.passed", now=now, until=until)
        desk.clock.wait(min(step, until - now).total_seconds())
        desk.watch()
        _require(desk, change_set)
    desk.emit("time.passed", now=desk.clock.now(), until=until)


def require_in_effect(desk: Desk, change_set: ChangeSet) -> None:
    """Raise NotInEffectError unless every edit is known to be in effect; an unknown one is asked for a few times."""
    for number in range(_LAST_ASKS):
        unknown = _require(desk, change_set)
        if not unknown:
            return
        if number < _LAST_ASKS - 1:
            time.sleep(_PAUSE_S)
    raise NotInEffectError(f"whether it is in effect cannot be told: {'; '.join(unknown)}")


def not_in_effect(desk: Desk, state: RunState, error: NotInEffectError) -> RunState:
    """Return the update that takes back a change that is not in effect."""
    desk.record("change.verified", key=state["key"], outcome="not in effect", reasons=[str(error)])
    return RunState(next="roll_back", ending={"status": "rolled back", "message": f"not in effect: {error}"})


def change_of(desk: Desk, state: RunState) -> ChangeSet:
    """Return the change set that the run has applied."""
    return desk.artifacts.load(state["candidate"], Tried).change_set


def _require_network(desk: Desk) -> None:
    """Raise OtherNetworkError if another network answers, whose edits and KPIs say nothing about the change."""
    try:
        desk.require_network()
    except OtherNetworkError:
        raise
    except NetworkError:
        return  # nobody answers: the state of the edits is unknown, which is judged next


def _require(desk: Desk, change_set: ChangeSet) -> list[str]:
    """Ask once; return the edits of unknown state, raise NotInEffectError for one that is known not to be in effect."""
    if cancelled := [one for one in desk.commitments.of_run(desk.run_id) if one.cancelled_by]:
        raise NotInEffectError(f"cancelled by {cancelled[-1].cancelled_by}")
    _require_network(desk)
    standings = desk.network.standing(change_set)
    lost = [standing for standing in standings if not standing.in_effect]
    lines = [standing.describe() for standing in lost]
    last = desk.artifacts.load("standing", Standing) if desk.artifacts.has("standing") else None
    if last is None or last.edits != standings:
        desk.artifacts.save("standing", Standing(at=desk.clock.now(), edits=standings))
        if lost:
            desk.record("change.alarm", digest=change_set.digest, edits=lines)
            desk.emit("change.alarm", standings=standings)
    if any(standing.state is not EditState.UNKNOWN for standing in lost):
        raise NotInEffectError("; ".join(lines))
    return lines
