"""What is marked in a text as a set of facts, each of which a classifier can judge by itself: "edit digitalTilt", "2 items", …"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from agents.readers.language_model.answer_names import ATTRIBUTES, STATES
from agents.reading.marked import SAME, Comparison, Marked, MarkedItem, Reference
from policies.kpi import kpi_definitions
from policies.slices import Slice

_MANY: Final = 5  # items: as many or more are one fact


def all_facts() -> tuple[str, ...]:
    """Return all facts there are, in a fixed order."""
    return tuple(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield from (f"{number} items" for number in range(1, _MANY + 1))
    yield from ("when", "if", "everywhere", "again")
    for kpi in kpi_definitions():
        yield f"target {kpi}"
        yield from (f"{kpi} {comparison}" for comparison in get_args(Comparison))
    yield from (f"to {reference} {sign}" for reference in get_args(Reference) for sign in (-1, 0, 1))
    for attribute in ATTRIBUTES:
        yield f"edit {attribute}"
        yield from (f"{attribute} {how}" for how in ("set", "by -1", "by 0", "by 1", *STATES.get(attribute, ())))
    yield from (f"forbid {name}" for name in ("sleep", "change", *ATTRIBUTES))
    for name in (*kpi_definitions(), *ATTRIBUTES, "sleep", "change"):
        yield from (f"{name} of {slice_}" for slice_ in Slice)


def facts_of(marked: Marked) -> frozenset[str]:
    """Return the facts of a marked text."""
    facts = {f"{min(len(marked.items), _MANY)} items"} if marked.items else set()
    facts |= {"when"} if marked.when else set()
    facts |= {"if"} if marked.condition else set()
    for item in marked.items:
        facts |= set(_facts_of_item(item))
    return frozenset(facts)


def _facts_of_item(item: MarkedItem) -> Iterator[str]:
    yield f"{item.kind} {item.name}"
    if item.slice:
        yield f"{item.name} of {item.slice}"
    if item.place in ("", SAME):
        yield "again" if item.place else "everywhere"
    if item.kind == "target":
        yield f"{item.name} {item.comparison}"
        if item.reference:
            yield f"to {item.reference} {item.sign}"
    elif item.kind == "edit":
        yield f"{item.name} {item.state or (f'by {item.sign}' if item.is_delta else 'set')}"
