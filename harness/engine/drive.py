"""Drives one run's graph from interrupt to interrupt: asks whoever is there, and wakes the graph with the answer."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from harness.approvals.approver import Answerer, ApprovalAnswer, ApprovalQuestion, Approver
from harness.approvals.store import edited_note
from harness.engine.desk import Desk
from harness.engine.interrupts import (
    ApprovalInterrupt,
    Decided,
    Due,
    Edited,
    Interrupt,
    OutcomeInterrupt,
    QuestionInterrupt,
    TimeInterrupt,
    WakeUp,
    status_of,
)
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.outcome_choices import TAKE_BACK
from harness.engine.patience import wait_through_outages
from harness.engine.state import Ending, RunState
from harness.records.outcome import RunOutcome
from harness.records.person import Person
from harness.records.tried import Tried
from harness.runtime.errors import ApprovalError
from harness.runtime.private import private_file
from harness.runtime.timetable import moment_text
from policies.text.redaction import redacted
from policies.verdict import Verdict


class Drive:
    """Drives the graph of the desk's run; without an approver or answerer the run is left waiting where it needs one.

    `waits`: whether the time of a scheduled change is awaited; else the run is left waiting for it.
    """

    def __init__(self, desk: Desk, approver: Approver | None, answerer: Answerer | None, waits: bool = True) -> None:
        self._desk = desk
        self._approver = approver
        self._answerer = answerer
        self._refusal = ""
        self._waits = waits
        self._outage = ""

    def run(self, initial: RunState) -> RunOutcome:
        """Run from the last checkpoint, else from the initial state, until the run ends or nobody is there to ask."""
        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = sqlite3.connect(private_file(self._desk.paths.checkpoints), check_same_thread=False, timeout=30)
        try:
            return self._run(_CheckpointedGraph(self._desk, SqliteSaver(connection)), initial)
        finally:
            connection.close()

    def _run(self, graph: _CheckpointedGraph, initial: RunState) -> RunOutcome:
        from langgraph.types import Command

        desk = self._desk
        desk.runs.set_status(desk.run_id, "running")
        interrupt = graph.interrupt() or graph.advance(None if graph.state() else initial)
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
        if interrupt["kind"] == "outcome":
            return self._ask(interrupt) or TAKE_BACK  # a change of unknown effect does not wait for somebody who is not there
        if interrupt["kind"] == "time":
            return self._await_time(interrupt, graph.state()["key"])
        return self._ask_approval(interrupt, graph.state())

    def _await_time(self, interrupt: TimeInterrupt, key: str) -> Due | None:
        moment = datetime.fromisoformat(interrupt["at"])

        def is_over() -> bool:
            commitment = self._desk.commitments.get(key)
            return not commitment.is_open or bool(commitment.cancelled_by)

        if not is_over() and not self._waits and self._desk.clock.now() < moment:
            return None
        self._outage = wait_through_outages(self._desk, moment, is_over)
        return None if self._outage else Due(kind="due")

    def _ask(self, interrupt: QuestionInterrupt | OutcomeInterrupt) -> str | None:
        question, choices = interrupt["question"], tuple(interrupt["choices"])
        self._desk.emit("question.asked", question=question, choices=choices)
        answer = self._answerer(question, choices) if self._answerer else None
        return redacted(answer) if answer and answer.strip() else None  # no answer: the question stays open

    def _ask_approval(self, interrupt: ApprovalInterrupt, state: RunState) -> WakeUp | None:
        digest = interrupt["digest"]
        if decided := self._decided(digest):
            return decided
        question = self._question(digest, state)
        # Also shown if nobody is there: the verdict that another process gives is on what was shown.
        self._desk.emit("approval.needed", approval=question.approval, question=question)
        if self._approver is None:
            return None
        answer = self._approver(question)
        if answer is not None:
            return self._record(digest, answer)
        return self._decided(digest)

    def _decided(self, digest: str) -> Decided | None:
        """Return what wakes the graph if the request no longer waits: its verdict came from another process, or it expired."""
        approval = self._desk.approvals.get(self._desk.run_id, digest)
        if approval.state == "pending":
            return None
        self._desk.emit("approval.decided", approval=approval)
        return Decided(kind="decided")

    def _question(self, digest: str, state: RunState) -> ApprovalQuestion:
        return ApprovalQuestion(
            approval=self._desk.approvals.get(self._desk.run_id, digest),
            tried=self._desk.artifacts.load(state["candidate"], Tried),
            verdict=self._desk.artifacts.load(state["verdict"], Verdict),
            timetable=timetable_in(self._desk, state),
        )

    def _record(self, digest: str, answer: ApprovalAnswer) -> Decided | Edited | None:
        """Record the verdict; None if the person may not give it, so that the request goes on waiting for somebody who may."""
        desk = self._desk
        approved = answer.approved and answer.edited is None
        if approved and (objection := self._objection(digest, answer)):
            self._refusal = objection
            desk.record("approval.refused", digest=digest, who=answer.who, how=answer.how, why=objection)
            return None
        edited = "" if answer.edited is None else desk.artifacts.save(f"edited-{answer.edited.digest[:16]}", answer.edited)
        verdict = "edited" if edited else "approved" if approved else "rejected"
        note = edited_note(edited) if edited else redacted(answer.note)
        try:
            if edited:
                desk.approvals.replace(desk.run_id, digest, answer.who, answer.how, note=note)
            else:
                desk.approvals.decide(desk.run_id, digest, approved, answer.who, answer.how, note=note)
        except ApprovalError as error:
            # Another process decided first, or the request expired: the graph reads the verdict from the approvals.
            desk.record("approval.refused", digest=digest, who=answer.who, how=answer.how, verdict=verdict, why=str(error))
            desk.emit("approval.conflict", message=str(error))
            return Decided(kind="decided")
        desk.record(
            "approval.decided", digest=digest, approved=approved, verdict=verdict, who=answer.who, how=answer.how, note=note
        )
        desk.emit("approval.given", approved=approved, answer=answer)
        return Edited(kind="edited", edited=edited) if edited else Decided(kind="decided")

    def _objection(self, digest: str, answer: ApprovalAnswer) -> str:
        approval = self._desk.approvals.get(self._desk.run_id, digest)
        person, beforehand = Person.parse(answer.who), answer.how == "--approve"
        return self._desk.approvers.objection(approval.facts, person, approval.requested_by, beforehand=beforehand)

    def _leave_waiting(self, interrupt: Interrupt, state: RunState) -> RunOutcome:
        from harness.engine.nodes.reporting import outcome_of

        status = status_of(interrupt)
        message = self._waiting_message(interrupt, state)
        waiting: RunState = {**state, "ending": Ending(status=status, message=message)}
        outcome = outcome_of(self._desk, waiting)
        self._desk.runs.set_status(self._desk.run_id, status)
        self._desk.record("run.waiting", status=status, message=message)
        self._desk.emit("run.ended", outcome=outcome)
        return outcome

    def _waiting_message(self, interrupt: Interrupt, state: RunState) -> str:
        if interrupt["kind"] == "time":
            return self._message_of_time(interrupt, state)
        if interrupt["kind"] != "approval":
            return interrupt["question"].strip() or "the planner asks, but gave no question"
        approval = self._desk.approvals.get(self._desk.run_id, interrupt["digest"])
        commands = f"{approval.command()}, or {approval.command('reject')}"
        return f"{f'{self._refusal}; ' if self._refusal else ''}a person's verdict is awaited: {commands}"

    def _message_of_time(self, interrupt: TimeInterrupt, state: RunState) -> str:
        moment = moment_text(datetime.fromisoformat(interrupt["at"]))
        if interrupt["to"] == "apply":
            message = f"approved and scheduled: nothing is applied before {moment} network time, then only if this run goes on"
        else:
            nobody = "by the watchdog if this run is not continued" if self._desk.has_watchdog else "but only if this run goes on"
            message = f"{state['ending']['status']} and in force: it is restored at {moment} network time, {nobody}"
        return f"{message}; it is no longer awaited, since {self._outage}" if self._outage else message


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
