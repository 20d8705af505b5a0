"""Edits that the operator named, completed: DN, old value as read, new value in the attribute's type."""

from __future__ import annotations

from agents.heuristics.draft import Draft, edits_of, scaled, written_like
from agents.heuristics.situation import Situation
from agents.specialists.withheld import way_round
from agents.understanding.result import DirectEdit
from policies.change import AttributeEdit
from policies.guardrails.steps import judge_step, step_of
from policies.limits.catalogue import UnknownAttributeError
from policies.managed_object import Scalar, number_of, same_value
from twins.network import NetworkCard

AS_ASKED = "as asked"
_CU_CLASSES = {"MobilityProfile": "MobilityProfile=1", "CESManagementFunction": "CESManagementFunction=1"}


class InvalidEditError(ValueError):
    """The requested edit is forbidden, violates a limit or step bound, or its object does not exist.

    nearest: the nearest valid request.
    """

    def __init__(self, message: str, nearest: str) -> None:
        super().__init__(message)
        self.nearest = nearest


def dn_of(edit: DirectEdit, card: NetworkCard) -> str:
    """Return the DN of the object that the edit changes."""
    cell = card.cell(edit.cell)
    if edit.class_name == "NRSectorCarrier":
        return cell.carrier_dn
    if edit.class_name == "NRCellDU":
        return cell.dn
    if edit.class_name == "NRCellRelation":
        return f"{cell.cu_dn},NRCellRelation={edit.target_cell}"
    if edit.class_name in _CU_CLASSES:
        return f"{cell.cu_dn},{_CU_CLASSES[edit.class_name]}"
    return f"{cell.dn},{edit.class_name}={edit.slice.value if edit.slice else ''}"


def direct_draft(edits: tuple[DirectEdit, ...], situation: Situation) -> Draft:
    """Return the draft of the operator's edits, empty if all of them are in effect already; raises InvalidEditError."""
    changes = [_edit_of(edit, situation) for edit in edits]
    return Draft(
        name=AS_ASKED,
        rationale="the change requested by the operator",
        edits=edits_of(changes),
        risks=("requested directly; no better values were searched for",),
    )


def _edit_of(edit: DirectEdit, situation: Situation) -> AttributeEdit | None:
    """Return the edit with DN and old value, None if it changes nothing; raises InvalidEditError."""
    dn = dn_of(edit, situation.card)
    attributes = situation.objects.get(dn)
    if attributes is None or edit.attribute not in attributes:
        siblings = [sibling for sibling in situation.objects if sibling.startswith(dn.rsplit("=", 1)[0])]
        raise InvalidEditError(
            f"there is no {edit.attribute} at {dn}",
            f"one of {', '.join(siblings[:6])}" if siblings else "name another cell",
        )
    old = attributes[edit.attribute]
    new = _new_value(edit, old)
    try:
        limit = situation.limits.limit(edit.class_name, edit.attribute)
    except UnknownAttributeError as error:
        raise InvalidEditError(str(error), "name an attribute of the limits catalogue") from error
    if objection := limit.objection(new):
        nearest = limit.nearest(new)
        raise InvalidEditError(
            f"{edit.attribute} of {dn}: {objection}; allowed {limit.allowed} ({limit.source})",
            f"{edit.attribute} {nearest} {limit.unit}".strip(),
        )
    if same_value(new, old):
        return None
    change = AttributeEdit(dn=dn, attribute=edit.attribute, old=old, new=new)
    if forbidden := situation.forbids(change):
        raise InvalidEditError(f"{change.describe()}: {forbidden.describe()}", way_round(forbidden))
    step = step_of(situation.steps, dn, edit.attribute)
    if step is not None and (reason := judge_step(change, step, old)):
        raise InvalidEditError(f"{reason.message}: {reason.source}", reason.remedy)
    return change


def _new_value(edit: DirectEdit, old: Scalar) -> Scalar:
    if edit.delta is None:
        return written_like(edit.value, old)
    current = number_of(old)
    if current is None:
        raise InvalidEditError(
            f"{edit.attribute} is {old!r}, not a number that could be raised or lowered", "give an absolute value"
        )
    return written_like(current + edit.delta, old)


def scaled_variants(draft: Draft, situation: Situation) -> list[Draft]:
    """Return the change at 50 % and at 150 % of its step, for comparison."""
    variants = [scaled(draft, factor, f"{100 * factor:g} % of the requested step", situation.edit) for factor in (0.5, 1.5)]
    return [variant for variant in variants if variant.edits and variant.digest != draft.digest]
