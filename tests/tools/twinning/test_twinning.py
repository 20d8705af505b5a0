"""Candidates are tried in a twin built only from telemetry and configuration, under common seeds, and ranked by the intent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tool_worlds import network_with_history, twin_context

from policies.change import AttributeEdit
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.kpi import KpiFrame
from policies.slices import Slice
from tools.contract import ToolError
from tools.ran.candidate_tools import compare_candidates, refine_candidate
from tools.twinning.demand import DemandRow, SynchronizationError, cell_loads, channel_quality, measured_demand
from tools.twinning.laboratory import Laboratory, configuration_of
from tools.twinning.outlook import effect_of, unmeasured
from tools.twinning.scoring import exported, harm
from tools.twinning.synchronization import synchronize
from tools.twinning.twin_input import TwinInput
from twins.network import KpiQuery
from twins.system.system_network import SystemNetwork

CARRIERS = [f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C{number}" for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    with twin_context(network_with_history(), tmp_path_factory.mktemp("twinning")) as context:
        yield context


def intent(*targets):
    return Intent(
        text="test",
        expectations=tuple(
            IntentExpectation(object=ExpectationObject(cells=("S1C1", "S1C2", "S1C3"), slice=slice), targets=(target,))
            for slice, target in targets
        ),
    )


FAST = (Slice.EMBB, ExpectationTarget(kpi="DRB.UEThpDl.P05", condition=Condition.AT_LEAST, value=5, unit="Mbit/s"))
FRUGAL = (None, ExpectationTarget(kpi="PEE.Energy", condition=Condition.MINIMIZE))


def power(dbm, old=46.0):
    return [AttributeEdit(dn=dn, attribute="configuredMaxTxPower", old=old, new=dbm).model_dump(mode="json") for dn in CARRIERS]


def twin_input(context):
    frame = context.kpis.query(KpiQuery(windows=4))
    card = context.network.describe()
    present = measured_demand(card, frame)
    return TwinInput(
        card=card, objects=tuple(configuration_of(context.network)), present=present, target=present,
        cqi=channel_quality(frame), loads=cell_loads(card, frame),
    )  # fmt: skip


def test_the_twin_carries_the_users_and_the_volume_that_were_reported(context):
    present = twin_input(context)
    scenario = synchronize(present, seed=5)
    reported = sum(row.mbps for row in present.present if row.slice is Slice.EMBB)
    offered = sum(
        group.count * group.traffic.file_bytes * 8e-6 * group.traffic.files_per_s
        for group in scenario.groups
        if group.slice is Slice.EMBB
    )
    assert offered == pytest.approx(reported, rel=0.02)
    urllc = sum(group.count for group in scenario.groups if group.slice is Slice.URLLC)
    assert urllc == pytest.approx(sum(row.users for row in present.present if row.slice is Slice.URLLC), abs=1)


def heavy(context, slice, mbps):
    """The input with one terminal of the slice in each cell, at `mbps` each."""
    present = twin_input(context)
    rows = [row for row in present.present if row.slice is not slice]
    rows += [DemandRow(cell=cell.id, slice=slice, users=1.0, mbps=mbps) for cell in present.card.cells]
    return present.model_copy(update={"present": tuple(rows), "target": tuple(rows)})


@pytest.mark.parametrize("mbps", [10.0, 16.0, 25.0, 400.0, 5000.0])
@pytest.mark.parametrize("slice", [Slice.URLLC, Slice.MMTC])
def test_a_heavy_terminal_keeps_its_volume_within_the_traffic_model(context, slice, mbps):
    scenario = synchronize(heavy(context, slice, mbps), seed=5)
    groups = [group for group in scenario.groups if group.slice is slice]
    offered = sum(group.count * group.traffic.packet_bytes * 8e-3 / group.traffic.period_ms for group in groups)
    assert offered == pytest.approx(3 * mbps, rel=0.001)
    assert all(group.traffic.period_ms >= 0.1 for group in groups)


@pytest.mark.parametrize("slice", list(Slice))
def test_a_volume_beyond_every_traffic_model_is_refused_with_its_rate(context, slice):
    with pytest.raises(SynchronizationError, match=rf"terminals of {slice.value} would need 1e\+0[89] Mbit/s each"):
        synchronize(heavy(context, slice, 1e9 if slice is Slice.EMBB else 1e8), seed=5)


@pytest.mark.parametrize("slice", Slice)
@pytest.mark.parametrize("mbps", [0.0, 1e-6, 3.0])
def test_a_cell_without_users_at_that_time_is_no_error_and_has_no_terminal(context, slice, mbps):
    present = twin_input(context)
    empty = DemandRow(cell="S1C1", slice=slice, users=0.0, mbps=mbps)
    others = [row for row in present.target if (row.cell, row.slice) != ("S1C1", slice)]
    assert others
    scenario = synchronize(present.model_copy(update={"target": (empty, *others)}), seed=5)
    assert scenario.groups == synchronize(present.model_copy(update={"target": tuple(others)}), seed=5).groups


def test_the_twin_is_another_network_for_another_seed_and_the_same_for_the_same(context):
    present = twin_input(context)
    assert synchronize(present, seed=5) == synchronize(present, seed=5)
    assert synchronize(present, seed=5).groups != synchronize(present, seed=6).groups


def test_the_twin_copies_the_current_configuration(context):
    twin = SystemNetwork(synchronize(twin_input(context), seed=5), seed=5)
    for managed_object in configuration_of(context.network):
        assert twin.read(managed_object.dn).attributes == managed_object.attributes


def test_less_power_saves_energy_in_the_prediction_and_no_change_is_always_among_the_candidates(context):
    request = {
        "intent": intent(FAST, FRUGAL).model_dump(mode="json"),
        "candidates": [{"name": "40 dBm", "edits": power(40.0)}],
        "seeds": 2,
        "depth": "screen",
    }
    value = compare_candidates.call(context, request).value
    by_name = {candidate.name: candidate for candidate in value.candidates}
    assert set(by_name) == {"40 dBm", "no change"}
    energy = next(outlook for outlook in by_name["40 dBm"].outlook if outlook.target.kpi == "PEE.Energy")
    assert energy.predicted < energy.no_change
    assert energy.interval.low <= energy.predicted <= energy.interval.high
    assert value.twin_gap["PEE.Energy"] < 0.05


def test_the_same_request_has_the_same_result(context):
    request = {
        "intent": intent(FAST).model_dump(mode="json"),
        "candidates": [{"name": "40 dBm", "edits": power(40.0)}],
        "seeds": 1,
        "depth": "screen",
    }
    inside = replace(context, laboratory=Laboratory(workers=0))
    first, second, in_this_process = (compare_candidates.call(where, request).value for where in (context, context, inside))
    assert first == second == in_this_process
    assert first.candidates[0].outlook[0].seeds == 1


def test_a_candidate_that_violates_a_limit_is_refused_by_name_and_the_others_are_still_tried(context):
    request = {
        "intent": intent(FAST).model_dump(mode="json"),
        "candidates": [{"name": "absurd", "edits": power(900.0)}, {"name": "stale", "edits": power(40.0, old=1.0)}],
        "seeds": 1,
        "depth": "screen",
    }
    evidence = compare_candidates.call(context, request)
    assert set(evidence.value.refused) == {"absurd", "stale"}
    assert "900" in evidence.value.refused["absurd"]
    assert [candidate.name for candidate in evidence.value.candidates] == ["no change"]
    assert len(evidence.warnings) >= 2


def test_a_search_never_ends_below_its_start(context):
    goal = intent(FAST, FRUGAL)
    start = {"name": "44 dBm", "edits": power(44.0)}
    knobs = [{"dn": dn, "attribute": "configuredMaxTxPower", "old": 46.0, "low": 36, "high": 46, "step": 2} for dn in CARRIERS]
    request = {"intent": goal.model_dump(mode="json"), "start": start, "knobs": knobs, "trials": 5}
    value = refine_candidate.call(context, request).value
    assert len(value.trials) == 5
    assert value.best.score >= value.trials[0].score
    assert [edit.new for edit in value.trials[0].edits] == [44.0, 44.0, 44.0]


def test_an_invalid_knob_is_refused_with_its_values(context):
    knob = {"dn": CARRIERS[0], "attribute": "configuredMaxTxPower", "old": 46.0, "low": 46, "high": 36, "step": 1}
    request = {"intent": intent(FAST).model_dump(mode="json"), "start": {"name": "x"}, "knobs": [knob]}
    with pytest.raises(ToolError, match=r"low=46\.0 is not below high=36\.0") as caught:
        refine_candidate.call(context, request)
    assert caught.value.boundary == "arguments"


def test_without_telemetry_the_synchronization_fails_and_says_what_to_do(context):
    with pytest.raises(SynchronizationError, match="let PM reports arrive first"):
        measured_demand(context.network.describe(), KpiFrame())


def test_a_prediction_is_for_the_time_window_of_the_intent(context):
    now = context.network.describe().now
    later = intent(FAST).model_copy(update={"window": TimeWindow(start=now + timedelta(hours=1), end=now + timedelta(hours=2))})
    request = {"intent": later.model_dump(mode="json"), "candidates": [], "seeds": 1}
    evidence = compare_candidates.call(context, {**request, "depth": "screen"})
    assert any("carried forward" in warning for warning in evidence.warnings)


def test_turning_users_away_is_counted_as_harm(context):
    request = {"intent": intent(FAST).model_dump(mode="json"), "candidates": [], "seeds": 1, "depth": "screen"}
    (candidate,) = compare_candidates.call(context, request).value.candidates
    worse = [
        prediction.model_copy(update={"mean": prediction.mean + 7.0}) if prediction.kpi == "RRC.ConnEstabFailRate" else prediction
        for prediction in candidate.predictions
    ]
    rates = [prediction for prediction in candidate.predictions if prediction.kpi == "RRC.ConnEstabFailRate"]
    assert harm(worse) == pytest.approx(harm(candidate.predictions) + 0.06 * len(rates))


def test_power_of_one_cell_is_judged_on_that_cell_and_energy_is_watched_over_the_network(context):
    card = context.network.describe()
    cell = card.cells[0]
    drawn = context.kpis.snapshot().query(KpiQuery(kpis=("PEE.AvgPower",), dns=(cell.dn,))).mean()
    network = sum(context.kpis.snapshot().query(KpiQuery(kpis=("PEE.AvgPower",), dns=(c.dn,))).mean() for c in card.cells)
    bound = ExpectationTarget(kpi="PEE.AvgPower", condition=Condition.AT_MOST, value=round(1.3 * drawn), unit="W")
    assert bound.value < network / 2
    place = ExpectationObject(cells=(cell.dn,))
    one_cell = Intent(text="test", expectations=(IntentExpectation(object=place, targets=(bound,)),))
    request = {"intent": one_cell.model_dump(mode="json"), "candidates": [], "seeds": 1, "depth": "screen"}
    (unchanged,) = compare_candidates.call(context, request).value.candidates
    assert unchanged.feasible
    assert unchanged.outlook[0].predicted == pytest.approx(drawn, rel=0.3)
    (energy,) = [prediction for prediction in unchanged.predictions if prediction.kpi == "PEE.Energy"]
    assert energy.cells == ()
    assert energy.mean == pytest.approx(network * card.granularity_s / 3600, rel=0.3)


def test_a_bound_that_the_twin_cannot_measure_is_not_met(context):
    empty = KpiFrame(tuple(replace(sample, value=None) for sample in context.network.observe(KpiQuery(kpis=("PEE.AvgPower",)))))
    place = ExpectationObject(cells=(context.network.describe().cells[0].dn,))
    assert unmeasured(empty, context.network.describe(), place, "PEE.AvgPower") == "PEE.AvgPower was not measured"


@pytest.mark.parametrize(("mean", "expected"), [(1.1, 0.1), (0.9, 0.0)])
def test_energy_that_neighbours_pay_for_counts_against_a_saving(context, mean, expected):
    request = {"intent": intent(FRUGAL).model_dump(mode="json"), "candidates": [], "seeds": 1, "depth": "screen"}
    (unchanged,) = compare_candidates.call(context, request).value.candidates
    (energy,) = [prediction for prediction in unchanged.predictions if prediction.kpi == "PEE.Energy"]
    moved = energy.model_copy(update={"mean": mean * energy.no_change})
    assert exported(unchanged.outlook, [moved]) == pytest.approx(expected)
    assert exported([], [moved]) == 0.0  # no target on energy: raising it is a choice


@pytest.mark.parametrize(
    ("values", "unchanged", "zero_inside"),
    [
        ([10.0, 20.0, 30.0], [11.0, 21.0, 31.1], False),  # every seed agrees, however far apart the seeds are
        ([10.0, 20.0, 30.0], [12.0, 19.0, 30.5], True),
        ([10.0, 20.0], [10.0, 20.0], True),
    ],
)
def test_a_candidate_is_compared_with_no_change_seed_by_seed(values, unchanged, zero_inside):
    assert effect_of(values, unchanged).contains(0.0) is zero_inside


@pytest.mark.parametrize(("values", "unchanged"), [([1.0], [2.0]), ([1.0, 2.0], [1.0]), ([], [])])
def test_without_two_pairs_of_seeds_the_effect_is_unknown(values, unchanged):
    assert effect_of(values, unchanged) is None


def test_the_outlook_of_no_change_is_not_distinguishable_from_itself_and_a_saving_is(context):
    request = {
        "intent": intent(FRUGAL).model_dump(mode="json"),
        "candidates": [{"name": "less", "edits": power(40.0)}],
        "seeds": 3,
    }
    by_name = {candidate.name: candidate.outlook[0] for candidate in compare_candidates.call(context, request).value.candidates}
    assert by_name["no change"].is_like_no_change
    assert not by_name["less"].is_like_no_change
    assert by_name["less"].effect.high < 0
