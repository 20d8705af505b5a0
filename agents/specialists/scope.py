"""A specialist's permission scope: the objects and policies that its candidates may change."""

from __future__ import annotations

from dataclasses import dataclass

from policies.change import AttributeEdit, Edit
from policies.managed_object import class_of


@dataclass(frozen=True)
class Scope:
    """Classes of managed objects (TS 28.541) and prefixes of A1 policy types."""

    classes: frozenset[str]
    policy_types: tuple[str, ...] = ()

    def allows(self, edit: Edit) -> bool:
        """Whether the edit is within the scope."""
        if isinstance(edit, AttributeEdit):
            return class_of(edit.dn) in self.classes
        return edit.policy_type.startswith(self.policy_types)
