"""What an operator says about time and planned events: what is counted in, what is left out, and whether a change stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from seven_sites import make_card

from agents.answer import Answer
from agents.understanding.result import Understood
from agents.understanding.understand import understand, with_answers
from policies.intent import Intent, TimeWindow
from tools.twinning.world import world_of
from twins.network import NetworkCard, PlannedEvent

GOAL = "every eMBB user at least 5 Mbps in the stadium"


def at(hour: int, minute: int = 0, day: int = 5) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def card() -> NetworkCard:
    """The test network with two events: the stadium's tonight, of 60 visitors, and a concert downtown of unknown attendance."""
    concert = PlannedEvent(name="harbour concert", area="downtown", start=at(19), end=at(23))
    plain = make_card()
    return plain.model_copy(update={"events": (*plain.events, concert)})


def intent_of(text: str, card: NetworkCard) -> Intent:
    reading = understand(text, card)
    assert isinstance(reading, Understood), reading
    return reading.intent


def used(text: str, card: NetworkCard) -> dict[str, bool]:
    """The planned events that are looked at for a text, and whether each is counted in."""
    return {event.name: event.included for event in world_of(card, intent_of(text, card)).events}


@pytest.mark.parametrize(
    "text",
    [
        f"{GOAL} tonight",
        f"{GOAL} from 19:00 to 21:00",
        f"{GOAL} until 21:00",
        f"{GOAL} for the next 3 hours",
        f"{GOAL} tonight, including the stadium event",
        f"{GOAL} tonight, don't ignore the event",
        "every eMBB user at least 5 Mbps for the stadium event",
    ],
)
def test_a_planned_event_inside_the_time_is_counted_in(text: str, card: NetworkCard) -> None:
    assert used(text, card)["stadium event"]


@pytest.mark.parametrize(
    "text",
    [
        f"{GOAL} tonight without the stadium event",
        f"{GOAL} tonight, ignore the event",
        f"{GOAL} tonight, ignoring the stadium event",
        f"{GOAL} tonight but do not count the event",
        f"tonight, excluding the stadium event, {GOAL}",
        f"{GOAL} tonight, leaving out all events",
    ],
)
def test_an_event_that_the_operator_leaves_out_is_left_out_and_the_rest_is_read_as_before(text: str, card: NetworkCard) -> None:
    intent = intent_of(text, card)
    assert not used(text, card)["stadium event"]
    assert "stadium event" in intent.without_events
    assert intent.window == TimeWindow(start=at(18), end=at(0, day=6))
    assert intent.expectations == intent_of(f"{GOAL} tonight", card).expectations
    assert any("leaves out" in assumption for assumption in intent.assumptions)


def test_the_reason_for_each_event_is_given(card: NetworkCard) -> None:
    reasons = {event.name: event.describe() for event in world_of(card, intent_of(f"{GOAL} tonight", card)).events}
    assert "60 visitors: counted in, it takes place in the time in question" in reasons["stadium event"]
    reasons = {event.name: event.describe() for event in world_of(card, intent_of(GOAL, card)).events}
    assert "left out, it begins after the time in question (05 June 18:00 to 19:00)" in reasons["stadium event"]


def test_an_event_elsewhere_does_not_touch_the_cells(card: NetworkCard) -> None:
    far = card.cells[-1].model_copy(update={"areas": ("harbour",), "neighbours": ()})
    events = (card.events[0], card.events[1].model_copy(update={"area": "harbour"}))
    apart = card.model_copy(update={"cells": (*card.cells[:-1], far), "events": events})
    uses = {event.name: event for event in world_of(apart, intent_of(f"{GOAL} tonight", apart)).events}
    assert not uses["harbour concert"].included
    assert "neither by these cells nor by their neighbours" in uses["harbour concert"].reason
    assert uses["stadium event"].included


def test_an_event_in_progress_cannot_be_left_out_as_its_crowd_is_measured(card: NetworkCard) -> None:
    later = card.model_copy(update={"now": at(21)})
    assert used("every eMBB user at least 5 Mbps in the stadium until 23:00, without the stadium event", later)["stadium event"]


def test_the_rest_of_a_window_that_has_begun_is_what_counts(card: NetworkCard) -> None:
    later = card.model_copy(update={"now": at(22, 30)})
    world = world_of(later, intent_of(f"{GOAL} tonight", card))
    assert world.window == TimeWindow(start=at(22, 30), end=at(0, day=6))
    assert "stadium event" not in [event.name for event in world.events]


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("after the stadium event", TimeWindow(start=at(22), end=at(0, day=6))),
        ("until the stadium event", TimeWindow(start=at(18), end=at(20))),
        ("during the stadium event", TimeWindow(start=at(20), end=at(22))),
    ],
)
def test_the_time_around_an_event_is_not_the_time_of_the_event(words: str, window: TimeWindow, card: NetworkCard) -> None:
    assert intent_of(f"every eMBB user at least 5 Mbps {words}", card).window == window


@pytest.mark.parametrize(
    ("text", "permanent"),
    [
        (f"{GOAL} tonight", False),
        (f"{GOAL} from 19:00 to 21:00", False),
        (f"{GOAL} until 21:00", False),
        (f"{GOAL} from 23:00 onwards", True),
        (f"{GOAL} from 19:00 to 21:00 and keep it afterwards", True),
        (f"permanently {GOAL}", True),
        (f"from now on {GOAL}", True),
    ],
)
def test_whether_a_change_stays_after_the_time_is_read(text: str, permanent: bool, card: NetworkCard) -> None:
    intent = intent_of(text, card)
    assert intent.permanent is permanent
    assert intent.expectations == intent_of(GOAL, card).expectations


@pytest.mark.parametrize(("words", "count"), [("800 visitors", 800), ("about 2,000 people", 2000), ("12k fans", 12_000)])
def test_an_answer_states_the_crowd_that_the_calendar_lacks(words: str, count: int, card: NetworkCard) -> None:
    downtown = understand("every eMBB user at least 5 Mbps in downtown tonight", card)
    assert isinstance(downtown, Understood)
    crowds = {event.name for event in world_of(card, downtown.intent).unknown_crowds}
    assert crowds == {"harbour concert"}
    told = with_answers(downtown, [Answer(question="How many visitors?", answer=words)], card)
    assert isinstance(told, Understood)
    assert told.intent.attendance == count
    assert not world_of(card, told.intent).unknown_crowds
    left_out = with_answers(downtown, [Answer(question="How many visitors?", answer="without the harbour concert")], card)
    assert isinstance(left_out, Understood)
    assert left_out.intent.without_events == ("harbour concert",)
