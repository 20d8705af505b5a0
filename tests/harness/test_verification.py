"""KPIs confirm or condemn a change: significantly, materially, and not for demand that would have come anyway."""

import itertools
import random
from datetime import timedelta

import pytest
from small_network import CELLS, GRANULARITY_S, START, du, embb_minimum
from small_world import candidate, intent, predicted

from harness.verification.comparison import Comparison
from harness.verification.verify import verify
from harness.verification.worsening import p_worse_than_before
from policies.evidence import Interval
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.proposal import KpiPrediction
from policies.slices import Slice
from tools.telemetry.statistics import effective_windows, holm, p_greater, p_mean_above, share_bounds


def measured(first, last, minimum=0, factors=()):
    """KPI rows of windows `first` to `last` - 1 of three cells at an eMBB minimum ratio: 2 % noise, times each KPI's factor."""
    throughput, delay = predicted(embb_minimum(minimum))
    means = {
        ("DRB.UEThpDl.P05", Slice.EMBB): throughput,
        ("DRB.UEThpDl", Slice.EMBB): 20.0 + throughput,
        ("DRB.PdcpSduDelayDl", Slice.URLLC): delay,
        ("DRB.PacketLossRateDl", Slice.URLLC): 0.1,
        ("DRB.PacketLossRateDl", Slice.MMTC): 0.2,
        ("DRB.PdcpSduVolumeDL", Slice.EMBB): 500.0,
        ("RRC.ConnMean", None): 30.0,
        ("PEE.Energy", None): 10.0,
    }

    def row(window, cell, kpi, slice, mean):
        start = START + timedelta(seconds=window * GRANULARITY_S)
        value = mean * random.Random(f"{kpi}{slice}{cell}{window}").gauss(1, 0.02) * dict(factors).get(kpi, 1.0)
        return KpiSample(kpi, du(cell), slice, start, start + timedelta(seconds=GRANULARITY_S), value, kpi_definition(kpi).unit)

    keys = itertools.product(range(first, last), CELLS, means.items())
    return KpiFrame(tuple(row(window, cell, kpi, slice, mean) for window, cell, ((kpi, slice), mean) in keys))


def after_change(card, new=40, disturb=(), predictions=(), tolerance=0.0, windows=6):
    """Verify a change of eMBB's minimum ratio to `new` by 12 windows before and `windows` after it, one window apart."""
    before, after = measured(0, 12), measured(13, 13 + windows, new, disturb)
    goal = intent()
    if tolerance:
        expectations = tuple(
            expectation.model_copy(
                update={"targets": tuple(target.model_copy(update={"tolerance": tolerance}) for target in expectation.targets)}
            )
            for expectation in goal.expectations
        )
        goal = goal.model_copy(update={"expectations": expectations})
    tried = candidate("change", embb_minimum(new or 1), goal)
    tried = tried.model_copy(update={"predictions": (*tried.predictions, *predictions)})
    return verify(Comparison(before, after, card, goal, tried, 0.05))


def test_a_change_that_keeps_its_promise_is_confirmed(card):
    verification = after_change(card)
    assert verification.outcome == "confirmed"
    throughput = verification.targets[0]
    assert throughput.result == "met"
    assert throughput.p_value < 0.05
    assert throughput.observed == pytest.approx(10.0, rel=0.05)
    assert throughput.inside_interval is True
    assert abs(throughput.error_percent) < 5


def test_acknowledged_is_not_effective(card):
    verification = after_change(card, new=0)
    assert verification.outcome == "inconclusive"
    assert verification.targets[0].result == "missed"


def test_a_target_that_gets_much_worse_is_harm(card):
    verification = after_change(card, disturb=[("DRB.PdcpSduDelayDl", 10.0)])
    assert verification.outcome == "harmed"
    assert verification.targets[1].result == "harmed"
    assert any("DRB.PdcpSduDelayDl" in reason for reason in verification.reasons)


def test_a_bystander_that_pays_for_it_is_harm(card):
    verification = after_change(card, disturb=[("DRB.PacketLossRateDl", 40.0)])
    assert verification.outcome == "harmed"
    assert {check.kpi for check in verification.bystanders if check.result == "harmed"} == {"DRB.PacketLossRateDl"}


def test_a_significant_but_immaterial_worsening_is_no_harm(card):
    verification = after_change(card, disturb=[("DRB.PacketLossRateDl", 1.3)])
    assert verification.outcome == "confirmed"


def test_demand_that_arrives_everywhere_is_not_blamed_on_the_change(card):
    verification = after_change(card, disturb=[("DRB.PdcpSduVolumeDL", 2.0), ("DRB.PacketLossRateDl", 40.0)])
    assert verification.outcome == "confirmed", verification.reasons
    assert "demand" in {check.result for check in verification.bystanders}


def loss(mean, no_change):
    return KpiPrediction(
        kpi="DRB.PacketLossRateDl", unit="%", slice=Slice.URLLC, cells=("S1C1",), mean=mean,
        interval=Interval(low=mean * 0.9, high=mean * 1.1), no_change=no_change, twin_gap=0.1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("prediction", "result"), [(loss(4.0, 4.0), "demand"), (loss(4.0, 0.1), "predicted"), (loss(0.1, 0.1), "harmed")]
)
def test_the_prediction_separates_demand_and_approved_side_effects_from_harm(card, prediction, result):
    verification = after_change(card, disturb=[("DRB.PacketLossRateDl", 40.0)], predictions=[prediction])
    affected = next(
        check
        for check in verification.bystanders
        if (check.kpi, check.slice, check.where) == ("DRB.PacketLossRateDl", Slice.URLLC, "S1C1")
    )
    assert affected.result == result


def test_too_few_windows_prove_nothing(card):
    assert after_change(card, windows=2).outcome == "inconclusive"


def test_a_tolerance_is_judged_by_the_share_of_windows(card):
    assert after_change(card, tolerance=0.5).outcome == "confirmed"
    assert after_change(card, tolerance=0.01).outcome == "inconclusive"


def test_the_statistics_know_their_edges():
    assert p_mean_above([5, 5, 5], 4) == 0.0
    assert p_mean_above([5, 5, 5], 6) == 1.0
    assert p_mean_above([5, 6], 1) == 1.0
    assert p_greater([1, 2], [0, 1]) == 1.0
    assert p_greater([9, 10, 11, 10], [1, 2, 1, 2]) < 0.005
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    low, high = share_bounds(10, 10, 0.05)
    assert 0.75 < low < 0.8
    assert high == 1.0


def test_a_missing_measurement_is_not_a_zero(card):
    before, after = measured(0, 12), measured(13, 19)
    missing = KpiFrame(tuple(KpiSample(row.kpi, row.dn, row.slice, row.start, row.end, None, row.unit) for row in after))
    tried = candidate("change", embb_minimum(40), intent())
    verification = verify(Comparison(before, missing, card, intent(), tried))
    assert verification.outcome == "inconclusive"
    assert verification.targets[0].observed is None


def test_windows_that_drift_together_count_for_fewer_than_windows_that_scatter():
    drifting = [80, 82, 84, 86, 88, 90, 92, 94]
    scattered = [80, 94, 82, 92, 84, 90, 86, 88]
    assert effective_windows(drifting) < 4 < effective_windows(scattered) <= 8
    assert p_greater([95, 96, 97, 98], drifting) > p_greater([95, 96, 97, 98], scattered)


def test_what_still_serves_well_is_no_harm_however_much_better_it_was_before():
    assert p_worse_than_before("DRB.UEThpDl", [60, 61, 62, 60], [90, 91, 89, 90]) == 1.0
    assert p_worse_than_before("DRB.UEThpDl", [6, 6.1, 6.2, 5.9], [9, 9.1, 8.9, 9]) < 0.01


def wide_row(card, worse):
    """Ten cells in a row, each the neighbour of the next; URLLC loss rises to `worse[cell]` percent after the change."""
    cell = card.cells[0]
    ids = [f"S{number}C1" for number in range(10)]
    cells = tuple(
        cell.model_copy(update={"id": name, "dn": f"ManagedElement=S{n},GNBDUFunction=1,NRCellDU={name}",
                                "neighbours": tuple(ids[max(0, n - 1) : n] + ids[n + 1 : n + 2])})
        for n, name in enumerate(ids)
    )  # fmt: skip
    card = card.model_copy(update={"cells": cells})

    def frame(first, values):
        return KpiFrame(
            tuple(
                KpiSample("DRB.PacketLossRateDl", cell.dn, Slice.URLLC, START + timedelta(minutes=m),
                          START + timedelta(minutes=m + 1), values.get(cell.id, 0.1) * (1 + 0.01 * (-1) ** m), "%")
                for m in range(first, first + 8) for cell in cells
            )
        )  # fmt: skip

    edit = embb_minimum(40).edits[0].model_copy(update={"dn": f"{cells[0].dn},RRMPolicyRatio=eMBB"})
    tried = candidate("change", embb_minimum(40).model_copy(update={"edits": (edit,)}), intent(cells=("S0C1",)))
    verification = verify(Comparison(frame(0, {}), frame(8, worse), card, intent(cells=("S0C1",)), tried))
    losses = [check for check in verification.bystanders if (check.kpi, check.slice) == ("DRB.PacketLossRateDl", Slice.URLLC)]
    return {check.where: check.result for check in losses}


def test_a_neighbour_that_alone_gets_worse_is_harmed(card):
    assert wide_row(card, {"S1C1": 5.0})["S1C1"] == "harmed"


def test_what_gets_as_bad_far_away_is_not_the_changes_work(card):
    assert wide_row(card, {"S1C1": 5.0, "S7C1": 6.0})["S1C1"] == "elsewhere"


def test_cells_that_the_change_cannot_reach_are_not_judged(card):
    assert "S7C1" not in wide_row(card, {"S7C1": 6.0})
