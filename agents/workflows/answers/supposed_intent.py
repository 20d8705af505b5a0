"""What the twin is asked about for a supposition: what the operator named, else what users and the energy bill would notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agents.understanding.result import Supposed
from policies.intent import ExpectationObject, ExpectationTarget, Intent, IntentExpectation, objective_of
from policies.slices import Slice
from twins.network import Cell, NetworkCard

NEIGHBOURS = "their neighbours"
CONCERNED = "the cells concerned"


def supposed_intent(supposed: Supposed, text: str, card: NetworkCard) -> Intent:
    """Return the intent by which the twin compares; all cells of the supposed edits must be on the card."""
    expectations = supposed.expectations or tuple(_usual(supposed, card))
    notes = () if supposed.expectations else ("no KPI was named: throughput, delay, PRB usage and energy are shown",)
    return Intent(
        text=text,
        expectations=expectations,
        window=supposed.window,
        event=supposed.event,
        without_events=supposed.without_events,
        attendance=supposed.attendance,
        assumptions=tuple(dict.fromkeys((*supposed.assumptions, *notes))),
    )


def concerned(supposed: Supposed, card: NetworkCard) -> tuple[Cell, ...]:
    """Return the cells that the supposed edits name, in the card's order."""
    named = {cell for edit in supposed.direct for cell in (edit.cell, edit.target_cell)}
    return tuple(cell for cell in card.cells if cell.id in named)


def _usual(supposed: Supposed, card: NetworkCard) -> Iterator[IntentExpectation]:
    cells = concerned(supposed, card)
    inside = {cell.id for cell in cells}
    near = {neighbour for cell in cells for neighbour in cell.neighbours} - inside
    around = tuple(cell for cell in card.cells if cell.id in near)
    users = {Slice.EMBB, *(edit.slice for edit in supposed.direct if edit.slice)}
    for place, name in ((cells, CONCERNED), (around, NEIGHBOURS)):
        if place:
            yield from _of(place, name, [slice_ for slice_ in card.slices if slice_ in users], card.slices)


def _of(cells: tuple[Cell, ...], name: str, users: Iterable[Slice], slices: Iterable[Slice]) -> Iterator[IntentExpectation]:
    kpis: list[tuple[str, Slice | None]] = [
        *(("DRB.UEThpDl", slice_) for slice_ in users),
        *(("DRB.PdcpSduDelayDl", slice_) for slice_ in slices),
        ("RRU.PrbTotDl", None),
        ("PEE.Energy", None),
    ]
    for kpi, slice_ in kpis:
        place = ExpectationObject(cells=tuple(cell.dn for cell in cells), slice=slice_, area=name)
        yield IntentExpectation(object=place, targets=(ExpectationTarget(kpi=kpi, condition=objective_of(kpi)),))
