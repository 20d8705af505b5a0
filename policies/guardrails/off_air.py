"""The coverage guardrail: the share of each area, and of the network, that a change takes off air."""

from __future__ import annotations

from collections.abc import Callable

from policies.change import ChangeSet
from policies.guardrails.card import Card, CellCard
from policies.guardrails.rules import GuardrailRules
from policies.managed_object import ManagedObject, Scalar
from policies.verdict import Reason

Read = Callable[[str], ManagedObject]
Edited = dict[tuple[str, str], Scalar]

_SLEEP = ("CESManagementFunction=1", "energySavingControl", "toBeEnergySaving")
_LOCK = ("administrativeState", "LOCKED")


def judge_off_air(rules: GuardrailRules, change_set: ChangeSet, card: Card, read: Read) -> list[Reason]:
    """Return the findings on cells that are off air after the change; empty if the change takes no cell off air."""
    edited = {(edit.dn, edit.attribute): edit.new for edit in change_set.attribute_edits()}
    if not {_SLEEP[2], _LOCK[1]} & {value for value in edited.values() if isinstance(value, str)}:
        return []
    off_air = off_air_cells(change_set, card, read)
    reasons = [_area_reason(rules, f"area {name!r}", ids, off_air) for name, ids in card.areas().items() if off_air & set(ids)]
    all_cells = tuple(cell.id for cell in card.cells)
    if off_air >= set(all_cells):
        reasons.append(_all_off_air(rules, "the network", all_cells))
    return reasons


def off_air_cells(change_set: ChangeSet, card: Card, read: Read) -> set[str]:
    """Return the ids of the cells that are asleep or locked after the change."""
    edited = {(edit.dn, edit.attribute): edit.new for edit in change_set.attribute_edits()}
    return {cell.id for cell in card.cells if _is_off_air(cell, edited, read)}


def put_off_air(change_set: ChangeSet, card: Card) -> set[str]:
    """Return the ids of the cells that the change itself puts to sleep or locks."""
    edited = {(edit.dn, edit.attribute): edit.new for edit in change_set.attribute_edits()}
    return {cell.id for cell in card.cells if _is_edited_off_air(cell, edited)}


def _is_edited_off_air(cell: CellCard, edited: Edited) -> bool:
    asleep = edited.get((f"{cell.cu_dn},{_SLEEP[0]}", _SLEEP[1])) == _SLEEP[2]
    return asleep or edited.get((cell.dn, _LOCK[0])) == _LOCK[1]


def _area_reason(rules: GuardrailRules, name: str, ids: tuple[str, ...], off_air: set[str]) -> Reason:
    dark = [cell for cell in ids if cell in off_air]
    # An area of one cell may sleep when its neighbours cover it: that is the limits catalogue's coverage rule.
    if len(dark) == len(ids) > 1:
        return _all_off_air(rules, name, ids)
    bound = rules.bounds.area_off_air_share
    share = len(dark) / len(ids)
    outcome = bound.outcome(share) if len(ids) > 1 else "pass"
    message = f"{len(dark)} of {len(ids)} cells of {name} off air"
    remedy = "" if outcome == "pass" else bound.remedy
    return Reason(rule="off-air-share", outcome=outcome, message=message, source=bound.source, remedy=remedy)


def _all_off_air(rules: GuardrailRules, name: str, ids: tuple[str, ...]) -> Reason:
    message = f"no cell of {name} stays on air ({', '.join(ids)})"
    return Reason(
        rule="last-cell-on-air", outcome="fail", message=message, source=rules.last_cell.source, remedy=rules.last_cell.remedy
    )


def _is_off_air(cell: CellCard, edited: Edited, read: Read) -> bool:
    sleep_dn = f"{cell.cu_dn},{_SLEEP[0]}"
    asleep = _value(sleep_dn, _SLEEP[1], edited, read) == _SLEEP[2]
    return asleep or _value(cell.dn, _LOCK[0], edited, read) == _LOCK[1]


def _value(dn: str, attribute: str, edited: Edited, read: Read) -> Scalar:
    return edited[dn, attribute] if (dn, attribute) in edited else read(dn).attributes.get(attribute)
