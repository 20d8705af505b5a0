"""Atomic execution of a change set on a distributed network by O1 and A1 requests.

1. Nothing is sent before every old value has been verified and every policy validated against its type's schema.
2. Each request is verified by reading back: acknowledged does not mean applied, and a policy must be enforced.
3. After a failure the change is taken back in reverse order, based on the values read back. Then `ChangeFailedError` means that
   nothing is applied; `PartialChangeError` lists the edits that may still be applied because taking back failed as well.
4. `resume` continues a change whose process died, or that could not be taken back: steps that are applied are not sent again, and
   if it fails, all that an earlier attempt left is taken back, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policies.change import AttributeEdit, ChangeSet, Edit
from policies.managed_object import ManagedObject, Scalar, same_value
from policies.violation import Violation
from tools.oran.a1_southbound import A1Southbound
from tools.oran.changes.standing_reader import StandingReader
from tools.oran.changes.step import Step
from tools.oran.changes.step_sender import StepSender
from tools.oran.o1_client import O1Client
from tools.oran.policy_schema import policy_violations
from twins.network import InvalidChangeError, NetworkError, NetworkUnavailableError, StaleEditError
from twins.standing import EditStanding, same_policy


class ChangeFailedError(NetworkUnavailableError):
    """The change failed and was taken back, which was read back: none of its edits is applied."""


class PartialChangeError(NetworkUnavailableError):
    """The change failed and could not be taken back; `applied` are the edits that may still be applied."""

    def __init__(self, message: str, applied: tuple[Edit, ...]) -> None:
        super().__init__(message)
        self.applied = applied


class ChangeExecutor:
    """Executes change sets with an O1 and an A1 client; `deadline_s` is the limit in wall seconds for a policy's enforcement."""

    def __init__(self, o1: O1Client, a1: A1Southbound, deadline_s: float) -> None:
        self._o1 = o1
        self._a1 = a1
        self._sender = StepSender(o1, a1, deadline_s)

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
            if not same_policy(body, policy.old) and not (resume and same_policy(body, policy.new)):
                raise StaleEditError(_stale(f"A1 policy {policy.policy_id} of type {policy.policy_type}", body, policy.old))

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Read back whether each edit is in effect; raises nothing, what cannot be read is unknown."""
        return StandingReader(self._o1, self._a1).read(change_set)

    def confirm(self, change_set: ChangeSet) -> None:
        """Raise NetworkError unless every edit is read back and every policy is enforced by the deadline."""
        for step in self._steps(change_set):
            self._sender.confirm(step)

    def execute(self, change_set: ChangeSet, key: str) -> None:
        """Apply every edit; raises the peer's refusal, ChangeFailedError or PartialChangeError."""
        self._execute(change_set, key, [])

    def resume(self, change_set: ChangeSet, key: str, check: Callable[[], None]) -> None:
        """Apply every edit of a change of which some may be applied; if `check` raises, they are taken back.

        Raises what `check` raises, the peer's refusal, ChangeFailedError or PartialChangeError.
        """
        steps = self._steps(change_set)
        try:
            check()
        except NetworkError as error:
            self._undo(steps, key, error)
        self._execute(change_set, key, steps)

    def withdraw(self, change_set: ChangeSet, key: str) -> None:
        """Restore the old values of all edits that are applied; raises PartialChangeError that lists those that remain."""
        steps = self._steps(change_set)
        _, failures = self._withdraw(steps, key)
        if remaining := self._remaining(steps, failures):
            edits = "; ".join(edit.describe() for edit in remaining)
            message = f"taking the change back failed ({failures[0]}); may still be applied: {edits}"
            raise PartialChangeError(message, remaining) from failures[0]

    def _execute(self, change_set: ChangeSet, key: str, earlier: Sequence[Step]) -> None:
        """Apply every edit; after a failure take back the steps of this attempt, or those of an `earlier` one."""
        done: list[Step] = []
        try:
            self._o1_steps(change_set, key, done)
            for number, edit in enumerate(change_set.policy_edits()):
                step = Step(policy=edit)
                done.append(step)
                self._sender.apply(step, f"{key}:a1:{number}")
        except NetworkError as error:
            self._undo(earlier or done, key, error)

    def _steps(self, change_set: ChangeSet) -> list[Step]:
        groups = self._o1.groups(change_set.attribute_edits())
        return [*(Step(attributes=group) for group in groups), *(Step(policy=edit) for edit in change_set.policy_edits())]

    def _o1_steps(self, change_set: ChangeSet, key: str, done: list[Step]) -> None:
        """Send the O1 requests; a refused request is retried after the others, because joint rules may depend on their order."""
        waiting = [Step(attributes=group) for group in self._o1.groups(change_set.attribute_edits())]
        round_number = 0
        while waiting:
            refused: list[Step] = []
            last: InvalidChangeError | None = None
            for number, step in enumerate(waiting):
                done.append(step)
                try:
                    self._sender.apply(step, f"{key}:o1:{round_number}:{number}")
                except InvalidChangeError as error:
                    done.remove(step)
                    refused.append(step)
                    last = error
            if last is not None and len(refused) == len(waiting):
                raise last
            waiting, round_number = refused, round_number + 1

    def _undo(self, steps: Sequence[Step], key: str, cause: NetworkError) -> None:
        count, failures = self._withdraw(steps, key)
        if remaining := self._remaining(steps, failures):
            edits = "; ".join(edit.describe() for edit in remaining)
            raise PartialChangeError(
                f"{cause}; taking it back failed too ({failures[0]}); may still be applied: {edits}", remaining
            ) from cause
        if isinstance(cause, InvalidChangeError | StaleEditError) or not steps:
            raise cause
        raise ChangeFailedError(f"{cause}; {count} request(s) were rolled back, nothing of the change is applied") from cause

    def _withdraw(self, steps: Sequence[Step], key: str) -> tuple[int, list[NetworkError]]:
        """Take the steps back in reverse order; return how many there were to take back, and the failures.

        A step that fails is tried again after the others, because joint rules may depend on their order.
        """
        waiting, count, round_number = list(reversed(steps)), 0, 0
        while True:
            failures: list[NetworkError] = []
            failed: list[Step] = []
            for number, step in enumerate(waiting):
                try:
                    count += self._sender.withdraw(step, f"{key}:undo:{round_number}:{number}")
                except NetworkError as error:
                    failures.append(error)
                    failed.append(step)
            if len(failed) in (0, len(waiting)):
                return count, failures
            waiting, round_number = failed, round_number + 1

    def _remaining(self, steps: Sequence[Step], failures: Sequence[NetworkError]) -> tuple[Edit, ...]:
        return tuple(edit for step in steps for edit in self._sender.remaining(step)) if failures else ()


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
