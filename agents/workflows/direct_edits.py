"""Edits that the operator named, made exact: DN, old value as read, new value in the attribute's own type."""

from __future__ import annotations

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.understanding.result import DirectEdit
from policies.change import AttributeEdit
from policies.limits.catalogue import UnknownAttributeError
from policies.managed_object import Scalar
from twins.network import NetworkCard

AS_ASKED = "as asked"
_CU_CLASSES = {"MobilityProfile": "MobilityProfile=1", "CESManagementFunction": "CESManagementFunction=1"}


class UnlawfulEditError(ValueError):
    """The edit that was asked for is outside the limits, or its object is not there; `nearest` says what would do."""

    def __init__(self, message: str, nearest: str) -> None:
        super().__init__(message)
        self.nearest = nearest


def dn_of(edit: DirectEdit, card: NetworkCard) -> str:
    """Return the DN of the object that the edit is on."""
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
    """Return the draft of the operator's own edits; raises UnlawfulEditError. Empty when all stands so already."""
    made = [one for edit in edits if (one := _exact(edit, situation)) is not None]
    return Draft(
        name=AS_ASKED,
        rationale="the change that the operator named",
        edits=tuple(made),
        risks=("asked for directly: no search was made for it",),
    )


def _exact(edit: DirectEdit, situation: Situation) -> AttributeEdit | None:
    dn = dn_of(edit, situation.card)
    attributes = situation.objects.get(dn)
    if attributes is None or edit.attribute not in attributes:
        known = [relation for relation in situation.objects if relation.startswith(dn.rsplit("=", 1)[0])]
        raise UnlawfulEditError(
            f"there is no {edit.attribute} at {dn}", f"one of {', '.join(known[:6])}" if known else "another cell"
        )
    old = attributes[edit.attribute]
    new = _new_value(edit, old)
    try:
        limit = situation.limits.limit(edit.class_name, edit.attribute)
    except UnknownAttributeError as error:
        raise UnlawfulEditError(str(error), "an attribute of the limits catalogue") from error
    if objection := limit.objection(new):
        nearest = limit.nearest(new)
        raise UnlawfulEditError(
            f"{edit.attribute} of {dn}: {objection}; allowed {limit.allowed} ({limit.source})",
            f"{edit.attribute} {nearest} {limit.unit}".strip(),
        )
    return None if new == old else AttributeEdit(dn=dn, attribute=edit.attribute, old=old, new=new)


def _new_value(edit: DirectEdit, old: Scalar) -> Scalar:
    if edit.delta is not None:
        if isinstance(old, bool) or not isinstance(old, int | float):
            raise UnlawfulEditError(f"{edit.attribute} is {old!r} now, nothing can be added to it", "an absolute value")
        return _as_written(old + edit.delta, old)
    return _as_written(edit.value, old)


def _as_written(value: float | str | bool | None, old: Scalar) -> Scalar:
    """Write whole numbers as the network does."""
    if isinstance(value, float) and value.is_integer() and not isinstance(old, float):
        return int(value)
    return value


def nearby(draft: Draft, situation: Situation) -> list[Draft]:
    """Return the same change at half and at one and a half of its step, for comparison."""
    from agents.heuristics.draft import scaled

    steps = [
        scaled(draft, factor, f"{word} of what was asked", situation.edit)
        for factor, word in ((0.5, "half"), (1.5, "one and a half"))
    ]
    return [one for one in steps if one.edits and one.digest != draft.digest]
