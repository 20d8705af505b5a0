"""Two estimates are compared by the interval of their difference: an interval against an interval, never a point against one."""

from itertools import product

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from policies.evidence import Interval
from policies.statistics.difference import Finding, difference
from policies.statistics.proportion import Proportion, proportion


@pytest.mark.parametrize(
    ("first", "second", "finding"),
    [
        ((0, 64), (1, 64), Finding.NOT_DISTINGUISHABLE),
        ((0, 64), (4, 64), Finding.NOT_DISTINGUISHABLE),
        ((1, 64), (0, 64), Finding.NOT_DISTINGUISHABLE),
        ((0, 64), (9, 64), Finding.LOWER),
        ((64, 64), (55, 64), Finding.HIGHER),
        ((64, 64), (64, 64), Finding.NOT_DISTINGUISHABLE),
        ((0, 10_000), (12, 10_000), Finding.LOWER),
    ],
)
def test_few_errors_are_not_better_than_few_errors(first, second, finding):
    assert difference(proportion(*first), proportion(*second)).finding is finding


@pytest.mark.parametrize(("first", "second"), product([(0, 64), (7, 64), (64, 64)], [(0, 96), (40, 96), (96, 96)]))
def test_for_proportions_it_is_newcombes_interval(first, second):
    found = difference(proportion(*first), proportion(*second)).interval
    expected = confint_proportions_2indep(*first, *second, method="newcomb")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("events", "trials"), [(0, 1), (1, 1), (0, 64), (3, 64), (64, 64), (500, 1000)])
def test_a_proportion_has_wilsons_interval(events, trials):
    found = proportion(events, trials)
    low, high = proportion_confint(events, trials, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-12)
    assert found.interval.low <= found.value <= found.interval.high


@pytest.mark.parametrize(("events", "trials"), [(0, 0), (-1, 4), (5, 4)])
def test_counts_that_are_no_proportion_are_refused(events, trials):
    with pytest.raises(ValueError, match=f"events={events} of trials={trials}"):
        proportion(events, trials)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9])
def test_equal_rates_are_rarely_told_apart(rate):
    """At most one in twenty comparisons of equals is a finding; the Monte-Carlo error of 2000 draws is about 0.5 %."""
    draws = np.random.default_rng(5).binomial(128, rate, (2000, 2))
    findings = [difference(proportion(int(a), 128), proportion(int(b), 128)).finding for a, b in draws]
    wrong = sum(finding is not Finding.NOT_DISTINGUISHABLE for finding in findings)
    assert wrong / len(findings) <= 0.065


def test_estimates_of_different_confidence_are_refused():
    wide = Proportion(value=0.5, interval=Interval(low=0.1, high=0.9, confidence=0.99))
    with pytest.raises(ValueError, match=r"0\.95 and 0\.99"):
        difference(proportion(3, 6), wide)
