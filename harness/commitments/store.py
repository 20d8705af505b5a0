"""Commitments in the state database.

1. A commitment is written *before* the change is applied: a process that dies between the two leaves a `pending` one, and the
   watchdog reads back from the network whether it was applied.
2. It changes from one state to the next as `commitment.py` says, and from no other.
3. An open commitment owns the attributes and policies that it edits: another change of the same (DN, attribute) of the same
   network, whatever URL leads to it, is refused, even if the two are scheduled for different times, since each restores the
   values that it read before.
4. Whoever reverts a change holds a lease meanwhile, so that the run and the watchdog do not both revert it.
5. A run that ended while its change stood (`still applied`), or waits for a time (`scheduled`), gets its new status together with
   its commitment, and not before.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from harness.commitments.commitment import OPEN_STATES, Commitment, CommitmentState
from harness.commitments.network_identity import is_same_network
from harness.commitments.ownership import owners, refuse_conflicts
from harness.commitments.pause import pause_s
from harness.commitments.row import read_commitment
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import CommitmentError
from harness.runtime.high_water import HighWaterClock
from harness.runtime.store import StateStore
from harness.runtime.timetable import AT_ONCE, Timetable
from policies.change import ChangeSet, Receipt

_UNFINISHED: Final = ("scheduled", "still applied", "interrupted", "failed", "running")
_OPEN: Final = f"({', '.join(repr(state) for state in OPEN_STATES)})"
_INSERT = (
    "INSERT INTO commitments(key, run_id, digest, network, state, change_set, expectations, opened_at, deadline,"
    " network_deadline, identity, apply_at, restore_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class CommitmentStore:
    """Commitments in the state database; `now` is the wall clock, `identities` those of the networks by name."""

    def __init__(
        self, store: StateStore, now: Callable[[], float] = time.time, identities: Mapping[str, str] | None = None
    ) -> None:
        self._store = store
        self._now = HighWaterClock(store, now)
        self._identities = dict(identities or {})

    def open(
        self,
        key: str,
        run_id: str,
        change_set: ChangeSet,
        *,
        network: str,
        deadline_s: float,
        network_deadline: float,
        expectations: dict[str, Any],
        timetable: Timetable = AT_ONCE,
    ) -> Commitment:
        """Record a pending or scheduled commitment; the same key twice opens one. Raises CommitmentConflictError."""
        now, state = self._now(), "scheduled" if timetable.apply_at else "pending"
        row = (key, run_id, change_set.digest, network, state, change_set.model_dump_json(), json.dumps(expectations), now,
               now + deadline_s, network_deadline, self._identities.get(network, ""), _seconds(timetable.apply_at),
               _seconds(timetable.restore_at))  # fmt: skip
        with self._store.transaction() as connection:
            if not connection.execute("SELECT 1 FROM commitments WHERE key = ?", (key,)).fetchone():
                refuse_conflicts(change_set, [other for other in _all_open(connection) if self._is_on(other, network)])
                connection.execute(_INSERT, row)
        return self.get(key)

    @property
    def state(self) -> StateStore:
        """The state database."""
        return self._store

    def now(self) -> float:
        """Return the wall time by which deadlines and leases are judged, seconds since the epoch; it never goes back."""
        return self._now()

    def begin(self, key: str, *, deadline_s: float, network_deadline: float, expectations: dict[str, Any]) -> Commitment:
        """Record that the time of a scheduled change has come, right before it is sent, with the deadlines from now on."""
        return self._move(
            key, "pending", ("scheduled",), expectations=json.dumps(expectations), deadline=self._now() + deadline_s,
            network_deadline=network_deadline,
        )  # fmt: skip

    def in_force(
        self, key: str, *, deadline_s: float, network_deadline: float, note: str = "", inconclusive: bool = False
    ) -> Commitment:
        """Record that a change that is to be restored is kept until then; the deadlines are those of restoring it.

        inconclusive: whether a person keeps it although KPIs did not confirm it.
        """
        now = self._now()
        expectations = {**self.get(key).expectations, "inconclusive": inconclusive}
        return self._move(
            key, "in_force", ("applied",), unless_cancelled=True, note=note, verified_at=now, deadline=now + deadline_s,
            network_deadline=network_deadline, expectations=json.dumps(expectations),
        )  # fmt: skip

    def applied(self, key: str, receipt: Receipt) -> Commitment:
        """Record the network's receipt; a second call changes nothing."""
        return self._move(key, "applied", ("pending",), receipt=receipt.model_dump_json())

    def extend(self, key: str, deadline_s: float, network_deadline: float) -> Commitment:
        """Set both deadlines of an applied change anew, as in `open`: a person goes on watching it. Raises CommitmentError."""
        deadline = self._now() + deadline_s  # before the transaction: the high-water clock may write what it saw
        with self._store.transaction() as connection:
            changed = connection.execute(
                "UPDATE commitments SET deadline = ?, network_deadline = ? WHERE key = ? AND state = 'applied'"
                " AND cancelled_by = ''",
                (deadline, network_deadline, key),
            ).rowcount
        commitment = self.get(key)
        if not changed:
            raise CommitmentError(f"commitment {key!r} is {commitment.state}: there is nothing to go on watching")
        return commitment

    def confirmed(self, key: str, note: str = "") -> Commitment:
        """Record that KPIs confirmed the change; raises CommitmentError if it is not applied."""
        return self._move(key, "confirmed", ("applied",), unless_cancelled=True, note=note, closed_at=self._now())

    def cancel(self, key: str, who: str, note: str) -> Commitment:
        """Withdraw a change that waits for its start, of which nothing was sent; raises CommitmentError if it waits no more.

        Of this and the start of the change (`begin`) one succeeds.
        """
        status = ("cancelled", _UNFINISHED)
        return self._move(key, "cancelled", ("scheduled",), status, note=note, cancelled_by=who, closed_at=self._now())

    def recall(self, key: str, who: str) -> Commitment:
        """Record that a person wants a change to be taken back now; raises CommitmentError if it is closed, or was not begun.

        It cannot be confirmed any more. Who wanted it first is kept.
        """
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE commitments SET cancelled_by = ?, next_attempt_at = 0 WHERE key = ? AND cancelled_by = ''"
                " AND state IN ('applied', 'in_force', 'revert_failed', 'pending')",
                (who, key),
            )
        commitment = self.get(key)
        if not commitment.is_open or not commitment.cancelled_by:
            raise CommitmentError(f"the change of run {commitment.run_id} is {commitment.describe()}: it cannot be taken back")
        return commitment

    def settle(self, key: str, who: str, note: str) -> Commitment:
        """End a commitment that could not be reverted, as a person decided; raises CommitmentError.

        note: what is on the network instead. The caller holds its lease.
        """
        status = ("settled", _UNFINISHED)
        return self._move(key, "settled", ("revert_failed",), status, note=f"settled by {who}: {note}", closed_at=self._now())

    def reverted(self, key: str, note: str) -> Commitment:
        """Record that the change was reverted, or was never made; the caller has read it back.

        A change that was kept until the end of its time is `restored` thereby, one that was never sent `cancelled`.
        """
        commitment = self.get(key)
        # What is closed as cancelled must still be waiting: a change that has begun since was not withdrawn by this.
        allowed = ("scheduled",) if commitment.state == "scheduled" else tuple(one for one in OPEN_STATES if one != "scheduled")
        before = _UNFINISHED if commitment.cancelled_by else ("still applied", "scheduled")
        return self._move(key, commitment.closing, allowed, (commitment.run_status, before), note=note, closed_at=self._now())

    def revert_failed(self, key: str, note: str) -> Commitment:
        """Record that reverting failed; the commitment stays open, its lease is given back, and reverting is tried again."""
        attempts = self.get(key).attempts + 1
        pause = pause_s(attempts)
        ended = ("rolled back", "inconclusive", "failed", "scheduled")
        return self._move(
            key, "revert_failed", OPEN_STATES, ("still applied", ended), note=note, attempts=attempts, lease_until=0.0,
            next_attempt_at=self._now() + pause if pause else 0.0,
        )  # fmt: skip

    def reported(self, key: str) -> None:
        """Record that the journal says now that the change still stands."""
        self._set(key, "reported_at", self._now())

    def identify(self, key: str, identity: str) -> None:
        """Record the identity of the network of a commitment that has none, such as one of an earlier version."""
        self._set(key, "identity", identity)

    def claim(self, key: str, who: str, seconds: float) -> bool:
        """Take the lease for reverting an open commitment; false if somebody else holds it."""
        now = self._now()
        with self._store.transaction() as connection:
            return bool(
                connection.execute(
                    f"UPDATE commitments SET lease_by = ?, lease_until = ? WHERE key = ? AND state IN {_OPEN}"  # noqa: S608
                    " AND (lease_until <= ? OR lease_by = ?)",
                    (who, now + seconds, key, now, who),
                ).rowcount
            )

    def release(self, key: str, who: str) -> None:
        """Give back the lease, if this one holds it."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE commitments SET lease_until = 0 WHERE key = ? AND lease_by = ?", (key, who))

    def get(self, key: str) -> Commitment:
        """Return a commitment; raises CommitmentError if there is none."""
        rows = self._store.rows("SELECT * FROM commitments WHERE key = ?", (key,))
        if not rows:
            raise CommitmentError(f"commitment {key!r} does not exist; see `{twinpilot('runs')}`")
        return read_commitment(rows[0])

    def of_run(self, run_id: str) -> list[Commitment]:
        """Return the commitments of a run, oldest first."""
        return [
            read_commitment(row)
            for row in self._store.rows("SELECT * FROM commitments WHERE run_id = ? ORDER BY opened_at", (run_id,))
        ]

    def on_network_of(self, commitment: Commitment) -> list[Commitment]:
        """Return all other commitments on the same network, oldest first."""
        rows = self._store.rows("SELECT * FROM commitments WHERE key <> ? ORDER BY opened_at", (commitment.key,))
        name, identity = commitment.network, commitment.identity
        return [one for row in rows if is_same_network((one := read_commitment(row)).network, one.identity, name, identity)]

    def open_keys(self) -> list[str]:
        """Return the keys of the open commitments, oldest first."""
        statement = f"SELECT key FROM commitments WHERE state IN {_OPEN} ORDER BY opened_at"  # noqa: S608 - a constant
        return [row["key"] for row in self._store.rows(statement)]

    def open_commitments(self, network: str | None = None) -> list[Commitment]:
        """Return the open commitments, of one network or of all, oldest first."""
        statement = f"SELECT * FROM commitments WHERE state IN {_OPEN} ORDER BY opened_at"  # noqa: S608 - a constant
        commitments = [read_commitment(row) for row in self._store.rows(statement)]
        return [commitment for commitment in commitments if network is None or self._is_on(commitment, network)]

    def conflicts(self, change_set: ChangeSet, network: str, key: str = "") -> list[Commitment]:
        """Return the open commitments, other than `key`, that own something that the change set edits."""
        others = (commitment for commitment in self.open_commitments(network) if commitment.key != key)
        return owners(change_set, others)

    def _is_on(self, commitment: Commitment, network: str) -> bool:
        """Whether the commitment is on the network of this name."""
        return is_same_network(commitment.network, commitment.identity, network, self._identities.get(network, ""))

    def _set(self, key: str, column: Literal["reported_at", "identity"], value: float | str) -> None:
        with self._store.transaction() as connection:
            connection.execute(f"UPDATE commitments SET {column} = ? WHERE key = ?", (value, key))  # noqa: S608 - one of ours

    def _move(
        self,
        key: str,
        to: CommitmentState,
        allowed: tuple[str, ...],
        run_status: tuple[str, tuple[str, ...]] = ("", ()),
        *,
        unless_cancelled: bool = False,
        **values: object,
    ) -> Commitment:
        """Change the state from one of `allowed`, and with it the status of the run, if that is one of those given."""
        columns = "".join(f", {name} = ?" for name in values)
        marks = ", ".join("?" * len(allowed))
        condition = " AND cancelled_by = ''" if unless_cancelled else ""
        with self._store.transaction() as connection:
            changed = connection.execute(
                f"UPDATE commitments SET state = ?{columns} WHERE key = ? AND state IN ({marks}){condition}",  # noqa: S608 - ours
                (to, *values.values(), key, *allowed),
            ).rowcount
            if changed:
                _set_run_status(connection, key, *run_status)
        commitment = self.get(key)
        if not changed and commitment.state != to:
            raise CommitmentError(f"commitment {key!r} is {commitment.state}: it cannot become {to}")
        return commitment


def _all_open(connection: sqlite3.Connection) -> list[Commitment]:
    return [read_commitment(row) for row in connection.execute(f"SELECT * FROM commitments WHERE state IN {_OPEN}")]  # noqa: S608


def _set_run_status(connection: sqlite3.Connection, key: str, status: str, before: tuple[str, ...]) -> None:
    """Set the status of the commitment's run, if it is one of those `before`; the records of runs are in the same database."""
    marks = ", ".join("?" * len(before))
    connection.execute(
        f"UPDATE runs SET status = ? WHERE run_id = (SELECT run_id FROM commitments WHERE key = ?) AND status IN ({marks})",  # noqa: S608
        (status, key, *before),
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
