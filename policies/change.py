"""Changes: the exact edits of a network's configuration, and how to revert them.

1. An `AttributeEdit` is sent over O1 (ProvMnS), a `PolicyEdit` over A1. Both carry the old and the new value, so that every
   change can be inverted and an edit based on a stale reading is refused.
2. A `ChangeSet` is ordered, immutable and identified by its digest, to which approvals, receipts and the journal refer.
3. A `Receipt` is a network's answer to an apply; its rollback handle is the inverse change set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue

from policies.managed_object import Dn, Scalar
from policies.text.json_value import json_objection
from policies.word import Word


def _shown(value: Any) -> str:
    """Return a value in one line, one that JSON cannot carry by the reason."""
    if objection := json_objection(value):
        return f"({objection})"
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


class AttributeEdit(Word):
    """Set `attribute` of the managed object `dn` from `old` to `new`."""

    kind: Literal["attribute"] = "attribute"
    dn: Dn
    attribute: str
    old: Scalar
    new: Scalar

    @property
    def item(self) -> tuple[str, str]:
        """The edited item: (DN, attribute)."""
        return self.dn, self.attribute

    def inverse(self) -> AttributeEdit:
        """Return the edit that restores the old value."""
        return self.model_copy(update={"old": self.new, "new": self.old})

    def describe(self) -> str:
        """Return the edit in one line."""
        return f"{self.dn} {self.attribute}: {_shown(self.old)} → {_shown(self.new)}"


class A1Policy(Word):
    """An A1 policy as it stands on the near-RT RIC."""

    policy_type: str
    policy_id: str
    body: dict[str, JsonValue]


class PolicyEdit(Word):
    """Create (old None), replace or delete (new None) the A1 policy `policy_id` of type `policy_type`."""

    kind: Literal["policy"] = "policy"
    policy_type: str
    policy_id: str
    old: dict[str, JsonValue] | None
    new: dict[str, JsonValue] | None

    @property
    def item(self) -> tuple[str, str]:
        """The edited item: (policy type, policy id)."""
        return self.policy_type, self.policy_id

    def inverse(self) -> PolicyEdit:
        """Return the edit that restores the old policy."""
        return self.model_copy(update={"old": self.new, "new": self.old})

    def describe(self) -> str:
        """Return the edit in one line."""
        verb = "create" if self.old is None else "delete" if self.new is None else "replace"
        body = "" if self.new is None else f" {_shown(self.new)}"
        return f"A1 {verb} {self.policy_type} {self.policy_id}{body}"


Edit = Annotated[AttributeEdit | PolicyEdit, Field(discriminator="kind")]


# Begins the digest of a value that no JSON can carry; canonical JSON is UTF-8, in which this byte never occurs.
_UNWRITABLE: Final = b"\xff"


def _normalize_numbers(value: Any) -> Any:
    """Turn integral floats into integers (25.0 → 25), so that equal changes have equal digests."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _normalize_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_normalize_numbers(item) for item in value]
    return value


def canonical_json(value: Any) -> str:
    """Return the canonical JSON of `value`: sorted keys, no spaces, 25.0 written as 25; raises ValueError for NaN."""
    return json.dumps(_normalize_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, as 64 hex digits.

    Never raises: a value that JSON cannot carry (`json_objection`) has a digest that no writable value has. Such a value passes
    no gate, but it must be possible to say which one was refused.
    """
    try:
        return hashlib.sha256(canonical_json(value).encode()).hexdigest()
    except (ValueError, TypeError, RecursionError):
        return hashlib.sha256(_UNWRITABLE + (json_objection(value) or type(value).__name__).encode()).hexdigest()


def same_json(value: Any, other: Any) -> bool:
    """Whether two values are equal as JSON (25 equals 25.0, true does not equal 1); one that JSON cannot carry equals nothing."""
    if json_objection(value) or json_objection(other):
        return False
    return canonical_json(value) == canonical_json(other)


class ChangeSet(Word):
    """Edits that are applied together or not at all. An empty set means "no change"."""

    edits: tuple[Edit, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical edits; an approval is bound to it."""
        try:
            return digest_of(self.model_dump(mode="json", warnings=False)["edits"])
        except (ValueError, RecursionError):  # a value that cannot be serialized, which only unchecked edits have
            return digest_of([vars(edit) for edit in self.edits])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> ChangeSet:
        """Return a copy, which computes its own digest."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("digest", None)
        return copy

    def changed(self, **values: Any) -> ChangeSet:
        """Return a copy with some values replaced, which computes its own digest."""
        copy = super().changed(**values)
        copy.__dict__.pop("digest", None)
        return copy

    def json_objection(self) -> str:
        """Return which value of which edit cannot be written as JSON, empty if all can."""
        for number, edit in enumerate(self.edits):
            if objection := json_objection(vars(edit)):
                return f"edit {number + 1}: {objection}"
        return ""

    @property
    def is_empty(self) -> bool:
        """Whether there are no edits."""
        return not self.edits

    def inverse(self) -> ChangeSet:
        """Return the change set that reverts this one, edits in reverse order."""
        return ChangeSet(edits=tuple(edit.inverse() for edit in reversed(self.edits)))

    @property
    def items(self) -> frozenset[tuple[str, str]]:
        """The edited items: (DN, attribute) and (policy type, policy id) pairs."""
        return frozenset(edit.item for edit in self.edits)

    def repeated_edits(self) -> list[Edit]:
        """Return the edits of an item that is already edited earlier in this change set; a valid change set has none."""
        items = [edit.item for edit in self.edits]
        return [edit for index, edit in enumerate(self.edits) if edit.item in items[:index]]

    def attribute_edits(self) -> list[AttributeEdit]:
        """Return the edits that are sent over O1."""
        return [edit for edit in self.edits if isinstance(edit, AttributeEdit)]

    def policy_edits(self) -> list[PolicyEdit]:
        """Return the edits that are sent over A1."""
        return [edit for edit in self.edits if isinstance(edit, PolicyEdit)]

    def describe(self) -> list[str]:
        """Return one line per edit."""
        return [edit.describe() for edit in self.edits]


class Receipt(Word):
    """A network's answer to `apply` or `revert`.

    `rollback` restores the previous configuration; `replayed` is true if the idempotency key was known and nothing was applied.
    """

    digest: str
    idempotency_key: str
    applied_at: datetime
    rollback: ChangeSet
    replayed: bool = False
