"""Standing restrictions: made by an operator's words, in force for every run on their network until removed or over.

1. A restriction is never deleted: it is removed by a person, or expires with its window, and is listed as such.
2. It has an id that follows from its run and its place there, so that a resumed run makes it once.
3. Each change of its state is in the journal before it is committed (`harness.journal.write_ahead`).
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from pydantic import JsonValue

from harness.restrictions.record import RestrictionRecord
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import RestrictionError
from harness.runtime.high_water import HighWaterClock
from harness.runtime.store import StateStore
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction

_INSERT = "INSERT OR IGNORE INTO restrictions(id, run_id, network, state, restriction, facts) VALUES (?, ?, ?, 'in force', ?, ?)"
_SELECT = "SELECT restrictions.*, seen FROM restrictions LEFT JOIN network_times USING (network)"
_ID = re.compile(r"[0-9a-f]{1,8}")


class RestrictionStore:
    """Restrictions in the state database; `now` is the wall clock."""

    def __init__(self, store: StateStore, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = HighWaterClock(store, now)

    def make(
        self,
        prohibitions: Sequence[Prohibition],
        *,
        run_id: str,
        network: str,
        text: str,
        read_back: str,
        made_by: str,
        facts: dict[str, JsonValue] | None = None,
    ) -> list[RestrictionRecord]:
        """Record restrictions together; made again by the same run they are those that it made. Raises RestrictionError.

        network: what the network is filed under (`covered_network`). text: the operator's words.
        """
        at = datetime.fromtimestamp(self._now(), UTC)
        restrictions = [
            Restriction(
                **prohibition.model_dump(), id=_id_of(run_id, place), text=text, read_back=read_back, made_by=made_by, made_at=at,
                network=network, run_id=run_id,
            )
            for place, prohibition in enumerate(prohibitions)
        ]  # fmt: skip
        with self._store.transaction() as connection:
            for one in restrictions:
                connection.execute(_INSERT, (one.id, run_id, network, one.model_dump_json(), json.dumps(facts or {})))
        made = [self.get(one.id) for one in restrictions]
        if any(record.restriction.run_id != run_id for record in made):
            raise RestrictionError(f"run {run_id}: another run's restriction has the same id; state it again")
        return made

    def remove(self, name: str, who: str, note: str = "") -> RestrictionRecord:
        """Remove a restriction; raises RestrictionError if there is none or it was removed before."""
        record, now = self.get(name), self._now()
        with self._store.transaction() as connection:
            changed = connection.execute(
                "UPDATE restrictions SET state = 'removed', removed_at = ?, removed_by = ?, note = ?"
                " WHERE id = ? AND state <> 'removed'",
                (now, who, note, record.restriction.id),
            ).rowcount
        removed = self.get(record.restriction.id)
        if not changed:
            raise RestrictionError(f"restriction {removed.restriction.id} was {removed.standing()}; nothing was recorded twice")
        return removed

    def get(self, name: str) -> RestrictionRecord:
        """Return a restriction by its id or an unambiguous prefix of it; raises RestrictionError."""
        known = _ID.fullmatch(name) is not None
        rows = self._store.rows(f"{_SELECT} WHERE substr(id, 1, length(?)) = ? LIMIT 2", (name, name)) if known else []
        if len(rows) != 1:
            problem = "is ambiguous" if rows else "does not exist"
            raise RestrictionError(f"restriction {name[:64]!r} {problem}; `{twinpilot('restrictions')}` lists them")
        return _read(rows[0])

    def all(self) -> list[RestrictionRecord]:
        """Return all restrictions, oldest first."""
        return [_read(row) for row in self._store.rows(f"{_SELECT} ORDER BY restrictions.rowid")]

    def of_run(self, run_id: str) -> list[RestrictionRecord]:
        """Return the restrictions that a run made."""
        return [_read(row) for row in self._store.rows(f"{_SELECT} WHERE run_id = ? ORDER BY restrictions.rowid", (run_id,))]

    def in_force(self, network: str, now: datetime | None = None) -> tuple[Restriction, ...]:
        """Return the restrictions of a network that are in force at its time `now`, or will be.

        The time is kept for the list; None: the time that was kept last.
        """
        rows = self._store.rows(f"{_SELECT} WHERE network = ? AND state <> 'removed' ORDER BY restrictions.rowid", (network,))
        records = [_read(row) for row in rows]
        if now is None:
            return tuple(record.restriction for record in records if record.state == "in force")
        if any(record.restriction.window is not None and record.seen != now for record in records):
            self._saw(network, now)
        return tuple(record.restriction for record in records if not record.restriction.has_expired(now))

    def _saw(self, network: str, now: datetime) -> None:
        """Keep the network's time; an embedded network that is made anew may begin earlier than the last one ended."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO network_times VALUES (?, ?)", (network, now.isoformat()))


def _id_of(run_id: str, place: int) -> str:
    return sha256(f"{run_id}:{place}".encode()).hexdigest()[:8]


def _read(row: sqlite3.Row) -> RestrictionRecord:
    return RestrictionRecord(
        restriction=Restriction.model_validate_json(row["restriction"]),
        seen=datetime.fromisoformat(row["seen"]) if row["seen"] else None,
        removed_at=row["removed_at"],
        removed_by=row["removed_by"] or "",
        note=row["note"],
        facts=json.loads(row["facts"]),
    )
