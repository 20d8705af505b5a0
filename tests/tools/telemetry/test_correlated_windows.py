"""Tests on correlated windows keep their level, where tests that take windows for independent do not."""

import random
from statistics import fmean

import pytest

from tools.telemetry.statistics import (
    correlation_of,
    effective_windows,
    p_different,
    p_fewer,
    p_greater,
    p_greater_if_independent,
    p_mean_above,
    share_bounds,
    standard_error,
)
from tools.telemetry.trend import residuals, trend_of


def series(seed, count, correlation, level=10.0):
    """An AR(1) series with standard deviation 1."""
    draw = random.Random(seed)
    value = draw.gauss(0, 1)
    values = []
    for _ in range(count):
        value = correlation * value + (1 - correlation**2) ** 0.5 * draw.gauss(0, 1)
        values.append(level + value)
    return values


def false_alarms(test, correlation, trials=400):
    """How often `test` calls a difference significant at 5 % that is not there."""
    hits = sum(test(series(seed, 12, correlation), series(10_000 + seed, 12, correlation)) < 0.05 for seed in range(trials))
    return hits / trials


def test_the_test_of_correlated_windows_has_far_fewer_false_alarms_than_one_of_independent_windows():
    assert false_alarms(p_greater_if_independent, 0.6) > 0.12
    assert false_alarms(p_greater, 0.6) < 0.1
    assert false_alarms(p_greater, 0.0) < 0.08


def test_a_real_difference_is_still_seen():
    seen = sum(p_greater(series(seed, 12, 0.5, 14.0), series(500 + seed, 12, 0.5)) < 0.05 for seed in range(100))
    assert seen > 90


def test_the_correlation_is_pooled_over_series():
    assert correlation_of([1.0, 1.0, 1.0]) == 0.0
    assert correlation_of() == 0.0
    strong = [series(seed, 24, 0.8) for seed in range(5)]
    weak = [series(seed, 24, 0.0) for seed in range(5)]
    assert correlation_of(*strong) > 0.5 > 0.2 > correlation_of(*weak)


def test_a_bound_is_tested_with_the_effective_windows():
    drifting = [10.2, 10.4, 10.6, 10.8, 11.0, 11.2]
    scattered = [10.2, 11.2, 10.4, 11.0, 10.6, 10.8]
    assert fmean(drifting) == pytest.approx(fmean(scattered))
    assert p_mean_above(drifting, 10.0) > p_mean_above(scattered, 10.0)
    assert standard_error(drifting) > standard_error(scattered)
    assert effective_windows(drifting, 0.0) == 6


def test_the_two_sided_test_is_symmetrical():
    low, high = series(1, 12, 0.2), series(2, 12, 0.2, 13.0)
    assert p_different(low, high) == pytest.approx(p_different(high, low))
    assert p_different(low, high) < 0.01


def test_a_count_that_stood_still_is_not_known_without_error():
    assert p_greater([9.0] * 12, [8.0] * 12) == 0.0
    assert p_greater([9.0] * 12, [8.0] * 12, floor=1.0) > 0.1


def test_rarer_measurements_are_told_from_chance():
    assert p_fewer(0, 6, 12, 12) < 0.001
    assert p_fewer(4, 6, 10, 12) > 0.3
    assert p_fewer(0, 0, 12, 12) == 1.0


def test_correlated_trials_bound_a_share_less_tightly():
    assert share_bounds(20, 20, 0.05, 0.5)[0] < share_bounds(20, 20, 0.05)[0]
    assert share_bounds(0, 20, 0.05)[0] == 0.0


def test_a_decay_is_a_trend_and_noise_is_none():
    decay = [10 * 0.7**n for n in range(6)]
    assert trend_of(decay).p_value < 0.01
    assert trend_of(decay).movement < -5
    assert sum(trend_of(series(seed, 6, 0.0)).p_value < 0.05 for seed in range(200)) < 20
    assert trend_of([3.0] * 6).p_value == 1.0
    assert trend_of([1.0, 2.0, 3.0]).p_value == 1.0


def test_correlated_windows_make_fewer_trends():
    decay = [10 - n for n in range(6)]
    assert trend_of(decay, 0.5).p_value > trend_of(decay).p_value
    assert residuals(decay) == pytest.approx([10.0] * 6)
