"""Whether an edit breaks a prohibition: attribute edits and A1 policies alike, by what they do to cells and slices.

1. An edit that names no cell, and a policy whose cells cannot be told, touch all cells.
2. `sleep`: the energy saving order, a lock, what lets a cell go to sleep by itself, and whatever locks traffic out of the cell.
3. `change`: any edit of an object of the cells, or of the slice there. A policy is a change of the cells that it names.
4. An attribute: its edit, and a policy that makes the near-RT RIC override what the attribute sets.
A policy whose effect is unknown counts as broken where it touches the cells: it cannot be told that it does not do what is
forbidden. Only an edit that is to be made is judged; taking back a change of ours never comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from policies.change import AttributeEdit, Edit, PolicyEdit
from policies.guardrails.blast_radius import CellNames, cells_of
from policies.guardrails.card import Card
from policies.guardrails.policy_effect import SLA, STEERING, PolicyEffect, effect_of
from policies.guardrails.policy_scope import identities
from policies.guardrails.rules import PolicyFloor, PolicyRules
from policies.managed_object import Scalar, number_of, parse_dn
from policies.restrictions.prohibition import CHANGE, SLEEP, Prohibition
from policies.slices import Slice

RULE = "restrictions"
_OFF = {
    "energySavingControl": "toBeEnergySaving",
    "energySavingState": "isEnergySaving",
    "operationalState": "DISABLED",
    "cellState": "INACTIVE",
}
_SWITCHES = frozenset({"cesSwitch", "desSwitch"})  # on: the cell may go to sleep by itself
_ADMISSION = frozenset({"maxConnectedUes", "maxPrbUsage"})  # 0: nobody is admitted
# What the RIC adjusts while a policy is in force, by the beginning of the objective's name (O-RAN.WG2.A1TD).
_OVERRIDDEN = {"gua": "rRMPolicyMinRatio", "max": "rRMPolicyMaxRatio", "maxNumberOf": "maxConnectedUes"}
_STEERED = "cellIndividualOffset"


@dataclass(frozen=True)
class Breaches:
    """Judges edits of the network of `card`; `floors`: of the A1 policies' objectives, by the guardrails."""

    card: Card
    floors: tuple[PolicyFloor, ...] = PolicyRules().floor

    @cached_property
    def _names(self) -> CellNames:
        return CellNames.of(self.card)

    def of(self, edit: Edit, prohibition: Prohibition) -> str:
        """Return in words how the edit breaks the prohibition, empty if it does not; its window is not judged."""
        if isinstance(edit, PolicyEdit):
            return self._of_policy(edit, prohibition)
        touched = _within(cells_of(edit, self._names) or self._names.ids, prohibition)
        return edit.describe() if touched and _is_forbidden(edit, prohibition) else ""

    def first(self, edit: Edit, prohibitions: Iterable[Prohibition]) -> Prohibition | None:
        """Return the first prohibition that the edit breaks, None if it breaks none."""
        return next((prohibition for prohibition in prohibitions if self.of(edit, prohibition)), None)

    def _of_policy(self, edit: PolicyEdit, prohibition: Prohibition) -> str:
        before, after = (effect_of(edit.policy_type, body, self.card, self.floors) for body in (edit.old, edit.new))
        if prohibition.slice is not None and not _may_be_for(prohibition.slice, edit, before, after):
            return ""
        touched = _within(self._cells(edit, before, after), prohibition)
        if not touched:
            return ""
        name = f"A1 policy {edit.policy_id}"
        if prohibition.what == CHANGE:
            return f"{name} in {_listed(touched)}"
        if after.unknown:
            return f"{name} in {_listed(touched)}: {after.unknown}"
        if prohibition.what == SLEEP:
            lost = _within({*after.shut, *after.barred} - {*before.shut, *before.barred}, prohibition)
            return f"{name} locks {after.traffic} out of {_listed(lost)}" if lost else ""
        overridden = before.unknown or prohibition.what in set(_overridden(edit))
        return f"{name} makes the RIC override {prohibition.what} in {_listed(touched)}" if overridden else ""

    def _cells(self, edit: PolicyEdit, before: PolicyEffect, after: PolicyEffect) -> frozenset[str]:
        """Return the cells that a policy touches, all if one of those that it names is not known."""
        numbers = {number for body in (edit.old, edit.new) for number in identities(body)}
        if numbers - set(self._names.by_identity):
            return self._names.ids
        named = cells_of(edit, self._names) or self._names.ids
        parts = (part for effect in (before, after) for part in (effect.barred, effect.avoided, effect.shut))
        return frozenset(named).union(*parts)


def _is_forbidden(edit: AttributeEdit, prohibition: Prohibition) -> bool:
    if prohibition.what == SLEEP:
        if edit.attribute in _ADMISSION:
            return _is_of(prohibition.slice, edit.dn) and number_of(edit.new) == 0
        return _takes_off_air(edit.attribute, edit.new)
    return prohibition.what in (CHANGE, edit.attribute) and _is_of(prohibition.slice, edit.dn)


def _takes_off_air(attribute: str, new: Scalar) -> bool:
    if attribute == "administrativeState":
        return new != "UNLOCKED"
    return new is True if attribute in _SWITCHES else attribute in _OFF and new == _OFF[attribute]


def _is_of(slice_: Slice | None, dn: str) -> bool:
    """Whether an object is of the slice: a step of its DN names it."""
    return slice_ is None or any(identity == slice_.value for _, identity in parse_dn(dn))


def _may_be_for(slice_: Slice, edit: PolicyEdit, before: PolicyEffect, after: PolicyEffect) -> bool:
    """Whether the policy is for the slice; traffic of which the slice is not known may be of this one."""
    exists = [effect for body, effect in ((edit.old, before), (edit.new, after)) if body is not None]
    return any(effect.slice in (None, slice_) for effect in exists)


def _overridden(edit: PolicyEdit) -> Iterator[str]:
    """Yield the attributes that the RIC overrides for the policy, as it was and as it is to be."""
    if STEERING in edit.policy_type:
        yield _STEERED
    if SLA not in edit.policy_type:
        return
    for body in (edit.old, edit.new):
        objectives = body.get("sliceSlaObjectives") if body else None
        for name in objectives if isinstance(objectives, dict) else ():
            yield _OVERRIDDEN[max((start for start in _OVERRIDDEN if name.startswith(start)), key=len, default="gua")]


def _within(cells: Iterable[str], prohibition: Prohibition) -> list[str]:
    return sorted(set(cells) & set(prohibition.cells) if prohibition.cells else set(cells))


def _listed(cells: list[str]) -> str:
    return ", ".join(cells) if len(cells) <= 6 else f"{', '.join(cells[:6])} and {len(cells) - 6} more"
