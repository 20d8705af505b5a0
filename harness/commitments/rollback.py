"""Reverts a change by what is read back from the network, not by what was recorded.

1. If the network issued a receipt, its `revert` is tried first.
2. Otherwise (a process died between apply and record, or the client is a new one) each edit is read back: an attribute at its new
   value is restored; one at its old value was never changed, or is restored already.
3. A value that is neither was changed by somebody else since: it is left alone and reported.
"""

from __future__ import annotations

from harness.commitments.store import Commitment
from policies.change import AttributeEdit, ChangeSet, PolicyEdit, canonical_json
from twins.network import Network, NetworkError, StaleEditError, UnknownReceiptError


class RollbackError(NetworkError):
    """Part of the change is still applied, or somebody else changed it since; the message names it."""


def roll_back(network: Network, commitment: Commitment) -> str:
    """Restore the values from before the commitment's change; return what was done in one line. Raises NetworkError."""
    if commitment.state == "scheduled":
        return "its time passed before it was applied: nothing was sent"
    if commitment.receipt is not None:
        try:
            network.revert(commitment.receipt)
        except (UnknownReceiptError, StaleEditError):
            return _restore_by_reading(network, commitment)
        return "reverted by its receipt"
    return _restore_by_reading(network, commitment)


def _restore_by_reading(network: Network, commitment: Commitment) -> str:
    key = f"revert:{commitment.key}:{commitment.attempts}"
    applied, foreign = applied_edits(network, commitment.change_set)
    if applied:
        network.apply(ChangeSet(edits=tuple(applied)).inverse(), key)
    restored = len(applied) + sum(
        _restore_policy(network, edit, f"{key}:{number}")
        for number, edit in enumerate(reversed(commitment.change_set.policy_edits()))
    )
    if foreign:
        raise RollbackError(
            f"{'; '.join(foreign)}: changed by somebody else since; decide by hand, then `twinpilot show` the run"
        )
    return (
        f"{restored} edit(s) restored after reading back" if restored else "none of it is applied: it was never made, or restored"
    )


def applied_edits(network: Network, change_set: ChangeSet) -> tuple[list[AttributeEdit], list[str]]:
    """Return the attribute edits whose new value is applied, and one line for each value that is neither old nor new."""
    applied: list[AttributeEdit] = []
    foreign: list[str] = []
    for edit in change_set.attribute_edits():
        current = network.read(edit.dn).attributes.get(edit.attribute)
        if canonical_json(current) == canonical_json(edit.new):
            applied.append(edit)
        elif canonical_json(current) != canonical_json(edit.old):
            foreign.append(f"{edit.dn} {edit.attribute} is {current!r}, neither {edit.old!r} nor {edit.new!r}")
    return applied, foreign


def _restore_policy(network: Network, edit: PolicyEdit, key: str) -> int:
    try:
        network.apply(ChangeSet(edits=(edit.inverse(),)), key)
    except StaleEditError:
        return 0
    return 1
