"""A specialist's permission scope: which tools it may call, and which objects and policies its candidates may touch.

A scope only ever narrows: what the view does not offer, a scope cannot give.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.planner import View
from policies.change import AttributeEdit, ChangeSet, Edit
from policies.managed_object import class_of


@dataclass(frozen=True)
class Scope:
    """Tool names, effects, classes of managed objects (TS 28.541) and prefixes of A1 policy types."""

    tools: frozenset[str]
    effects: frozenset[str] = frozenset({"observe", "reason"})
    classes: frozenset[str] = frozenset()
    policy_types: tuple[str, ...] = ()

    def narrow(self, view: View) -> View:
        """Return the view with only the tools of this scope."""
        offers = tuple(one for one in view.tools if one.name in self.tools and one.effect in self.effects)
        return view.model_copy(update={"tools": offers})

    def allows(self, edit: Edit) -> bool:
        """Whether an edit lies inside."""
        if isinstance(edit, AttributeEdit):
            return class_of(edit.dn) in self.classes
        return edit.policy_type.startswith(self.policy_types) if self.policy_types else False

    def outside(self, change_set: ChangeSet) -> list[str]:
        """Return the edits that lie outside, one line each."""
        return [edit.describe() for edit in change_set.edits if not self.allows(edit)]
