"""Fading traces have their documented power, correlation in time and frequency, and periodicity."""

import numpy as np
import pytest
from scipy.special import j0

from twins.radio.fading import Fading, fading_pool


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_traces_have_unit_mean_power_and_fade_as_rayleigh_without_line_of_sight() -> None:
    pool = fading_pool(Fading("TDL-A"), 256, 512, 8, 1)
    assert pool.dtype == np.float32
    assert pool.shape == (256, 512, 8)
    np.testing.assert_allclose(pool.mean(axis=(1, 2)), 1.0, rtol=1e-4)
    assert np.mean(pool < 0.1) == pytest.approx(1.0 - np.exp(-0.1), abs=0.02)
    steady = fading_pool(Fading("TDL-D"), 64, 512, 8, 1)
    assert steady.std() < 0.5 * pool.std()


def test_power_decorrelates_in_time_as_the_jakes_spectrum_predicts() -> None:
    fading = Fading("TDL-C", sample_s=2e-3)
    pool = fading_pool(fading, 400, 1024, 1, 2)
    for lag in (5, 10, 20):
        expected = j0(2 * np.pi * fading.doppler_hz * lag * fading.sample_s) ** 2
        assert _correlation(pool, np.roll(pool, lag, axis=1)) == pytest.approx(expected, abs=0.07)


def test_power_decorrelates_in_frequency_with_the_delay_spread() -> None:
    fading = Fading("TDL-A", delay_spread_ns=100.0)
    delays, powers = _profile("TDL-A")
    pool = fading_pool(fading, 600, 256, 16, 3)
    for step in (1, 4, 15):
        response = np.sum(powers * np.exp(-2j * np.pi * step * fading.subband_hz * delays * 100e-9))
        assert _correlation(pool[..., 0], pool[..., step]) == pytest.approx(abs(response) ** 2, abs=0.06)


def _profile(name: str) -> tuple[np.ndarray, np.ndarray]:
    import torch
    from sionna.phy.channel.tr38901 import TDL

    model = TDL(name[-1], 1.0, 3.5e9)
    assert isinstance(model.delays, torch.Tensor)
    powers = model.mean_powers.numpy()
    return model.delays.numpy(), powers / powers.sum()


@pytest.mark.parametrize("name", ["TDL-A", "TDL-C", "TDL-D"])
def test_profiles_equal_those_of_sionna(name: str) -> None:
    from twins.radio.fading import _taps

    delays, powers, line_of_sight = _taps(name)  # type: ignore[arg-type]
    theirs, their_powers = _profile(name)
    if line_of_sight:  # ours has a separate line-of-sight tap
        delays, powers = delays[1:], np.append(powers[0] + powers[1], powers[2:])
    np.testing.assert_allclose(np.sort(delays), np.sort(theirs), atol=1e-4)
    np.testing.assert_allclose(np.sort(powers), np.sort(their_powers), atol=1e-4)


def test_a_trace_can_be_repeated_without_a_jump() -> None:
    for profile in ("TDL-C", "TDL-D"):
        pool = fading_pool(Fading(profile), 64, 512, 4, 4)
        wrap = np.abs(pool[:, 0] - pool[:, -1]).mean()
        inside = np.abs(np.diff(pool, axis=1)).mean()
        assert wrap < 1.3 * inside


def test_the_same_seed_gives_identical_traces() -> None:
    assert np.array_equal(fading_pool(Fading(), 8, 128, 4, 7), fading_pool(Fading(), 8, 128, 4, 7))
    assert not np.array_equal(fading_pool(Fading(), 8, 128, 4, 7), fading_pool(Fading(), 8, 128, 4, 8))


def test_traces_that_would_alias_or_hardly_vary_are_refused() -> None:
    with pytest.raises(ValueError, match="aliases"):
        Fading(speed_mps=30.0, sample_s=5e-3)
    with pytest.raises(ValueError, match="aliases"):
        Fading(speed_mps=0.0)
    with pytest.raises(ValueError, match="Doppler period"):
        fading_pool(Fading(), 4, 8, 4, 1)
    with pytest.raises(ValueError, match="delay_spread_ns"):
        Fading(delay_spread_ns=-1.0)
