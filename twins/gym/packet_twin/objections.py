"""Validation of changes: limits, joint rules, and what the packet network cannot express. No edit is silently ignored."""

from __future__ import annotations

from collections.abc import Iterator

from policies.change import AttributeEdit, ChangeSet, Edit
from policies.limits.checking import check_change_set
from policies.limits.loading import load_limits
from policies.managed_object import ManagedObject, class_of, same_value
from policies.violation import Violation
from twins.configuration_view import ConfigurationView
from twins.gym.layout import POWER_DBM, Layout, Shares
from twins.gym.packet_twin.mirror import TILT_DEG, beam
from twins.gym.packet_twin.names import CellName
from twins.gym.packet_twin.objects import WRITABLE, why_fixed
from twins.gym.packet_twin.shares import ceilings, floors, min_shares
from twins.network import StaleEditError, UnknownObjectError
from twins.system.configuration import Tree

SOURCE = "what this packet network can express (twins.gym.layout)"


def objections(start: Layout, names: dict[str, CellName], tree: Tree, change_set: ChangeSet) -> list[Violation]:
    """Return all violations of a change set, empty if it can be applied; raises UnknownObjectError."""
    for edit in change_set.attribute_edits():
        if edit.dn not in tree:
            raise UnknownObjectError(f"dn={edit.dn!r} does not exist; nothing was applied")
    violations = [violation for edit in change_set.edits for violation in _fixed(edit)]
    view = ConfigurationView(ManagedObject(dn=dn, attributes=attributes) for dn, attributes in tree.items())
    violations = violations or check_change_set(load_limits(), change_set, view.read, view.find)
    return violations or list(_inexpressible(start, names, edited(tree, change_set)))


def check_old(tree: Tree, change_set: ChangeSet) -> None:
    """Raise StaleEditError if an edit's old value differs from the current value."""
    for edit in change_set.attribute_edits():
        current = tree[edit.dn][edit.attribute]
        if not same_value(current, edit.old):
            raise StaleEditError(f"{edit.describe()}: the current value is {current!r}; read again and propose again")


def edited(tree: Tree, change_set: ChangeSet) -> Tree:
    """Return a copy of the tree with the edits applied."""
    after = {dn: dict(attributes) for dn, attributes in tree.items()}
    for edit in change_set.attribute_edits():
        after[edit.dn][edit.attribute] = edit.new
    return after


def _fixed(edit: Edit) -> list[Violation]:
    if not isinstance(edit, AttributeEdit):
        return [_violation(f"A1 {edit.policy_id}", edit.policy_type, "attributes over O1", "this network has no A1 policies")]
    writable = WRITABLE.get(class_of(edit.dn), ())
    if edit.attribute in writable:
        return []
    allowed = f"attributes {', '.join(writable) or 'none'} of {class_of(edit.dn)}"
    return [_violation(f"{edit.dn} {edit.attribute}", edit.new, allowed, why_fixed(edit.attribute))]


def _inexpressible(start: Layout, names: dict[str, CellName], tree: Tree) -> Iterator[Violation]:
    for name in names.values():
        yield from _unfit_slices(min_shares(start, name.id), tree, name)
        power = tree[name.carrier]["configuredMaxTxPower"]
        if isinstance(power, int | float) and power > POWER_DBM[1]:
            field = f"{name.carrier} configuredMaxTxPower"
            yield _violation(field, power, f"at most {POWER_DBM[1]:g} dBm", "choose a lower power")
        pointed = beam(start.cells[name.id], name, tree)
        if pointed is not None and not TILT_DEG[0] <= pointed.tilt_deg <= TILT_DEG[1]:
            field = f"{name.carrier},CommonBeamformingFunction=1 digitalTilt"
            allowed = f"{TILT_DEG[0]:g}..{TILT_DEG[1]:g} deg below the horizon together with the antenna's own tilt"
            yield _violation(field, f"{pointed.tilt_deg:g}", allowed, "tilt it less")


def _unfit_slices(minima: Shares, tree: Tree, name: CellName) -> Iterator[Violation]:
    low, high = floors(minima, tree, name.du), ceilings(tree, name.du)
    for slice_, share in high.items():
        if share < minima[slice_]:
            field = f"{name.du},RRMPolicyRatio={slice_.value} rRMPolicyMaxRatio"
            allowed = f"at least {100.0 * minima[slice_]:.3g} %, one resource block group"
            yield _violation(field, f"{100.0 * share:g} %", allowed, "every slice keeps one group: raise the maximum")
    if sum(low.values()) > 1.0 + 1e-9:
        remedy = "every slice keeps one resource block group: lower the minimum of another slice in the same change set"
        yield _violation(f"{name.du} Σ guaranteed shares", f"{100.0 * sum(low.values()):.4g} %", "at most 100 %", remedy)


def _violation(field: str, value: object, allowed: str, remedy: str) -> Violation:
    return Violation(field=field, value=str(value), allowed=allowed, source=SOURCE, remedy=remedy)
