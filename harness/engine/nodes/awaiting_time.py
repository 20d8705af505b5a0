"""Steps `await_start` and `await_end`: wait for the time at which a scheduled change is applied, and restored.

Each interrupt is alone in its step. Whoever drives the run lets the time pass, or leaves the run, which is then resumed later;
the step that follows looks at the network's clock itself.
"""

from __future__ import annotations

from typing import Literal

from langgraph.types import interrupt

from harness.engine.desk import Desk
from harness.engine.interrupts import TimeInterrupt
from harness.engine.state import RunState


def await_start(desk: Desk, state: RunState) -> RunState:
    """Wait until the change is to be applied."""
    return _wait(desk, state, "apply")


def await_end(desk: Desk, state: RunState) -> RunState:
    """Wait until the change is to be restored."""
    return _wait(desk, state, "restore")


def _wait(desk: Desk, state: RunState, to: Literal["apply", "restore"]) -> RunState:
    timetable = desk.commitments.get(state["key"]).timetable
    moment = timetable.apply_at if to == "apply" else timetable.restore_at
    interrupt(TimeInterrupt(kind="time", to=to, at=moment.isoformat() if moment else ""))
    return RunState(next=to)
