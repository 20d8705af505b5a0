"""The live network: the Network contract over A1, O1 and PM reports.

Configuration is read and written over O1, policies over A1; KPIs come from PM reports and are stored in a KPI store. A change set
is validated completely before anything is sent, applied atomically, verified by reading back, and recorded in a ledger under its
idempotency key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from pydantic import ValidationError

from policies.change import A1Policy, AttributeEdit, ChangeSet, PolicyEdit, Receipt, digest_of
from policies.kpi import KpiFrame
from policies.limits.checking import check_change_set
from policies.limits.loading import load_limits
from policies.managed_object import ManagedObject, parse_dn
from policies.text.validation import first_problem
from policies.violation import Violation
from tools.oran.a1_base import A1Base
from tools.oran.a1_connect import Dialect, connect_a1
from tools.oran.change_executor import ChangeExecutor, PartialChangeError
from tools.oran.changes.ledger import Entry, Ledger
from tools.oran.o1_client import O1Client
from tools.oran.pace import pull_all
from tools.oran.peer import Peer, PeerSettings
from tools.oran.pm_client import PmClient
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.reporting import reporter_of
from tools.telemetry.store import KpiStore
from twins.configuration_view import ConfigurationView
from twins.network import (
    INSTANCE,
    InvalidChangeError,
    KpiQuery,
    NetworkCard,
    NetworkError,
    NetworkUnavailableError,
    StaleEditError,
    UnknownObjectError,
    UnknownReceiptError,
)
from twins.object_version import ObjectVersion, distinct_edits, name_of
from twins.scratch_folder import ScratchFolder
from twins.standing import EditStanding


class OranNetwork:
    """The network behind `url` (O1, PM and inventory) and `a1_url` (same by default).

    store: stores the KPIs (default: a temporary store); `kpis` reads them. ledger: SQLite file that preserves idempotency and
    rollback after a crash. dialect: A1 dialect, determined by probing by default. enforce_deadline_s: wall seconds within which a
    policy must be enforced. Raises NetworkUnavailableError if the peer cannot be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        a1_url: str | None = None,
        dialect: Dialect = "auto",
        store: KpiStore | None = None,
        ledger: Path | None = None,
        settings: PeerSettings | None = None,
        enforce_deadline_s: float = 10.0,
    ) -> None:
        self.url = url.rstrip("/")
        self.peer_settings = settings or PeerSettings()
        self.a1: A1Base = connect_a1(a1_url or url, dialect, settings)
        self.o1 = O1Client(url, settings)
        self.pm = PmClient(url, settings)
        self._inventory = Peer("inventory", url, settings)
        self._folder = ScratchFolder("twinpilot-kpi-") if store is None else None
        self.kpis = KpiSource(store or self._temporary_store(), self.pm, lambda: reporter_of(self.describe()))
        self._ledger = Ledger(ledger)
        self._changing = threading.RLock()
        self._limits = load_limits()
        self._executor = ChangeExecutor(self.o1, self.a1, enforce_deadline_s)

    def _temporary_store(self) -> KpiStore:
        assert self._folder is not None
        return KpiStore(self._folder.path / "kpi.sqlite")

    def close(self) -> None:
        """Close all connections and files; the network is not changed."""
        for part in (self.a1, self.o1, self.pm, self._inventory, self._ledger):
            part.close()
        if self._folder is not None:
            self._folder.remove()

    def __enter__(self) -> OranNetwork:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def describe(self) -> NetworkCard:
        """Return the network card from the inventory, including the current network time; raises PeerError."""
        answer = self._inventory.request("GET", "/inventory/v1/network-card")
        try:
            return NetworkCard.model_validate(answer.object(), strict=False)
        except ValidationError as error:
            raise answer.garbage(f"a network card was expected ({first_problem(error, 'the answer')})") from None

    def identity(self) -> str:
        """Return what tells this network from others, whatever URL leads to it: its instance, or else its name."""
        try:
            instance = self._inventory.request("GET", "/inventory/v1/network").object().get("instance")
        except (UnknownObjectError, InvalidChangeError):
            instance = None
        return f"{INSTANCE}{instance}" if isinstance(instance, str) and instance else f"network {self.describe().name}"

    def pull(self, patience_s: float = 600.0, behind: Callable[[str], None] = lambda message: None) -> int:
        """Fetch all PM reports into the store, for `patience_s` wall seconds at most; returns the number of new samples.

        behind: called with how far behind each pull ended that is followed by another. Raises BehindError at once if the time of
        the network passes faster than its reports can be pulled.
        """
        return pull_all(self.kpis.refresh, patience_s, behind)

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the KPI samples that match the query, after a pull; raises UnknownKpiError, UnknownObjectError."""
        frame = self.kpis.query(query)
        for dn in set(query.dns) - {sample.dn for sample in frame}:
            if not dn.startswith("SubNetwork="):
                self.read(dn)
        return frame

    def read(self, dn: str) -> ManagedObject:
        """Return the managed object with its current attributes, read over O1; raises UnknownObjectError."""
        return self.o1.read(_valid(dn))

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of the objects of a class; if `under` is given, only those at or below it."""
        if under:
            try:
                return self.o1.find(class_name, _valid(under))
            except UnknownObjectError:
                return ()
        elements = dict.fromkeys(cell.dn.split(",", 1)[0] for cell in self.describe().cells)
        return tuple(dn for element in elements for dn in self.o1.find(class_name, element))

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        """Return all managed objects with their attributes, one request per managed element; raises PeerError."""
        if under:
            return tuple(self.o1.subtree(_valid(under)))
        elements = dict.fromkeys(cell.dn.split(",", 1)[0] for cell in self.describe().cells)
        return tuple(managed_object for element in elements for managed_object in self.o1.subtree(element))

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist, whoever created them, read over A1; raises PeerError."""
        return tuple(self.a1.all())

    def versions(self, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
        """Return the version of what each edit edits, read over O1 and A1; raises UnknownObjectError, PeerError."""
        return tuple(
            self._attribute_version(edit) if isinstance(edit, AttributeEdit) else self._policy_version(edit)
            for edit in distinct_edits(change_set)
        )

    def _attribute_version(self, edit: AttributeEdit) -> ObjectVersion:
        managed, version = self.o1.versioned(_valid(edit.dn))
        return ObjectVersion(name=name_of(edit), version=version, state=digest_of(managed.attributes.get(edit.attribute)))

    def _policy_version(self, edit: PolicyEdit) -> ObjectVersion:
        body, version = self.a1.versioned(edit.policy_type, edit.policy_id)
        return ObjectVersion(name=name_of(edit), version=version, state=digest_of([body, self._status(edit)]))

    def _status(self, edit: PolicyEdit) -> str:
        try:
            return str(self.a1.status(edit.policy_type, edit.policy_id))
        except UnknownObjectError:
            return ""

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Apply all edits or none.

        Raises InvalidChangeError, StaleEditError, UnknownObjectError before anything is sent or after a complete rollback,
        ChangeFailedError (nothing is applied), PartialChangeError (which lists the edits that may still be applied).
        """
        with self._changing:
            return self._apply(change_set, idempotency_key)

    def _apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        entry = self._ledger.get(idempotency_key)
        if entry is not None and entry.change_set.digest != change_set.digest:
            raise InvalidChangeError([_key_reused(idempotency_key)])
        if entry is not None and entry.state != "open":
            return self._replay(entry)
        self._send(change_set, idempotency_key, is_known=entry is not None)
        now = self.describe().now
        self._ledger.mark(idempotency_key, "applied", now)
        return Entry(idempotency_key, change_set, "applied", now).receipt(now, replayed=False)

    def _replay(self, entry: Entry) -> Receipt:
        """Return the receipt of a change that was applied before and still is; raises NetworkError if it is not."""
        if entry.state == "reverted":
            raise StaleEditError(f"idempotency_key={entry.key!r}: this change was applied and reverted since; use a new key")
        if entry.state == "reverting":
            raise NetworkUnavailableError(f"idempotency_key={entry.key!r}: this change is being reverted; revert it again")
        self._executor.confirm(entry.change_set)
        return entry.receipt(entry.applied_at or self.describe().now, replayed=True)

    def _send(self, change_set: ChangeSet, key: str, *, is_known: bool) -> None:
        """Send a change; the ledger keeps its entry until the change is applied, or read back as taken back."""
        if not is_known:
            self._check(change_set, resume=False)
        attempt = self._ledger.open(key, change_set)
        try:
            if is_known:
                self._executor.resume(change_set, attempt, lambda: self._check(change_set, resume=True))
            else:
                self._executor.execute(change_set, attempt)
        except PartialChangeError:
            raise
        except NetworkError:
            self._ledger.drop(key)
            raise

    def _check(self, change_set: ChangeSet, *, resume: bool) -> None:
        self._executor.check_form(change_set)
        view = ConfigurationView(self.configuration())
        if violations := check_change_set(self._limits, change_set, view.read, view.find):
            raise InvalidChangeError(violations)
        self._executor.check_old(change_set, resume=resume)

    def revert(self, receipt: Receipt) -> Receipt:
        """Restore the configuration before the receipt's change; a repeated call has no effect and is marked as replayed.

        Raises UnknownReceiptError, StaleEditError if it was changed since, PartialChangeError with what is still applied.
        """
        with self._changing:
            return self._revert(receipt)

    def _revert(self, receipt: Receipt) -> Receipt:
        entry = self._ledger.get(receipt.idempotency_key)
        if entry is None or entry.change_set.digest != receipt.digest:
            raise UnknownReceiptError(
                f"receipt {receipt.idempotency_key!r} was not issued here; revert it where it was applied (same ledger file)"
            )
        inverse = entry.change_set.inverse()
        if entry.state == "reverted":
            return _reverted(entry, self.describe().now, replayed=True)
        self._executor.check_old(inverse, resume=entry.state in ("reverting", "open"))
        self._ledger.mark(receipt.idempotency_key, "reverting")
        self._executor.withdraw(entry.change_set, f"revert:{receipt.idempotency_key}:{uuid4()}")
        self._ledger.mark(receipt.idempotency_key, "reverted")
        return _reverted(entry, self.describe().now, replayed=False)

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Read back over O1 and A1 whether each edit is in effect, policies by their status; what cannot be read is unknown."""
        return self._executor.standing(change_set)


def _reverted(entry: Entry, now: datetime, replayed: bool) -> Receipt:
    return Entry(f"revert:{entry.key}", entry.change_set.inverse(), "reverted", now).receipt(now, replayed)


def _valid(dn: str) -> str:
    try:
        parse_dn(dn)
    except ValueError as error:
        raise UnknownObjectError(str(error)) from None
    return dn


def _key_reused(key: str) -> Violation:
    return Violation(
        field="idempotency_key",
        value=key,
        allowed="one key for one change set",
        source="Network contract, apply",
        remedy="use a new key for a new change set",
    )
