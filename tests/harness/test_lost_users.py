"""Users and measurements that are gone are harm or inconclusive, never neutral; users that moved or went home are neither."""

from dataclasses import replace

import pytest
from kpi_stream import judged, stream
from small_network import SmallNetwork, embb_minimum
from small_world import candidate, intent

from policies.change import ChangeSet
from policies.evidence import Interval
from policies.proposal import KpiPrediction
from policies.slices import Slice
from twins.network import NetworkCard

USER_KPIS = ("RRC.ConnMean", "DRB.PdcpSduVolumeDL")


@pytest.fixture(scope="module")
def card() -> NetworkCard:
    return SmallNetwork().describe()


def vanished(cells, keep_zero=True):
    """All users of some cells are gone: users and volume are 0, and nothing else is measured there."""

    def bend(sample, cell, number):
        if cell not in cells or sample.kpi.startswith("PEE"):
            return sample
        return replace(sample, value=0.0) if sample.kpi in USER_KPIS and keep_zero else replace(sample, value=None)

    return bend


def users_times(factors, slices=(None, *Slice)):
    def bend(sample, cell, number):
        is_hit = sample.kpi == "RRC.ConnMean" and sample.slice in slices
        return replace(sample, value=sample.value * factors.get(cell, 1.0)) if is_hit else sample

    return bend


def results(verification, kpi="RRC.ConnMean"):
    return {(check.where, check.slice): check.result for check in verification.bystanders if check.kpi == kpi}


def test_a_change_that_keeps_all_users_is_confirmed(card):
    verification = judged(card)
    assert verification.outcome == "confirmed", verification.reasons
    assert results(verification) == {}


def test_all_users_of_the_edited_cell_vanish(card):
    verification = judged(card, bend=vanished(("S1C1",)))
    assert verification.outcome == "harmed"
    assert results(verification)["S1C1", None] == "harmed"
    assert "RRC.ConnMean in S1C1: 24 → 0" in verification.reasons[0]


def test_all_users_of_a_neighbour_vanish(card):
    assert judged(card, bend=vanished(("S1C2",))).outcome == "harmed"


def test_all_users_of_one_slice_vanish(card):
    verification = judged(card, bend=users_times({"S1C1": 0.0}, slices=(Slice.URLLC,)))
    assert verification.outcome == "harmed"
    assert results(verification)["S1C1", Slice.URLLC] == "harmed"


def test_a_single_user_that_is_gone_is_not_neutral(card):
    def one_user(sample, cell, number):
        alone = sample.kpi == "RRC.ConnMean" and sample.slice is Slice.URLLC and cell == "S1C2"
        return replace(sample, value=1.0) if alone else sample

    def gone(sample, cell, number):
        sample = one_user(sample, cell, number)
        is_hit = sample.kpi == "RRC.ConnMean" and sample.slice is Slice.URLLC and cell == "S1C2"
        return replace(sample, value=0.0) if is_hit else sample

    verification = judged(card, before=stream(range(12), bend=one_user), bend=gone)
    assert verification.outcome in ("inconclusive", "harmed")


def test_half_of_the_users_vanish(card):
    verification = judged(card, bend=users_times({"S1C1": 0.5}))
    assert verification.outcome == "harmed"
    assert "did not arrive in the cells around" in verification.reasons[0]


def test_users_that_were_handed_over_are_not_lost(card):
    verification = judged(card, bend=users_times({"S1C1": 0.25, "S1C2": 1.4, "S1C3": 1.35}))
    assert verification.outcome == "confirmed", verification.reasons
    assert results(verification)["S1C1", None] == "moved"


@pytest.mark.parametrize(("edited", "outcome", "result"), [(True, "confirmed", "moved"), (False, "inconclusive", "inconclusive")])
def test_a_cell_is_empty_by_intention_only_if_the_change_was_made_there(card, edited, outcome, result):
    def sleeping(sample, cell, number):
        if cell == "S1C3":
            return vanished(("S1C3",))(sample, cell, number)
        return replace(sample, value=sample.value * 1.5) if sample.kpi in USER_KPIS else sample

    change = embb_minimum(40)
    there = (change.edits[0].model_copy(update={"dn": change.edits[0].dn.replace("S1C1", "S1C3")}),) if edited else ()
    tried = candidate("change", ChangeSet(edits=(*change.edits, *there)), intent())
    verification = judged(card, bend=sleeping, candidate=tried)
    assert verification.outcome == outcome, verification.reasons
    assert results(verification)["S1C3", None] == result


@pytest.mark.parametrize(("users", "result"), [(24.0, "inconclusive"), (7.0, "moved")])
def test_users_that_leave_the_intents_cell_for_others_must_have_been_predicted(card, users, result):
    staying = KpiPrediction(
        kpi="RRC.ConnMean", unit="UE", slice=None, cells=("S1C1",), mean=users, no_change=24.0, twin_gap=0.0, seeds=3,
        interval=Interval(low=users - 1, high=users + 1),
    )  # fmt: skip
    tried = candidate("change", embb_minimum(40), intent())
    tried = tried.model_copy(update={"predictions": (*tried.predictions, staying)})
    verification = judged(card, bend=users_times({"S1C1": 0.25, "S1C2": 1.4, "S1C3": 1.35}), candidate=tried)
    assert results(verification)["S1C1", None] == result, verification.reasons


def test_users_that_leave_everywhere_are_not_the_changes_loss(card):
    verification = judged(card, bend=users_times({"S1C1": 0.4, "S1C2": 0.45, "S1C3": 0.38}))
    assert verification.outcome == "confirmed", verification.reasons
    assert results(verification)["S1C1", None] == "elsewhere"


def test_a_crowd_that_the_twin_expected_to_leave_is_not_lost(card):
    from kpi_stream import candidate, embb_minimum, intent

    leaving = KpiPrediction(
        kpi="RRC.ConnMean", unit="UE", slice=None, cells=("S1C1",), mean=8.0, no_change=8.0, twin_gap=0.05,
        interval={"low": 7.0, "high": 9.0},
    )  # fmt: skip
    tried = candidate("change", embb_minimum(40), intent())
    tried = tried.model_copy(update={"predictions": (*tried.predictions, leaving)})
    verification = judged(card, bend=users_times({"S1C1": 0.35}), candidate=tried)
    assert verification.outcome == "confirmed", verification.reasons
    assert results(verification)["S1C1", None] == "demand"


def test_users_that_had_been_leaving_before_the_change_are_not_lost(card):
    def leaving(sample, cell, number):
        is_hit = sample.kpi == "RRC.ConnMean" and cell == "S1C1"
        return replace(sample, value=sample.value * (1 - 0.04 * number)) if is_hit else sample

    verification = judged(card, before=stream(range(12), bend=leaving), bend=leaving)
    assert results(verification).get(("S1C1", None), "demand") == "demand"
    assert verification.outcome == "confirmed", verification.reasons


@pytest.mark.parametrize("cell", ["S1C1", "S1C2"])
def test_traffic_that_stops_while_its_users_stay_is_not_neutral(card, cell):
    def silent(sample, where, number):
        is_hit = sample.kpi == "DRB.PdcpSduVolumeDL" and where == cell and sample.slice in (None, Slice.EMBB)
        return replace(sample, value=0.0) if is_hit else sample

    assert judged(card, bend=silent).outcome == ("harmed" if cell == "S1C1" else "inconclusive")


@pytest.mark.parametrize("kpi", ["DRB.UEThpDl", "DRB.PacketLossRateDl", "RRC.ConnMean", "DRB.PdcpSduVolumeDL", "PEE.Energy"])
@pytest.mark.parametrize("absent", [lambda sample: None, lambda sample: replace(sample, value=None)])
def test_a_measurement_that_is_missing_in_one_cell_is_not_neutral(card, kpi, absent):
    verification = judged(card, bend=lambda s, cell, number: absent(s) if (s.kpi, cell) == (kpi, "S1C2") else s)
    assert verification.outcome == "inconclusive"
    assert any("the measurement is missing" in reason for reason in verification.reasons)


def test_no_traffic_no_throughput_is_not_a_missing_measurement(card):
    """In a cell without traffic in most windows, before and after, nothing is missing in the windows without it."""

    def rare(sample, cell, number):
        if cell != "S1C2" or sample.slice is not Slice.EMBB or number % 3 == 0 or not sample.kpi.startswith("DRB."):
            return sample
        return replace(sample, value=0.0 if sample.kpi == "DRB.PdcpSduVolumeDL" else None)

    verification = judged(card, before=stream(range(12), bend=rare), bend=rare)
    assert verification.outcome == "confirmed", verification.reasons
    assert any("not judged" in note and "S1C2" in note for note in verification.notes)


def test_nothing_measured_after_is_not_confirmed(card):
    assert judged(card, bend=lambda sample, cell, number: None).outcome == "inconclusive"
