"""What is planned (events, changes that wait for their time or for a person) and what stands on the network."""

from __future__ import annotations

from collections.abc import Sequence

from agents.answer_table import AnswerTable, TableValue, text_column
from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Escalate, Finish, View
from agents.workflows.calls import call, failure_of, is_offered, malformed_evidence, pending
from policies.text.times import span_text
from tools.ran.run_tools import read_open_changes
from tools.run_history import OpenChange
from twins.network import NetworkCard


def answer_planned(view: View) -> Decision:
    """Say which events are in the calendar and which changes wait for their time or for a person."""
    changes = _changes(view)
    if isinstance(changes, Escalate):  # the calendar is on the card, whoever keeps records of changes
        return Finish(summary=f"{events_text(view.card)}; which changes are planned cannot be told: {changes.reason}",
                      tables=tuple(_events(view.card)))  # fmt: skip
    if not isinstance(changes, tuple):
        return changes
    waiting = [change for change in changes if change.is_planned]
    tables = [*_events(view.card), *([_table("Changes that are planned", waiting)] if waiting else [])]
    events = events_text(view.card)
    said = f"{len(waiting)} changes are planned: {_listed(waiting)}" if waiting else "no change is planned"
    ending = [change for change in changes if not change.is_planned and change.ends is not None]
    restored = [f"the change of run {change.run_id} is to be restored at {change.ends:%d %B %H:%M}" for change in ending]
    return Finish(summary="; ".join([events, said, *restored]), tables=tuple(tables))


def answer_standing(view: View) -> Decision:
    """Say which changes of earlier runs are on the network and still open."""
    changes = _changes(view)
    if not isinstance(changes, tuple):
        return changes
    standing = [change for change in changes if not change.is_planned]
    planned = len(changes) - len(standing)
    waits = f"; {planned} more are planned, and nothing of them is on the network" if planned else ""
    known = "changes that were confirmed are part of the configuration, and no longer open"
    if not standing:
        return Finish(summary=f"no open change stands on the network{waits}; {known}")
    table = _table("Open changes on the network", standing)
    return Finish(summary=f"{len(standing)} open changes: {_listed(standing)}{waits}; {known}", tables=(table,))


def _changes(view: View) -> tuple[OpenChange, ...] | Decision:
    reading = call("read_open_changes", "needed to answer the question")
    if not is_offered(view, reading.tool):
        return failure_of(view, [reading]) or malformed_evidence(reading)
    if decision := pending(view, [reading]) or failure_of(view, [reading]):
        return decision
    read = answer_to(view.observations, read_open_changes, reading)
    return malformed_evidence(reading) if read is None else read.changes


def events_text(card: NetworkCard) -> str:
    """Return the planned events that are not over, in one line."""
    events = [
        f"{event.name} at {event.area}, {span_text(event.start, event.end)}"
        + (f", {event.attendance} expected" if event.attendance else "")
        for event in card.events
        if event.end > card.now
    ]
    return "; ".join(events) or "no event is planned"


def _events(card: NetworkCard) -> list[AnswerTable]:
    rows: list[dict[str, TableValue]] = [
        {"name": event.name, "area": event.area, "time": span_text(event.start, event.end), "attendance": event.attendance}
        for event in card.events
        if event.end > card.now
    ]
    columns = (text_column("name", "event"), text_column("area", "where"), text_column("time", "when"),
               text_column("attendance", "visitors"))  # fmt: skip
    return [AnswerTable(title="Planned events", columns=columns, rows=tuple(rows))] if rows else []


def _listed(changes: Sequence[OpenChange]) -> str:
    return "; ".join(f"run {change.run_id} ({'; '.join(change.edits[:3])}): {change.standing}" for change in changes[:4])


def _table(title: str, changes: Sequence[OpenChange]) -> AnswerTable:
    return AnswerTable(
        title=title,
        columns=(text_column("run", "run"), text_column("edits", "change"), text_column("standing", "how it stands"),
                 text_column("starts", "from"), text_column("ends", "until")),
        rows=tuple(_row(change) for change in changes),
        notes=("times are network time",),
    )  # fmt: skip


def _row(change: OpenChange) -> dict[str, TableValue]:
    return {
        "run": change.run_id,
        "edits": "; ".join(change.edits),
        "standing": change.standing,
        "starts": f"{change.starts:%Y-%m-%d %H:%M}" if change.starts else None,
        "ends": f"{change.ends:%Y-%m-%d %H:%M}" if change.ends else None,
        "request": change.request or None,
    }
