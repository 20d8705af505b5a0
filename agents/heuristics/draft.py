"""A draft: edits that may satisfy the intent, with rationale and risks, and the knobs that a search may tune."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit
from policies.managed_object import Dn, Scalar, number_of
from policies.word import Word

MakeEdit = Callable[[str, str, Scalar], AttributeEdit | None]


class Knob(Word):
    """An attribute that the search may tune, by low, high and step or by choices; `old` is its current value."""

    dn: Dn
    attribute: str
    old: Scalar
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Scalar, ...] | None = None


class Draft(Word):
    """A candidate that was not tried in the twin yet."""

    name: str
    rationale: str
    edits: tuple[Edit, ...]
    knobs: tuple[Knob, ...] = ()
    risks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The digest of the draft's change set."""
        return ChangeSet(edits=self.edits).digest

    def for_tool(self) -> dict[str, Any]:
        """Return the draft as an argument of compare_candidates."""
        return {"name": self.name, "rationale": self.rationale, "edits": [edit.model_dump(mode="json") for edit in self.edits]}


def edits_of(edits: Iterable[AttributeEdit | None]) -> tuple[Edit, ...]:
    """Return the edits without None."""
    return tuple(edit for edit in edits if edit is not None)


def around(edit: AttributeEdit | None, low: float, high: float, step: float) -> Knob | None:
    """Return a knob for the edit's attribute between `low` and `high`, on the grid that contains the edit's new value."""
    new = None if edit is None else number_of(edit.new)
    if edit is None or new is None:
        return None
    below, above = max(int((new - low) / step + 1e-9), 0), max(int((high - new) / step + 1e-9), 0)
    if below + above == 0:
        return None
    lowest, highest = round(new - below * step, 6), round(new + above * step, 6)
    return Knob(dn=edit.dn, attribute=edit.attribute, old=edit.old, low=lowest, high=highest, step=step)


def knobs_of(knobs: Iterable[Knob | None]) -> tuple[Knob, ...]:
    """Return the knobs without None."""
    return tuple(knob for knob in knobs if knob is not None)


def merge(name: str, drafts: Sequence[Draft]) -> Draft:
    """Combine drafts; of two edits of the same attribute or policy, the first is used."""
    edits: dict[tuple[str, str], Edit] = {}
    for draft in drafts:
        for edit in draft.edits:
            edits.setdefault(_key(edit), edit)
    knobs = {(knob.dn, knob.attribute): knob for draft in drafts for knob in draft.knobs}
    return Draft(
        name=name,
        rationale="; ".join(draft.rationale for draft in drafts),
        edits=tuple(edits.values()),
        knobs=tuple(knobs.values()),
        risks=tuple(dict.fromkeys(risk for draft in drafts for risk in draft.risks)),
    )


def scaled(draft: Draft, factor: float, name: str, make_edit: MakeEdit) -> Draft:
    """Return the draft with each numeric step `factor` times as large; `make_edit(dn, attribute, value)` makes the edit."""
    edits: list[Edit] = []
    for edit in draft.edits:
        step = None if isinstance(edit, PolicyEdit) else _step(edit)
        if isinstance(edit, PolicyEdit) or step is None:
            edits.append(edit)
        elif (new_edit := make_edit(edit.dn, edit.attribute, step[0] + factor * step[1])) is not None:
            edits.append(new_edit)
    rationale = f"{draft.rationale} (step × {factor:g})"
    return draft.model_copy(update={"name": name, "edits": tuple(edits), "rationale": rationale})


def _step(edit: AttributeEdit) -> tuple[float, float] | None:
    """Return (old, new - old) of a numeric edit, else None."""
    old, new = number_of(edit.old), number_of(edit.new)
    return None if old is None or new is None else (old, new - old)


def written_like(value: float | str | bool | None, old: Scalar) -> Scalar:
    """Return `value` as the network writes the attribute: a whole number as int unless the old value is a float."""
    if isinstance(value, float) and value.is_integer() and not isinstance(old, float):
        return int(value)
    return value


def _key(edit: Edit) -> tuple[str, str]:
    if isinstance(edit, PolicyEdit):
        return edit.policy_type, edit.policy_id
    return edit.dn, edit.attribute
