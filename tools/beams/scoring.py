"""Scores of a trial: accuracy, RSRP loss, calibration, and spectral efficiency after measurement overhead.

Intervals are 95 %, over trajectories, which are independent, whereas bursts of one trajectory are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from policies.evidence import Interval
from tools.beams.overhead import measurement_overhead
from tools.beams.selector import BeamSelector
from tools.beams.trial import Trial
from tools.contract import ToolValue
from twins.beams.scenario import BeamScenario
from twins.link.result import Estimate

TOP_K = 3
CLOSE_DB = 1.0
MAX_SNR_DB = 30.0  # no modulation of TS 38.214 table 5.1.3.1-2 benefits from more
_BINS = 10
_RESAMPLES = 200
Floats = NDArray[np.float64]


class SelectorScore(ToolValue):
    """Scores of a selector.

    `top1`, `top3` share of bursts at which the genie's beam is first, or among the first three, in its ranking; `within_1db`
    share at which the serving beam is within 1 dB of it; losses in dB of L1-RSRP against the genie; mean `confidence`; expected
    `calibration_error` (ECE, ten bins); `overhead` share of resources; `efficiency` net spectral efficiency relative to the genie
    without measurements; `latency_ms` median of one decision for one terminal on this machine.
    """

    selector: str
    top1: Estimate
    top3: Estimate
    within_1db: Estimate
    loss_mean_db: Estimate
    loss_p95_db: Estimate
    confidence: float
    calibration_error: float
    overhead: float
    efficiency: Estimate
    latency_ms: float


def score(trial: Trial, selector: BeamSelector, scenario: BeamScenario, terminals: int, latency_ms: float) -> SelectorScore:
    """Score a trial for a cell of `terminals` terminals."""
    overhead = measurement_overhead(scenario, selector.common, selector.specific, terminals)
    return SelectorScore(
        selector=selector.name,
        top1=mean_over_trajectories(trial.rank == 0),
        top3=mean_over_trajectories(trial.rank < TOP_K),
        within_1db=mean_over_trajectories(trial.loss_db <= CLOSE_DB),
        loss_mean_db=mean_over_trajectories(trial.loss_db),
        loss_p95_db=_percentile(trial.loss_db, 95.0),
        confidence=float(trial.confidence.mean()),
        calibration_error=calibration_error(trial.confidence, trial.rank == 0),
        overhead=overhead,
        efficiency=_ratio((1.0 - overhead) * _rates(trial.served_dbm, scenario), _rates(trial.best_dbm, scenario)),
        latency_ms=latency_ms,
    )


def efficiency_gain(ours: Trial, our_overhead: float, theirs: Trial, their_overhead: float, scenario: BeamScenario) -> Estimate:
    """Return the gain of `ours` over `theirs` in net spectral efficiency as a share of the genie's, paired by trajectory."""
    genie = _rates(ours.best_dbm, scenario)
    difference = (1.0 - our_overhead) * _rates(ours.served_dbm, scenario) - (1.0 - their_overhead) * _rates(
        theirs.served_dbm, scenario
    )
    return _ratio(difference, genie)


def calibration_error(confidence: NDArray[np.float32], correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, 0..1, over ten bins of equal width (Guo et al. 2017, equation 3)."""
    bins = np.minimum((confidence.ravel() * _BINS).astype(int), _BINS - 1)
    hits = np.bincount(bins, weights=correct.ravel().astype(float), minlength=_BINS)
    expected = np.bincount(bins, weights=confidence.ravel().astype(float), minlength=_BINS)
    return float(np.abs(hits - expected).sum() / confidence.size)


def mean_over_trajectories(values: NDArray[np.generic]) -> Estimate:
    """Return the mean of [N, T] with its interval from the spread over trajectories; a point for a single trajectory."""
    means = np.asarray(values, dtype=np.float64).mean(axis=1)
    return _estimate(float(means.mean()), _half_width(means))


def _rates(served_dbm: NDArray[np.float32], scenario: BeamScenario) -> Floats:
    """Mean spectral efficiency of each trajectory in bit/s/Hz, float64[N]: log2(1 + SNR) with SNR limited to 30 dB."""
    snr = np.minimum(served_dbm.astype(np.float64) - scenario.noise_dbm, MAX_SNR_DB)
    rates: Floats = np.log2(1.0 + 10.0 ** (snr / 10.0)).mean(axis=1)
    return rates


def _ratio(values: Floats, reference: Floats) -> Estimate:
    """Ratio of means with the interval of a ratio estimator."""
    ratio = float(values.mean() / reference.mean())
    return _estimate(ratio, _half_width(values - ratio * reference) / float(reference.mean()))


def _half_width(samples: Floats) -> float:
    return float(1.96 * samples.std(ddof=1) / np.sqrt(len(samples))) if len(samples) > 1 else 0.0


def _percentile(values: NDArray[np.float32], percent: float) -> Estimate:
    """Percentile over all bursts, with a bootstrap interval over trajectories."""
    generator = np.random.default_rng(0)
    number = len(values)
    resampled = [float(np.percentile(values[generator.integers(0, number, number)], percent)) for _ in range(_RESAMPLES)]
    value = float(np.percentile(values, percent))
    low, high = np.percentile(resampled, (2.5, 97.5))
    return Estimate(value=value, interval=Interval(low=min(float(low), value), high=max(float(high), value)))


def _estimate(value: float, half: float) -> Estimate:
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half))
