"""A human's verdict that is given by command, from another terminal or process than the run's."""

from __future__ import annotations

from harness.approvals.approver import user_name
from harness.approvals.store import Approval, ApprovalStore
from harness.journal.write_ahead import open_state
from harness.records.run_record import RunStore
from harness.runtime.errors import ApprovalError
from harness.runtime.paths import Paths
from policies.text.redaction import redacted
from twins.screen.say import say, say_json


def give_verdict(place: Paths, name: str, digest: str, *, approved: bool, note: str, as_json: bool) -> None:
    """Record the verdict on the pending request of a run and print it; raises HarnessError."""
    # The journal is opened first: a verdict that cannot be recorded is not given.
    store, journal = open_state(place)
    approvals = ApprovalStore(store)
    request = _pending_request(approvals, RunStore(store).get(name).run_id, digest)
    approval = approvals.decide(request.run_id, request.digest, approved, user_name(), "command", note=redacted(note))
    journal.append(
        "approval.decided",
        {"digest": approval.digest, "approved": approved, "who": approval.decided_by, "how": "command", "note": note},
        approval.run_id,
    )
    if as_json:
        say_json(approval.model_dump(mode="json", include={"run_id", "digest", "state", "decided_by"}))
    else:
        say(*_lines(approval))


def _pending_request(approvals: ApprovalStore, run_id: str, digest: str) -> Approval:
    """Return the one pending request of the run whose digest begins with `digest`; raises ApprovalError."""
    pending = [approval for approval in approvals.pending(run_id) if approval.digest.startswith(digest)]
    if len(pending) != 1:
        requests = [f"{approval.digest[:12]} {approval.state}" for approval in approvals.of_run(run_id)]
        raise ApprovalError(
            f"run {run_id} has {len(pending)} pending requests of that digest ({', '.join(requests) or 'none was asked for'});"
            f" see `twinpilot show {run_id}`"
        )
    return pending[0]


def _lines(approval: Approval) -> list[str]:
    edits = [f"  {line}" for line in approval.change_set.describe()]
    decision = f"{approval.state} by {approval.decided_by}"
    return [*edits, f"{decision}; a run that waits goes on by itself, else: twinpilot run --resume {approval.run_id}"]
