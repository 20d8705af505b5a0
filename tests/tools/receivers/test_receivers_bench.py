from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from receiver_links import channel_of

from policies.statistics.difference import difference
from tools.receivers.bench import bench_deeptx
from tools.receivers.bench.bench_receivers import quality
from tools.receivers.bench.cases import DEEPRX, LOW_SPEED_MPS, LS, ONE_DMRS, PERFECT, RECEIVERS, TWO_DMRS, Case
from tools.receivers.bench.crossing import crossing_db, crossing_of, gain_of, worse_points
from tools.receivers.bench.curve_cache import CurveCache
from tools.receivers.bench.error_curves import Curves, measure_curves
from tools.receivers.deeprx.receiver import coverage
from tools.receivers.latency import paired_ratios
from twins.link.configuration import LinkConfiguration
from twins.link.receiver import ReceiverUnavailable

LEVELS = np.arange(0.0, 21.0, 2.0)
SLOTS = 400
SLOW = next(case for case in TWO_DMRS if case.covered and case.speed_mps <= LOW_SPEED_MPS)


def _threshold(offsets_db: dict[int, float], seed: int = 1) -> Curves:
    """Each slot fails below its own SNR, normal around 8 dB and the same for all receivers except for their offset."""
    required = np.random.default_rng(seed).normal(8.0, 3.0, SLOTS)
    failed = np.zeros((len(RECEIVERS), len(LEVELS), SLOTS), np.int8)
    for receiver in range(len(RECEIVERS)):
        failed[receiver] = required + offsets_db.get(receiver, 0.0) > LEVELS[:, None]
    return Curves(RECEIVERS, LEVELS, failed, failed * 0.1)


def test_a_crossing_is_interpolated_in_the_logarithm() -> None:
    rates = np.array([0.8, 0.4, 0.025, 0.0])
    assert crossing_db(np.array([0.0, 2.0, 4.0, 6.0]), rates, 1000) == pytest.approx(3.0)


def test_a_curve_with_a_bump_crosses_once() -> None:
    bumpy: NDArray[np.float64] = np.array([0.9, 0.2, 0.3, 0.05])
    even = np.array([0.9, 0.25, 0.25, 0.05])
    assert crossing_db(np.arange(4.0), bumpy, 100) == pytest.approx(crossing_db(np.arange(4.0), even, 100))


def test_a_curve_that_never_crosses_gives_infinity_and_one_that_starts_below_crosses_first() -> None:
    assert crossing_db(np.arange(2.0), np.array([0.9, 0.2]), 100) == np.inf
    assert crossing_db(np.array([4.0, 6.0]), np.array([0.05, 0.01]), 100) == 4.0


def test_a_shift_in_snr_is_the_gain_and_lies_in_its_interval() -> None:
    curves = _threshold({LS: 3.0})
    gain = gain_of(curves, DEEPRX, LS)
    assert gain.low <= gain.value <= gain.high
    assert gain.value == pytest.approx(3.0, abs=0.5)
    assert gain.low > 1.5
    assert gain_of(curves, LS, DEEPRX).value == pytest.approx(-gain.value)


def test_a_gain_over_a_receiver_that_never_reaches_the_target_is_a_bound() -> None:
    curves = _threshold({LS: 30.0})
    gain = gain_of(curves, DEEPRX, LS)
    assert gain.bound == "≥"
    assert gain.value == pytest.approx(20.0 - crossing_of(curves, DEEPRX))
    assert gain_of(curves, LS, DEEPRX).bound == "≤"
    neither = _threshold({LS: 30.0, DEEPRX: 30.0})
    assert np.isnan(gain_of(neither, DEEPRX, LS).value)
    assert "neither" in gain_of(neither, DEEPRX, LS).describe()


def test_points_are_worse_only_if_significant() -> None:
    assert worse_points(_threshold({}), DEEPRX, LS) == (0, len(LEVELS))
    worse, points = worse_points(_threshold({DEEPRX: 1.0}), DEEPRX, LS)
    assert 0 < worse < points
    assert worse_points(_threshold({LS: 1.0}), DEEPRX, LS)[0] == 0


def test_figures_are_met_and_missed_as_the_curves_are() -> None:
    good = {ONE_DMRS[0]: _threshold({LS: 4.0}), SLOW: _threshold({LS: 1.0, PERFECT: -0.3})}
    assert all(figure.met in (True, None) for figure in quality(good))
    bad = {ONE_DMRS[0]: _threshold({LS: 1.0}), SLOW: _threshold({DEEPRX: 3.0})}
    missed = [figure.name for figure in quality(bad) if figure.met is False]
    assert len(missed) == 5, missed
    unreached = {ONE_DMRS[0]: _threshold({LS: 30.0, DEEPRX: 30.0}), SLOW: _threshold({DEEPRX: 30.0})}
    figures = {figure.name: figure for figure in quality(unreached)}
    assert all(figure.value is None or np.isfinite(figure.value) for figure in figures.values())
    assert not any(figure.met for name, figure in figures.items() if "smallest" in name and figure.target)


def test_simulated_curves_fall_and_better_receivers_have_fewer_errors() -> None:
    configuration = LinkConfiguration(mcs_index=13, prbs=2)
    curves = measure_curves(configuration, channel_of(), ("ls+lmmse", "perfect+lmmse"), (2.0, 10.0, 18.0, 40.0), 10, seed=3)
    assert curves.failed.shape == (2, 4, 64), "whole batches"
    for index in range(2):
        assert (np.diff(curves.uncoded_ber(index)) < 0).all()
        assert (np.diff(curves.bler(index)) <= 0).all()
    common = min(curves.levels_simulated(0), curves.levels_simulated(1))
    assert (curves.uncoded_ber(1)[:common] < curves.uncoded_ber(0)[:common]).all()
    assert curves.bler(1)[-1] <= 0.02
    again = measure_curves(configuration, channel_of(), ("perfect+lmmse",), (2.0, 10.0), 64, seed=3)
    assert np.array_equal(again.failed[0], curves.failed[1, :2]), "the same slots for every receiver, in every call"


def test_a_link_that_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    case, levels = Case("TDL-C", 300, 30, 2, prbs=4), [10.0]
    curves = CurveCache(tmp_path, seed=3, slots=64).of(case, levels)
    (raw,), (rates,), (plot,) = (list(tmp_path.glob(f"*.{kind}")) for kind in ("npz", "json", "png"))
    assert json.loads(rates.read_text())["receivers"]["ls+lmmse"]["bler"] == curves.bler(0).tolist()
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert raw.stem.startswith("receivers-TDL-C-300-ns")

    np.savez_compressed(raw, levels_db=curves.levels_db, failed=1 - curves.failed, uncoded=curves.uncoded)
    again = CurveCache(tmp_path, seed=3, slots=64).of(case, levels)
    assert np.array_equal(again.failed, 1 - curves.failed), "the cached file is read, whatever a measurement would give"
    other = CurveCache(tmp_path, seed=4, slots=64).of(case, levels)
    assert not np.array_equal(other.failed, curves.failed), "another seed is another measurement"
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_a_receiver_that_cannot_receive_a_link_is_refused() -> None:
    with pytest.raises(ReceiverUnavailable, match="oracle"):
        measure_curves(LinkConfiguration(prbs=2), channel_of(), ("oracle",), (0.0,), 64, seed=1)


def test_latency_is_a_ratio_of_pairs() -> None:
    ls, wiener = (LinkConfiguration(prbs=2, estimator=name) for name in ("ls", "lmmse"))
    ratios, seconds = paired_ratios((wiener, ls), channel_of(), slots=4, pairs=3)
    assert ratios.shape == (3,)
    assert (ratios > 0).all()
    assert seconds > 0


def test_links_are_held_out_of_training_and_within_the_card_except_for_their_profile() -> None:
    from training.receivers.experience import Ranges

    ranges = Ranges()
    for case in (*ONE_DMRS, *TWO_DMRS):
        trained = case.profile in ranges.profiles and case.delay_spread_ns in ranges.delay_spreads_ns
        edge = case.delay_spread_ns in (min(ranges.delay_spreads_ns), max(ranges.delay_spreads_ns))
        assert not trained or edge, case.name
        for level in (case.levels(2.0)[0], case.levels(2.0)[-1]):
            reasons = coverage(case.configuration, case.channel.model_copy(update={"snr_db": level})).reasons
            assert all(reason.startswith("profile=") for reason in reasons), (case.name, reasons)
    assert len({case.name for case in (*ONE_DMRS, *TWO_DMRS)}) == len(ONE_DMRS) + len(TWO_DMRS)
    assert all(20 <= case.speed_mps <= 40 for case in ONE_DMRS)


def test_the_goodput_of_deeptx_is_compared_with_each_scheme() -> None:
    figures, cases = bench_deeptx.goodput(quick=True, seed=1)
    assert len(figures) == len({row.scheme for row in cases[0].rows}) - 1
    assert all(row.slots == 64 for row in cases[0].rows)
    ours = next(row for row in cases[0].rows if row.scheme == bench_deeptx.OURS)
    for figure in figures:
        theirs = next(row for row in cases[0].rows if figure.name.startswith(f"goodput of DeepTx over {row.scheme}:"))
        assert figure.value == pytest.approx(ours.goodput_bits / theirs.goodput_bits)
        assert f"14 dB: {difference(ours.goodput, theirs.goodput).finding.value}" in figure.note
        assert theirs.goodput.interval.contains(theirs.goodput_bits)
