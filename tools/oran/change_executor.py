"""Making a change set stand on a distributed network: O1 and A1 requests, all of them or none.

1. Nothing is sent before every old value was read and found right, and every policy was checked against its type's schema.
2. Each request is followed by a reading back: acknowledged is not done. A request whose answer was lost is judged by that
   reading too.
3. On a failure in the middle, what was done is undone, last first, by what is read, not by what is remembered.
   `ChangeFailedError` then says that nothing stands; `PartialChangeError` says exactly which edits do, when undoing failed too.
4. `resume` goes on with a change whose process died: edits that already stand are taken as done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit, canonical_json
from policies.managed_object import ManagedObject, Scalar, same_value
from policies.violation import Violation
from tools.oran.a1_southbound import A1Southbound, Body, await_enforced
from tools.oran.o1_client import O1Client
from tools.oran.peer import PeerError
from tools.oran.policy_schema import policy_violations
from twins.network import InvalidChangeError, NetworkError, NetworkUnavailableError, StaleEditError


class ChangeFailedError(NetworkUnavailableError):
    """The change failed in the middle and was rolled back: nothing of it stands."""


class PartialChangeError(NetworkUnavailableError):
    """The change failed in the middle and so did its rollback; `standing` are the edits that stand."""

    def __init__(self, message: str, standing: tuple[Edit, ...]) -> None:
        super().__init__(message)
        self.standing = standing


@dataclass(frozen=True)
class _Step:
    """One request: some attribute edits of one O1 target, or one policy edit."""

    attributes: tuple[AttributeEdit, ...] = ()
    policy: PolicyEdit | None = None

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.attributes if self.policy is None else (self.policy,)

    def inverse(self) -> _Step:
        if self.policy is not None:
            return _Step(policy=self.policy.inverse())
        return _Step(attributes=tuple(edit.inverse() for edit in reversed(self.attributes)))


def _same_policy(one: Body | None, other: Body | None) -> bool:
    return (one is None) == (other is None) and (one is None or canonical_json(one) == canonical_json(other))


class ChangeExecutor:
    """Executes change sets over one O1 and one A1 client; `deadline_s` is how long (wall seconds) a policy may take to
    be enforced.
    """

    def __init__(self, o1: O1Client, a1: A1Southbound, deadline_s: float) -> None:
        self._o1 = o1
        self._a1 = a1
        self._deadline_s = deadline_s

    def check_form(self, change_set: ChangeSet) -> None:
        """Raise UnknownObjectError or InvalidChangeError where an object, an attribute or a policy's form is wrong."""
        for edit in change_set.attribute_edits():
            _attribute(self._o1.read(edit.dn), edit)
        for policy in change_set.policy_edits():
            schema = self._a1.schema(policy.policy_type)
            if policy.new is not None and (violations := policy_violations(policy.policy_type, schema, policy.new)):
                raise InvalidChangeError(violations)

    def check_old(self, change_set: ChangeSet, resume: bool = False) -> None:
        """Raise StaleEditError where an old value is not what stands; when resuming, the new one may stand already."""
        expected: dict[tuple[str, str], Scalar] = {}
        for edit in change_set.attribute_edits():
            stands = expected[edit.item] if edit.item in expected else _attribute(self._o1.read(edit.dn), edit)
            if not same_value(stands, edit.old) and not (resume and same_value(stands, edit.new)):
                raise StaleEditError(_stale(f"{edit.dn} {edit.attribute}", stands, edit.old))
            expected[edit.item] = edit.new
        for policy in change_set.policy_edits():
            body = self._a1.get(policy.policy_type, policy.policy_id)
            if not _same_policy(body, policy.old) and not (resume and _same_policy(body, policy.new)):
                raise StaleEditError(_stale(f"A1 policy {policy.policy_id} of type {policy.policy_type}", body, policy.old))

    def execute(self, change_set: ChangeSet, key: str) -> None:
        """Make every edit stand; raises the refusal of the peer, ChangeFailedError or PartialChangeError."""
        done: list[_Step] = []
        try:
            self._o1_steps(change_set, key, done)
            for number, edit in enumerate(change_set.policy_edits()):
                step = _Step(policy=edit)
                done.append(step)
                self._do(step, f"{key}:a1:{number}")
        except NetworkError as error:
            self._undo(done, key, error)

    def _o1_steps(self, change_set: ChangeSet, key: str, done: list[_Step]) -> None:
        """Send the O1 requests; one that is refused waits for the others, since joint rules may need their order."""
        waiting = [_Step(attributes=group) for group in self._o1.groups(change_set.attribute_edits())]
        round_number = 0
        while waiting:
            refused: list[_Step] = []
            last: InvalidChangeError | None = None
            for number, step in enumerate(waiting):
                done.append(step)
                try:
                    self._do(step, f"{key}:o1:{round_number}:{number}")
                except InvalidChangeError as error:
                    done.remove(step)
                    refused.append(step)
                    last = error
            if last is not None and len(refused) == len(waiting):
                raise last
            waiting, round_number = refused, round_number + 1

    def _do(self, step: _Step, key: str) -> None:
        if self._stands(step):
            return
        try:
            self._send(step, key)
        except PeerError:
            if not self._stands(step):
                raise
        self._confirm(step)

    def _send(self, step: _Step, key: str) -> None:
        edit = step.policy
        if edit is None:
            self._o1.write(step.attributes, key)
        elif edit.new is None:
            self._a1.delete(edit.policy_type, edit.policy_id)
        else:
            self._a1.put(edit.policy_type, edit.policy_id, edit.new, key)

    def _confirm(self, step: _Step) -> None:
        if not self._stands(step):
            told = "; ".join(edit.describe() for edit in step.edits)
            raise PeerError(f"acknowledged, but reading back does not show it: {told}; see the peer's log")
        edit = step.policy
        if edit is not None and edit.new is not None:
            await_enforced(self._a1, edit.policy_type, edit.policy_id, self._deadline_s)

    def _stands(self, step: _Step) -> bool:
        edit = step.policy
        if edit is None:
            return not self._o1.differing(step.attributes)
        return _same_policy(self._a1.get(edit.policy_type, edit.policy_id), edit.new)

    def _undo(self, done: Sequence[_Step], key: str, cause: NetworkError) -> None:
        standing: list[Edit] = []
        reasons: list[str] = []
        for number, step in enumerate(reversed(done)):
            try:
                self._do(step.inverse(), f"{key}:undo:{number}")
            except NetworkError as error:
                standing += step.edits
                reasons.append(str(error))
        if standing:
            told = "; ".join(edit.describe() for edit in standing)
            raise PartialChangeError(
                f"{cause}; rolling back failed too ({reasons[0]}); this may still stand and has to be undone by hand: {told}",
                tuple(standing),
            ) from cause
        if isinstance(cause, InvalidChangeError | StaleEditError) or not done:
            raise cause
        raise ChangeFailedError(f"{cause}; {len(done)} request(s) were rolled back, nothing of the change stands") from cause


def _attribute(found: ManagedObject, edit: AttributeEdit) -> Scalar:
    if edit.attribute not in found.attributes:
        known = ", ".join(found.attributes)
        violation = Violation(
            field=f"{edit.dn} {edit.attribute}",
            value=str(edit.new),
            allowed=f"one of its attributes {known}",
            source="O1, the object as read",
            remedy="name an attribute that the object has",
        )
        raise InvalidChangeError([violation])
    return found.attributes[edit.attribute]


def _stale(what: str, stands: object, old: object) -> str:
    return f"{what} is {stands!r}, not {old!r} as the change assumes; read again, then propose again"
