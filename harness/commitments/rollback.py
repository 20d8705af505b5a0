"""Reverts a change by what is read back from the network, not by what was recorded.

0. The network that answers is the one that the change was made on; of another one nothing is read or changed.
1. The network's own `revert` is tried first, also without a receipt: a process may have died, or a change may stand in part.
2. What is read back as still standing is restored: an attribute at its new value, each policy by itself, so that one that cannot
   be restored leaves no other standing.
3. The change is reverted only when every old value was read back. A value that is neither old nor new was changed by somebody
   else since: it is left alone and reported. A value that cannot be read counts as standing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from harness.commitments.commitment import Commitment
from harness.commitments.network_identity import ANOTHER_NETWORK, require_network
from policies.change import AttributeEdit, ChangeSet, PolicyEdit, Receipt
from twins.network import Network, NetworkError, StaleEditError, UnknownReceiptError
from twins.standing import EditStanding, EditState

CHANGED_SINCE = "nothing of the change stands, but the old values do not either: decide by hand"
SENT_NOTHING = "its time passed before it was applied: nothing was sent"
_ELSEWHERE = frozenset({EditState.REPLACED, EditState.DELETED})
_RESTORED = frozenset({EditState.IN_EFFECT, EditState.PENDING, EditState.REFUSED})


class RollbackError(NetworkError):
    """Part of the change is, or may be, still applied, or somebody else changed it since; the message names it."""


def roll_back(network: Network, commitment: Commitment) -> str:
    """Restore the values from before the commitment's change; return what was done in one line.

    Raises RollbackError unless every old value was read back, OtherNetworkError if another network answers.
    """
    if commitment.state == "scheduled":
        return SENT_NOTHING
    require_network(network, commitment.network, commitment.identity)
    problems: list[str] = []
    how = _revert(network, commitment, problems)
    if left := standing_edits(network, commitment.change_set):
        how = _restore(network, commitment, left, problems)
        left = standing_edits(network, commitment.change_set)
    if left:
        raise _rollback_error(network, left, problems)
    return how


def standing_edits(network: Network, change_set: ChangeSet) -> tuple[EditStanding, ...]:
    """Return the edits of the inverse that are not in effect: what still stands, was changed since, or cannot be read."""
    return tuple(standing for standing in network.standing(change_set.inverse()) if not _is_restored(standing))


def what_stands(error: NetworkError) -> str:
    """Return in words what is left on the network by a rollback that failed with this error."""
    text = str(error)
    is_elsewhere = text.startswith((CHANGED_SINCE, ANOTHER_NETWORK))
    return f"it is not taken back: {text}" if is_elsewhere else f"it is, or may be, still on the network: {text}"


def may_stand(network: Network, commitment: Commitment) -> bool:
    """Whether something of the commitment's change is, or may be, on its network."""
    try:
        require_network(network, commitment.network, commitment.identity)
        return bool(standing_edits(network, commitment.change_set))
    except NetworkError:
        return True


def is_absent(network: Network, commitment: Commitment) -> bool:
    """Whether no edit of the change is in effect, as read back: each item has another value, from before or somebody else's."""
    try:
        require_network(network, commitment.network, commitment.identity)
        return all(standing.state in _ELSEWHERE for standing in network.standing(commitment.change_set))
    except NetworkError:
        return False


def _is_restored(standing: EditStanding) -> bool:
    # A policy from before the change is back when its content is; whether it was enforced then is not known.
    is_policy = isinstance(standing.edit, PolicyEdit)
    return standing.state in _RESTORED if is_policy else standing.in_effect


def _revert(network: Network, commitment: Commitment, problems: list[str]) -> str:
    receipt = commitment.receipt or Receipt(
        digest=commitment.digest,
        idempotency_key=commitment.key,
        applied_at=datetime.fromtimestamp(commitment.opened_at, UTC),
        rollback=commitment.change_set.inverse(),
    )
    try:
        if not network.revert(receipt).replayed:
            return "reverted by its receipt and read back"
    except (UnknownReceiptError, StaleEditError):
        pass  # what stands is read back next, and decides
    except NetworkError as error:
        problems.append(_reason(error))
    return "none of it is applied, as read back: it was never made, or restored"


def _reason(error: NetworkError) -> str:
    """Return why a restoration failed, without what its executor says about the restoration itself."""
    return str(error.__cause__) if isinstance(error.__cause__, NetworkError) else str(error)


def _restore(network: Network, commitment: Commitment, left: tuple[EditStanding, ...], problems: list[str]) -> str:
    """Restore what stands: the attributes together, each policy by itself."""
    key = f"revert:{commitment.key}:{commitment.attempts}"
    policies = [one.edit for one in left if isinstance(one.edit, PolicyEdit) and one.state is not EditState.UNKNOWN]
    parts = [ChangeSet(edits=_still_applied(network, left)), *(ChangeSet(edits=(edit,)) for edit in policies)]
    restored = 0
    for number, part in enumerate(parts):
        try:
            restored += len(network.apply(part, f"{key}:{number}").rollback.edits) if part.edits else 0
        except NetworkError as error:
            problems.append(_reason(error))
    return f"{restored} edit(s) restored and read back"


def _still_applied(network: Network, left: tuple[EditStanding, ...]) -> tuple[AttributeEdit, ...]:
    """Return those of the inverse's attribute edits whose attribute has the value that the change set."""
    edits = [one.edit for one in left if isinstance(one.edit, AttributeEdit)]
    applied = network.standing(ChangeSet(edits=tuple(edit.inverse() for edit in edits)))
    return tuple(edit for edit, standing in zip(edits, applied, strict=True) if standing.in_effect)


def _rollback_error(network: Network, left: tuple[EditStanding, ...], problems: list[str]) -> RollbackError:
    made = network.standing(ChangeSet(edits=tuple(one.edit.inverse() for one in left)))
    pairs = list(zip(left, made, strict=True))
    note = [CHANGED_SINCE] if all(_is_foreign(*pair) for pair in pairs) else []
    return RollbackError("; ".join(dict.fromkeys([*note, *(_remainder(*pair) for pair in pairs), *problems])))


def _is_foreign(restored: EditStanding, made: EditStanding) -> bool:
    """Whether neither the old value is there nor the new one."""
    return restored.state is made.state and restored.state in _ELSEWHERE


def _remainder(restored: EditStanding, made: EditStanding) -> str:
    """Return one line about an edit that was not restored; `made` is its standing, `restored` that of its inverse."""
    if _is_foreign(restored, made):
        return f"{made.item()}: {restored.reason}: changed by somebody else since"
    if EditState.UNKNOWN in (restored.state, made.state):
        return f"{made.item()}: unknown: {restored.reason or made.reason}"
    return f"still applied: {made.item()}"
