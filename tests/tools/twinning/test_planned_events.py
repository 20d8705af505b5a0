"""Which planned events a forecast counts in: in progress, unknown crowds, overlaps, midnight, edges, clock changes."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from policies.text.times import span_text
from tools.telemetry.forecast.forecasting import forecast
from tools.telemetry.forecast.window_parts import parts_of
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from tools.twinning.world import world_of
from twins.network import PlannedEvent
from twins.system.card import card_of
from twins.system.scenario.presets import small_scenario

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
CARD = card_of(small_scenario(), NOON)
OBJECTIVE = ExpectationTarget(kpi="DRB.UEThpDl.P05", condition=Condition.MAXIMIZE)


def later(now, hours):
    return (now.astimezone(UTC) + timedelta(hours=hours)).astimezone(now.tzinfo)


def event(start_h, end_h, name="concert", attendance=None, area="plaza", now=NOON):
    start, end = (later(now, hours) for hours in (start_h, end_h))
    return PlannedEvent(name=name, area=area, start=start, end=end, attendance=attendance)


def world(events, start_h=0.0, end_h=6.0, now=NOON, **told):
    place = ExpectationObject(cells=("S1C1",), slice=Slice.EMBB)
    window = TimeWindow(start=later(now, start_h), end=later(now, end_h))
    intent = Intent(text="t", expectations=(IntentExpectation(object=place, targets=(OBJECTIVE,)),), window=window, **told)
    return world_of(card_of(small_scenario(), now).model_copy(update={"events": tuple(events)}), intent)


def included(events, *window, **told):
    return {use.name: use.included for use in world(events, *window, **told).events}


def test_an_event_in_progress_counts_in_and_its_crowd_is_not_asked_for():
    at_work = world([event(-1, 2)])
    assert [use.included for use in at_work.events] == [True]
    assert at_work.unknown_crowds == ()
    assert "in progress, and its crowd is in the measurements" in at_work.events[0].describe()


def test_an_event_that_begins_now_is_in_progress():
    assert world([event(0, 2)]).unknown_crowds == ()


def test_of_two_events_of_one_name_only_the_coming_one_is_asked_for():
    (asked,) = world([event(-1, 2, "match"), event(3, 5, "match")]).unknown_crowds
    assert asked.start == NOON + timedelta(hours=3)


def test_an_event_in_progress_cannot_be_left_out_and_says_so():
    (use,) = world([event(-1, 2)], without_events=("concert",)).events
    assert use.included and use.reason.endswith("it cannot be left out")


def test_a_coming_event_without_attendance_is_asked_for_unless_the_operator_says_its_size():
    assert [use.name for use in world([event(1, 2)]).unknown_crowds] == ["concert"]
    told = world([event(1, 2)], attendance=500)
    assert told.unknown_crowds == () and told.events[0].attendance == 500


@pytest.mark.parametrize(
    ("hours", "counts"),
    [((-3, 2), False), ((-3, 2.01), True), ((4, 9), False), ((3.99, 9), True), ((2, 4), True), ((0, 9), True)],
    ids=["ends as it begins", "ends in it", "begins as it ends", "begins in it", "the same time", "around it"],
)
def test_the_window_is_half_open_at_both_edges(hours, counts):
    assert included([event(*hours)], 2, 4).get("concert", False) is counts


def test_overlapping_events_are_both_counted_in_and_their_crowds_add_up(tmp_path):
    events = [event(1, 3, "concert", 40), event(2, 4, "fair", 60)]
    assert included(events) == {"concert": True, "fair": True}
    assert busiest_users(tmp_path, events) == pytest.approx(present_users() + 100)
    part = coming(tmp_path, events).part
    assert (part.start, part.end) == (NOON + timedelta(hours=2), NOON + timedelta(hours=3))


def test_an_event_across_midnight_is_one_event_and_says_its_last_day():
    night = event(10, 15)  # 22:00 to 03:00
    (use,) = world([night], 11, 13).events
    assert use.included and "06 June 22:00 to 07 June 03:00" in use.describe()
    assert span_text(NOON, NOON + timedelta(hours=1)) == "06 June 12:00 to 13:00"


def test_an_event_at_a_place_that_no_cell_serves_is_left_out_with_the_reason():
    (use,) = world([event(1, 2, area="harbour")]).events
    assert (use.included, use.reason) == (False, "no cell of this network serves its area")


@pytest.mark.parametrize(
    ("now", "length_h"),
    [(datetime(2026, 3, 29, 0, tzinfo=BERLIN), 6), (datetime(2026, 10, 25, 0, tzinfo=BERLIN), 6)],
    ids=["a day of 23 hours", "a day of 25 hours"],
)
def test_on_a_day_of_clock_change_parts_last_at_most_an_hour_and_cover_the_window(now, length_h):
    window = TimeWindow(start=now, end=later(now, length_h))
    parts = parts_of(window, [])
    assert {part.end - part.start for part in parts} == {timedelta(hours=1)}
    assert len(parts) == length_h
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert f"{parts[0].start:%H:%M %z}" == f"{now:%H:%M %z}", "said in the network's own time"


def test_on_a_day_of_clock_change_the_coming_hour_and_the_edges_of_events_are_right():
    now = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # for the first time that night: an hour later it is 02:30 again
    no_time = Intent(text="t", expectations=(IntentExpectation(object=ExpectationObject(), targets=(OBJECTIVE,)),))
    window = world_of(card_of(small_scenario(), now), no_time).window
    assert window.end - window.start == timedelta(hours=1)
    assert (f"{window.start:%H:%M %z}", f"{window.end:%H:%M}") == ("02:30 +0200", "03:30")
    second_half_past_two = event(1, 2, now=now)
    assert [use.included for use in world([second_half_past_two], 0, 1, now=now).events] == [False]
    assert [use.included for use in world([second_half_past_two], 0, 1.5, now=now).events] == [True]
    assert [use.has_begun for use in world([second_half_past_two], 0, 1.5, now=now).events] == [False]


# ---- forecasts from a history ----------------------------------------------------------------------------------------------

CELL = next(cell for cell in CARD.cells if cell.id == "S1C1")


def users_at(moment):
    """Twice as many users in the evening (UTC) as in the morning."""
    return 30.0 if 16 <= moment.hour < 22 else 10.0


def present_users():
    return users_at(NOON - timedelta(hours=1))


def history(folder, hours):
    store = KpiStore(folder / f"{hours}.db")
    starts = [NOON - timedelta(hours=number) for number in range(hours, 0, -1)]
    rows = [
        KpiSample(kpi, CELL.dn, Slice.EMBB, start, start + timedelta(hours=1), value, unit)
        for start in starts
        for kpi, value, unit in (
            ("RRC.ConnMean", users_at(start), "UE"),
            ("DRB.PdcpSduVolumeDL", 3600.0 * users_at(start), "Mbit"),
        )
    ]
    store.write(KpiFrame(tuple(rows)))
    return KpiSource(store).snapshot()


def coming(folder, events=(), hours=2, window=None):
    card = CARD.model_copy(update={"events": tuple(events)})
    window = window or TimeWindow(start=NOON, end=NOON + timedelta(hours=6))
    uses = world(events).events
    return forecast(history(folder, hours), card, [CELL], window, uses)


def busiest_users(folder, events):
    return next(row.users for row in coming(folder, events).rows if row.slice is Slice.EMBB)


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)), BERLIN])
def test_the_same_time_has_the_same_forecast_in_whatever_zone_the_network_says_it(tmp_path, zone):
    window = TimeWindow(start=NOON + timedelta(hours=6), end=NOON + timedelta(hours=7))
    local = TimeWindow(start=window.start.astimezone(zone), end=window.end.astimezone(zone))
    expected, told = (coming(tmp_path, hours=72, window=each).rows[0].users for each in (window, local))
    assert told == pytest.approx(expected)
    assert expected > 20
