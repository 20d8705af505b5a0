"""A supposition is tried in the twin and answered with intervals; no decision on the way is a proposal."""

import pytest
from answer_walk import end_of, rows_of
from tool_worlds import network_with_history, twin_context

from agents.planner import Finish
from agents.understanding.result import DirectEdit, Supposed
from agents.workflows.answers.kpi_difference import KpiDifference
from policies.evidence import Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, IntentExpectation
from policies.slices import Slice


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with twin_context(network_with_history(), tmp_path_factory.mktemp("what-if")) as context:
        yield context


def power(value=None, delta=None, cell="S1C1"):
    return DirectEdit(class_name="NRSectorCarrier", attribute="configuredMaxTxPower", cell=cell, value=value, delta=delta)


def sleep(cell="S1C1"):
    return DirectEdit(class_name="CESManagementFunction", attribute="energySavingControl", cell=cell, value="toBeEnergySaving")


def test_a_sleeping_cell_would_save_energy_there_which_the_answer_says_with_its_interval(world):
    before = world.network.configuration()
    decision, _ = end_of(world, Supposed(direct=(sleep(),)))
    assert isinstance(decision, Finish), decision
    (energy,) = [row for row in rows_of(decision) if row["kpi"] == "PEE.Energy" and "concerned" in row["where"]]
    assert energy["with"] < energy["without"]
    assert energy["low"] <= energy["difference"] <= energy["high"] < 0
    assert energy["finding"].startswith("materially better") and energy["material"]
    assert "Energy consumption" in decision.summary and "nothing was changed" in decision.summary
    assert "ManagedElement" not in decision.summary + str(decision.tables)
    assert world.network.configuration() == before


def test_without_a_named_kpi_users_load_and_energy_of_the_cells_and_of_their_neighbours_are_shown(world):
    decision, _ = end_of(world, Supposed(direct=(power(delta=-3.0),)))
    shown = {(row["kpi"], row["slice"], row["where"].split(":")[0]) for row in rows_of(decision)}
    assert {kpi for kpi, _, _ in shown} == {"DRB.UEThpDl", "DRB.PdcpSduDelayDl", "RRU.PrbTotDl", "PEE.Energy"}
    assert {slice_ for kpi, slice_, _ in shown if kpi == "DRB.PdcpSduDelayDl"} == {"eMBB", "URLLC", "mMTC"}
    assert {where for _, _, where in shown} == {"the cells concerned", "their neighbours"}


def test_what_was_asked_about_is_answered_with_the_probability_of_its_bound(world):
    bound = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.AT_MOST, value=500.0, unit="ms")
    cell = world.network.describe().cell("S1C1").dn
    asked = IntentExpectation(object=ExpectationObject(cells=(cell,), slice=Slice.URLLC), targets=(bound,))
    decision, _ = end_of(world, Supposed(direct=(power(delta=-3.0),), expectations=(asked,)))
    (row,) = rows_of(decision)
    assert (row["title"], row["where"], row["unit"]) == ("Average DL delay in the gNB [URLLC]", "S1C1", "ms")
    assert row["probability"] > 0.9 and "would be met" in row["finding"]


def test_values_beyond_a_limit_are_answered_with_the_limit_and_its_source(world):
    decision, view = end_of(world, Supposed(direct=(power(value=900.0),)))
    assert isinstance(decision, Finish) and not decision.tables
    assert "allowed" in decision.summary and "TS " in decision.summary and "nearest" in decision.summary
    assert "compare_candidates" not in [observation.call.tool for observation in view.observations]


def test_more_than_one_change_may_do_is_tried_and_said_to_be_more(world):
    decision, _ = end_of(world, Supposed(direct=(power(delta=-12.0),)))
    notes = " ".join(decision.tables[0].notes)
    assert rows_of(decision) and "more than one change may do" in notes


def test_what_is_so_already_changes_nothing(world):
    (carrier,) = [item for item in world.network.configuration() if item.dn == world.network.describe().cell("S1C1").carrier_dn]
    decision, _ = end_of(world, Supposed(direct=(power(value=float(carrier.attributes["configuredMaxTxPower"])),)))
    assert "already has all supposed values" in decision.summary


def test_a_cell_that_does_not_exist_is_named_with_those_that_do(world):
    decision, view = end_of(world, Supposed(direct=(sleep("S9C9"),)))
    assert "S9C9 is no cell of this network; there are S1C1" in decision.summary
    assert not view.observations


def _difference(low, high, without=100.0, kpi="DRB.PdcpSduDelayDl"):
    value = without + (low + high) / 2
    target = ExpectationTarget(kpi=kpi, condition=Condition.MINIMIZE)
    effect = Interval(low=low, high=high)
    return KpiDifference(place=ExpectationObject(), target=target, without=without, value=value, effect=effect)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-5.0, 5.0, "not distinguishable"),
        (21.0, 30.0, "materially worse"),
        (-40.0, -25.0, "materially better"),
        (10.0, 15.0, "worse, not material (less than 20 ms)"),
        (15.0, 25.0, "worse; perhaps material (from 20 ms on)"),
    ],
)
def test_a_difference_is_material_only_if_all_of_its_interval_is(low, high, words):
    assert _difference(low, high).finding == words


def test_what_harms_no_user_is_said_to_serve_well():
    assert _difference(1.5, 1.8, without=2.0).finding == "materially worse, though it still serves users well"
    assert _difference(10.0, 11.0, without=40.0, kpi="RRU.PrbTotDl").finding == "materially higher"


def test_a_kpi_that_was_not_measured_is_no_zero():
    target = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.MINIMIZE)
    gone = KpiDifference(place=ExpectationObject(), target=target, without=4.0, value=None, effect=None)
    assert gone.finding == "nothing to measure with what is supposed" and not gone.is_compared
