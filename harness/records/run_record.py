"""The runs in the state database, one row each."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Literal

from harness.records.status import Mode, RunStatus
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import RunError
from harness.runtime.settings import PlannerKind
from harness.runtime.store import StateStore
from policies.word import Word


class RunRecord(Word):
    """One run; `network` is the name (URL, or embedded:SCENARIO/ID) of the network that it manages, `identity` what that network
    tells of itself, empty for a run of an earlier version, `requester` who wants what it does.

    planner_kind, seed: with which planner and seed of the twins it goes on; empty and None for a run of an earlier version.
    """

    run_id: str
    created_at: datetime
    updated_at: datetime
    mode: Mode
    status: RunStatus
    intent: str
    network: str
    planner: str
    requester: str = ""
    identity: str = ""
    planner_kind: PlannerKind | Literal[""] = ""
    seed: int | None = None


def new_run_id() -> str:
    """Return a new id that sorts by time (UTC)."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class RunStore:
    """Runs in the state database."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def create(
        self, run_id: str, mode: Mode, intent: str, network: str, planner: str, requester: str = "", identity: str = ""
    ) -> RunRecord:
        """Record a new run."""
        now = datetime.now(UTC).isoformat()
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO runs(run_id, created_at, updated_at, mode, status, intent, network, planner, requester, identity)"
                " VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)",
                (run_id, now, now, mode, intent, network, planner, requester, identity),
            )
        return self.get(run_id)

    def go_on_with(self, run_id: str, planner_kind: PlannerKind, seed: int) -> None:
        """Record with which planner and seed a run goes on, now and when it is resumed without saying otherwise."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE runs SET planner_kind = ?, seed = ? WHERE run_id = ?", (planner_kind, seed, run_id))

    def set_status(self, run_id: str, status: RunStatus) -> None:
        """Record the status of a run."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE runs SET status = ?, updated_at = ? WHERE run_id = ?", (status, datetime.now(UTC).isoformat(), run_id)
            )

    def get(self, name: str) -> RunRecord:
        """Return a run by its id, an unambiguous prefix of it, or "last"; raises RunError."""
        if name == "last":
            rows = self._store.rows("SELECT * FROM runs ORDER BY created_at DESC, rowid DESC LIMIT 1")
        else:
            rows = self._store.rows("SELECT * FROM runs WHERE run_id = ?", (name,)) or self._store.rows(
                "SELECT * FROM runs WHERE substr(run_id, 1, length(?)) = ? ORDER BY run_id LIMIT 2", (name, name)
            )
        if len(rows) != 1:
            problem = "is ambiguous" if rows else "does not exist"
            raise RunError(f"run {name!r} {problem}; `{twinpilot('runs')}` lists them")
        return RunRecord.model_validate(dict(rows[0]))

    def on_network(self, network: str) -> list[RunRecord]:
        """Return the runs that manage the network of this name, oldest first."""
        rows = self._store.rows("SELECT * FROM runs WHERE network = ? ORDER BY created_at", (network,))
        return [RunRecord.model_validate(dict(row)) for row in rows]

    def newest(self, count: int = 20) -> list[RunRecord]:
        """Return the newest runs, newest first."""
        rows = self._store.rows("SELECT * FROM runs ORDER BY created_at DESC, rowid DESC LIMIT ?", (count,))
        return [RunRecord.model_validate(dict(row)) for row in rows]
