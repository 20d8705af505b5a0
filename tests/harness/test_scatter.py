"""How far KPIs move by themselves is learned from earlier windows: what moves as far after a change proves nothing against it."""

import math
from dataclasses import replace

import pytest
from kpi_stream import BEFORE, judged, stream
from small_network import CELLS, embb_minimum
from small_world import candidate, intent

from harness.verification.comparison import Comparison
from harness.verification.scatter import scatter_of
from policies.slices import Slice

LOSS, MMTC = "DRB.PacketLossRateDl", Slice.MMTC
AFTER, HISTORY = range(13, 19), range(-60, 12)
HIGH = 13.0  # window


def wandering(size):
    """mMTC's loss is 5 % and goes up and down by `size` over 25 windows; it is high after the change in S1C2, elsewhere not."""

    def bend(sample, cell, number):
        if (sample.kpi, sample.slice) != (LOSS, MMTC):
            return sample
        phase = (number - HIGH) / 4 + 2 * CELLS.index("S1C2") - 2 * CELLS.index(cell)
        return replace(sample, value=5.0 + size * math.cos(phase))

    return bend


def verdict(card, size, history):
    earlier = {"history": lambda: stream(history, bend=wandering(size))} if history else {}
    verification = judged(card, before=stream(BEFORE, bend=wandering(size)), windows=AFTER, bend=wandering(size), **earlier)
    checks = [check for check in verification.bystanders if (check.kpi, check.slice, check.where) == (LOSS, MMTC, "S1C2")]
    return verification.outcome, checks[0].result


def test_a_kpi_that_has_moved_as_far_before_raises_no_doubt(card):
    assert verdict(card, 1.05, HISTORY) == ("confirmed", "unharmed")


def test_without_earlier_windows_nobody_knows_how_far_it_moves_by_itself(card):
    assert verdict(card, 1.05, None)[1] != "unharmed"


def test_what_moves_further_than_ever_before_is_still_harm(card):
    def noisy(level):
        return lambda s, cell, n: replace(s, value=level + 0.2 * (-1) ** n) if (s.kpi, s.slice) == (LOSS, MMTC) else s

    after, before, history = stream(AFTER, 40, noisy(8.0)), stream(BEFORE, 0, noisy(5.0)), stream(HISTORY, 0, noisy(5.0))
    assert judged(card, after=after, before=before, history=lambda: history).outcome == "harmed"


@pytest.mark.parametrize(("windows", "is_known"), [(range(12), False), (range(-2, 12), False), (range(-20, 12), True)])
def test_a_history_must_have_room_for_a_change_that_was_none(card, windows, is_known):
    tried = candidate("change", embb_minimum(40), intent())
    frame = stream(windows, bend=wandering(1.0))
    comparison = Comparison(stream(BEFORE), stream(AFTER), card, intent(), tried, history=lambda: frame)
    assert (scatter_of(comparison, LOSS, MMTC, before=12, after=6) is not None) is is_known


def test_the_scatter_of_a_network_is_that_of_its_cells(card):
    tried = candidate("change", embb_minimum(40), intent())
    small, large = (
        scatter_of(
            Comparison(stream(BEFORE), stream(AFTER), card, intent(), tried,
                       history=lambda size=size: stream(HISTORY, bend=wandering(size))),
            LOSS, MMTC, before=12, after=6,
        )
        for size in (0.5, 1.0)
    )  # fmt: skip
    assert large.relative == pytest.approx(2 * small.relative, rel=0.01)
    assert large.freedom == pytest.approx(3 * (72 - 12) / 6)
    assert large.p_value(LOSS, [5.0] * 6, [5.0] * 12) == 0.5
    assert large.p_value(LOSS, [9.0] * 6, [5.0] * 12) < 0.001
