"""Cells by their configured state: asleep, awake, or locked (TS 28.541: energySavingState, administrativeState)."""

from __future__ import annotations

from agents.answer_table import AnswerTable, TableValue, text_column
from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.answers.cell_means import place_of
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from policies.managed_object import Scalar
from tools.ran.topology_tools import ConfigurationTable, read_configuration
from twins.network import Cell, NetworkCard

_CLASSES = ["CESManagementFunction", "NRCellDU"]
_SOURCE = {
    "asleep": "energySavingState isEnergySaving, or ordered to be (CESManagementFunction, TS 28.541)",
    "awake": "not in the energy saving state, nor ordered into it, and not locked (TS 28.541)",
    "locked": "administrativeState LOCKED or SHUTTINGDOWN (NRCellDU, TS 28.541)",
}


def answer_configured(view: View, question: NetworkQuestion) -> Decision:
    """Return the next decision: read the configuration, or answer from it."""
    if question.window is not None and question.window.end <= view.card.now:
        return Finish(
            summary="that cannot be told: KPIs of the past are kept, the configuration is not; the nearest that can be told:"
            " which cells are so now, or what they consumed then (energy)"
        )
    reading = call("read_configuration", "needed to answer the question", cells=list(question.cells), classes=_CLASSES)
    if decision := pending(view, [reading]) or failure_of(view, [reading]):
        return decision
    table = answer_to(view.observations, read_configuration, reading)
    return malformed_evidence(reading) if table is None else _answer(view.card, question, table)


def _answer(card: NetworkCard, question: NetworkQuestion, table: ConfigurationTable) -> Finish:
    state = question.state or "asleep"
    objects = {item.dn: item.attributes for item in table.objects}
    named = set(question.cells)
    areas = card.areas()
    ids = {cell for name in named for cell in areas.get(name, (name,))}
    rows = [row for cell in card.cells if (not ids or cell.id in ids) and (row := _row(cell, objects)) is not None]
    if not rows:
        return Finish(summary=f"that cannot be told: the state of no cell {place_of(question)} was read")
    found = [row for row in rows if row[state]]
    names = ", ".join(str(row["cell"]) for row in found)
    head = f"{len(found)} of {len(rows)} cells" if found else f"none of {len(rows)} cells"
    summary = f"{head} {place_of(question)} {'is' if len(found) < 2 else 'are'} {state}{f': {names}' if names else ''}"
    shown = AnswerTable(
        title=f"Cells that are {state}",
        columns=(
            text_column("cell", "cell"), text_column("state", "energy saving"), text_column("control", "ordered"),
            text_column("administrative", "administrative state"),
        ),
        rows=tuple(found),
        notes=(f"{state}: {_SOURCE[state]}",),
    )  # fmt: skip
    tables = (shown,) if found else ()
    return Finish(summary="; ".join([f"{summary} ({_SOURCE[state]})", *question.assumptions]), tables=tables)


def _row(cell: Cell, objects: dict[str, dict[str, Scalar]]) -> dict[str, TableValue] | None:
    saving, own = objects.get(f"{cell.cu_dn},CESManagementFunction=1"), objects.get(cell.dn)
    if saving is None and own is None:
        return None
    state, control = (saving or {}).get("energySavingState"), (saving or {}).get("energySavingControl")
    administrative = (own or {}).get("administrativeState")
    asleep = state == "isEnergySaving" or control == "toBeEnergySaving"
    locked = administrative in ("LOCKED", "SHUTTINGDOWN")
    return {
        "cell": cell.id, "state": state, "control": control, "administrative": administrative, "asleep": asleep,
        "locked": locked, "awake": not asleep and not locked,
    }  # fmt: skip
