"""The twin is asked about the intent's world: what is planned there counts in, and its busiest part decides."""

from datetime import timedelta
from itertools import pairwise

import pytest
from tool_worlds import network_with_history, twin_context

from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.slices import Slice
from tools.ran.candidate_tools import compare_candidates
from tools.ran.forecast_tool import forecast_traffic
from tools.telemetry.forecast.window_parts import parts_of
from tools.twinning.world import world_of
from twins.network import PlannedEvent
from twins.system.scenario.presets import small_scenario
from twins.system.scenario.scenario import SystemScenario

START = small_scenario().start
CONCERT = PlannedEvent(
    name="concert", area="plaza", start=START + timedelta(hours=2), end=START + timedelta(hours=4), attendance=60
)
FAST = ExpectationTarget(kpi="DRB.UEThpDl.P05", condition=Condition.AT_LEAST, value=40, unit="Mbit/s")


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """The small network with a concert in two hours, of which no history knows anything."""
    scenario = SystemScenario.model_validate(small_scenario().model_dump() | {"events": (CONCERT,)})
    with twin_context(network_with_history(scenario), tmp_path_factory.mktemp("world")) as context:
        yield context


def intent(start_h, end_h, **told):
    """Every eMBB user in the plaza's cell is to get 40 Mbit/s, from `start_h` to `end_h` hours after the start."""
    place = ExpectationObject(cells=("S1C1",), slice=Slice.EMBB, area="plaza")
    window = TimeWindow(start=START + timedelta(hours=start_h), end=START + timedelta(hours=end_h))
    return Intent(text="t", expectations=(IntentExpectation(object=place, targets=(FAST,)),), window=window, **told)


def unchanged(context, goal):
    """What the twin predicts without a change, and the evidence."""
    request = {"intent": goal.model_dump(mode="json"), "candidates": [], "seeds": 1, "depth": "screen"}
    evidence = compare_candidates.call(context, request)
    (candidate,) = evidence.value.candidates
    return candidate, evidence


@pytest.mark.parametrize("hours", [(0, 5), (1, 3), (2, 4)], ids=["window has begun", "partly in it", "the event itself"])
def test_a_planned_event_inside_the_window_decides_whether_a_change_is_needed(context, hours):
    with_crowd, evidence = unchanged(context, intent(*hours))
    without, _ = unchanged(context, intent(*hours, without_events=("concert",)))
    assert without.feasible
    assert not with_crowd.feasible
    assert with_crowd.outlook[0].predicted < 0.5 * without.outlook[0].predicted
    assert CONCERT.start <= evidence.value.part.start < evidence.value.part.end <= CONCERT.end
    assert [(event.name, event.included) for event in evidence.value.events] == [("concert", True)]
    assert "with concert" in evidence.provenance.scenario
    assert any("60 visitors" in warning for warning in evidence.warnings)


def test_an_event_that_is_left_out_is_named_with_the_reason_and_is_not_in_the_provenance(context):
    _, evidence = unchanged(context, intent(0, 5, without_events=("concert",)))
    (event,) = evidence.value.events
    assert (event.included, event.reason) == (False, "the operator leaves it out")
    assert "concert" not in evidence.provenance.scenario


def test_a_window_before_the_event_is_not_asked_about_the_event(context):
    candidate, evidence = unchanged(context, intent(0, 1))
    assert candidate.feasible
    assert [event.included for event in evidence.value.events] == [False]
    assert "begins after" in evidence.value.events[0].reason


def test_the_forecast_tool_names_the_part_and_the_events(context):
    window = intent(0, 5).window
    request = {"cells": ["plaza"], "start": window.start.isoformat(), "end": window.end.isoformat()}
    evidence = forecast_traffic.call(context, request)
    crowd = {row.cell: row.users for row in evidence.value.rows if row.slice is Slice.EMBB}
    assert crowd["S1C1"] > 60
    assert "with concert" in evidence.summary
    left_out = forecast_traffic.call(context, request | {"without_events": ["concert"]})
    assert max(row.users for row in left_out.value.rows) < 20
    assert "without concert" in left_out.summary


def test_an_intent_without_a_time_is_about_the_coming_hour(context):
    card = context.network.describe()
    world = world_of(card, intent(0, 1).model_copy(update={"window": None}))
    assert world.window == TimeWindow(start=card.now, end=card.now + timedelta(hours=1))


def test_parts_are_at_most_an_hour_long_and_inside_or_outside_of_each_event():
    window = TimeWindow(start=START, end=START + timedelta(hours=2, minutes=40))
    event = TimeWindow(start=START + timedelta(minutes=90), end=START + timedelta(hours=9))
    parts = parts_of(window, [event])
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(before.end == after.start for before, after in pairwise(parts))
    assert all(part.end - part.start <= timedelta(hours=1) for part in parts)
    assert all(part.end <= event.start or part.start >= event.start for part in parts)
