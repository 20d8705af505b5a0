"""Questions of state are answered from measurements, with the threshold used and its source, or it is said why they cannot be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from answer_walk import end_of, rows_of
from tool_worlds import context_over, network_with_history

from agents.planner import Finish
from agents.understanding.result import NetworkQuestion
from policies.change import AttributeEdit, ChangeSet
from policies.intent import Condition, ExpectationTarget, TimeWindow
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery


@pytest.fixture
def world(tmp_path):
    return context_over(network_with_history(), tmp_path)


def loaded(world, folder, loads, kpi="RRU.PrbTotDl", unit="%"):
    """The world with its cells at these values in one window of the store."""
    card = world.network.describe()
    end = card.now
    rows = [
        KpiSample(kpi, card.cell(cell).dn, None, end - timedelta(seconds=1), end, value, unit) for cell, value in loads.items()
    ]
    store = KpiStore(folder / "loaded.db")
    store.write(KpiFrame(tuple(rows)))
    return replace(world, kpis=KpiSource(store))


def answer(world, **question):
    decision, _ = end_of(world, NetworkQuestion(**question))
    assert isinstance(decision, Finish), decision
    return decision


def bound(condition, value, kpi="RRU.PrbTotDl", unit="%"):
    return ExpectationTarget(kpi=kpi, condition=condition, value=value, unit=unit)


def test_overloaded_cells_are_named_with_the_threshold_and_where_it_comes_from(world, tmp_path):
    busy = loaded(world, tmp_path, {"S1C1": 91.0, "S1C2": 80.0, "S1C3": 40.0})
    decision = answer(busy, topic="status", state="overloaded")
    assert [(row["cell"], row["beyond"]) for row in rows_of(decision)] == [("S1C1", True), ("S1C2", True)]
    assert "DL total PRB usage ≥ 80 % (`overloaded` in policies/data/materiality.toml)" in decision.summary
    assert "2 of 3 cells" in decision.summary and "S1C1 91 %" in decision.summary


def test_the_bound_of_the_operator_wins_over_the_threshold_of_ours(world, tmp_path):
    busy = loaded(world, tmp_path, {"S1C1": 91.0, "S1C2": 80.0, "S1C3": 40.0})
    decision = answer(busy, topic="status", state="overloaded", targets=(bound(Condition.GREATER, 85.0),))
    assert [row["cell"] for row in rows_of(decision)] == ["S1C1"]
    assert "> 85 % (your bound)" in decision.summary and "materiality" not in decision.summary


def test_where_no_cell_is_beyond_the_threshold_the_nearest_is_told(world):
    decision = answer(world, topic="status", state="overloaded")
    assert "none of 3 cells" in decision.summary and "nearest: S1C1" in decision.summary
    assert not any(row["beyond"] for row in rows_of(decision))


def test_cells_within_two_bounds_keep_both(world, tmp_path):
    busy = loaded(world, tmp_path, {"S1C1": 91.0, "S1C2": 60.0, "S1C3": 40.0})
    both = (bound(Condition.AT_LEAST, 50.0), bound(Condition.AT_MOST, 70.0))
    decision = answer(busy, topic="status", state="within", targets=both)
    assert [row["cell"] for row in rows_of(decision)] == ["S1C2"]


def test_the_worst_cells_lead_by_the_direction_of_the_kpi(world):
    worst = rows_of(answer(world, topic="status", state="worst", kpis=("DRB.UEThpDl",), slices=(Slice.EMBB,)))
    best = rows_of(answer(world, topic="status", state="best", kpis=("DRB.UEThpDl",), slices=(Slice.EMBB,)))
    assert [row["mean"] for row in worst] == sorted(row["mean"] for row in worst)
    assert [row["cell"] for row in best] == [row["cell"] for row in reversed(worst)]


def test_poor_is_what_is_beyond_the_value_that_serves_users_well(world, tmp_path):
    slow = loaded(world, tmp_path, {"S1C1": 4.0, "S1C2": 30.0, "S1C3": 50.0}, kpi="DRB.UEThpDl", unit="Mbit/s")
    decision = answer(slow, topic="status", state="poor", kpis=("DRB.UEThpDl",))
    assert [row["cell"] for row in rows_of(decision)] == ["S1C1"]
    assert "< 20 Mbit/s" in decision.summary and "`serves_well`" in decision.summary


def test_a_kpi_without_a_threshold_has_no_poor_cells_but_worst_ones(world, tmp_path):
    some = loaded(world, tmp_path, {"S1C1": 3.0, "S1C2": 1.0}, kpi="CARR.AverageBlerDl")
    decision = answer(some, topic="status", state="poor", kpis=("CARR.AverageBlerDl",))
    assert "no threshold says" in decision.summary and "name a bound" in decision.summary
    assert rows_of(decision)[0]["cell"] == "S1C1"


def test_sleeping_cells_are_read_from_the_configuration(world):
    cell = world.network.describe().cell("S1C2")
    dn = f"{cell.cu_dn},CESManagementFunction=1"
    edit = AttributeEdit(dn=dn, attribute="energySavingControl", old="toBeNotEnergySaving", new="toBeEnergySaving")
    world.network.apply(ChangeSet(edits=(edit,)), "sleep")
    asleep = answer(world, topic="status", state="asleep")
    assert [row["cell"] for row in rows_of(asleep)] == ["S1C2"] and "energySavingState" in asleep.summary
    assert [row["cell"] for row in rows_of(answer(world, topic="status", state="awake"))] == ["S1C1", "S1C3"]
    assert "none of 3 cells" in answer(world, topic="status", state="locked").summary


def test_degraded_kpis_are_told_with_the_test_that_found_them(world):
    decision = answer(world, topic="status", state="degraded")
    assert "significant at 0.01" in decision.summary and "worse by at least 10%" in decision.summary


def test_a_past_time_is_answered_from_the_windows_that_lie_in_it(world):
    held = world.kpis.snapshot().held
    past = TimeWindow(start=held.start, end=held.start + timedelta(seconds=3))
    decision = answer(world, topic="kpi", kpis=("RRU.PrbTotDl",), cells=("S1C1",), window=past)
    measured = world.network.observe(KpiQuery(kpis=("RRU.PrbTotDl",), start=past.start, end=past.end))
    values = measured.where(dn=world.network.describe().cell("S1C1").dn).values()
    assert rows_of(decision)[0]["mean"] == pytest.approx(sum(values) / len(values))
    status = answer(world, topic="status", state="worst", kpis=("RRU.PrbTotDl",), window=past)
    assert {row["windows"] for row in rows_of(status)} == {3}


@pytest.mark.parametrize(
    ("days", "words"),
    [(-30, "the history begins at"), (30, "is not measured yet")],
)
def test_a_time_of_which_nothing_is_held_is_said_to_be_with_what_is(world, days, words):
    now = world.network.describe().now + timedelta(days=days)
    window = TimeWindow(start=now, end=now + timedelta(hours=1))
    for question in ({"topic": "status", "state": "overloaded"}, {"topic": "kpi", "kpis": ("RRU.PrbTotDl",)}):
        decision = answer(world, window=window, **question)
        assert "that cannot be told" in decision.summary and words in decision.summary and not decision.tables


def test_what_was_not_measured_is_said_and_is_no_zero(world, tmp_path):
    some = loaded(world, tmp_path, {"S1C1": 3.0})
    decision = answer(some, topic="kpi", kpis=("EE.DV",))
    assert "that cannot be told" in decision.summary and "was not measured" in decision.summary


def test_the_past_configuration_is_not_kept_and_said_not_to_be(world):
    now = world.network.describe().now
    past = TimeWindow(start=now - timedelta(hours=2), end=now - timedelta(hours=1))
    for question in ({"topic": "status", "state": "asleep"}, {"topic": "configuration"}):
        assert "that cannot be told" in answer(world, window=past, **question).summary


def test_the_configuration_is_told_by_setting_with_units_and_cell_names(world):
    decision = answer(world, topic="configuration", attributes=("NRSectorCarrier.configuredMaxTxPower",))
    (row,) = rows_of(decision)
    assert (row["value"], row["where"]) == ("46.0 dBm", "S1C1, S1C2, S1C3")
    everything = answer(world, topic="configuration", cells=("S1C1",))
    assert {"schedulerWeight (SchedulerProfile eMBB)", "a3Offset (MobilityProfile)"} <= {
        row["setting"] for row in rows_of(everything)
    }
    assert "ManagedElement" not in decision.summary + everything.summary


def test_without_records_of_runs_what_stands_cannot_be_told(world):
    decision, _ = end_of(world, NetworkQuestion(topic="standing"))
    assert "nobody keeps records of runs here" in getattr(decision, "reason", "")
    assert "no event is planned" in answer(world, topic="planned").summary


def test_a_kpi_that_is_reported_by_slice_alone_is_told_for_every_slice(world):
    decision = answer(world, topic="status", state="worst", kpis=("RRU.PrbUsedDl",), cells=("S1C1",))
    assert {row["slice"] for row in rows_of(decision)} == {"eMBB", "URLLC", "mMTC"}
