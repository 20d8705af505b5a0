"""Sends the steps of a change, and takes them back; each by what is read back, not by the answer.

1. A step that is applied already is not sent. A lost answer is settled by reading back: a policy that is not there is sent once
   more with the same key, attributes are not.
2. A policy counts when it can be read and is enforced. A peer may need time for both, up to `deadline_s`.
3. Taking back restores only what has the new value: a value that somebody else has set since is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from policies.change import AttributeEdit, Edit, PolicyEdit
from policies.managed_object import same_value
from tools.oran.a1_southbound import A1Southbound, Body, await_enforced
from tools.oran.changes.step import Step
from tools.oran.o1_client import O1Client
from tools.oran.peer import LostAnswerError, PeerError
from twins.network import NetworkError
from twins.standing import same_policy

_SENDS = 2
_POLL_S = 0.02


class StepSender:
    """Sends steps over `o1` and `a1`; `deadline_s`: wall seconds within which a policy must be there and enforced."""

    def __init__(self, o1: O1Client, a1: A1Southbound, deadline_s: float) -> None:
        self._o1 = o1
        self._a1 = a1
        self._deadline_s = deadline_s

    def apply(self, step: Step, key: str) -> None:
        """Send a step unless it is applied, and confirm it; raises NetworkError."""
        if not self._is_applied(step):
            self._send(step, key)
        self.confirm(step)

    def confirm(self, step: Step) -> None:
        """Raise NetworkError unless the step is read back and, if it sets a policy, enforced."""
        edit = step.policy
        if edit is None:
            if missing := self._o1.differing(step.attributes):
                raise _not_shown(missing)
            return
        self._await_body(edit)
        if edit.new is not None:
            await_enforced(self._a1, edit.policy_type, edit.policy_id, self._deadline_s)

    def withdraw(self, step: Step, key: str) -> bool:
        """Restore the old values of a step; return whether there was something to restore. Raises NetworkError."""
        ours = self._ours(step)
        if ours is None:
            if step.policy is not None and step.policy.old is None:
                self._delete_unseen(step.policy)
            return False
        inverse = ours.inverse()
        self._send(inverse, key)
        if inverse.policy is not None:
            self._await_body(inverse.policy)
        elif missing := self._o1.differing(inverse.attributes):
            raise _not_shown(missing)
        return True

    def _delete_unseen(self, edit: PolicyEdit) -> None:
        """Delete a policy that cannot be read: a peer that accepted it, or is late, may show it only afterwards."""
        try:
            self._a1.delete(edit.policy_type, edit.policy_id)
        except PeerError:  # some near-RT RICs answer 503 to the deletion of a policy that does not exist
            if self._body(edit) is not None:
                raise

    def remaining(self, step: Step) -> tuple[Edit, ...]:
        """Return the edits of a step that are, or may be, on the network."""
        try:
            ours = self._ours(step)
        except NetworkError:
            return step.edits
        return () if ours is None else ours.edits

    def _ours(self, step: Step) -> Step | None:
        """Return the part of a step that the network has now; None if it has nothing of it."""
        if step.policy is not None:
            return self._our_policy(step.policy)
        if not self._o1.differing(step.attributes):
            return step if self._o1.differing(step.inverse().attributes) else None
        objects = {dn: self._o1.read(dn) for dn in dict.fromkeys(edit.dn for edit in step.attributes)}
        edits = tuple(
            edit
            for edit in step.attributes
            if not same_value(edit.old, edit.new) and same_value(objects[edit.dn].attributes.get(edit.attribute), edit.new)
        )
        return Step(attributes=edits) if edits else None

    def _our_policy(self, edit: PolicyEdit) -> Step | None:
        body = self._a1.get(edit.policy_type, edit.policy_id)
        if same_policy(body, edit.old):
            return None
        if same_policy(body, edit.new):
            return Step(policy=edit)
        raise PeerError(
            f"A1 policy {edit.policy_id} of type {edit.policy_type} has another content than this change set and than before;"
            " decide by hand"
        )

    def _send(self, step: Step, key: str) -> None:
        for number in range(_SENDS):
            try:
                return self._send_once(step, key)
            except PeerError as error:
                if self._is_applied(step):
                    return None
                is_lost = isinstance(error, LostAnswerError) and step.policy is not None
                if not is_lost or number == _SENDS - 1:
                    raise
        return None

    def _send_once(self, step: Step, key: str) -> None:
        edit = step.policy
        if edit is None:
            self._o1.write(step.attributes, key)
        elif edit.new is None:
            self._a1.delete(edit.policy_type, edit.policy_id)
        else:
            self._a1.put(edit.policy_type, edit.policy_id, edit.new, key)

    def _is_applied(self, step: Step) -> bool:
        edit = step.policy
        if edit is None:
            return not self._o1.differing(step.attributes)
        return same_policy(self._body(edit), edit.new)

    def _body(self, edit: PolicyEdit) -> Body | None:
        return self._a1.get(edit.policy_type, edit.policy_id)

    def _await_body(self, edit: PolicyEdit) -> None:
        until, poll_s = time.monotonic() + self._deadline_s, _POLL_S
        while not same_policy(self._body(edit), edit.new):
            if time.monotonic() + poll_s > until:
                raise _not_shown([edit])
            time.sleep(poll_s)
            poll_s = min(2 * poll_s, 1.0)


def _not_shown(edits: Sequence[AttributeEdit | PolicyEdit]) -> PeerError:
    described = "; ".join(edit.describe() for edit in edits)
    return PeerError(f"acknowledged, but reading back does not show it: {described}; check the peer's log")
