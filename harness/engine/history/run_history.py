"""The history that the tools of a run read: the other runs of the data folder, and the open changes of its network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from harness.approvals.store import Approval, ApprovalStore
from harness.commitments.commitment import Commitment
from harness.commitments.notice import progress
from harness.commitments.store import CommitmentStore
from harness.engine.history.statements import entry_of
from harness.journal.journal import Journal
from harness.records.artifacts import Artifacts
from harness.records.outcome import RunOutcome
from harness.records.run_lock import status_now
from harness.records.run_record import RunRecord, RunStore
from harness.records.tried import Tried
from harness.runtime.errors import RunError, StoreError
from harness.runtime.paths import Paths
from policies.limits.change_text import change_lines
from policies.proposal import Candidate, Proposal
from tools.run_history import AccountedCandidate, OpenChange, RunAccount, UnknownRunError

Kept = TypeVar("Kept")
_LOOKED_AT = 200  # newest runs among which "last" is looked for


@dataclass(frozen=True)
class DeskHistory:
    """The history as the run `run_id` on the network `network` (name, identity) asks for it; it is no part of it itself."""

    paths: Paths
    runs: RunStore
    journal: Journal
    approvals: ApprovalStore
    commitments: CommitmentStore
    run_id: str
    network: str
    identity: str

    def account(self, run: str) -> RunAccount:
        """Return a run by its id, a prefix of it, or "last"; raises UnknownRunError."""
        record, chosen = self._last() if run == "last" else (self._named(run), "")
        artifacts = Artifacts(self.paths.run(record.run_id))
        status = status_now(record, artifacts.folder)
        outcome = artifacts.load("outcome", RunOutcome).as_of(status) if artifacts.has("outcome") else None
        return RunAccount(
            run_id=record.run_id,
            status=status,
            text=record.intent,
            planner=record.planner,
            entries=tuple(entry for told in self.journal.records(record.run_id) if (entry := entry_of(told)) is not None),
            candidates=self._candidates(record, artifacts),
            message=outcome.message if outcome else "",
            chosen=chosen,
        )

    def open_changes(self) -> tuple[OpenChange, ...]:
        """Return the changes on this network that are open or wait for approval, oldest first."""
        now = self.commitments.now()
        changes = [_of_commitment(commitment, now) for commitment in self.commitments.open_commitments(self.network)]
        waiting = (approval for approval in self.approvals.pending() if approval.subject.network == self.identity)
        return (*changes, *map(_of_request, waiting))

    def _named(self, run: str) -> RunRecord:
        try:
            record = self.runs.get(run)
        except RunError as error:
            raise UnknownRunError(f"{error}{self._others()}") from error
        if record.run_id == self.run_id:
            raise UnknownRunError(f"run {run!r} is the one that asks{self._others()}")
        return record

    def _last(self) -> tuple[RunRecord, str]:
        """Return the newest run that planned something, else the newest one, and how it was chosen."""
        others = [record for record in self.runs.newest(_LOOKED_AT) if record.run_id != self.run_id]
        if not others:
            raise UnknownRunError("there is no run yet but the one that asks")
        planned = next((record for record in others if record.status not in ("answered", "asked")), None)
        if planned is None:
            return others[0], "the last run; none planned anything"
        return planned, "the last run" if planned is others[0] else "the last run that was not a mere question"

    def _others(self) -> str:
        newest = [record.run_id for record in self.runs.newest(4) if record.run_id != self.run_id]
        return f"; the newest ones are {', '.join(newest)}" if newest else "; there is no other run yet"

    def _candidates(self, record: RunRecord, artifacts: Artifacts) -> tuple[AccountedCandidate, ...]:
        """Return the candidates that the twin compared with the change set that the gate judged last, by the journal's record."""
        judged = [str(told.body.get("digest")) for told in self.journal.records(record.run_id) if told.kind == "gate.judged"]
        kept = (tried for tried in _kept(artifacts, "tried-*", Tried) if judged and tried.change_set.digest == judged[-1])
        tried = next((one for one in kept if one.candidates), None)
        if tried is None:
            return ()
        said = {
            candidate.change_set.digest: candidate
            for proposal in _kept(artifacts, "proposal-*", Proposal)
            for candidate in proposal.candidates
        }
        return tuple(_accounted(one, said.get(one.change_set.digest, one), judged[-1]) for one in tried.candidates)


def _kept(artifacts: Artifacts, names: str, kind: type[Kept]) -> Iterator[Kept]:
    """Yield the artifacts with such names that a run kept, newest names first; a damaged file is left out."""
    for path in sorted(artifacts.folder.glob(f"{names}.json"), reverse=True):
        try:
            yield artifacts.load(path.stem, kind)
        except StoreError:
            continue


def _accounted(candidate: Candidate, said: Candidate, proposed: str) -> AccountedCandidate:
    """Return a candidate by the twin's numbers, and what the planner said of it."""
    return AccountedCandidate(
        name=candidate.name,
        proposed=candidate.change_set.digest == proposed,
        meets_targets=candidate.feasible,
        score=candidate.score,
        outlook=tuple(
            f"{outlook.target.definition.title}{f' [{outlook.slice}]' if outlook.slice else ''}: {outlook.predicted:.4g}"
            f" {outlook.target.definition.unit} ({outlook.interval.low:.4g}..{outlook.interval.high:.4g})"
            + ("" if outlook.target.condition.is_objective else f", P {outlook.probability:.2f} of {outlook.target.describe()}")
            for outlook in candidate.outlook
        ),
        rationale=said.rationale,
        risks=said.risks,
    )


def _of_commitment(commitment: Commitment, now: float) -> OpenChange:
    return OpenChange(
        run_id=commitment.run_id,
        network=commitment.network,
        edits=tuple(change_lines(commitment.change_set)),
        standing=progress(commitment, now),
        is_planned=commitment.state == "scheduled",
        starts=_moment(commitment.apply_at),
        ends=_moment(commitment.restore_at),
    )


def _of_request(approval: Approval) -> OpenChange:
    return OpenChange(
        run_id=approval.run_id,
        network=approval.subject.network,
        edits=tuple(change_lines(approval.change_set)),
        standing="proposed; it waits for a person's approval, and nothing of it is applied",
        is_planned=True,
        request=approval.digest,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
