"""No verdict "confirmed" on values that are beyond their prediction, still moving, remembered by a counter, or flawed."""

from dataclasses import replace
from datetime import timedelta
from math import exp

import pytest
from kpi_stream import APPLIED_AT, judged, stream
from small_network import GRANULARITY_S, START, du, embb_minimum
from small_world import candidate, intent

from policies.evidence import Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, IntentExpectation
from policies.proposal import KpiPrediction
from policies.quality.flaw import Flaw, Quality
from policies.slices import Slice

P05 = "DRB.UEThpDl.P05"


def times(kpi, factor, cells=("S1C1", "S1C2", "S1C3")):
    return lambda sample, cell, number: (
        replace(sample, value=sample.value * factor) if sample.kpi == kpi and cell in cells else sample
    )


@pytest.mark.parametrize("factor", [0.001, 0.5, 2.0, 8.0, 1000.0])
def test_a_unit_slip_of_the_target_is_not_confirmed(card, factor):
    verification = judged(card, bend=times(P05, factor))
    assert verification.outcome in ("inconclusive", "harmed")
    assert verification.targets[0].result != "met"


@pytest.mark.parametrize("factor", [2.0, 1000.0])
def test_a_slip_of_all_throughput_counters_is_not_confirmed(card, factor):
    def bend(sample, cell, number):
        return replace(sample, value=sample.value * factor) if sample.kpi.startswith("DRB.UEThpDl") else sample

    verification = judged(card, bend=bend)
    assert verification.outcome == "inconclusive"
    assert "outside what the twin makes plausible" in verification.targets[0].reason


def test_a_slip_without_effect_is_not_confirmed(card):
    verification = judged(card, minimum=0, promised=40, bend=times(P05, 1000.0))
    assert verification.outcome == "inconclusive"


def test_a_fifth_percentile_above_the_mean_is_a_contradiction(card):
    verification = judged(card, bend=times(P05, 1.5))
    assert verification.outcome == "inconclusive"
    assert "contradicts DRB.UEThpDl" in verification.targets[0].reason


def test_what_differs_from_the_prediction_by_its_own_gap_is_confirmed(card):
    assert judged(card, bend=times(P05, 0.97)).outcome == "confirmed"


def promised(seeds, spread=0.4):
    """A candidate whose prediction of the throughput, 10 Mbit/s, is the mean of `seeds` seeds, known to a part of `spread`."""
    tried = candidate("change", embb_minimum(40), intent())
    throughput, delay = tried.outlook
    half = spread * throughput.predicted / 2
    interval = Interval(low=throughput.predicted - half, high=throughput.predicted + half)
    return tried.model_copy(update={"outlook": (throughput.model_copy(update={"interval": interval, "seeds": seeds}), delay)})


@pytest.mark.parametrize(("seeds", "outcome"), [(1, "inconclusive"), (5, "confirmed")])
def test_the_network_is_one_more_draw_and_not_the_mean_over_seeds(card, seeds, outcome):
    # 14 Mbit/s is outside 8..12 and, with √6 times the half width, inside the interval of a draw from five seeds.
    slow = times("DRB.UEThpDl", 1.4)
    verification = judged(card, bend=lambda *place: slow(times(P05, 1.4)(*place), *place[1:]), candidate=promised(seeds))
    assert verification.outcome == outcome, verification.reasons


@pytest.mark.parametrize(("level", "outcome"), [(12.0, "confirmed"), (40.0, "inconclusive")])
def test_what_the_change_was_to_improve_must_have_improved_although_nothing_is_worse(card, level, outcome):
    mean = KpiPrediction(
        kpi="DRB.UEThpDl", unit="Mbit/s", slice=Slice.EMBB, cells=("S1C1",), mean=level, no_change=4.0, twin_gap=0.1, seeds=3,
        interval=Interval(low=0.9 * level, high=1.1 * level),
    )  # fmt: skip
    tried = candidate("change", embb_minimum(40), intent())
    tried = tried.model_copy(update={"predictions": (*tried.predictions, mean)})
    verification = judged(card, candidate=tried)
    assert verification.outcome == outcome, verification.reasons
    assert (outcome == "confirmed") == (not any("times the prediction" in reason for reason in verification.reasons))


def decay(kpi, slice, level, memory_s=30.0):
    """The KPI of S1C1 falls to `level` at once, but its counter keeps 5 % of the old value for `memory_s`."""

    def bend(sample, cell, number):
        if (sample.kpi, sample.slice, cell) != (kpi, slice, "S1C1"):
            return sample
        age = (number - 11) * GRANULARITY_S
        return replace(sample, value=level + (sample.value - level) * exp(-3 * age / memory_s))

    return bend


def slow_goal():
    """An intent whose bound is far below what is measured, so that a decaying counter stays above it for long."""
    target = ExpectationTarget(kpi="DRB.UEThpDl", condition=Condition.AT_LEAST, value=1.0, unit="Mbit/s")
    expectation = IntentExpectation(object=ExpectationObject(cells=("S1C1",), slice=Slice.EMBB), targets=(target,))
    return intent().model_copy(update={"expectations": (expectation,)})


def test_a_counter_that_decays_to_nothing_is_not_confirmed_at_its_tail(card):
    verification = judged(card, bend=decay("DRB.UEThpDl", Slice.EMBB, 0.0), goal=slow_goal())
    assert verification.outcome in ("inconclusive", "harmed")


def test_a_target_that_still_moves_is_inconclusive_and_later_windows_are_awaited(card):
    verification = judged(card, minimum=40, bend=decay(P05, Slice.EMBB, 3.0))
    assert verification.outcome == "inconclusive"
    assert "still moving" in verification.targets[0].reason
    assert not verification.settled


def test_a_bystander_that_is_getting_worse_is_not_confirmed(card):
    """The throughput of a neighbour sinks window by window."""

    def sinking(sample, cell, number):
        is_hit = sample.kpi == "DRB.UEThpDl" and cell == "S1C2"
        return replace(sample, value=sample.value * (1 - 0.1 * (number - 12))) if is_hit else sample

    assert judged(card, bend=sinking).outcome in ("inconclusive", "harmed")


def test_windows_within_the_memory_of_a_counter_do_not_count(card):
    memory = {P05: 30.0}
    short = judged(card, applied_at=APPLIED_AT, memory_s=memory)
    assert short.outcome == "inconclusive"
    assert "the counter's memory of 30 s" in short.targets[0].reason
    long = judged(card, applied_at=APPLIED_AT, memory_s=memory, windows=range(13, 34))
    assert long.outcome == "confirmed", long.reasons
    assert long.targets[0].windows == 7


def flaw(kpi, slice, cell, number):
    start = START + timedelta(seconds=number * GRANULARITY_S)
    return Flaw(
        kpi=kpi, dn=du(cell), slice=slice, start=start, end=start + timedelta(seconds=GRANULARITY_S), value=1e9, unit="Mbit/s",
        quality=Quality.REFUSED, check="range", reason="above what the cell can carry",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kpi", "slice", "cell"),
    [(P05, Slice.EMBB, "S1C1"), ("DRB.UEThpDl", Slice.EMBB, "S1C2"), ("DRB.PacketLossRateDl", Slice.URLLC, "S1C1")],
)
def test_a_flawed_window_after_the_change_makes_telemetry_invalid(card, kpi, slice, cell):
    verification = judged(card, flaws=(flaw(kpi, slice, cell, 15),))
    assert verification.outcome == "inconclusive"
    assert verification.reasons[0].startswith("telemetry invalid")
    assert not verification.settled


def test_a_harm_that_rests_on_flawed_windows_is_not_proved(card):
    verification = judged(
        card, flaws=(flaw("DRB.PdcpSduDelayDl", Slice.URLLC, "S1C1", 15),), bend=times("DRB.PdcpSduDelayDl", 9, ("S1C1",))
    )
    assert verification.outcome == "inconclusive"
    assert verification.reasons[0].startswith("telemetry invalid")


def test_few_flawed_windows_before_the_change_can_be_spared_but_not_half(card):
    few = judged(card, flaws=(flaw(P05, Slice.EMBB, "S1C1", 3),))
    assert few.outcome == "confirmed", few.reasons
    many = judged(card, flaws=tuple(flaw(P05, Slice.EMBB, "S1C1", number) for number in range(8)))
    assert many.outcome == "inconclusive"


def test_flaws_of_kpis_and_cells_that_nobody_needs_do_not_matter(card):
    assert judged(card, flaws=(flaw("CARR.AverageBlerDl", None, "S1C1", 15),)).outcome == "confirmed"


def test_demand_that_explains_a_departure_is_no_departure(card):
    """At night the cell is empty: throughput is twice what was predicted for the day."""

    def night(sample, cell, number):
        factor = {"DRB.PdcpSduVolumeDL": 0.3, P05: 2.0, "DRB.UEThpDl": 2.0}.get(sample.kpi, 1.0)
        return replace(sample, value=sample.value * factor)

    assert judged(card, bend=night).outcome == "confirmed"


def test_the_same_stream_without_a_slip_is_confirmed(card):
    assert judged(card, after=stream(range(13, 19), 40)).outcome == "confirmed"
