"""Taking a change back, by what stands on the network and not by what is remembered.

1. Where the network issued a receipt, `revert` is asked first.
2. Otherwise (a process died between apply and record, the client is a new one) each edit is read back: what stands at its new
   value is restored, what stands at its old value was never made or is restored already.
3. A value that is neither was changed by somebody else since: it is left alone and reported.
"""

from __future__ import annotations

from harness.commitments.store import Commitment
from policies.change import AttributeEdit, ChangeSet, PolicyEdit, canonical_json
from twins.network import Network, NetworkError, StaleEditError, UnknownReceiptError


class RollbackError(NetworkError):
    """Some of the change still stands, or somebody else changed it since; the message says what."""


def roll_back(network: Network, commitment: Commitment) -> str:
    """Restore what stood before the commitment's change; returns what was done, in one line. Raises NetworkError."""
    if commitment.receipt is not None:
        try:
            network.revert(commitment.receipt)
        except (UnknownReceiptError, StaleEditError):
            return _restore_by_reading(network, commitment)
        return "reverted by its receipt"
    return _restore_by_reading(network, commitment)


def _restore_by_reading(network: Network, commitment: Commitment) -> str:
    key = f"revert:{commitment.key}:{commitment.attempts}"
    standing, foreign = standing_edits(network, commitment.change_set)
    if standing:
        network.apply(ChangeSet(edits=tuple(standing)).inverse(), key)
    restored = len(standing) + sum(
        _restore_policy(network, edit, f"{key}:{number}")
        for number, edit in enumerate(reversed(commitment.change_set.policy_edits()))
    )
    if foreign:
        raise RollbackError(
            f"{'; '.join(foreign)}: changed by somebody else since; decide by hand, then `twinpilot show` the run"
        )
    return (
        f"{restored} edit(s) restored after reading back" if restored else "nothing of it stood: it was never made, or restored"
    )


def standing_edits(network: Network, change_set: ChangeSet) -> tuple[list[AttributeEdit], list[str]]:
    """Return the attribute edits that stand at their new value, and one line for each value that is neither old nor new."""
    standing: list[AttributeEdit] = []
    foreign: list[str] = []
    for edit in change_set.attribute_edits():
        now = network.read(edit.dn).attributes.get(edit.attribute)
        if canonical_json(now) == canonical_json(edit.new):
            standing.append(edit)
        elif canonical_json(now) != canonical_json(edit.old):
            foreign.append(f"{edit.dn} {edit.attribute} is {now!r}, neither {edit.old!r} nor {edit.new!r}")
    return standing, foreign


def _restore_policy(network: Network, edit: PolicyEdit, key: str) -> int:
    try:
        network.apply(ChangeSet(edits=(edit.inverse(),)), key)
    except StaleEditError:
        return 0
    return 1
