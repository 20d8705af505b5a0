"""Checks of the single edits of a change set: object, attribute, writability, value, and one edit per attribute."""

from __future__ import annotations

from policies.change import AttributeEdit, ChangeSet, Edit
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.limit import Limit
from policies.limits.state import StateAfter
from policies.managed_object import class_of
from policies.violation import Violation

_CATALOGUE = "limits catalogue, policies/limits"


def violations_of_edits(catalogue: LimitsCatalogue, change_set: ChangeSet, state: StateAfter) -> list[Violation]:
    """Return the violations by repeated edits of an item, then those of each single edit."""
    violations = [_repeated(edit) for edit in change_set.repeated_edits()]
    single = (_violation(catalogue, edit, state) for edit in change_set.attribute_edits())
    return violations + [violation for violation in single if violation]


def _violation(catalogue: LimitsCatalogue, edit: AttributeEdit, state: StateAfter) -> Violation | None:
    class_name = class_of(edit.dn)
    if (class_name, edit.attribute) not in catalogue:
        return _unknown(catalogue, class_name, edit)
    limit = catalogue.limit(class_name, edit.attribute)
    if limit.read_only:
        return _refused(edit, limit, "no value: the attribute is read-only", "remove this edit")
    objection = limit.objection(edit.new)
    if objection:
        return _refused(edit, limit, limit.allowed, _advice(limit, edit, objection))
    if not state.exists(class_name, edit.dn):
        return Violation(
            field="dn",
            value=edit.dn,
            allowed=f"the DN of a {class_name} of this network",
            source="the network's configuration",
            remedy="read the configuration and use a DN that it lists",
        )
    return None


def _advice(limit: Limit, edit: AttributeEdit, objection: str) -> str:
    nearest = limit.nearest(edit.new)
    return objection if nearest is None else f"{objection}; use {nearest!r}"


def _refused(edit: AttributeEdit, limit: Limit, allowed: str, remedy: str) -> Violation:
    field = f"{edit.dn} {edit.attribute}"
    return Violation(field=field, value=repr(edit.new), allowed=allowed, source=limit.source, remedy=remedy)


def _unknown(catalogue: LimitsCatalogue, class_name: str, edit: AttributeEdit) -> Violation:
    nearest = catalogue.nearest(class_name, edit.attribute)
    return Violation(
        field=f"{edit.dn} {edit.attribute}",
        value=repr(edit.new),
        allowed=f"an attribute of the catalogue{', nearest: ' + ', '.join(nearest) if nearest else ''}",
        source=_CATALOGUE,
        remedy=f"{class_name}.{edit.attribute} is unknown: use a known attribute",
    )


def _repeated(edit: Edit) -> Violation:
    return Violation(
        field=" ".join(edit.item),
        value=repr(edit.new),
        allowed="one edit per attribute (or policy) in a change set",
        source="rule one-edit-per-attribute, " + _CATALOGUE,
        remedy="keep one of the edits",
    )
