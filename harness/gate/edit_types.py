"""First rule, types: each edit names an existing object, an attribute of the limits catalogue, and a new value of JSON.

An attribute that the catalogue does not know is rejected: nothing passes because there is no bound for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.change import AttributeEdit, PolicyEdit, same_json
from policies.limits.catalogue import UnknownAttributeError
from policies.managed_object import class_of
from policies.verdict import Reason, failed, passed
from twins.network import UnknownObjectError

NAME = "types"
_SOURCE = "TS 28.541; limits catalogue"


def judge(case: Case) -> Iterator[Reason]:
    """Yield a failure for each invalid edit, or one pass if all are valid."""
    if objection := case.change_set.json_objection():
        yield failed(NAME, objection, "RFC 8259, RFC 7493", "write a value that JSON can carry")
        return
    faults = [fault for edit in case.change_set.edits if (fault := _fault(case, edit))]
    if case.change_set.repeated_edits():
        faults.append(failed(NAME, "an attribute or policy is edited twice", _SOURCE, "keep one edit of each"))
    yield from faults or [passed(NAME, f"{len(case.change_set.edits)} edits, each of a known attribute", _SOURCE)]


def _fault(case: Case, edit: AttributeEdit | PolicyEdit) -> Reason | None:
    if same_json(edit.old, edit.new):
        return failed(NAME, f"{edit.describe()}: changes nothing", _SOURCE, "leave it out")
    if isinstance(edit, PolicyEdit):
        return _policy_fault(case, edit)
    try:
        case.limits.limit(class_of(edit.dn), edit.attribute)
        attributes = case.configuration.read(edit.dn).attributes
    except UnknownAttributeError as error:
        return failed(NAME, f"{error}: nobody has a rule for it", _SOURCE, "use an attribute of the catalogue")
    except UnknownObjectError as error:
        return failed(NAME, str(error), _SOURCE, "name an object of this network")
    if edit.attribute not in attributes:
        return failed(NAME, f"{edit.dn} has no attribute {edit.attribute}", _SOURCE, f"it has {', '.join(attributes)}")
    return None


def _policy_fault(case: Case, edit: PolicyEdit) -> Reason | None:
    if edit.policy_type in case.card.policy_types:
        return None
    offered = ", ".join(case.card.policy_types) or "none"
    return failed(NAME, f"A1 policy type {edit.policy_type} is not offered", "O-RAN.WG2.A1AP", f"the peer offers {offered}")
