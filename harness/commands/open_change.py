"""A decision by command on a change that is scheduled, in force, or cannot be taken back: who may, and on which network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from harness.approvals.store import Approval, ApprovalStore
from harness.commitments.commitment import Commitment
from harness.commitments.page_now import restate
from harness.commitments.store import CommitmentStore
from harness.gate.approver_authorization import ApproverPolicy
from harness.journal.journal import Journal
from harness.journal.write_ahead import open_state
from harness.records.events import silent
from harness.records.person import Person, current_person
from harness.records.run_record import RunRecord, RunStore
from harness.runtime.command_line import twinpilot
from harness.runtime.embedded_place import stands_still
from harness.runtime.errors import ApprovalError, CommitmentError, HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from twins.network import Network, NetworkError


@dataclass(frozen=True)
class OpenChange:
    """The open change of a run, with the stores that a decision on it is written to; `person` decides."""

    settings: Settings
    paths: Paths
    record: RunRecord
    approvals: ApprovalStore
    commitments: CommitmentStore
    journal: Journal
    person: Person
    key: str

    @classmethod
    def of(cls, settings: Settings, name: str) -> OpenChange:
        """Return the open change of the run of this name; raises HarnessError."""
        if not name.strip() or name == "last":
            raise CommitmentError(f"RUN={name!r} does not say which run you have read; `{twinpilot('runs')}` lists them")
        paths = Paths.of(settings)
        # The journal is opened first: a decision that cannot be recorded is not carried out.
        store, journal = open_state(paths)
        record, approvals, commitments = RunStore(store).get(name), ApprovalStore(store), CommitmentStore(store)
        of_run = commitments.of_run(record.run_id)
        open_ones = [commitment for commitment in of_run if commitment.is_open]
        if not open_ones:
            raise CommitmentError(_nothing_open(record, of_run, approvals.pending(record.run_id)))
        return cls(settings, paths, record, approvals, commitments, journal, current_person(), open_ones[0].key)

    @property
    def commitment(self) -> Commitment:
        """The commitment as it is now."""
        return self.commitments.get(self.key)

    def authorize(self, action: str, objection: str) -> None:
        """Raise ApprovalError, with a record in the journal, if there is an objection to the person."""
        if objection:
            self.write("decision.refused", action=action, who=str(self.person), why=objection)
            raise ApprovalError(f"the change of run {self.record.run_id}: {objection}")

    def policy(self) -> ApproverPolicy:
        """Return who may decide what, by the settings."""
        return ApproverPolicy(self.settings.approval, self.settings.gate.approver_roles, self.paths.root.stat().st_uid)

    def approval(self) -> Approval | None:
        """Return the approval by which the change was made, None if it had none."""
        digest = self.commitment.digest
        used = [one for one in self.approvals.of_run(self.record.run_id) if one.change_set.digest == digest]
        return next((one for one in reversed(used) if one.state == "consumed"), None)

    def write(self, kind: str, **body: object) -> None:
        """Write to the journal, and what holds now into the run's page; a page that cannot be written changes nothing else."""
        self.journal.append(kind, {"key": self.key, "digest": self.commitment.digest, **body}, self.record.run_id)
        try:
            restate(self.paths, self.commitments.state, self.record.run_id)
        except (OSError, HarnessError) as error:
            self.journal.append("report.failed", {"key": self.key, "why": f"{type(error).__name__}: {error}"}, self.record.run_id)

    @contextmanager
    def network(self) -> Iterator[Network]:
        """Yield the change's network; an embedded one that stands still goes on from its state. Raises NetworkError."""
        from harness.commitments.reaching import reach
        from harness.engine.connection import connect

        with ExitStack() as stack:
            try:
                network: Network
                if stands_still(self.paths, self.record.network):
                    network = connect(self.settings.network, self.paths, silent, stack, self.record.network).network
                else:
                    network = stack.enter_context(reach(self.paths, self.record.network))
            except HarnessError as error:
                raise NetworkError(str(error)) from error
            yield network


def _nothing_open(record: RunRecord, of_run: list[Commitment], pending: list[Approval]) -> str:
    ended = "; ".join(f"its change is {commitment.describe()}" for commitment in of_run) or "it has made no change"
    waits = "".join(f"; it waits for a verdict: {request.command('reject')}" for request in pending)
    return f"run {record.run_id} has no change that is scheduled or on the network: {ended}{waits}"
