"""Changes in the words of a person: where, which setting, from what to what, with its unit."""

from __future__ import annotations

from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit
from policies.limits.catalogue import UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import cell_of, class_of, id_of, short_name


def change_lines(change_set: ChangeSet) -> list[str]:
    """Return one line for each edit."""
    return [edit_line(edit) for edit in change_set.edits]


def edit_line(edit: Edit) -> str:
    """Return the edit in one line."""
    return _policy(edit) if isinstance(edit, PolicyEdit) else _attribute(edit)


def _attribute(edit: AttributeEdit) -> str:
    cell, name = cell_of(edit.dn), class_of(edit.dn)
    own = id_of(edit.dn)
    part = name if own in (cell, "1", None) else f"{name} {own}"
    return f"{cell or short_name(edit.dn)}: {edit.attribute} ({part}) from {edit.old} to {edit.new} {_unit(edit)}".rstrip()


def _unit(edit: AttributeEdit) -> str:
    try:
        return load_limits().limit(class_of(edit.dn), edit.attribute).unit
    except UnknownAttributeError:
        return ""


def _policy(edit: PolicyEdit) -> str:
    verb = "created" if edit.old is None else "deleted" if edit.new is None else "replaced"
    return f"near-RT RIC: policy {edit.policy_id} of type {edit.policy_type} {verb}"
