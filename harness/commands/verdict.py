"""A verdict given by command, from another terminal or process than the run's."""

from __future__ import annotations

import json

import typer

from harness.approvals.approver import user_name
from harness.approvals.store import ApprovalStore
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.records.run_record import RunStore
from harness.runtime.errors import ApprovalError
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore


def give_verdict(place: Paths, name: str, digest: str, *, approved: bool, note: str, as_json: bool) -> None:
    """Record the verdict on the pending request of a run; raises HarnessError."""
    store = StateStore(place.state)
    run_id = RunStore(store).get(name).run_id
    approvals = ApprovalStore(store)
    pending = [one for one in approvals.pending(run_id) if one.digest.startswith(digest)]
    if len(pending) != 1:
        known = ", ".join(f"{one.digest[:12]} {one.state}" for one in approvals.of_run(run_id)) or "none was asked for"
        raise ApprovalError(
            f"run {run_id} has {len(pending)} pending requests of that digest ({known}); see `twinpilot show {run_id}`"
        )
    # The journal is opened first: a verdict that could not be recorded is none.
    journal = Journal(place.journal, place.heads, signing_key(place.keys))
    done = approvals.decide(run_id, pending[0].digest, approved, user_name(), "command", note=note)
    journal.append(
        "approval.decided",
        {"digest": done.digest, "approved": approved, "who": done.decided_by, "how": "command", "note": note},
        run_id,
    )
    if as_json:
        typer.echo(json.dumps({"run_id": run_id, "digest": done.digest, "state": done.state, "decided_by": done.decided_by}))
        return
    for line in done.change_set.describe():
        typer.echo(f"  {line}")
    typer.echo(f"{done.state} by {done.decided_by}; a run that waits goes on by itself, else: twinpilot run --resume {run_id}")
