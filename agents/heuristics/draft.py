"""A draft: edits that might satisfy the intent, why, what could go wrong, and the knobs by which search may better it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit
from policies.managed_object import Dn, Scalar
from policies.word import Word

Lawful = Callable[[str, str, Scalar], AttributeEdit | None]


class Knob(Word):
    """An attribute that the search may turn: low, high and step, or choices; `old` is what stands on the network."""

    dn: Dn
    attribute: str
    old: Scalar
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Scalar, ...] | None = None


class Draft(Word):
    """One candidate before the twin has judged it."""

    name: str
    rationale: str
    edits: tuple[Edit, ...]
    knobs: tuple[Knob, ...] = ()
    risks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The digest of its change set."""
        return ChangeSet(edits=self.edits).digest

    def for_tool(self) -> dict[str, Any]:
        """Return the draft as compare_candidates takes it."""
        return {"name": self.name, "rationale": self.rationale, "edits": [edit.model_dump(mode="json") for edit in self.edits]}


def kept(edits: Iterable[AttributeEdit | None]) -> tuple[Edit, ...]:
    """Return the edits that change something."""
    return tuple(edit for edit in edits if edit is not None)


def around(edit: AttributeEdit | None, low: float, high: float, step: float) -> Knob | None:
    """Return a knob for the edit's attribute between `low` and `high`, on the grid on which the edit's new value lies."""
    if edit is None or isinstance(edit.new, bool) or not isinstance(edit.new, int | float):
        return None
    new = float(edit.new)
    below, above = max(int((new - low) / step + 1e-9), 0), max(int((high - new) / step + 1e-9), 0)
    if below + above == 0:
        return None
    lowest, highest = round(new - below * step, 6), round(new + above * step, 6)
    return Knob(dn=edit.dn, attribute=edit.attribute, old=edit.old, low=lowest, high=highest, step=step)


def knobs_of(knobs: Iterable[Knob | None]) -> tuple[Knob, ...]:
    """Return the knobs that can be turned."""
    return tuple(knob for knob in knobs if knob is not None)


def merge(name: str, drafts: Sequence[Draft]) -> Draft:
    """Put drafts together; where two turn the same attribute or policy, the first keeps it."""
    edits: dict[tuple[str, str], Edit] = {}
    for draft in drafts:
        for edit in draft.edits:
            edits.setdefault(_place(edit), edit)
    knobs = {(knob.dn, knob.attribute): knob for draft in drafts for knob in draft.knobs}
    return Draft(
        name=name,
        rationale="; ".join(draft.rationale for draft in drafts),
        edits=tuple(edits.values()),
        knobs=tuple(knobs.values()),
        risks=tuple(dict.fromkeys(risk for draft in drafts for risk in draft.risks)),
    )


def scaled(draft: Draft, factor: float, name: str, lawful: Lawful) -> Draft:
    """Return the draft with each numeric step `factor` times as large; `lawful(dn, attribute, value)` makes the edit."""
    edits: list[Edit] = []
    for edit in draft.edits:
        step = None if isinstance(edit, PolicyEdit) else _step(edit)
        if isinstance(edit, PolicyEdit) or step is None:
            edits.append(edit)
        elif (turned := lawful(edit.dn, edit.attribute, step[0] + factor * step[1])) is not None:
            edits.append(turned)
    rationale = f"{draft.rationale} (step × {factor:g})"
    return draft.model_copy(update={"name": name, "edits": tuple(edits), "rationale": rationale})


def _step(edit: AttributeEdit) -> tuple[float, float] | None:
    """Return (old, new - old) of an edit of numbers."""
    old, new = edit.old, edit.new
    if isinstance(old, bool) or isinstance(new, bool) or not isinstance(old, int | float) or not isinstance(new, int | float):
        return None
    return float(old), float(new) - float(old)


def _place(edit: Edit) -> tuple[str, str]:
    if isinstance(edit, PolicyEdit):
        return edit.policy_type, edit.policy_id
    return edit.dn, edit.attribute
