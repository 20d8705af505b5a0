from __future__ import annotations

import pytest
import torch
from receiver_links import bit_error_rate, channel_of, nmse_db, slots_of

from tools.receivers.classical.detection import CombiningDetector, SionnaDetector
from tools.receivers.classical.estimation import LeastSquares, LinearMmse, PerfectCsi
from tools.receivers.classical.receiver import classical_receiver
from twins.link.configuration import LinkConfiguration


def _sionna_lmmse(slots):
    from sionna.phy.nr import PUSCHLMMSEChannelEstimator
    from sionna.phy.ofdm import tdl_freq_cov_mat, tdl_time_cov_mat

    pusch, channel = slots.pusch, slots.channel
    letter = channel.profile[-1]
    frequency = tdl_freq_cov_mat(letter, pusch.key.subcarrier_khz * 1e3, pusch.subcarriers, channel.delay_spread_ns * 1e-9)
    time = tdl_time_cov_mat(letter, channel.speed_mps, channel.carrier_ghz * 1e9, pusch.grid.ofdm_symbol_duration, 14)
    estimator = PUSCHLMMSEChannelEstimator(pusch.grid, 1, pusch.key.dmrs_symbols - 1, 2, time, frequency, order="f-t")
    response, variance = estimator(slots.received[:, None], slots.noise_power)
    return response[:, 0, :, 0], variance[:, 0, :, 0]


@pytest.mark.parametrize(("profile", "dmrs_symbols", "snr_db"), [("TDL-C", 2, 10.0), ("TDL-A", 1, 0.0), ("TDL-D", 3, 10.0)])
def test_lmmse_estimates_like_sionnas(profile: str, dmrs_symbols: int, snr_db: float) -> None:
    slots = slots_of(LinkConfiguration(dmrs_symbols=dmrs_symbols), channel_of(profile=profile, snr_db=snr_db))
    ours, our_variance = LinearMmse(slots.pusch, slots.channel).estimate(slots)
    theirs, their_variance = _sionna_lmmse(slots)
    difference = (ours - theirs).abs().square().mean() / slots.response.abs().square().mean()
    assert 10.0 * difference.log10() < nmse_db(theirs, slots) - 8.0, "they differ by far less than either error"
    assert nmse_db(ours, slots) == pytest.approx(nmse_db(theirs, slots), abs=0.3)
    error = float((ours - slots.response).abs().square().mean())
    assert abs(float(our_variance.mean()) - error) < abs(float(their_variance.mean()) - error), "a pair is one observation"


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_lmmse_beats_ls_and_estimates_its_own_error(layers: int) -> None:
    configuration = LinkConfiguration(layers=layers, tx_antennas=layers, rx_antennas=4)
    slots = slots_of(configuration, channel_of(speed_mps=5.0, delay_spread_ns=100.0))
    wiener, variance = LinearMmse(slots.pusch, slots.channel).estimate(slots)
    assert nmse_db(wiener, slots) < nmse_db(LeastSquares(slots.pusch).estimate(slots)[0], slots) - 2.0
    estimated = 10.0 * (variance.mean() / slots.response.abs().square().mean()).log10()
    assert float(estimated) == pytest.approx(nmse_db(wiener, slots), abs=2.0)


def test_lmmse_processes_slots_of_mixed_snrs_like_each_alone() -> None:
    slots = slots_of(LinkConfiguration(), channel_of(), count=4)
    mixed = slots.at_snr(torch.tensor([0.0, 20.0, 0.0, 20.0]))
    estimator = LinearMmse(slots.pusch, slots.channel)
    response, variance = estimator.estimate(mixed)
    for index, level in enumerate((0.0, 20.0)):
        alone, error = estimator.estimate(slots.at_snr(level))
        torch.testing.assert_close(response[index], alone[index])
        torch.testing.assert_close(variance[index], error[index])


def test_lmmse_stays_finite_without_noise_and_without_fading() -> None:
    for channel in (
        channel_of(snr_db=60.0),
        channel_of(profile="AWGN", snr_db=60.0),
        channel_of(speed_mps=0.0, delay_spread_ns=1.0),
    ):
        slots = slots_of(LinkConfiguration(), channel, count=4)
        response, variance = LinearMmse(slots.pusch, slots.channel).estimate(slots)
        assert response.isfinite().all()
        assert (variance >= 0).all()


@pytest.mark.parametrize("mcs_index", [5, 13, 20])
def test_combining_one_layer_equals_sionnas_linear_detector(mcs_index: int) -> None:
    slots = slots_of(LinkConfiguration(mcs_index=mcs_index), channel_of(), count=8)
    response, variance = LeastSquares(slots.pusch).estimate(slots)
    ours = CombiningDetector().llrs(slots, response, variance)
    theirs = SionnaDetector(slots.pusch, "lmmse").llrs(slots, response, variance)
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-2)


def test_better_csi_means_fewer_errors() -> None:
    slots = slots_of(LinkConfiguration(mcs_index=13), channel_of(), count=64)
    errors = []
    for estimator in ("perfect", "lmmse", "ls"):
        configuration = LinkConfiguration(mcs_index=13, estimator=estimator)
        receiver = classical_receiver(slots.pusch, configuration, slots.channel)
        assert receiver.name == f"{estimator}+lmmse"
        errors.append(bit_error_rate(receiver.detect(slots).llr, slots))
    assert errors == sorted(errors)


def test_kbest_beats_linear_detection_of_as_many_layers_as_antennas() -> None:
    errors = {}
    for detector in ("lmmse", "kbest"):
        configuration = LinkConfiguration(
            mcs_index=5, prbs=1, layers=2, tx_antennas=2, rx_antennas=2, estimator="perfect", detector=detector
        )
        slots = slots_of(configuration, channel_of(snr_db=12.0))
        detection = classical_receiver(slots.pusch, configuration, slots.channel).detect(slots)
        assert detection.llr.shape == slots.coded.shape
        errors[detector] = bit_error_rate(detection.llr, slots)
    assert errors["kbest"] < 0.8 * errors["lmmse"]


def test_perfect_csi_is_the_response_itself() -> None:
    slots = slots_of(LinkConfiguration(), channel_of(), count=2)
    response, variance = PerfectCsi().estimate(slots)
    assert torch.equal(response, slots.response)
    assert float(variance.abs().max()) == 0.0
