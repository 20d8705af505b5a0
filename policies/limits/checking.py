"""The check of a change set against the limits catalogue, before it is applied.

Edits are checked individually first. Joint rules are evaluated on the state after the change set, and only if every edit is
valid by itself.
"""

from __future__ import annotations

from policies.change import ChangeSet
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.edits import violations_of_edits
from policies.limits.joint_rules import violations_of_rules
from policies.limits.state import Find, Read, StateAfter
from policies.violation import Violation


def check_change_set(catalogue: LimitsCatalogue, change_set: ChangeSet, read: Read, find: Find) -> list[Violation]:
    """Return the change set's violations of limits and joint rules; an empty list means that it is valid.

    `read(dn)` returns a managed object with its current attributes, `find(class_name, under)` the DNs of a class, as in the
    Network contract. Raises only the errors of `read` and `find`.
    """
    state = StateAfter(change_set, read, find)
    return violations_of_edits(catalogue, change_set, state) or violations_of_rules(catalogue.rules, change_set, state)
