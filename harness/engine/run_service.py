"""The run service: one intent from its text to its outcome, and on again after a crash.

1. `start` opens a run and drives its graph until it ends, waits for a human who is not there, or waits for an answer.
2. `resume` goes on from the last checkpoint; what was done is not done again.
3. Verdicts are written to the approvals first; the graph is then woken and reads them there.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from typing import Any

from harness.approvals.approver import Answerer, Approver
from harness.approvals.store import ApprovalStore
from harness.commitments.store import CommitmentStore
from harness.engine.desk import Desk, Mode
from harness.engine.drive import Drive
from harness.engine.parts import Parts
from harness.engine.read_only import ReadOnlyNetwork
from harness.engine.state import initial
from harness.gate.gate import Gate
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.records.artifacts import Artifacts
from harness.records.events import Event, Listener, silent
from harness.records.outcome import RunFailure, RunOutcome
from harness.records.run_record import RunStore, new_run_id
from harness.runtime.errors import HarnessError, RunError, StoreError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from harness.runtime.store import StateStore
from harness.runtime.tracing import NoTracer, Tracer, run_attributes
from twins.network import NetworkError


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
        self.paths = Paths.of(settings)
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
                return Drive(desk, approver, answerer).run(given)
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


def _failure(error: Exception) -> RunFailure:
    message = " ".join(str(error).split())
    if isinstance(error, NetworkError):
        return RunFailure(boundary="network", message=message)
    if isinstance(error, StoreError | sqlite3.Error | OSError):
        return RunFailure(boundary="store", message=f"{message}; free space or choose another data_dir")
    return RunFailure(boundary="internal", message=message)
