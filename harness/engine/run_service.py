"""The run service: one intent from its text to its outcome, and on again after a crash.

1. `start` opens a run and drives its graph until it ends, waits for a human who is not there, or waits for an answer.
2. `resume` goes on from the last checkpoint; what was done is not done again.
3. Verdicts are written to the approvals first; the graph is then woken and reads them there.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.approvals.approver import Answerer, ApprovalAnswer, ApprovalQuestion, Approver
from harness.approvals.store import ApprovalStore
from harness.commitments.store import CommitmentStore
from harness.engine.desk import Desk, Mode
from harness.engine.read_only import ReadOnlyNetwork
from harness.engine.state import initial
from harness.gate.gate import Gate
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.records.artifacts import Artifacts
from harness.records.events import Event, Listener, silent
from harness.records.outcome import RunFailure, RunOutcome
from harness.records.run_record import RunStore, new_run_id
from harness.records.tried import Tried
from harness.runtime.errors import ApprovalError, HarnessError, RunError, StoreError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from harness.runtime.store import StateStore
from harness.runtime.tracing import NoTracer, Tracer, run_attributes
from policies.guardrails.guardrails import Guardrails
from policies.guardrails.loading import load_guardrails
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.loading import load_limits
from policies.verdict import Verdict
from twins.network import Network, NetworkError

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.oran.clock import NetworkClock
    from tools.registry import ToolRegistry


@dataclass(frozen=True)
class Parts:
    """What a run works on: the network with its name (URL) and clock, the planner, the tools and what they may reach.

    schema_of returns the peer's schema of an A1 policy type, or None.
    """

    network: Network
    network_name: str
    clock: NetworkClock
    planner: Planner
    registry: ToolRegistry
    context: ToolContext
    schema_of: Callable[[str], Mapping[str, Any] | None] = lambda policy_type: None
    limits: LimitsCatalogue = field(default_factory=load_limits)
    guardrails: Guardrails = field(default_factory=load_guardrails)


class RunService:
    """Runs intents on one network; `listener` hears every event, `secrets` never reach the journal."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        *,
        listener: Listener = silent,
        tracer: Tracer | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.parts = parts
        self.paths = paths_of(settings)
        store = StateStore(self.paths.state)
        self.approvals = ApprovalStore(store)
        self.commitments = CommitmentStore(store)
        self.runs = RunStore(store)
        self.journal = Journal(self.paths.journal, self.paths.heads, signing_key(self.paths.keys), secrets)
        self._listener = listener
        self._tracer = tracer or NoTracer()

    def start(
        self, text: str, mode: Mode = "active", *, approver: Approver | None = None, answerer: Answerer | None = None
    ) -> RunOutcome:
        """Run an intent; raises HarnessError only where not even a run can be opened."""
        if not text.strip():
            raise RunError("intent='': say what the network should achieve, such as \"keep URLLC delay below 10 ms\"")
        run_id = new_run_id()
        desk = self._desk(run_id, mode)
        self.runs.create(run_id, mode, text, self.parts.network_name, self.parts.planner.name)
        desk.record("run.started", text=text, mode=mode, network=self.parts.network_name, planner=self.parts.planner.name)
        desk.emit("run.started", run_id=run_id, text=text, mode=mode)
        return self._drive(desk, initial(run_id, text), approver, answerer)

    def resume(self, run_id: str, *, approver: Approver | None = None, answerer: Answerer | None = None) -> RunOutcome:
        """Go on with a run from its last checkpoint; one that has ended returns its outcome. Raises RunError."""
        record = self.runs.get(run_id)
        if record.network != self.parts.network_name:
            raise RunError(
                f"run {record.run_id} manages {record.network}, not {self.parts.network_name}; give --url {record.network}"
            )
        desk = self._desk(record.run_id, "shadow" if record.mode == "shadow" else "active")
        if desk.artifacts.has("outcome"):
            return desk.artifacts.load("outcome", RunOutcome)
        desk.record("run.resumed")
        return self._drive(desk, None, approver, answerer, text=record.intent)

    def _desk(self, run_id: str, mode: Mode) -> Desk:
        parts = self.parts
        network = ReadOnlyNetwork(parts.network)
        artifacts = Artifacts(self.paths.run(run_id))
        context = dataclasses.replace(
            parts.context, network=network, actuator=None, work_dir=artifacts.folder, progress=self._progress
        )
        return Desk(
            run_id=run_id,
            mode=mode,
            settings=self.settings,
            paths=self.paths,
            network=network,
            network_name=parts.network_name,
            actuator=parts.network if mode == "active" else None,
            clock=parts.clock,
            planner=parts.planner,
            registry=parts.registry,
            context=context,
            limits=parts.limits,
            guardrails=parts.guardrails,
            gate=Gate(),
            schema_of=parts.schema_of,
            journal=self.journal,
            approvals=self.approvals,
            commitments=self.commitments,
            runs=self.runs,
            artifacts=artifacts,
            listener=self._listener,
            tracer=self._tracer,
        )

    def _progress(self, done: int, total: int) -> None:
        self._listener(Event("tool.progress", "act", {"done": done, "total": total}))

    def _drive(
        self, desk: Desk, given: Any, approver: Approver | None, answerer: Answerer | None, *, text: str = ""
    ) -> RunOutcome:
        name = given["text"] if given else text
        try:
            with self._tracer.span(f"invoke_agent {desk.planner.name}", run_attributes(desk.run_id, desk.planner.name)):
                return _Drive(desk, approver, answerer).run(given)
        except (HarnessError, NetworkError, sqlite3.Error, OSError) as error:
            return self._failed(desk, name, _failure(error))
        except Exception as error:  # a run that fails is data with a typed cause, not a stack trace
            return self._failed(desk, name, RunFailure(boundary="internal", message=f"{type(error).__name__}: {error}"))

    def _failed(self, desk: Desk, text: str, failure: RunFailure) -> RunOutcome:
        """Tell the failure; the checkpoint stays, so the run can be resumed. An open commitment is the watchdog's."""
        failure = self._with_commitments(desk, failure)
        outcome = RunOutcome(
            run_id=desk.run_id, status="failed", message=failure.message, text=text, error=failure, planner=desk.planner.name,
            mode=desk.mode, folder=str(desk.artifacts.folder),
        )  # fmt: skip
        try:
            self.runs.set_status(desk.run_id, "failed")
            desk.record("run.failed", boundary=failure.boundary, message=failure.message)
        except HarnessError as error:
            message = f"{failure.message}; and it could not be written down: {error}"
            outcome = outcome.model_copy(update={"message": message})
        desk.emit("run.ended", outcome=outcome)
        return outcome

    def _with_commitments(self, desk: Desk, failure: RunFailure) -> RunFailure:
        """Say so where a change of the run is still on the network."""
        try:
            held = [one for one in self.commitments.of_run(desk.run_id) if one.is_open]
        except HarnessError:
            return failure
        if not held:
            return failure
        told = f"its change is on the network until the watchdog takes it back, or twinpilot run --resume {desk.run_id} goes on"
        return failure.model_copy(update={"message": f"{failure.message}; {told}"})


def paths_of(settings: Settings) -> Paths:
    """Return where things lie with these settings."""
    return Paths(settings.data_dir, type(settings.data_dir)(settings.journal.heads_dir) if settings.journal.heads_dir else None)


def _failure(error: Exception) -> RunFailure:
    message = " ".join(str(error).split())
    if isinstance(error, NetworkError):
        return RunFailure(boundary="network", message=message)
    if isinstance(error, StoreError | sqlite3.Error | OSError):
        return RunFailure(boundary="store", message=f"{message}; free space or choose another data_dir")
    return RunFailure(boundary="internal", message=message)


class _Drive:
    """Drives one graph from interrupt to interrupt."""

    def __init__(self, desk: Desk, approver: Approver | None, answerer: Answerer | None) -> None:
        self._desk = desk
        self._approver = approver
        self._answerer = answerer

    def run(self, given: Any) -> RunOutcome:
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
