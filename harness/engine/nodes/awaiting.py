"""Step `await_approval`: waits for a verdict, and reads it from the approvals, not from the value that woke the graph."""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from harness.engine.desk import Desk
from harness.engine.interrupts import ApprovalInterrupt
from harness.engine.nodes.judging import back_to_plan
from harness.engine.nodes.rejudging import void
from harness.engine.state import RunState, ended


def await_approval(desk: Desk, state: RunState) -> RunState:
    """Wait, then follow the verdict in the approvals. No verdict means no."""
    wake_up: Any = interrupt(ApprovalInterrupt(kind="approval", run_id=state["run_id"], digest=state["request"]))
    if isinstance(wake_up, dict) and wake_up.get("edited"):
        return RunState(next="validate", edited=str(wake_up["edited"]))
    approval = desk.approvals.get(state["run_id"], state["request"])
    if approval.state in ("approved", "consumed"):
        return RunState(next="apply")
    if approval.state == "rejected" and approval.note:
        return back_to_plan(desk, state, [f"{approval.decided_by} rejected it: {approval.note}"])
    if approval.state == "rejected":
        return ended("rejected", f"rejected by {approval.decided_by} ({approval.how})")
    # The process ended after a person had edited the change set and before the graph was told.
    if approval.state == "withdrawn" and approval.edited_as:
        return RunState(next="validate", edited=approval.edited_as)
    return void(approval)
