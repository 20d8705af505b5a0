"""Whether an edit that was applied is still in effect, as read back from the network.

1. An attribute edit is in effect if the attribute has the new value. A policy edit is in effect if the policy has the new body
   and the near-RT RIC says that it enforces it, or, for a deletion, if there is no such policy.
2. `pending`, `refused`, `unknown` and `deleted` are states of an A1 policy (O-RAN.WG2.A1AP); `replaced` is an attribute or a
   policy that somebody else has changed. A value that cannot be read is `unknown`, never in effect.
3. A change is rolled back if every edit of its inverse is in effect.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit, canonical_json
from policies.managed_object import same_value
from policies.word import Word


class EditState(StrEnum):
    """The state of an edit on the network."""

    IN_EFFECT = "in_effect"
    PENDING = "pending"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    REPLACED = "replaced"


class EditStanding(Word):
    """One edit with its state on the network and, if it is not in effect, the reason."""

    edit: Edit
    state: EditState
    reason: str = ""

    @property
    def in_effect(self) -> bool:
        """Whether the network has what the edit sets."""
        return self.state is EditState.IN_EFFECT

    def item(self) -> str:
        """Return what is edited, without the content of a policy."""
        if isinstance(self.edit, AttributeEdit):
            return self.edit.describe()
        return f"A1 policy {self.edit.policy_id} of type {self.edit.policy_type}"

    def describe(self) -> str:
        """Return what is edited, the edit's state and the reason in one line."""
        state = self.state.replace("_", " ")
        return f"{self.item()}: {state}{f' ({self.reason})' if self.reason else ''}"


def attribute_standing(edit: AttributeEdit, attributes: dict[str, Any] | None) -> EditStanding:
    """Return the standing of an edit whose object has these attributes now; None: the object does not exist."""
    if attributes is None:
        return EditStanding(edit=edit, state=EditState.DELETED, reason="the object does not exist")
    current = attributes.get(edit.attribute)
    if same_value(current, edit.new):
        return EditStanding(edit=edit, state=EditState.IN_EFFECT)
    return EditStanding(edit=edit, state=EditState.REPLACED, reason=f"it is {current!r}, not {edit.new!r}")


def policy_standing(edit: PolicyEdit, body: dict[str, Any] | None) -> EditStanding:
    """Return the standing of an edit whose policy has this body now, on a network that enforces each policy that it has."""
    if same_policy(body, edit.new):
        return EditStanding(edit=edit, state=EditState.IN_EFFECT)
    if body is None:
        return EditStanding(edit=edit, state=EditState.DELETED, reason="the policy does not exist")
    return EditStanding(edit=edit, state=EditState.REPLACED, reason="the policy has another content")


def same_policy(first: dict[str, Any] | None, second: dict[str, Any] | None) -> bool:
    """Return whether two policies are equal; None is no policy."""
    return (first is None) == (second is None) and (first is None or canonical_json(first) == canonical_json(second))


def latest_edits(change_set: ChangeSet) -> list[Edit]:
    """Return the edits with the value that the last edit of the same item sets: what they are to leave on the network."""
    last = {edit.item: edit for edit in change_set.edits}
    return [edit.model_copy(update={"new": last[edit.item].new}) for edit in change_set.edits]


def standing_of(
    change_set: ChangeSet,
    attribute: Callable[[AttributeEdit], EditStanding],
    policy: Callable[[PolicyEdit], EditStanding],
) -> tuple[EditStanding, ...]:
    """Return the standing of each edit, in the order of the change set."""
    latest = latest_edits(change_set)
    states = [attribute(edit) if isinstance(edit, AttributeEdit) else policy(edit) for edit in latest]
    return tuple(standing.model_copy(update={"edit": edit}) for edit, standing in zip(change_set.edits, states, strict=True))
