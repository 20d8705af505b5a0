"""The check of a change set against the limits catalogue, before anything is changed.

Single values are checked first; joint rules are evaluated on the state after the change set, and only if all single values are
valid.
"""

from __future__ import annotations

from policies.change import ChangeSet
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.edits import violations_of_edits
from policies.limits.joint_rules import violations_of_rules
from policies.limits.state import Find, Read, StateAfter
from policies.violation import Violation


def check_change_set(catalogue: LimitsCatalogue, change_set: ChangeSet, read: Read, find: Find) -> list[Violation]:
    """Return all violations of limits and joint rules by the change set; empty if it is valid.

    `read(dn)` returns the current managed object, `find(class_name, under)` the DNs of a class, as in the Network contract.
    Raises only what they raise.
    """
    state = StateAfter(change_set, read, find)
    return violations_of_edits(catalogue, change_set, state) or violations_of_rules(catalogue.rules, change_set, state)
