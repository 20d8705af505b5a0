"""What is forbidden on a run's network: the standing restrictions, those that the run makes, and what its request forbids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import JsonValue

from agents.planner import Restrict, Understand
from agents.understanding.result import Understood
from harness.engine.desk import Desk
from harness.engine.state import RunState, ended
from harness.gate.approver_authorization import facts_of_network
from harness.records.failure import RunBoundary
from harness.restrictions.covered_network import covered_network
from harness.restrictions.record import RestrictionRecord
from harness.runtime.command_line import twinpilot
from harness.runtime.timetable import Timetable
from policies.guardrails.card import Card
from policies.intent import Intent
from policies.restrictions.breach import Breaches
from policies.restrictions.prohibition import Prohibition, violations_of
from policies.restrictions.restriction import Restriction
from policies.text.redaction import redacted
from twins.network import NetworkCard


def standing_restrictions(desk: Desk, now: datetime | None = None) -> tuple[Restriction, ...]:
    """Return the restrictions of the run's network that are in force at its time `now` (None: when last seen), or will be."""
    return desk.restrictions.in_force(covered_network(desk.identity), now)


def restrictions_for(desk: Desk, state: RunState) -> tuple[Restriction, ...]:
    """Return the restrictions that hold while what the run plans would be in effect; all until the intent is known."""
    card = desk.network.describe()
    standing = standing_restrictions(desk, card.now)
    if not standing or not state.get("intent"):
        return standing
    intent = desk.artifacts.load(state["intent"], Intent)
    timetable = Timetable.of(desk.settings.commitment, card.now, card.granularity_s, intent)
    return tuple(one for one in standing if one.meets(timetable.apply_at or card.now, timetable.restore_at))


def forbidden_by_request(desk: Desk, state: RunState) -> tuple[Prohibition, ...]:
    """Return what the operator's text forbids for this run alone."""
    if not state.get("reading"):
        return ()
    reading = desk.artifacts.load(state["reading"], Understand).reading
    return reading.forbidden if isinstance(reading, Understood) else ()


def objection_to(prohibitions: Iterable[Prohibition], card: Card) -> str:
    """Return why one of the prohibitions cannot be enforced on the network, empty if all can."""
    return "; ".join(str(violation) for one in prohibitions for violation in violations_of(one, card))


def restrict(desk: Desk, state: RunState, decision: Restrict) -> RunState:
    """Make the restrictions and end the run; in shadow mode they are only said."""
    card, read_back = desk.network.describe(), redacted(decision.read_back.strip())
    if objection := _objection(decision, read_back, card):
        return ended("cannot", f"the planner {desk.planner.name} restricts: {objection}", boundary=RunBoundary.PLANNER)
    note = f" ({redacted(decision.note)})" if decision.note else ""
    if desk.mode == "shadow":
        return ended("shadow", f"understood, and not made a restriction: {read_back}{note}")
    made = desk.restrictions.make(
        decision.forbidden,
        run_id=desk.run_id,
        network=covered_network(desk.identity),
        text=state["text"],
        read_back=read_back,
        made_by=desk.requester,
        facts=_facts(desk, card),
    )
    _record(desk, made)
    names = ", ".join(record.restriction.id for record in made)
    against = "".join(f"; {line}" for line in _changes_against(desk, made, card))
    return ended("restricted", f"in force from now on, for every run on this network: {read_back} ({names}){against}{note}")


def _objection(decision: Restrict, read_back: str, card: NetworkCard) -> str:
    if not read_back:
        return "read_back='': a restriction is said back in one sentence"
    over = [one for one in decision.forbidden if one.has_expired(card.now)]
    if over:
        return f"the time of {over[0].subject} is over{over[0].when} (network time {card.now:%Y-%m-%d %H:%M}); state a later time"
    return objection_to(decision.forbidden, card)


def _facts(desk: Desk, card: NetworkCard) -> dict[str, JsonValue]:
    settings = desk.settings
    facts = facts_of_network(card.name, desk.planner.name, settings.approval, settings.gate.approver_roles)
    dumped: dict[str, JsonValue] = facts.model_dump(mode="json")
    return dumped


def _record(desk: Desk, made: list[RestrictionRecord]) -> None:
    """Record who made what, once: a resumed run may come here again."""
    known = {record.body["id"] for record in desk.journal.records(desk.run_id) if record.kind == "restriction.made"}
    for restriction in (record.restriction for record in made):
        if restriction.id not in known:
            desk.record("restriction.made", who=restriction.made_by, **restriction.model_dump(mode="json", exclude={"run_id"}))


def _changes_against(desk: Desk, made: list[RestrictionRecord], card: NetworkCard) -> list[str]:
    """Return which open changes do what is forbidden from now on: they are not taken back unasked."""
    breaches, lines = Breaches(card), []
    for commitment in desk.commitments.open_commitments(desk.network_name):
        times = commitment.timetable
        broken = any(
            breaches.of(edit, record.restriction) and record.restriction.meets(times.apply_at or card.now, times.restore_at)
            for record in made
            for edit in commitment.change_set.edits
        )
        if broken:
            change = f"the change of run {commitment.run_id} does this and is {commitment.describe()}"
            lines.append(f"{change}, cancel it with: {twinpilot('cancel', commitment.run_id)}")
    return lines
