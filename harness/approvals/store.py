"""Approvals: a human's verdict on one exact subject.

1. A request is bound to the digest of its subject within its run: the change set, its schedule, the baseline and the versions
   of what it edits. Whatever is different has another digest and needs a request of its own.
2. A request waits (pending) until it is approved or rejected, expires, or is withdrawn: because it was edited, its baseline
   moved, or its run ended. These are different words; only an approved request can be used.
3. The first verdict wins, by one atomic UPDATE; everybody else is told who won. It is final for the digest within its run.
4. An approval is consumed once, by one atomic UPDATE, for one idempotency key: a retry of the same apply may use it again, an
   apply with another key may not.
5. The store keeps who requested, who decided, when and how (`terminal`, `--approve`, `command` from another process, `policy`).
Times are wall time, seconds since the epoch, and never go back (`HighWaterClock`).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field, JsonValue

from harness.approvals.subject import SHOWN, ApprovalSubject
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import ApprovalError
from harness.runtime.high_water import HighWaterClock
from harness.runtime.store import StateStore
from policies.change import ChangeSet
from policies.word import Word

How = Literal["terminal", "--approve", "command", "policy"]
Verb = Literal["approve", "reject"]
_EDITED = "edited as "
ApprovalState = Literal["pending", "approved", "rejected", "expired", "withdrawn", "consumed"]
_INSERT = (
    "INSERT OR IGNORE INTO approvals(run_id, digest, state, change_set, requested_at, expires_at, subject, facts, requested_by)"
    " VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?)"
)
_RENEW = (
    "UPDATE approvals SET state = 'pending', requested_at = ?, expires_at = ?, decided_at = NULL, decided_by = NULL, how = NULL,"
    " note = NULL WHERE run_id = ? AND digest = ? AND state IN ('pending', 'approved') AND expires_at <= ?"
)


def edited_note(artifact: str) -> str:
    """Return the note of a request that a person edited instead of approving it; `artifact` holds the edited change set."""
    return f"{_EDITED}{artifact}"


class Approval(Word):
    """A request for approval with its state, and the verdict once there is one.

    facts: what the authorization of an approver is judged by (`harness.gate.approver_authorization`). requested_by: who wants the
    change, the requester of the run.
    """

    run_id: str
    digest: str
    state: ApprovalState
    subject: ApprovalSubject
    requested_at: float
    expires_at: float
    requested_by: str = ""
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    decided_at: float | None = None
    decided_by: str | None = None
    how: How | None = None
    note: str | None = None
    consumed_at: float | None = None
    consumed_by: str | None = None

    @property
    def change_set(self) -> ChangeSet:
        """The edits that are to be approved."""
        return self.subject.change_set

    def command(self, verb: Verb = "approve") -> str:
        """Return the command that decides on exactly this request."""
        return twinpilot(verb, self.run_id, self.digest[:SHOWN])

    @property
    def edited_as(self) -> str:
        """The artifact of the edited change set that replaced the request, empty if it was not edited."""
        note = self.note or ""
        return note.removeprefix(_EDITED) if note.startswith(_EDITED) else ""

    def standing(self) -> str:
        """Return the state in words, with who decided, when and why; whoever approved did not withdraw it."""
        at = "" if self.decided_at is None else f" at {datetime.fromtimestamp(self.decided_at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        decided = f" by {self.decided_by} ({self.how}){at}" if self.decided_by else ""
        note = f": {self.note}" if self.note else ""
        if self.edited_as:
            return f"{self.state}, since it was edited{decided}"
        before = f"; it had been approved{decided}" if decided else ""
        if self.state == "withdrawn":
            return f"withdrawn by the run{note}{before}"
        if self.state == "expired":
            return f"expired{before}{note}"
        return f"{'approved and used' if self.state == 'consumed' else self.state}{decided}{note}"


class ApprovalConflictError(ApprovalError):
    """A verdict was given before, or none can be given any more; `approval` is the request as it stands."""

    def __init__(self, approval: Approval) -> None:
        super().__init__(
            f"request {approval.digest[:SHOWN]} of run {approval.run_id} is {approval.standing()}; your verdict was not recorded:"
            " the first one counts, and another needs a new request"
        )
        self.approval = approval


class ApprovalStore:
    """Approvals in the state database; `now` is the wall clock."""

    def __init__(self, store: StateStore, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = HighWaterClock(store, now)

    def request(
        self,
        run_id: str,
        subject: ApprovalSubject,
        ttl_s: float,
        *,
        requested_by: str = "",
        facts: dict[str, JsonValue] | None = None,
    ) -> Approval:
        """Request a verdict; a second request for the same subject returns the first one, renewed if it had expired."""
        now = self._now()
        row = (run_id, subject.digest, subject.change_set.model_dump_json(), now, now + ttl_s, subject.model_dump_json(),
               json.dumps(facts or {}), requested_by)  # fmt: skip
        with self._store.transaction() as connection:
            connection.execute(_INSERT, row)
            connection.execute(_RENEW, (now, now + ttl_s, run_id, subject.digest, now))
        return self.get(run_id, subject.digest)

    def decide(self, run_id: str, digest: str, approved: bool, who: str, how: How, *, note: str = "") -> Approval:
        """Record a verdict; raises ApprovalError if there is no such request, ApprovalConflictError if it is not pending."""
        return self._claim(run_id, digest, "approved" if approved else "rejected", (who, how, note))

    def replace(self, run_id: str, digest: str, who: str, how: How, *, note: str) -> Approval:
        """Withdraw a waiting request because a person edited it, which asks anew; raises as `decide`."""
        return self._claim(run_id, digest, "withdrawn", (who, how, note))

    def _claim(self, run_id: str, digest: str, state: ApprovalState, by: tuple[str, How, str]) -> Approval:
        """Move a waiting request to its final state: of several who try at once, one succeeds."""
        now = self._now()
        with self._store.transaction() as connection:
            changed = connection.execute(
                "UPDATE approvals SET state = ?, decided_at = ?, decided_by = ?, how = ?, note = ?"
                " WHERE run_id = ? AND digest = ? AND state = 'pending' AND expires_at > ?",
                (state, now, *by, run_id, digest, now),
            ).rowcount
        approval = self.get(run_id, digest)
        if not changed:
            raise ApprovalConflictError(approval)
        return approval

    def withdraw(self, run_id: str, why: str, digest: str | None = None) -> list[Approval]:
        """Withdraw the requests of a run, or one of them, that wait or were not used; return those that were withdrawn."""
        open_ones = [approval for approval in self.of_run(run_id) if approval.state in ("pending", "approved")]
        chosen = [approval for approval in open_ones if digest in (None, approval.digest)]
        return [self.get(run_id, approval.digest) for approval in chosen if self._withdraw(run_id, approval.digest, why)]

    def _withdraw(self, run_id: str, digest: str, why: str) -> bool:
        with self._store.transaction() as connection:
            return bool(
                connection.execute(
                    "UPDATE approvals SET state = 'withdrawn', note = ?"
                    " WHERE run_id = ? AND digest = ? AND state IN ('pending', 'approved')",
                    (why, run_id, digest),
                ).rowcount
            )

    def consume(self, run_id: str, digest: str, key: str) -> bool:
        """Use an approval for the apply with this idempotency key; false if there is none or another key has used it."""
        now = self._now()
        with self._store.transaction() as connection:
            changed = connection.execute(
                "UPDATE approvals SET state = 'consumed', consumed_at = ?, consumed_by = ?"
                " WHERE run_id = ? AND digest = ? AND state = 'approved' AND expires_at > ?",
                (now, key, run_id, digest, now),
            ).rowcount
            consumed = connection.execute(
                "SELECT 1 FROM approvals WHERE run_id = ? AND digest = ? AND state = 'consumed' AND consumed_by = ?",
                (run_id, digest, key),
            ).fetchone()
        return bool(changed) or consumed is not None

    def get(self, run_id: str, digest: str) -> Approval:
        """Return a request with its current state; raises ApprovalError if there is none."""
        rows = self._store.rows("SELECT * FROM approvals WHERE run_id = ? AND digest = ?", (run_id, digest))
        if not rows:
            raise ApprovalError(f"run {run_id} has asked for no approval of {digest[:SHOWN]}; see `{twinpilot('show', run_id)}`")
        return self._read(rows[0])

    def pending(self, run_id: str | None = None) -> list[Approval]:
        """Return the requests that wait for a verdict, of one run or of all, oldest first."""
        rows = self._store.rows("SELECT * FROM approvals WHERE state = 'pending' ORDER BY requested_at, rowid")
        approvals = [self._read(row) for row in rows]
        return [approval for approval in approvals if approval.state == "pending" and run_id in (None, approval.run_id)]

    def of_run(self, run_id: str) -> list[Approval]:
        """Return the requests of a run, oldest first."""
        rows = self._store.rows("SELECT * FROM approvals WHERE run_id = ? ORDER BY requested_at, rowid", (run_id,))
        return [self._read(row) for row in rows]

    def _read(self, row: sqlite3.Row) -> Approval:
        values: dict[str, Any] = dict(row)
        change_set = values.pop("change_set")
        # A request that was made before subjects were recorded has its change set alone.
        subject = values["subject"] or f'{{"change_set": {change_set}}}'
        values["subject"] = ApprovalSubject.model_validate_json(subject)
        values["facts"] = json.loads(values["facts"] or "{}")
        if values["state"] in ("pending", "approved") and values["expires_at"] <= self._now():
            values["state"] = "expired"
        return Approval.model_validate(values)
