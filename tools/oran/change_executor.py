"""Atomic execution of a change set on a distributed network by O1 and A1 requests.

1. Nothing is sent before every old value has been verified and every policy validated against its type's schema.
2. Each request is verified by reading back: acknowledged does not mean applied. This also decides the outcome of a request whose
   answer was lost.
3. After a failure, completed requests are undone in reverse order, based on the values read back. Then `ChangeFailedError` means
   that nothing is applied; `PartialChangeError` lists the edits that may still be applied because undoing failed as well.
4. `resume` continues a change whose process died: edits that are already applied are skipped.
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
    """The change failed and was rolled back: none of its edits is applied."""


class PartialChangeError(NetworkUnavailableError):
    """The change failed and so did its rollback; `applied` are the edits that may still be applied."""

    def __init__(self, message: str, applied: tuple[Edit, ...]) -> None:
        super().__init__(message)
        self.applied = applied


@dataclass(frozen=True)
class _Step:
    """A request: attribute edits of one O1 target, or one policy edit."""

    attributes: tuple[AttributeEdit, ...] = ()
    policy: PolicyEdit | None = None

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.attributes if self.policy is None else (self.policy,)

    def inverse(self) -> _Step:
        if self.policy is not None:
            return _Step(policy=self.policy.inverse())
        return _Step(attributes=tuple(edit.inverse() for edit in reversed(self.attributes)))


def _same_policy(first: Body | None, second: Body | None) -> bool:
    return (first is None) == (second is None) and (first is None or canonical_json(first) == canonical_json(second))


class ChangeExecutor:
    """Executes change sets with an O1 and an A1 client; `deadline_s` is the limit in wall seconds for a policy's enforcement."""

    def __init__(self, o1: O1Client, a1: A1Southbound, deadline_s: float) -> None:
        self._o1 = o1
        self._a1 = a1
        self._deadline_s = deadline_s

    def check_form(self, change_set: ChangeSet) -> None:
        """Raise UnknownObjectError for an unknown object, InvalidChangeError for an unknown attribute or an invalid policy."""
        for edit in change_set.attribute_edits():
            _attribute(self._o1.read(edit.dn), edit)
        for policy in change_set.policy_edits():
            schema = self._a1.schema(policy.policy_type)
            if policy.new is not None and (violations := policy_violations(policy.policy_type, schema, policy.new)):
                raise InvalidChangeError(violations)

    def check_old(self, change_set: ChangeSet, resume: bool = False) -> None:
        """Raise StaleEditError if an old value differs from the current one; with `resume`, the new value is accepted as well."""
        expected: dict[tuple[str, str], Scalar] = {}
        for edit in change_set.attribute_edits():
            current = expected[edit.item] if edit.item in expected else _attribute(self._o1.read(edit.dn), edit)
            if not same_value(current, edit.old) and not (resume and same_value(current, edit.new)):
                raise StaleEditError(_stale(f"{edit.dn} {edit.attribute}", current, edit.old))
            expected[edit.item] = edit.new
        for policy in change_set.policy_edits():
            body = self._a1.get(policy.policy_type, policy.policy_id)
            if not _same_policy(body, policy.old) and not (resume and _same_policy(body, policy.new)):
                raise StaleEditError(_stale(f"A1 policy {policy.policy_id} of type {policy.policy_type}", body, policy.old))

    def execute(self, change_set: ChangeSet, key: str) -> None:
        """Apply every edit; raises the peer's refusal, ChangeFailedError or PartialChangeError."""
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
        """Send the O1 requests; a refused request is retried after the others, because joint rules may depend on their order."""
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
        if self._is_applied(step):
            return
        try:
            self._send(step, key)
        except PeerError:
            if not self._is_applied(step):
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
        if not self._is_applied(step):
            edits = "; ".join(edit.describe() for edit in step.edits)
            raise PeerError(f"acknowledged, but reading back does not show it: {edits}; check the peer's log")
        edit = step.policy
        if edit is not None and edit.new is not None:
            await_enforced(self._a1, edit.policy_type, edit.policy_id, self._deadline_s)

    def _is_applied(self, step: _Step) -> bool:
        edit = step.policy
        if edit is None:
            return not self._o1.differing(step.attributes)
        return _same_policy(self._a1.get(edit.policy_type, edit.policy_id), edit.new)

    def _undo(self, done: Sequence[_Step], key: str, cause: NetworkError) -> None:
        applied: list[Edit] = []
        reasons: list[str] = []
        for number, step in enumerate(reversed(done)):
            try:
                self._do(step.inverse(), f"{key}:undo:{number}")
            except NetworkError as error:
                applied += step.edits
                reasons.append(str(error))
        if applied:
            edits = "; ".join(edit.describe() for edit in applied)
            raise PartialChangeError(
                f"{cause}; rolling back failed too ({reasons[0]}); may still be applied and has to be undone by hand: {edits}",
                tuple(applied),
            ) from cause
        if isinstance(cause, InvalidChangeError | StaleEditError) or not done:
            raise cause
        raise ChangeFailedError(f"{cause}; {len(done)} request(s) were rolled back, nothing of the change is applied") from cause


def _attribute(managed_object: ManagedObject, edit: AttributeEdit) -> Scalar:
    if edit.attribute not in managed_object.attributes:
        names = ", ".join(managed_object.attributes)
        violation = Violation(
            field=f"{edit.dn} {edit.attribute}",
            value=str(edit.new),
            allowed=f"one of its attributes {names}",
            source="O1, the object as read",
            remedy="name an attribute that the object has",
        )
        raise InvalidChangeError([violation])
    return managed_object.attributes[edit.attribute]


def _stale(item: str, current: object, old: object) -> str:
    return f"{item} is {current!r}, not {old!r} as the change assumes; read again, then propose again"
