"""Base classes of networks over a managed object tree.

`ReadableTree` implements reading. `TreeNetwork` adds atomic, revertible changes, applied once per idempotency key: a subclass
validates a change (`_validate`, `_check_rollback`) and applies it (`_commit`).
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any
from uuid import uuid4

from policies.change import A1Policy, AttributeEdit, ChangeSet, Edit, PolicyEdit, Receipt, digest_of
from policies.managed_object import ManagedObject, Scalar, class_of, is_within
from twins.network import INSTANCE, NetworkError, UnknownObjectError, UnknownReceiptError
from twins.object_version import ObjectVersion, distinct_edits, name_of
from twins.standing import EditStanding, attribute_standing, policy_standing, standing_of


class ReadableTree:
    """Thread-safe reading of `tree`, which maps DNs to attributes."""

    def __init__(self, tree: dict[str, dict[str, Scalar]]) -> None:
        self._lock = threading.RLock()
        self._tree = tree
        self._versions: dict[str, int] = {}
        self._instance = uuid4().hex

    def identity(self) -> str:
        """Return what tells this network from every other one; two servers in front of it serve one network."""
        return f"{INSTANCE}{self._instance}"

    def read(self, dn: str) -> ManagedObject:
        """Return the managed object with its current attributes; raises UnknownObjectError."""
        with self._lock:
            if dn not in self._tree:
                raise UnknownObjectError(f"dn={dn!r} does not exist; find(class) lists what does")
            return ManagedObject(dn=dn, attributes=dict(self._tree[dn]))

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of all managed objects of a class, in a fixed order; if `under` is given, only those at or below it."""
        with self._lock:
            return tuple(dn for dn in self._tree if class_of(dn) == class_name and is_within(dn, under))

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        """Return all managed objects with their attributes, in a fixed order; if `under` is given, only those at or below it."""
        with self._lock:
            return tuple(
                ManagedObject(dn=dn, attributes=dict(attributes)) for dn, attributes in self._tree.items() if is_within(dn, under)
            )

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Read back whether the network has what each edit sets, one standing per edit."""
        with self._lock:
            return standing_of(change_set, self._attribute_standing, self._policy_standing)

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist; a network without a near-RT RIC has none."""
        return ()

    def _attribute_standing(self, edit: AttributeEdit) -> EditStanding:
        return attribute_standing(edit, self._tree.get(edit.dn))

    def _policy_standing(self, edit: PolicyEdit) -> EditStanding:
        return policy_standing(edit, self._policy(edit.policy_type, edit.policy_id))

    def versions(self, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
        """Return the version of what each edit edits: how often its object or policy was written; raises UnknownObjectError."""
        with self._lock:
            return tuple(self._version(edit) for edit in distinct_edits(change_set))

    def _version(self, edit: Edit) -> ObjectVersion:
        if isinstance(edit, AttributeEdit):
            state: Any = self.read(edit.dn).attributes.get(edit.attribute)
        else:
            state = self._policy(edit.policy_type, edit.policy_id)
        return ObjectVersion(name=name_of(edit), version=self.version(edit.item), state=digest_of(state))

    def version(self, item: tuple[str, str]) -> str:
        """Return how often the object (DN, any attribute) or the A1 policy (type, id) of an item was written."""
        return str(self._versions.get(_object_of(item), 0))

    def _policy(self, policy_type: str, policy_id: str) -> dict[str, Any] | None:
        """Return the body of an A1 policy that is enforced, None if there is none; this network takes no policies."""
        return None


def _object_of(item: tuple[str, str]) -> str:
    """Return the key of an item's object: the DN, or the id of the policy."""
    return item[0] if "=" in item[0] else f"A1 {item[1]}"


class TreeNetwork(ReadableTree, ABC):
    """A tree that can also be changed; receipts are stored by idempotency key."""

    def __init__(self, tree: dict[str, dict[str, Scalar]]) -> None:
        super().__init__(tree)
        self._receipts: dict[str, Receipt] = {}
        self._reverted: dict[str, Receipt] = {}

    @abstractmethod
    def _validate(self, change_set: ChangeSet) -> None:
        """Raise InvalidChangeError, StaleEditError or UnknownObjectError if the change is not allowed."""

    @abstractmethod
    def _check_rollback(self, change_set: ChangeSet) -> None:
        """Raise StaleEditError if the change that the rollback would undo is no longer applied."""

    @abstractmethod
    def _commit(self, change_set: ChangeSet) -> datetime:
        """Apply a validated change; returns the network time of the change."""

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Apply all edits or none; raises InvalidChangeError, StaleEditError, UnknownObjectError, NetworkError (key reused)."""
        with self._lock:
            previous = self._receipts.get(idempotency_key)
            if previous is not None:
                if previous.digest != change_set.digest:
                    raise NetworkError(f"idempotency_key={idempotency_key!r} was used for another change set; use a new key")
                return previous.model_copy(update={"replayed": True})
            self._validate(change_set)
            return self._commit_and_issue(change_set, idempotency_key)

    def revert(self, receipt: Receipt) -> Receipt:
        """Restore the previous configuration; a repeated call returns the first receipt, marked as replayed.

        Raises UnknownReceiptError, StaleEditError.
        """
        with self._lock:
            key = receipt.idempotency_key
            issued = self._receipts.get(key)
            if issued is None or issued.digest != receipt.digest:
                raise UnknownReceiptError(f"receipt {key!r} was not issued by this network; nothing was reverted")
            if key in self._reverted:
                return self._reverted[key].model_copy(update={"replayed": True})
            self._check_rollback(issued.rollback)
            self._reverted[key] = self._commit_and_issue(issued.rollback, f"revert:{key}")
            return self._reverted[key]

    def _commit_and_issue(self, change_set: ChangeSet, key: str) -> Receipt:
        """Apply a validated change and store its receipt under `key`."""
        at = self._commit(change_set)
        for name in {_object_of(edit.item) for edit in change_set.edits}:
            self._versions[name] = self._versions.get(name, 0) + 1
        receipt = Receipt(digest=change_set.digest, idempotency_key=key, applied_at=at, rollback=change_set.inverse())
        self._receipts[key] = receipt
        return receipt
