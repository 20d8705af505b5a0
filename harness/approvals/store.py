"""Approvals: a human's verdict on one exact change set.

1. A request is bound to the digest of the change set within its run; an edited change set has another digest and needs a request
   of its own.
2. A request expires. Without a verdict in time the change set counts as rejected.
3. An approval is consumed once, by one atomic UPDATE, for one idempotency key: a retry of the same apply may use it again, an
   apply with another key may not. A rejection is final for the digest within its run.
4. The store keeps who decided, when and how (`terminal`, `--approve`, `command` from another process).
Times are wall time, seconds since the epoch.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Literal

from harness.runtime.errors import ApprovalError
from harness.runtime.store import StateStore
from policies.change import ChangeSet
from policies.word import Word

How = Literal["terminal", "--approve", "command", "policy"]
ApprovalState = Literal["pending", "approved", "rejected", "expired", "consumed"]


class Approval(Word):
    """A request for approval with its state, and the verdict once there is one."""

    run_id: str
    digest: str
    state: ApprovalState
    change_set: ChangeSet
    requested_at: float
    expires_at: float
    decided_at: float | None = None
    decided_by: str | None = None
    how: How | None = None
    note: str | None = None
    consumed_at: float | None = None
    consumed_by: str | None = None


class ApprovalStore:
    """Approvals in the state database; `now` is the wall clock."""

    def __init__(self, store: StateStore, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now

    def request(self, run_id: str, change_set: ChangeSet, ttl_s: float) -> Approval:
        """Request a verdict; a second request for the same digest returns the first one, renewed if it had expired."""
        now = self._now()
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO approvals(run_id, digest, state, change_set, requested_at, expires_at)"
                " VALUES (?, ?, 'pending', ?, ?, ?)",
                (run_id, change_set.digest, change_set.model_dump_json(), now, now + ttl_s),
            )
            connection.execute(
                "UPDATE approvals SET state = 'pending', requested_at = ?, expires_at = ?, decided_at = NULL, decided_by = NULL,"
                " how = NULL, note = NULL"
                " WHERE run_id = ? AND digest = ? AND state IN ('pending', 'approved') AND expires_at <= ?",
                (now, now + ttl_s, run_id, change_set.digest, now),
            )
        return self.get(run_id, change_set.digest)

    def decide(self, run_id: str, digest: str, approved: bool, who: str, how: How, *, note: str = "") -> Approval:
        """Record a verdict; raises ApprovalError if the request is unknown, expired or decided already."""
        now = self._now()
        with self._store.transaction() as connection:
            changed = connection.execute(
                "UPDATE approvals SET state = ?, decided_at = ?, decided_by = ?, how = ?, note = ?"
                " WHERE run_id = ? AND digest = ? AND state = 'pending' AND expires_at > ?",
                ("approved" if approved else "rejected", now, who, how, note, run_id, digest, now),
            ).rowcount
        if not changed:
            state = self.get(run_id, digest).state
            raise ApprovalError(
                f"approval of {digest[:12]} in run {run_id} is {state}: no verdict can be given; a new one needs a new proposal"
            )
        return self.get(run_id, digest)

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
            raise ApprovalError(f"run {run_id} has asked for no approval of {digest[:12]}; see `twinpilot show {run_id}`")
        return self._read(rows[0])

    def pending(self, run_id: str | None = None) -> list[Approval]:
        """Return the requests that wait for a verdict, of one run or of all, oldest first."""
        rows = self._store.rows("SELECT * FROM approvals WHERE state = 'pending' ORDER BY requested_at")
        approvals = [self._read(row) for row in rows]
        return [approval for approval in approvals if approval.state == "pending" and run_id in (None, approval.run_id)]

    def of_run(self, run_id: str) -> list[Approval]:
        """Return the requests of a run, oldest first."""
        rows = self._store.rows("SELECT * FROM approvals WHERE run_id = ? ORDER BY requested_at", (run_id,))
        return [self._read(row) for row in rows]

    def _read(self, row: sqlite3.Row) -> Approval:
        values = dict(row)
        values["change_set"] = ChangeSet.model_validate_json(values["change_set"])
        if values["state"] in ("pending", "approved") and values["expires_at"] <= self._now():
            values["state"] = "expired"
        return Approval.model_validate(values)
