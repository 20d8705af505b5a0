"""The run service: runs an intent from its text to its outcome, and resumes it after a crash.

1. `start` opens a run and drives its graph until it ends, or waits for a verdict or an answer that nobody present gives.
2. `resume` continues from the last checkpoint; what was done is not done again.
3. Verdicts are written to the approvals first; the graph is then woken and reads them there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from harness.approvals.approver import Answerer, Approver
from harness.approvals.store import ApprovalStore
from harness.commitments.notice import notice
from harness.commitments.rollback import may_stand
from harness.commitments.store import CommitmentStore
from harness.engine.desk import Desk
from harness.engine.drive import Drive
from harness.engine.history.run_history import DeskHistory
from harness.engine.nodes.reverting import take_back_again
from harness.engine.parts import Parts
from harness.engine.read_only import ReadOnlyNetwork
from harness.engine.run_interrupted import RunInterrupted
from harness.engine.state import initial
from harness.gate.approver_authorization import ApproverPolicy
from harness.gate.gate import Gate
from harness.journal.journal import WriteListener
from harness.journal.journal import silent as silent_journal
from harness.journal.write_ahead import open_state
from harness.records.artifacts import Artifacts
from harness.records.events import Event, Listener, silent
from harness.records.failure import RunFailure, failure_of
from harness.records.outcome import RunOutcome
from harness.records.person import current_person
from harness.records.run_lock import run_lock
from harness.records.run_record import RunStore, new_run_id
from harness.records.status import Mode, Status
from harness.restrictions.store import RestrictionStore
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import HarnessError, RunError
from harness.runtime.high_water import HighWaterClock
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from harness.runtime.tracing import NoTracer, Tracer, run_attributes
from policies.text.json_value import json_objection
from policies.text.redaction import redacted


class RunService:
    """Runs intents on one network; `listener` is called with every event, `on_write` with every record of the journal.

    requester: who wants what the runs do; by default the user as whom the system runs this process. An interrupt (Ctrl-C,
    SIGTERM) of `start` or `resume` is raised as RunInterrupted; the run can be resumed.
    """

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        *,
        listener: Listener = silent,
        tracer: Tracer | None = None,
        on_write: WriteListener = silent_journal,
        requester: str = "",
    ) -> None:
        self.settings = settings
        self.parts = parts
        self.paths = Paths.of(settings)
        self.paths.secure()
        store, self.journal = open_state(self.paths, on_write)
        self._store = store
        self.approvals = ApprovalStore(store)
        self.identity = parts.network.identity()
        self.commitments = CommitmentStore(store, identities={parts.network_name: self.identity})
        self.restrictions = RestrictionStore(store)
        self.runs = RunStore(store)
        self.approvers = ApproverPolicy(settings.approval, settings.gate.approver_roles, self.paths.root.stat().st_uid)
        self.requester = requester or str(current_person())
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
        if objection := json_objection(text):
            raise RunError(f"intent: {objection}; type the text again")
        text = redacted(text)
        run_id = new_run_id()
        desk = self._desk(run_id, mode, self.requester)
        self.runs.create(run_id, mode, text, self.parts.network_name, self.parts.planner.name, self.requester,
                         self.identity)  # fmt: skip
        self._keep_choices(run_id)
        desk.record("run.started", text=text, mode=mode, network=self.parts.network_name, identity=self.identity,
                    planner=self.parts.planner.name, requester=self.requester)  # fmt: skip
        desk.emit("run.started", run_id=run_id, text=text, mode=mode)
        return self._drive(desk, text, approver, answerer, waits)

    def resume(
        self, run_id: str, *, approver: Approver | None = None, answerer: Answerer | None = None, waits: bool = True
    ) -> RunOutcome:
        """Continue a run from its last checkpoint, or return the outcome of one that has ended.

        Raises RunError, OtherNetworkError if the network is not the one that the run began with.
        """
        record = self.runs.get(run_id)
        if record.network != self.parts.network_name:
            raise RunError(
                f"run {record.run_id} manages {record.network}, not {self.parts.network_name}; give --url {record.network}"
            )
        desk = self._desk(record.run_id, record.mode, record.requester, record.identity)
        if desk.artifacts.has("outcome"):
            outcome = take_back_again(desk, desk.artifacts.load("outcome", RunOutcome))
            desk.emit("run.ended", outcome=outcome)
            return outcome
        desk.require_network()
        self._keep_choices(record.run_id)
        desk.record("run.resumed", planner=self.parts.planner.name)
        return self._drive(desk, record.intent, approver, answerer, waits)

    def _keep_choices(self, run_id: str) -> None:
        """Have the run go on with this planner and seed whenever it is resumed: a printed command need not repeat them."""
        self.runs.go_on_with(run_id, self.settings.planner.kind, self.parts.context.seed)

    def is_awaited(self, network: str) -> bool:
        """Whether a run on this network can go on, or a change of one is still on it."""
        unfinished = (
            record for record in self.runs.on_network(network) if not Artifacts(self.paths.run(record.run_id)).has("outcome")
        )
        return next(unfinished, None) is not None or bool(self.commitments.open_commitments(network))

    def _desk(self, run_id: str, mode: Mode, requester: str, identity: str = "") -> Desk:
        parts = self.parts
        network = ReadOnlyNetwork(parts.network)
        artifacts = Artifacts(self.paths.run(run_id))
        context = replace(
            parts.context, network=network, actuator=None, work_dir=artifacts.folder, progress=self._progress,
            history=self._history(run_id),
        )  # fmt: skip
        return Desk(
            run_id=run_id,
            mode=mode,
            settings=self.settings,
            paths=self.paths,
            network=network,
            network_name=parts.network_name,
            identity=identity or self.identity,
            has_url=parts.has_url,
            actuator=parts.network if mode == "active" else None,
            clock=parts.clock,
            not_before=partial(self._not_before, run_id),
            planner=parts.planner,
            registry=parts.registry,
            context=context,
            limits=parts.limits,
            guardrails=parts.guardrails,
            gate=Gate(),
            schema_of=parts.schema_of,
            journal=self.journal,
            requester=requester,
            approvals=self.approvals,
            approvers=self.approvers,
            commitments=self.commitments,
            restrictions=self.restrictions,
            runs=self.runs,
            artifacts=artifacts,
            listener=self._listener,
            tracer=self._tracer,
        )

    def _history(self, run_id: str) -> DeskHistory:
        return DeskHistory(
            paths=self.paths, runs=self.runs, journal=self.journal, approvals=self.approvals, commitments=self.commitments,
            run_id=run_id, network=self.parts.network_name, identity=self.identity,
        )  # fmt: skip

    def _not_before(self, run_id: str, moment: datetime) -> datetime:
        clock = HighWaterClock(self._store, moment.timestamp, boot="", name=f"network of run {run_id}")
        return datetime.fromtimestamp(max(moment.timestamp(), clock()), moment.tzinfo)

    def _progress(self, done: int, total: int) -> None:
        self._listener(Event("tool.progress", "act", {"done": done, "total": total}))

    def _drive(
        self, desk: Desk, text: str, approver: Approver | None, answerer: Answerer | None, waits: bool = True
    ) -> RunOutcome:
        lock = run_lock(desk.artifacts.folder)
        if not lock.acquire():
            raise RunError(f"run {desk.run_id} is being run by another process; wait for it, or end it first")
        try:
            with self._tracer.span(f"invoke_agent {desk.planner.name}", run_attributes(desk.run_id, desk.planner.name)):
                return Drive(desk, approver, answerer, waits).run(initial(desk.run_id, text))
        except Exception as error:  # a run that fails is data with a typed cause, not a stack trace
            return self._failed(desk, text, failure_of(error))
        except KeyboardInterrupt as interrupt:
            raise self._interrupted(desk, interrupt) from interrupt
        finally:
            lock.release()

    def _interrupted(self, desk: Desk, interrupt: KeyboardInterrupt) -> RunInterrupted:
        """Record that the run was interrupted; one that waits for a human goes on waiting."""
        status = self.runs.get(desk.run_id).status
        if status == "running":
            status = "interrupted"
            self.runs.set_status(desk.run_id, status)
        desk.record("run.interrupted", status=status, by=type(interrupt).__name__)
        return RunInterrupted(desk.run_id, status, interrupt, self._open_ends(desk.run_id))

    def _open_ends(self, run_id: str) -> tuple[str, ...]:
        verdicts = [f"decide with: {approval.command()}" for approval in self.approvals.pending(run_id)]
        changes = [commitment for commitment in self.commitments.of_run(run_id) if commitment.is_open]
        return (*verdicts, *(notice(commitment, self.commitments.now()) for commitment in changes))

    def _failed(self, desk: Desk, text: str, failure: RunFailure) -> RunOutcome:
        """Record the failure; the checkpoint stays, so the run can be resumed. The watchdog reverts an open commitment."""
        is_applied = self._is_applied(desk)
        if is_applied:
            failure = failure.model_copy(update={"message": f"{failure.message}; {_what_stands(desk)}"})
        status: Status = "still applied" if is_applied else "failed"
        outcome = RunOutcome(
            run_id=desk.run_id, status=status, message=failure.message, text=text, error=failure, planner=desk.planner.name,
            mode=desk.mode, folder=str(desk.artifacts.folder),
        )  # fmt: skip
        try:
            self.runs.set_status(desk.run_id, status)
            desk.record("run.failed", boundary=failure.boundary, message=failure.message)
        except HarnessError as error:
            message = f"{failure.message}; and it could not be recorded: {error}"
            outcome = outcome.model_copy(update={"message": message})
        desk.emit("run.ended", outcome=outcome)
        return outcome

    def _is_applied(self, desk: Desk) -> bool:
        """Whether a change of the run is, or may be, on the network."""
        try:
            is_open = [commitment for commitment in self.commitments.of_run(desk.run_id) if commitment.is_open]
        except HarnessError:
            return False
        is_open = [commitment for commitment in is_open if commitment.state != "scheduled"]
        return any(commitment.state != "pending" or may_stand(desk.network, commitment) for commitment in is_open)


def _what_stands(desk: Desk) -> str:
    resume = f"{twinpilot('run', '--resume', desk.run_id)} goes on with the run"
    if desk.has_watchdog:
        return f"its change is still on the network until the watchdog has taken it back; {resume}"
    return f"its change is still on the network; {resume}"
