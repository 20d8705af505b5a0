"""What a run is about to do, in one plain sentence: said from the reading that the run works with, whoever read the text.

No reader or model words it: it says the targets, edits, restrictions and times that later steps use, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from agents.reading.name_table import NameTable
from agents.reading.read_back import capitalized, edit_words, listed, restriction_words, target_words, window_words
from agents.reading.reading import Cells, StatedEdit, StatedRestriction, StatedTarget
from agents.reading.site_card import SiteCard
from agents.understanding.result import DirectEdit, Understood
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, KpiContext
from policies.managed_object import short_name
from policies.restrictions.prohibition import Prohibition
from twins.network import NetworkCard

_COMPARISONS: Final = {
    Condition.LESS: "<",
    Condition.AT_MOST: "<=",
    Condition.GREATER: ">",
    Condition.AT_LEAST: ">=",
    Condition.MINIMIZE: "min",
    Condition.MAXIMIZE: "max",
}
_ONLY: Final = {
    "channel-estimator": "only to select a receiver, nothing is changed: ",
    "beam-management": "only to select a beam model, nothing is changed: ",
}


def sentence_of(reading: Understood, card: NetworkCard) -> str:
    """Return the sentence; never empty."""
    names = NameTable(SiteCard.of(card))
    intent = reading.intent
    ids = {cell.dn: cell.id for cell in card.cells}
    # The targets of a change without any of its own only show its effect: the operator did not ask for them.
    asked = not (intent.harm_only and reading.direct)
    said = [
        *(_targets(intent, ids, names) if asked else ()),
        *(edit_words(edit, names) for edit in _together(reading.direct)),
        *(_restriction(one, intent, names) for one in reading.forbidden),
    ]
    start = _ONLY.get(reading.workflow, "")
    conditions = "".join(f"; {_condition(context, ids, names)}" for context in intent.contexts)
    return capitalized(f"{start}{_when(intent)}{'; '.join(said)}{_premises(intent)}{conditions}.")


def _when(intent: Intent) -> str:
    if intent.window is None:
        return "from now on: "
    event = f" ({intent.event})" if intent.event else ""
    kept = ", and kept afterwards" if intent.permanent else ""
    return f"{window_words(intent.window.start, intent.window.end)}{event}{kept}: "


def _premises(intent: Intent) -> str:
    """Return on what the forecast of the change rests by the operator's own words, empty if on none."""
    left_out = f", leaving {listed(intent.without_events)} out of the forecast" if intent.without_events else ""
    visitors = "" if intent.attendance is None else f", with {intent.attendance:,} visitors"
    return f"{left_out}{visitors}"


def _targets(intent: Intent, ids: dict[str, str], names: NameTable) -> Iterator[str]:
    for expectation in intent.expectations:
        for target in expectation.targets:
            all_but = f" (in all but {100 * target.tolerance:.3g} % of cells and windows)" if target.tolerance else ""
            yield f"{target_words(_stated(expectation.object, target, ids), names)}{all_but}"


def _condition(context: KpiContext, ids: dict[str, str], names: NameTable) -> str:
    """Return what must be measured for anything to be done, and for how long."""
    bound = target_words(_stated(context.object, context.target, ids), names).removeprefix("keep ")
    if not context.lasting:
        return f"all of it only if this is measured when it begins: {bound}"
    return f"all of it only if this is measured when it begins, and until the change is verified: {bound}"


def _stated(scope: ExpectationObject, target: ExpectationTarget, ids: dict[str, str]) -> StatedTarget:
    cells: Cells = tuple(ids.get(cell, short_name(cell)) for cell in scope.cells) or "*"
    condition = _COMPARISONS[target.condition]
    return StatedTarget(kpi=target.kpi, slice=scope.slice, cells=cells, condition=condition, value=target.value)


def _together(edits: Iterable[DirectEdit]) -> Iterator[StatedEdit]:
    """Yield the edits, the same of several cells (and of a relation towards several others) as one."""
    cells_of: dict[StatedEdit, tuple[str, ...]] = {}
    for (cell, edit), towards in _towards(edits).items():
        same = edit.model_copy(update={"towards": towards})
        cells_of[same] = (*cells_of.get(same, ()), cell)
    for edit, cells in cells_of.items():
        yield edit.model_copy(update={"cells": cells})


def _towards(edits: Iterable[DirectEdit]) -> dict[tuple[str, StatedEdit], tuple[str, ...]]:
    """Return each edit of one cell with the other cells towards which it is made; none but for a relation."""
    found: dict[tuple[str, StatedEdit], tuple[str, ...]] = {}
    for one in edits:
        value = str(one.value).lower() if isinstance(one.value, bool) else one.value
        edit = StatedEdit(attribute=one.attribute, slice=one.slice, value=value, delta=one.delta)
        found[one.cell, edit] = (*found.get((one.cell, edit), ()), *((one.target_cell,) if one.target_cell else ()))
    return found


def _restriction(one: Prohibition, intent: Intent, names: NameTable) -> str:
    stated = StatedRestriction(what=one.what, cells=one.cells or "*", slice=one.slice)
    return f"{restriction_words(stated, names)}{'' if one.window == intent.window else one.when}"
