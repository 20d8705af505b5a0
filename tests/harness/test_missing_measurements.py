"""A measurement that was there before and is absent after is never neutral, whatever else is true."""

from dataclasses import replace
from datetime import timedelta

import pytest
from kpi_stream import AFTER, APPLIED_AT, judged, levels, stream
from small_network import CELLS, GRANULARITY_S, embb_minimum
from small_world import candidate, intent

from harness.verification.comparison import Comparison
from harness.verification.measurements import missing_measurements
from policies.slices import Slice

HISTORY, END = range(-60, 12), AFTER.stop
DELAY, THROUGHPUT, LOSS = ("DRB.PdcpSduDelayDl", Slice.URLLC), ("DRB.UEThpDl", Slice.EMBB), ("DRB.PacketLossRateDl", Slice.MMTC)
WATCHED = [key for key in levels(0) if key[0] not in ("RRC.ConnMean", "DRB.PdcpSduVolumeDL") or key[1] is not None]


def without(key, cell, is_gone, value=None, drop=False):
    """A bend: in the windows that are gone the KPI (with its slice) of the cell has `value`, or its row is dropped."""

    def bend(sample, where, number):
        if (sample.kpi, sample.slice) != key or where != cell or not is_gone(number):
            return sample
        return None if drop else replace(sample, value=value)

    return bend


def verdict(card, bend, **more):
    return judged(card, bend=bend, history=lambda: stream(HISTORY), **more)


def reasons(verification):
    return [reason for reason in verification.reasons if "the measurement is missing" in reason]


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("key", WATCHED, ids=lambda key: f"{key[0]}-{key[1]}")
def test_each_kpi_of_each_cell_and_slice(card, key, cell, drop):
    verification = verdict(card, without(key, cell, lambda number: True, drop=drop))
    assert verification.outcome in ("inconclusive", "harmed")


@pytest.mark.parametrize("key", [DELAY, THROUGHPUT, LOSS])
@pytest.mark.parametrize(
    "is_gone",
    [lambda n: n % 2, lambda n: n >= END - 3, lambda n: n >= END - 2, lambda n: n < END - 2],
    ids=["every second window", "the latest half", "the last two windows", "all but the last two"],
)
def test_a_kpi_that_is_absent_in_some_windows_only(card, key, is_gone):
    verification = verdict(card, without(key, "S1C2", is_gone))
    assert verification.outcome == "inconclusive"
    assert reasons(verification)


def test_one_report_that_is_lost_is_no_reason_to_take_a_change_back(card):
    for lost in AFTER:
        assert verdict(card, without(LOSS, "S1C2", lambda number, lost=lost: number == lost)).outcome == "confirmed"


@pytest.mark.parametrize("key", [DELAY, THROUGHPUT, ("PEE.Energy", None)])
def test_a_zero_that_cannot_be_is_no_measurement(card, key):
    verification = verdict(card, without(key, "S1C2", lambda number: True, value=0.0))
    assert verification.outcome in ("inconclusive", "harmed")


def test_no_loss_at_all_is_a_measurement(card):
    assert verdict(card, without(LOSS, "S1C2", lambda number: True, value=0.0)).outcome == "confirmed"


def test_fewer_users_do_not_hide_that_their_throughput_is_missing(card):
    """A few users left, as many as come and go: that explains no missing measurement."""

    def bend(sample, cell, number):
        if cell != "S1C1" or sample.slice is not Slice.EMBB:
            return sample
        if sample.kpi == "RRC.ConnMean":
            return replace(sample, value=sample.value * (0.72 + 0.02 * (number % 2)))
        return None if sample.kpi == "DRB.UEThpDl" else sample

    verification = verdict(card, bend)
    users = [check for check in verification.bystanders if (check.kpi, check.where) == ("RRC.ConnMean", "S1C1")]
    assert users, "the population is looked at as well"
    assert verification.outcome != "confirmed"
    assert reasons(verification) or verification.outcome == "harmed"
    assert any(check.kpi == "DRB.UEThpDl" and "missing" in check.blame for check in verification.bystanders)


@pytest.mark.parametrize(("windows", "outcome"), [(range(13, 31), "confirmed"), (range(13, 25), "inconclusive")])
def test_windows_in_which_nothing_at_all_is_reported_are_missing(card, windows, outcome):
    """At window 31 all was silent for the last six windows, or for none."""
    until = APPLIED_AT + timedelta(seconds=19 * GRANULARITY_S)
    verification = verdict(card, None, windows=windows, until=until)
    assert verification.outcome == outcome
    assert len(reasons(verification)) == (outcome == "inconclusive")


def test_a_kpi_that_has_always_been_rare_is_not_missing(card):
    def rare(sample, cell, number):
        return sample if (sample.kpi, cell) != ("MM.RlfRate", "S1C2") or number % 3 == 0 else None

    verification = judged(card, before=stream(range(12), bend=rare), history=lambda: stream(HISTORY, bend=rare), bend=rare)
    assert verification.outcome == "confirmed", verification.reasons


def test_a_rate_of_events_that_become_rarer_is_not_missing(card):
    """Without an attempt there is no rate of rejected ones; three of four windows had one before, one of four after."""

    def rate(sample, cell, number):
        if (sample.kpi, cell) != ("MM.RlfRate", "S1C2"):
            return sample
        return sample if (number % 4 if number < 13 else not number % 4) else None

    earlier = {"before": stream(range(12), bend=rate), "history": lambda: stream(HISTORY, bend=rate)}
    verification = judged(card, bend=rate, windows=range(13, 43), **earlier)
    assert verification.outcome == "confirmed", verification.reasons


@pytest.mark.parametrize(("drop", "outcome"), [(False, "confirmed"), (True, "inconclusive")])
def test_a_rate_over_events_that_did_not_happen_is_delivered_without_a_value(card, drop, outcome):
    """Nobody tries to connect any more: there is no rate of rejections, but its row is delivered; a row that stops is missing."""

    def rate(sample, cell, number):
        if (sample.kpi, cell) != ("MM.RlfRate", "S1C2"):
            return sample
        row = replace(sample, kpi="RRC.ConnEstabFailRate")
        return row if number < 12 else None if drop else replace(row, value=None)

    earlier = {"before": stream(range(12), bend=rate), "history": lambda: stream(HISTORY, bend=rate)}
    assert judged(card, bend=rate, **earlier).outcome == outcome


def test_the_slices_of_an_empty_cell_need_not_be_reported(card):
    """A sleeping cell reports that it has no users and no traffic, and nothing of its slices."""

    def asleep(sample, cell, number):
        if cell != "S1C3" or sample.kpi == "PEE.Energy":
            return sample
        is_total = sample.kpi in ("RRC.ConnMean", "DRB.PdcpSduVolumeDL") and sample.slice is None
        return replace(sample, value=0.0) if is_total else None

    tried = candidate("change", embb_minimum(40), intent())
    comparison = Comparison(stream(range(12)), stream(AFTER, 40, asleep), card, intent(), tried, history=lambda: stream(HISTORY))
    assert missing_measurements(comparison) == []
