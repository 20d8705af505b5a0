"""A step of a distributed change: the attribute edits of one O1 request, or one A1 policy edit."""

from __future__ import annotations

from dataclasses import dataclass

from policies.change import AttributeEdit, Edit, PolicyEdit


@dataclass(frozen=True)
class Step:
    """The edits of one request: `attributes` of one O1 target, or `policy`."""

    attributes: tuple[AttributeEdit, ...] = ()
    policy: PolicyEdit | None = None

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits, in order."""
        return self.attributes if self.policy is None else (self.policy,)

    def inverse(self) -> Step:
        """Return the step that restores the old values."""
        if self.policy is not None:
            return Step(policy=self.policy.inverse())
        return Step(attributes=tuple(edit.inverse() for edit in reversed(self.attributes)))

    def describe(self) -> str:
        """Return the edits in one line."""
        return "; ".join(edit.describe() for edit in self.edits)
