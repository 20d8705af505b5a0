"""What an open commitment owns: the attributes and policies that it edits, which no other change may edit meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from harness.commitments.commitment import Commitment
from harness.runtime.errors import CommitmentError
from policies.change import ChangeSet


class CommitmentConflictError(CommitmentError):
    """An open commitment owns the same attribute or policy."""


def owners(change_set: ChangeSet, others: Iterable[Commitment]) -> list[Commitment]:
    """Return those of the open commitments `others` that own something that the change set edits."""
    return [other for other in others if change_set.items & other.change_set.items]


def refuse_conflicts(change_set: ChangeSet, others: Iterable[Commitment]) -> None:
    """Raise CommitmentConflictError if one of the open commitments `others` owns something that the change set edits."""
    for other in owners(change_set, others):
        dn, name = min(change_set.items & other.change_set.items)
        raise CommitmentConflictError(
            f"{dn} {name} is under the open commitment of run {other.run_id} ({other.describe()});"
            " wait until it is confirmed, restored or reverted"
        )
