"""An error floor is told from a curve that is still falling, from saturation, and from too little data."""

import pytest

from policies.statistics.error_floor import RateAtSnr, Trend, snr_trend
from policies.statistics.proportion import proportion


def curve(counts, blocks=64, first=20.0, step=5.0):
    rates = [proportion(count, blocks) for count in counts]
    return [RateAtSnr(snr_db=first + step * n, value=r.value, interval=r.interval) for n, r in enumerate(rates)]


@pytest.mark.parametrize(
    ("counts", "trend"),
    [
        ((13, 13, 13), Trend.FLOOR),
        ((12, 14, 16), Trend.FLOOR),  # rising
        ((15, 12, 13), Trend.FLOOR),  # flat within the intervals
        ((64, 64, 64), Trend.SATURATED),
        ((60, 20, 2), Trend.FALLING),
        ((64, 64, 64, 30), Trend.FALLING),
        ((0, 0, 0), Trend.NO_ERRORS),
        ((2, 1, 0), Trend.NO_ERRORS),
        ((1, 0, 1), Trend.UNDETERMINED),  # a single error shows nothing
        ((13, 13), Trend.UNDETERMINED),  # two levels show nothing
    ],
)
def test_trends(counts, trend):
    assert snr_trend(curve(counts)).trend is trend


def test_the_floor_is_the_tail_of_a_waterfall():
    found = snr_trend(curve((64, 60, 13, 12, 14), first=10.0))
    assert found.trend is Trend.FLOOR
    assert [level.snr_db for level in found.levels] == [20.0, 25.0, 30.0]
    assert "error floor: BLER 20.3 % (12.3–31.7) at 20 dB" in found.describe()


@pytest.mark.parametrize("order", [1, 2, 4])
def test_a_curve_limited_by_noise_is_no_floor_however_close_its_levels_are(order):
    levels = [0.5 * 10.0 ** (-order * step / 10.0) for step in (0.0, 0.5, 1.0)]
    counts = [round(100_000 * level) for level in levels]
    assert snr_trend(curve(counts, blocks=100_000, step=0.5)).trend is Trend.FALLING


def test_levels_are_sorted_before_they_are_judged():
    assert snr_trend(list(reversed(curve((60, 20, 2))))).trend is Trend.FALLING
