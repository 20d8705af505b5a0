"""The forecast learns the hour of day and the uplift of past events, and warns when it cannot."""

import math
from datetime import UTC, datetime, timedelta

from policies.intent import TimeWindow
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.telemetry.forecast.forecasting import forecast
from tools.telemetry.forecast.planned_events import event_uses
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import Cell, NetworkCard, PlannedEvent

START = datetime(2026, 6, 1, tzinfo=UTC)
EVENING = timedelta(hours=20)


def card(events, now=START + timedelta(days=3)):
    dn = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
    cell = Cell.model_construct(id="S1C1", dn=dn, areas=("stadium",), neighbours=(), site="S1")
    return NetworkCard.model_construct(cells=(cell,), events=tuple(events), now=now)


def coming(store, network, start, end, **told):
    """The forecast for a window, with the planned events that take place in it."""
    window = TimeWindow(start=start, end=end)
    events = event_uses(network, ("S1C1",), window, **told)
    return forecast(KpiSource(store).snapshot(), network, list(network.cells), window, events)


def event(day: int, attendance: int | None = None) -> PlannedEvent:
    start = START + timedelta(days=day) + EVENING
    return PlannedEvent(name=f"match {day}", area="stadium", start=start, end=start + timedelta(hours=2), attendance=attendance)


def daily(hour: int) -> float:
    return 20 + 10 * math.sin(2 * math.pi * hour / 24)


def filled_store(path, hours: int, events) -> KpiStore:
    store = KpiStore(path)
    samples = []
    for index in range(hours):
        start = START + timedelta(hours=index)
        uplift = 60.0 if any(event.start <= start < event.end for event in events) else 0.0
        users = daily(start.hour) + uplift + (index % 3 - 1) * 0.5
        for kpi, value, unit in (("RRC.ConnMean", users, "UE"), ("DRB.PdcpSduVolumeDL", users * 3600, "Mbit")):
            dn = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
            samples.append(KpiSample(kpi, dn, Slice.EMBB, start, start + timedelta(hours=1), value, unit))
    store.write(KpiFrame(tuple(samples)))
    return store


def test_the_uplift_of_past_events_is_carried_to_the_next(tmp_path):
    events = [event(1), event(3)]
    store = filled_store(tmp_path / "kpi.db", hours=72, events=events)
    network = card(events)
    answer = coming(store, network, events[1].start, events[1].end)
    (row,) = answer.rows
    assert abs(row.users - (60 + daily(20))) < 6
    assert row.users_low < row.users < row.users_high
    assert abs(row.volume_mbps - row.users) < 6
    assert (answer.unknown, answer.warnings) == ((), ())


def test_without_an_event_the_hour_of_day_decides(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=72, events=[])
    at = START + timedelta(days=3, hours=6)
    (row,) = coming(store, card([]), at, at + timedelta(hours=1)).rows
    assert abs(row.users - daily(6)) < 2


def test_the_busiest_part_of_a_window_decides_and_an_event_is_a_part_of_its_own(tmp_path):
    events = [event(1), event(3)]
    store = filled_store(tmp_path / "kpi.db", hours=72, events=events)
    begins = events[1].start
    answer = coming(store, card(events), begins - timedelta(hours=4), begins + timedelta(minutes=20))
    assert answer.part == TimeWindow(start=begins, end=begins + timedelta(minutes=20))
    assert answer.rows[0].users > 60


def test_an_event_that_the_operator_leaves_out_has_no_crowd(tmp_path):
    events = [event(1), event(3)]
    store = filled_store(tmp_path / "kpi.db", hours=72, events=events)
    (row,) = coming(store, card(events), events[1].start, events[1].end, without=("match 3",)).rows
    assert abs(row.users - daily(20)) < 6


def test_an_event_without_precedent_brings_as_many_users_as_the_calendar_says(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=72, events=[])
    network = card([event(3, attendance=90)])
    answer = coming(store, network, event(3).start, event(3).end)
    assert abs(answer.rows[0].users - (90 + daily(20))) < 6
    assert abs(answer.rows[0].volume_mbps - answer.rows[0].users) < 6
    assert "no past event at stadium" in answer.warnings[0]
    assert "90 visitors" in answer.warnings[0]


def test_a_crowd_that_nobody_knows_is_named_and_one_that_the_operator_states_is_counted_in(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=72, events=[])
    network = card([event(3)])
    unknown = coming(store, network, event(3).start, event(3).end)
    assert unknown.unknown == ("match 3",)
    assert "unknown" in unknown.warnings[0]
    assert abs(unknown.rows[0].users - daily(20)) < 6
    stated = coming(store, network, event(3).start, event(3).end, attendance=50)
    assert stated.unknown == ()
    assert abs(stated.rows[0].users - (50 + daily(20))) < 6


def test_a_crowd_that_the_twin_cannot_hold_is_cut_and_the_cut_is_said(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=72, events=[])
    answer = coming(store, card([event(3, attendance=60_000)]), event(3).start, event(3).end)
    assert answer.rows[0].users < 300
    assert "200 of 60000 visitors" in " ".join(answer.warnings)


def test_an_event_in_progress_is_in_the_measurements_and_is_not_added_again(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=5, events=[])
    begins = START + timedelta(hours=4)
    now = begins + timedelta(minutes=30)
    match = PlannedEvent(name="match", area="stadium", start=begins, end=begins + timedelta(hours=3), attendance=90)
    answer = coming(store, card([match], now), now, match.end)
    assert abs(answer.rows[0].users - daily(4)) < 1


def test_with_little_history_the_newest_value_is_carried_forward_as_persistence(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=5, events=[])
    at = START + timedelta(hours=6)
    answer = coming(store, card([], START + timedelta(hours=5)), at, at + timedelta(hours=1))
    assert abs(answer.rows[0].users - daily(4)) < 1
    assert answer.method == "persistence"
    assert "carried forward" in answer.warnings[0]
