"""Drives one run's graph from interrupt to interrupt: asks whoever is there, and wakes the graph with the answer."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from harness.approvals.approver import Answerer, ApprovalAnswer, ApprovalQuestion, Approver
from harness.commitments.timetable import moment_text
from harness.engine.desk import Desk
from harness.engine.interrupts import (
    ApprovalInterrupt,
    Decided,
    Due,
    Edited,
    Interrupt,
    QuestionInterrupt,
    TimeInterrupt,
    WakeUp,
    status_of,
)
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.patience import wait_through_outages
from harness.engine.state import Ending, RunState
from harness.records.outcome import RunOutcome
from harness.records.tried import Tried
from harness.runtime.errors import ApprovalError
from policies.verdict import Verdict


class Drive:
    """Drives the graph of the desk's run; without an approver or answerer the run is left waiting where it needs one.

    `waits`: whether the time of a scheduled change is awaited; else the run is left waiting for it.
    """

    def __init__(self, desk: Desk, approver: Approver | None, answerer: Answerer | None, waits: bool = True) -> None:
        self._desk = desk
        self._approver = approver
        self._answerer = answerer
        self._waits = waits
        self._outage = ""

    def run(self, initial: RunState | None) -> RunOutcome:
        """Run from the initial state, or from the last checkpoint if None, until the run ends or nobody is there to ask."""
        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = sqlite3.connect(self._desk.paths.checkpoints, check_same_thread=False, timeout=30)
        try:
            return self._run(_CheckpointedGraph(self._desk, SqliteSaver(connection)), initial)
        finally:
            connection.close()

    def _run(self, graph: _CheckpointedGraph, initial: RunState | None) -> RunOutcome:
        from langgraph.types import Command

        desk = self._desk
        interrupt = (None if initial else graph.interrupt()) or graph.advance(initial)
        while interrupt is not None:
            desk.runs.set_status(desk.run_id, status_of(interrupt))  # so that `twinpilot runs` shows what is awaited
            wake_up = self._attend(interrupt, graph)
            if wake_up is None:
                return self._leave_waiting(interrupt, graph.state())
            desk.runs.set_status(desk.run_id, "running")
            interrupt = graph.advance(Command(resume=wake_up))
        return desk.artifacts.load("outcome", RunOutcome)

    def _attend(self, interrupt: Interrupt, graph: _CheckpointedGraph) -> WakeUp | None:
        """Return what wakes the graph, or None if nobody is there."""
        if interrupt["kind"] == "question":
            return self._ask(interrupt)
        if interrupt["kind"] == "time":
            return self._await_time(interrupt)
        return self._ask_approval(interrupt, graph.state())

    def _await_time(self, interrupt: TimeInterrupt) -> Due | None:
        moment = datetime.fromisoformat(interrupt["at"])
        if not self._waits and self._desk.clock.now() < moment:
            return None
        self._outage = wait_through_outages(self._desk, moment)
        return None if self._outage else Due(kind="due")

    def _ask(self, interrupt: QuestionInterrupt) -> str | None:
        question, choices = interrupt["question"], tuple(interrupt["choices"])
        self._desk.emit("question.asked", question=question, choices=choices)
        return self._answerer(question, choices) if self._answerer else None

    def _ask_approval(self, interrupt: ApprovalInterrupt, state: RunState) -> WakeUp | None:
        digest = interrupt["digest"]
        if self._is_decided(digest):
            return Decided(kind="decided")
        if self._approver is None:
            return None
        question = self._question(digest, state)
        self._desk.emit("approval.needed", approval=question.approval, question=question)
        answer = self._approver(question)
        if answer is not None:
            return self._record(digest, answer)
        return Decided(kind="decided") if self._is_decided(digest) else None

    def _is_decided(self, digest: str) -> bool:
        return self._desk.approvals.get(self._desk.run_id, digest).state != "pending"

    def _question(self, digest: str, state: RunState) -> ApprovalQuestion:
        return ApprovalQuestion(
            approval=self._desk.approvals.get(self._desk.run_id, digest),
            tried=self._desk.artifacts.load(state["candidate"], Tried),
            verdict=self._desk.artifacts.load(state["verdict"], Verdict),
            timetable=timetable_in(self._desk, state),
        )

    def _record(self, digest: str, answer: ApprovalAnswer) -> Decided | Edited:
        desk = self._desk
        approved = answer.approved and answer.edited is None
        note = "edited" if answer.edited is not None else answer.note
        try:
            desk.approvals.decide(desk.run_id, digest, approved, answer.who, answer.how, note=note)
        except ApprovalError:
            # Another process decided first, or the request expired: the graph reads the verdict from the approvals.
            return Decided(kind="decided")
        desk.record("approval.decided", digest=digest, approved=approved, who=answer.who, how=answer.how, note=note)
        desk.emit("approval.given", approved=approved, answer=answer)
        if answer.edited is None:
            return Decided(kind="decided")
        return Edited(kind="edited", edited=desk.artifacts.save(f"edited-{answer.edited.digest[:16]}", answer.edited))

    def _leave_waiting(self, interrupt: Interrupt, state: RunState) -> RunOutcome:
        from harness.engine.nodes.reporting import outcome_of

        status = status_of(interrupt)
        message = _message(interrupt) + (f"; it was no longer awaited: {self._outage}" if self._outage else "")
        waiting: RunState = {**state, "ending": Ending(status=status, message=message)}
        outcome = outcome_of(self._desk, waiting)
        self._desk.runs.set_status(self._desk.run_id, status)
        self._desk.record("run.waiting", status=status, message=message)
        self._desk.emit("run.ended", outcome=outcome)
        return outcome


def _message(interrupt: Interrupt) -> str:
    """Return what a run that waits says."""
    if interrupt["kind"] == "question":
        return interrupt["question"]
    if interrupt["kind"] == "approval":
        return "a human's verdict is awaited: twinpilot approve (or reject) this run"
    moment = moment_text(datetime.fromisoformat(interrupt["at"]))
    if interrupt["to"] == "apply":
        return f"approved and scheduled: nothing is applied before {moment} network time, and then only if this run is continued"
    return (
        f"confirmed by KPIs and in force: it is restored at {moment} network time, by the watchdog if this run is not continued"
    )


class _CheckpointedGraph:
    """A run's graph with its checkpoints."""

    def __init__(self, desk: Desk, checkpointer: Any) -> None:
        from harness.engine.graph import build_graph

        self._graph = build_graph(desk, checkpointer)
        self._config = {
            "configurable": {"thread_id": desk.run_id},
            "recursion_limit": 6 * desk.settings.limits.decisions + 50,
        }

    def advance(self, command: Any) -> Interrupt | None:
        """Run until the next interrupt and return it, or None once the run has ended; None goes on from the checkpoint."""
        self._graph.invoke(command, self._config, durability="sync")
        return self.interrupt()

    def interrupt(self) -> Interrupt | None:
        """Return the interrupt that the run waits in, or None."""
        interrupts = self._graph.get_state(self._config).interrupts
        value: Interrupt | None = interrupts[0].value if interrupts else None
        return value

    def state(self) -> RunState:
        """Return the state of the last checkpoint."""
        state: RunState = self._graph.get_state(self._config).values
        return state
