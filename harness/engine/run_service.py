"""The run service: runs an intent from its text to its outcome, and resumes it after a crash.

1. `start` opens a run and drives its graph until it ends, or waits for a verdict or an answer that nobody present gives.
2. `resume` continues from the last checkpoint; what was done is not done again.
3. Verdicts are written to the approvals first; the graph is then woken and reads them there.
"""

from __future__ import annotations

from dataclasses import replace

from harness.approvals.approver import Answerer, Approver
from harness.approvals.store import ApprovalStore
from harness.commitments.store import CommitmentStore
from harness.engine.desk import Desk
from harness.engine.drive import Drive
from harness.engine.parts import Parts
from harness.engine.read_only import ReadOnlyNetwork
from harness.engine.state import RunState, initial
from harness.gate.gate import Gate
from harness.journal.journal import Journal
from harness.records.artifacts import Artifacts
from harness.records.events import Event, Listener, silent
from harness.records.failure import RunFailure, failure_of
from harness.records.outcome import RunOutcome
from harness.records.run_record import RunStore, new_run_id
from harness.records.status import Mode
from harness.runtime.errors import HarnessError, RunError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from harness.runtime.store import StateStore
from harness.runtime.tracing import NoTracer, Tracer, run_attributes


class RunService:
    """Runs intents on one network; `listener` is called with every event, `secrets` are never written to the journal."""

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
        self.paths = Paths.of(settings)
        store = StateStore(self.paths.state)
        self.approvals = ApprovalStore(store)
        self.commitments = CommitmentStore(store)
        self.runs = RunStore(store)
        self.journal = Journal.of(self.paths, secrets)
        self._listener = listener
        self._tracer = tracer or NoTracer()

    def start(
        self,
        text: str,
        mode: Mode = "active",
        *,
        approver: Approver | None = None,
        answerer: Answerer | None = None,
        waits: bool = True,
    ) -> RunOutcome:
        """Run an intent; raises HarnessError only if no run can be opened, every later failure is in the outcome.

        `waits`: whether to wait for the time of a scheduled change; else the run is left as `scheduled`, to be resumed.
        """
        if not text.strip():
            raise RunError("intent='': state what the network should achieve, such as \"keep URLLC delay below 10 ms\"")
        run_id = new_run_id()
        desk = self._desk(run_id, mode)
        self.runs.create(run_id, mode, text, self.parts.network_name, self.parts.planner.name)
        desk.record("run.started", text=text, mode=mode, network=self.parts.network_name, planner=self.parts.planner.name)
        desk.emit("run.started", run_id=run_id, text=text, mode=mode)
        return self._drive(desk, text, initial(run_id, text), Drive(desk, approver, answerer, waits))

    def resume(
        self, run_id: str, *, approver: Approver | None = None, answerer: Answerer | None = None, waits: bool = True
    ) -> RunOutcome:
        """Continue a run from its last checkpoint, or return the outcome of one that has ended. Raises RunError."""
        record = self.runs.get(run_id)
        if record.network != self.parts.network_name:
            raise RunError(
                f"run {record.run_id} manages {record.network}, not {self.parts.network_name}; give --url {record.network}"
            )
        desk = self._desk(record.run_id, record.mode)
        if desk.artifacts.has("outcome"):
            return desk.artifacts.load("outcome", RunOutcome)
        desk.record("run.resumed")
        return self._drive(desk, record.intent, None, Drive(desk, approver, answerer, waits))

    def _desk(self, run_id: str, mode: Mode) -> Desk:
        parts = self.parts
        network = ReadOnlyNetwork(parts.network)
        artifacts = Artifacts(self.paths.run(run_id))
        context = replace(parts.context, network=network, actuator=None, work_dir=artifacts.folder, progress=self._progress)
        return Desk(
            run_id=run_id,
            mode=mode,
            settings=self.settings,
            paths=self.paths,
            network=network,
            network_name=parts.network_name,
            has_url=parts.has_url,
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

    def _drive(self, desk: Desk, text: str, initial: RunState | None, drive: Drive) -> RunOutcome:
        try:
            with self._tracer.span(f"invoke_agent {desk.planner.name}", run_attributes(desk.run_id, desk.planner.name)):
                return drive.run(initial)
        except Exception as error:  # a run that fails is data with a typed cause, not a stack trace
            return self._failed(desk, text, failure_of(error))

    def _failed(self, desk: Desk, text: str, failure: RunFailure) -> RunOutcome:
        """Record the failure; the checkpoint stays, so the run can be resumed. The watchdog reverts an open commitment."""
        failure = self._with_commitments(desk, failure)
        outcome = RunOutcome(
            run_id=desk.run_id, status="failed", message=failure.message, text=text, error=failure, planner=desk.planner.name,
            mode=desk.mode, folder=str(desk.artifacts.folder),
        )  # fmt: skip
        try:
            self.runs.set_status(desk.run_id, "failed")
            desk.record("run.failed", boundary=failure.boundary, message=failure.message)
        except HarnessError as error:
            message = f"{failure.message}; and it could not be recorded: {error}"
            outcome = outcome.model_copy(update={"message": message})
        desk.emit("run.ended", outcome=outcome)
        return outcome

    def _with_commitments(self, desk: Desk, failure: RunFailure) -> RunFailure:
        """Add a note to the message if a commitment of the run is open."""
        try:
            states = {commitment.state for commitment in self.commitments.of_run(desk.run_id) if commitment.is_open}
        except HarnessError:
            return failure
        if not states:
            return failure
        goes_on = f"twinpilot run --resume {desk.run_id} continues the run"
        note = f"its change stays applied until the watchdog reverts it or {goes_on}"
        if states == {"scheduled"}:
            note = f"its change is scheduled and nothing is applied yet; {goes_on}"
        return failure.model_copy(update={"message": f"{failure.message}; {note}"})
