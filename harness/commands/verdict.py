"""A human's verdict that is given by command, from another terminal or process than the run's.

The command names the run and the digest of the request as it was shown: a verdict is on what was read, not on whatever is newest.
"""

from __future__ import annotations

from harness.approvals.store import Approval, ApprovalConflictError, ApprovalStore, Verb
from harness.approvals.subject import SHOWN
from harness.gate.approver_authorization import ApproverPolicy
from harness.journal.journal import Journal
from harness.journal.write_ahead import open_state
from harness.records.person import Person, current_person
from harness.records.run_record import RunStore
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import ApprovalError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from policies.text.redaction import redacted
from twins.screen.say import say, say_json


def give_verdict(settings: Settings, name: str, digest: str, *, approved: bool, note: str, as_json: bool) -> None:
    """Record the verdict on the request that run and digest name, and print it; raises HarnessError."""
    place = Paths.of(settings)
    # The journal is opened first: a verdict that cannot be recorded is not given.
    store, journal = open_state(place)
    approvals, runs = ApprovalStore(store), RunStore(store)
    request = _named_request(approvals, runs, name, digest, approved=approved)
    person = current_person()
    if approved:
        _authorize(settings, place, journal, request, person)
    try:
        approval = approvals.decide(request.run_id, request.digest, approved, str(person), "command", note=redacted(note))
    except ApprovalConflictError as conflict:
        if _is_repeated(conflict.approval, person, approved=approved, note=note):
            _show(conflict.approval, [_repeated(conflict.approval, runs)], as_json=as_json)
            return
        verdict = "approve" if approved else "reject"
        refusal = {"digest": request.digest, "who": str(person), "how": "command", "verdict": verdict, "why": str(conflict)}
        journal.append("approval.refused", refusal, request.run_id)
        raise
    body = {"digest": approval.digest, "approved": approved, "verdict": approval.state, "who": approval.decided_by,
            "how": "command", "note": note}  # fmt: skip
    journal.append("approval.decided", body, approval.run_id)
    _show(approval, _lines(approval), as_json=as_json)


def _authorize(settings: Settings, place: Paths, journal: Journal, request: Approval, person: Person) -> None:
    """Raise ApprovalError, with a record in the journal, if the person may not approve this."""
    approvers = ApproverPolicy(settings.approval, settings.gate.approver_roles, place.root.stat().st_uid)
    if objection := approvers.objection(request.facts, person, request.requested_by):
        body = {"digest": request.digest, "who": str(person), "how": "command", "why": objection}
        journal.append("approval.refused", body, request.run_id)
        raise ApprovalError(f"request {request.digest[:SHOWN]} of run {request.run_id}: {objection}")


def _is_repeated(approval: Approval, person: Person, *, approved: bool, note: str) -> bool:
    """Whether a person gives the verdict that they have given before, with the same note or none."""
    given = ("approved", "consumed") if approved else ("rejected",)
    same_note = not note or redacted(note) == approval.note
    return approval.state in given and same_note and Person.parse(approval.decided_by or "").is_same(person)


def _repeated(approval: Approval, runs: RunStore) -> str:
    status = runs.get(approval.run_id).status
    what = f"request {approval.digest[:SHOWN]} of run {approval.run_id}, which is {status}, is {approval.standing()}"
    return f"{what}; nothing was recorded twice"


def _named_request(approvals: ApprovalStore, runs: RunStore, name: str, digest: str, *, approved: bool) -> Approval:
    """Return the request; raises ApprovalError, with the exact commands of the requests that wait, if it is not named."""
    verb: Verb = "approve" if approved else "reject"
    if not name.strip() or name == "last":
        raise ApprovalError(f"RUN={name!r} does not say which run you have read; {_commands(approvals.pending(), verb)}")
    run = runs.get(name).run_id
    if len(digest) < SHOWN:
        problem = f"give at least {SHOWN} digits of the digest that you were shown, not {digest!r}"
        raise ApprovalError(f"DIGEST: {problem}; {_commands(approvals.pending(run), verb)}")
    named = [approval for approval in approvals.of_run(run) if approval.digest.startswith(digest.lower())]
    if len(named) != 1:
        requests = "; ".join(f"{approval.digest[:SHOWN]} is {approval.standing()}" for approval in approvals.of_run(run))
        problem = f"run {run} has asked for no approval of {digest[:64]!r} ({requests or 'for none at all'})"
        raise ApprovalError(f"{problem}; {_commands(approvals.pending(run), verb)}")
    return named[0]


def _commands(pending: list[Approval], verb: Verb) -> str:
    if not pending:
        return "no request waits for a verdict"
    return f"what waits: {'; '.join(approval.command(verb) for approval in pending)}"


def _show(approval: Approval, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        read_back = {"read_back": approval.subject.read_back}
        say_json(approval.model_dump(mode="json", include={"run_id", "digest", "state", "decided_by"}) | read_back)
    else:
        say(*lines)


def _lines(approval: Approval) -> list[str]:
    lines = [f"  {line}" for line in approval.subject.describe()]
    decision = f"{approval.state} by {approval.decided_by}"
    following = twinpilot("run", "--resume", approval.run_id)
    return [*lines, f"{decision}; a run that waits goes on by itself, else: {following}"]
