"""One run's graph, driven from interrupt to interrupt."""

from __future__ import annotations

import sqlite3
from typing import Any

from harness.approvals.approver import Answerer, ApprovalAnswer, ApprovalQuestion, Approver
from harness.engine.desk import Desk
from harness.records.outcome import RunOutcome
from harness.records.tried import Tried
from harness.runtime.errors import ApprovalError
from policies.verdict import Verdict


class Drive:
    """Drives one graph from interrupt to interrupt."""

    def __init__(self, desk: Desk, approver: Approver | None, answerer: Answerer | None) -> None:
        self._desk = desk
        self._approver = approver
        self._answerer = answerer

    def run(self, given: Any) -> RunOutcome:
        """Run from the state `given`, or from the last checkpoint where it is None, until the run ends or has to wait."""
        from langgraph.checkpoint.sqlite import SqliteSaver
        from langgraph.types import Command

        from harness.engine.graph import build_graph

        desk = self._desk
        connection = sqlite3.connect(desk.paths.checkpoints, check_same_thread=False, timeout=30)
        try:
            graph = build_graph(desk, SqliteSaver(connection))
            config = {
                "configurable": {"thread_id": desk.run_id},
                "recursion_limit": 6 * desk.settings.limits.decisions + 50,
            }
            waiting = None if given else _interrupt(graph, config)
            while True:
                if waiting is None:
                    graph.invoke(given, config, durability="sync")
                    waiting = _interrupt(graph, config)
                if waiting is None:
                    return desk.artifacts.load("outcome", RunOutcome)
                desk.runs.set_status(desk.run_id, _status_of(waiting))  # so that `twinpilot runs` elsewhere tells what is needed
                woken = self._attend(waiting)
                if woken is None:
                    return self._left_waiting(waiting, graph.get_state(config).values)
                desk.runs.set_status(desk.run_id, "running")
                given, waiting = Command(resume=woken), None
        finally:
            connection.close()

    def _attend(self, waiting: dict[str, Any]) -> Any:
        """Return what wakes the graph, or None where nobody is there."""
        if waiting["kind"] == "question":
            self._desk.emit("question.asked", question=waiting["question"], choices=tuple(waiting["choices"]))
            return self._answerer(waiting["question"], tuple(waiting["choices"])) if self._answerer else None
        return self._ask_approval(waiting)

    def _ask_approval(self, waiting: dict[str, Any]) -> Any:
        desk = self._desk
        approval = desk.approvals.get(waiting["run_id"], waiting["digest"])
        if approval.state != "pending":
            return {"kind": "decided"}
        if self._approver is None:
            return None
        question = self._question(approval.digest)
        desk.emit("approval.needed", approval=approval, question=question)
        answer = self._approver(question)
        if answer is None:
            return {"kind": "decided"} if desk.approvals.get(desk.run_id, approval.digest).state != "pending" else None
        return self._decide(approval.digest, answer)

    def _question(self, digest: str) -> ApprovalQuestion:
        artifacts = self._desk.artifacts
        newest = max(artifacts.folder.glob(f"verdict-{digest[:16]}-*.json"), key=lambda path: path.stat().st_mtime_ns).stem
        tried = artifacts.load(newest.replace("verdict-", "tried-", 1), Tried)
        return ApprovalQuestion(self._desk.approvals.get(self._desk.run_id, digest), tried, artifacts.load(newest, Verdict))

    def _decide(self, digest: str, answer: ApprovalAnswer) -> Any:
        desk = self._desk
        approved = answer.approved and answer.edited is None
        note = "edited" if answer.edited is not None else answer.note
        try:
            desk.approvals.decide(desk.run_id, digest, approved, answer.who, answer.how, note=note)
        except ApprovalError:
            # Somebody else was faster, or the time ran out: what stands counts.
            return {"kind": "decided"}
        desk.record("approval.decided", digest=digest, approved=approved, who=answer.who, how=answer.how, note=note)
        desk.emit("approval.given", approved=approved, answer=answer)
        if answer.edited is None:
            return {"kind": "decided"}
        return {"kind": "edited", "edited": desk.artifacts.save(f"edited-{answer.edited.digest[:16]}", answer.edited)}

    def _left_waiting(self, waiting: dict[str, Any], state: dict[str, Any]) -> RunOutcome:
        from harness.engine.nodes.reporting import outcome_of

        asked = waiting["kind"] == "question"
        message = str(waiting["question"]) if asked else "a human's verdict is awaited: twinpilot approve (or reject) this run"
        status = _status_of(waiting)
        outcome = outcome_of(self._desk, {**state, "ending": {"status": status, "message": message}})  # type: ignore[typeddict-item]
        self._desk.runs.set_status(self._desk.run_id, status)
        self._desk.record("run.waiting", status=status, message=message)
        self._desk.emit("run.ended", outcome=outcome)
        return outcome


def _status_of(waiting: dict[str, Any]) -> str:
    return "asked" if waiting["kind"] == "question" else "awaiting approval"


def _interrupt(graph: Any, config: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the graph waits for, or None."""
    interrupts = graph.get_state(config).interrupts
    return dict(interrupts[0].value) if interrupts else None
