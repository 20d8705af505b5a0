"""Reads over O1 and A1 whether each edit of a change is in effect.

A policy is in effect if it has the new body and its status is enforced. A peer that does not answer makes its edits `unknown`;
it is asked once, not once an edit.
"""

from __future__ import annotations

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.a1_southbound import A1Southbound, status_of
from tools.oran.o1_client import O1Client
from tools.oran.peer import PeerError
from tools.oran.policy_status import PolicyState
from twins.network import NetworkError, UnknownObjectError
from twins.standing import EditStanding, EditState, attribute_standing, policy_standing, standing_of

_STATES = {
    PolicyState.ENFORCED: EditState.IN_EFFECT,
    PolicyState.PENDING: EditState.PENDING,
    PolicyState.REFUSED: EditState.REFUSED,
    PolicyState.UNKNOWN: EditState.UNKNOWN,
    PolicyState.DELETED: EditState.DELETED,
}


class StandingReader:
    """One reading of a change set over `o1` and `a1`."""

    def __init__(self, o1: O1Client, a1: A1Southbound) -> None:
        self._o1 = o1
        self._a1 = a1
        self._objects: dict[str, dict[str, object] | None] = {}
        self._failures: dict[str, str] = {}

    def read(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Return one standing per edit; no failure of a peer is raised."""
        return standing_of(change_set, self._attribute, self._policy)

    def _attribute(self, edit: AttributeEdit) -> EditStanding:
        try:
            return attribute_standing(edit, self._attributes(edit.dn))
        except NetworkError as error:
            return self._unknown(edit, "O1", error)

    def _attributes(self, dn: str) -> dict[str, object] | None:
        self._refuse_known_failure("O1")
        if dn not in self._objects:
            try:
                self._objects[dn] = dict(self._o1.read(dn).attributes)
            except UnknownObjectError:
                self._objects[dn] = None
        return self._objects[dn]

    def _policy(self, edit: PolicyEdit) -> EditStanding:
        try:
            self._refuse_known_failure("A1")
            standing = policy_standing(edit, self._a1.get(edit.policy_type, edit.policy_id))
        except NetworkError as error:
            return self._unknown(edit, "A1", error)
        if not standing.in_effect or edit.new is None:
            return standing
        status = status_of(self._a1, edit.policy_type, edit.policy_id)
        return EditStanding(edit=edit, state=_STATES[status.state], reason=status.reason)

    def _refuse_known_failure(self, peer: str) -> None:
        if peer in self._failures:
            raise PeerError(self._failures[peer])

    def _unknown(self, edit: AttributeEdit | PolicyEdit, peer: str, error: NetworkError) -> EditStanding:
        self._failures[peer] = str(error)
        return EditStanding(edit=edit, state=EditState.UNKNOWN, reason=str(error))
