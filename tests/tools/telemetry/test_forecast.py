"""The forecast learns the hour of day and the uplift of past events, and warns when it cannot."""

import math
from datetime import UTC, datetime, timedelta

from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.telemetry.forecasting import forecast_rows, method_of
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import Cell, NetworkCard, PlannedEvent

START = datetime(2026, 6, 1, tzinfo=UTC)
EVENING = timedelta(hours=20)


def card(events):
    dn = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
    cell = Cell.model_construct(id="S1C1", dn=dn, areas=("stadium",), site="S1")
    return NetworkCard.model_construct(cells=(cell,), events=tuple(events))


def event(day: int) -> PlannedEvent:
    start = START + timedelta(days=day) + EVENING
    return PlannedEvent(name=f"match {day}", area="stadium", start=start, end=start + timedelta(hours=2))


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
    (row,) = forecast_rows(KpiSource(store).snapshot(), network, list(network.cells), events[1].start, events[1].end)
    expected = 60 + (daily(20) + daily(21)) / 2
    assert abs(row.users - expected) < 6
    assert row.users_low < row.users < row.users_high
    assert abs(row.volume_mbps - row.users) < 6


def test_without_an_event_the_hour_of_day_decides(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=72, events=[])
    network = card([])
    at = START + timedelta(days=3, hours=6)
    (row,) = forecast_rows(KpiSource(store).snapshot(), network, list(network.cells), at, at + timedelta(hours=1))
    assert abs(row.users - daily(6)) < 2


def test_the_uplift_of_an_event_without_precedent_is_reported_as_unknown(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=48, events=[])
    network = card([event(3)])
    method, warnings = method_of(KpiSource(store).snapshot(), network, list(network.cells), [event(3)])
    assert method.startswith("dynamic harmonic regression")
    assert "uplift is unknown" in warnings[0]


def test_with_little_history_the_newest_value_is_carried_forward_as_persistence(tmp_path):
    store = filled_store(tmp_path / "kpi.db", hours=5, events=[])
    network = card([])
    at = START + timedelta(hours=6)
    (row,) = forecast_rows(KpiSource(store).snapshot(), network, list(network.cells), at, at + timedelta(hours=1))
    assert abs(row.users - daily(4)) < 1
    assert method_of(KpiSource(store).snapshot(), network, list(network.cells), [])[0] == "persistence"
