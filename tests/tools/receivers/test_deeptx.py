"""DeepTx: the transmission has unit power and carries its bits; the receiver works before training and outputs finite values."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from policies.evidence import Coverage
from tools.receivers.classical.qam import soft_demap
from tools.receivers.deeptx.constellation import demap, gray_points, labels, normalized
from tools.receivers.deeptx.link_network import LinkNetwork
from tools.receivers.deeptx.plot import draw_transmitter
from tools.receivers.deeptx.receiver import DeepTxReceiver, deeptx_receiver, deeptx_transmitter
from tools.receivers.deeptx.transmitter import DeepTx
from tools.receivers.deeptx.weights import TrainedLink, load
from training.receivers.card import validity_of
from training.receivers.deeptx_export import export
from training.receivers.deeptx_training import Plan, begin
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import ReceiverUnavailable
from twins.link.simulation.transport_block import code_of
from twins.link.transmitter import TransmitterUnavailable, make_transmitter
from twins.link.waveform.pusch import PuschKey, pusch_of
from twins.link.waveform.slots import random_bits, send

QPSK = LinkConfiguration(mcs_index=5, prbs=2, transmitter="deeptx", receiver="deeptx")
QAM16 = LinkConfiguration(mcs_index=13, prbs=2, transmitter="deeptx", receiver="deeptx")
WALKING = ChannelConfiguration(profile="TDL-A", delay_spread_ns=30.0, speed_mps=1.0, snr_db=25.0)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def untrained():
    torch.manual_seed(3)
    return LinkNetwork(channels=4).eval()


@pytest.fixture
def weights(tmp_path):
    """Untrained weights, exported like trained ones."""
    path = tmp_path / "deeptx.safetensors"
    export(begin(Plan(channels=4)), Plan(channels=4), path, "twinpilot train receiver deeptx")
    return path


def sent_by(network, configuration, slots=24, snr_db=25.0, seed=5):
    from sionna.phy import config

    config.seed = seed
    transmitter = DeepTx(PuschKey.of(configuration), network.transmitter)
    channel = WALKING.model_copy(update={"snr_db": snr_db})
    return send(transmitter, configuration, channel, random_bits((slots, transmitter.coded_bits)))


def error_rate(network, slots):
    llr = DeepTxReceiver(network, Coverage(covered=True)).detect(slots).llr
    return float(((llr > 0) != slots.coded.bool()).float().mean())


@pytest.mark.parametrize("order", [2, 4, 6])
def test_points_equal_sionnas_in_the_order_of_their_bits(order):
    from sionna.phy.mapping import Constellation

    assert torch.allclose(gray_points(order), Constellation("qam", order).points, atol=1e-6)
    assert labels(order)[2 ** (order - 1)].tolist() == [1.0] + [0.0] * (order - 1)


@pytest.mark.parametrize("order", [2, 4])
def test_demapping_over_points_equals_demapping_by_dimension_for_gray_qam(order):
    generator = torch.Generator().manual_seed(1)
    symbols = torch.view_as_complex(torch.randn((200, 2), generator=generator))
    variance = 0.05 + torch.rand(200, generator=generator)
    for ours, theirs in zip(demap(symbols, variance, gray_points(order)), soft_demap(symbols, variance, order), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-3)


def test_llrs_are_finite_and_correct_without_noise():
    llr, mean, variance = demap(gray_points(4), torch.zeros(16), gray_points(4))
    assert llr.isfinite().all()
    assert torch.equal((llr > 0).float(), labels(4))
    assert torch.allclose(mean, gray_points(4), atol=1e-5)
    assert (variance >= 0).all() and (variance < 1e-3).all()


def test_any_learned_constellation_has_zero_mean_and_unit_energy():
    raw = torch.view_as_complex(torch.randn((16, 2), generator=torch.Generator().manual_seed(2)) * 3.0 + 1.0)
    points = normalized(raw)
    assert points.mean().abs() < 1e-6
    assert points.abs().square().mean() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("configuration", [QPSK, QAM16])
def test_mean_transmit_power_is_one_for_any_weights(untrained, configuration):
    with torch.no_grad():
        untrained.transmitter.raw_split.add_(torch.randn(untrained.transmitter.raw_split.shape))
        for raw in untrained.transmitter.raw_points.values():
            raw.add_(0.3 * torch.randn(raw.shape))
    transmitter = DeepTx(PuschKey.of(configuration), untrained.transmitter)
    grid = transmitter.symbols(random_bits((400, transmitter.coded_bits))).detach()
    assert float(grid.abs().square().mean()) == pytest.approx(1.0, abs=0.02)
    correlation = (grid.mean(dim=0) * transmitter.pilots[0].conj()).real.mean()  # the pilots are common to all slots
    assert float(correlation) == pytest.approx(float(transmitter.pilots.abs().square().mean()), abs=0.02)


@pytest.mark.parametrize("dmrs_symbols", [1, 2, 3, 4])
def test_more_coded_and_information_bits_than_pusch_at_the_same_code_rate(untrained, dmrs_symbols):
    configuration = QAM16.model_copy(update={"dmrs_symbols": dmrs_symbols, "prbs": 6})
    ours, pusch = DeepTx(PuschKey.of(configuration), untrained.transmitter), pusch_of(PuschKey.of(configuration))
    assert ours.coded_bits == 14 * 72 * 4 == pusch.coded_bits * 14 / (14 - dmrs_symbols)
    assert ours.transport_block_bits > pusch.transport_block_bits
    assert ours.transport_block_bits / ours.coded_bits == pytest.approx(ours.code_rate, rel=0.03)
    assert ours.data.all() and (ours.pilots.abs() > 0).all()


def test_coded_bits_are_mapped_frequency_first_and_demapped_in_place(untrained):
    slots = sent_by(untrained, QAM16, slots=2, snr_db=40.0)
    flipped = slots.coded.clone()
    flipped[:, 24 * 4 + 4] = 1.0 - flipped[:, 24 * 4 + 4]  # a bit of symbol 1, subcarrier 1 of 24
    change = slots.pusch.symbols(flipped) - slots.pusch.symbols(slots.coded)
    assert torch.nonzero(change[0, 0].abs() > 1e-6).tolist() == [[1, 1]]
    llr = DeepTxReceiver(untrained, Coverage(covered=True)).detect(slots).llr
    assert float(((llr > 0) == slots.coded.bool()).float().mean()) > 0.95


@pytest.mark.parametrize(("configuration", "at_most"), [(QPSK, 0.005), (QAM16, 0.05)])
def test_the_untrained_receiver_is_an_iterative_superimposed_pilot_receiver(untrained, configuration, at_most):
    assert error_rate(untrained, sent_by(untrained, configuration)) < at_most


def test_each_stage_of_the_untrained_receiver_improves_the_channel_estimate(untrained):
    from tools.receivers.deeptx.preparation import prepare

    slots = sent_by(untrained, QPSK)
    with torch.no_grad():
        prepared, amplitude = prepare(slots.pusch, slots)
        outputs = untrained.receiver(prepared)
    errors = [float((out.response * amplitude - slots.response[:, :, 0]).abs().square().mean()) for out in outputs]
    assert errors[-1] < errors[0] < 0.05
    assert all(later < 1.05 * earlier for earlier, later in pairwise(errors))


def test_a_wrong_pilot_sequence_gives_random_bits(untrained):
    slots = sent_by(untrained, QPSK)
    slots.pusch.pilot_sequence = slots.pusch.pilot_sequence.flip(1)
    assert error_rate(untrained, slots) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("antennas", [1, 2, 4])
@pytest.mark.parametrize("snr_db", [-30.0, 60.0])
def test_llrs_and_response_are_finite_at_any_level(untrained, antennas, snr_db):
    configuration = QAM16.model_copy(update={"rx_antennas": antennas, "prbs": 1})
    slots = sent_by(untrained, configuration, slots=3, snr_db=snr_db)
    detection = DeepTxReceiver(untrained, Coverage(covered=True)).detect(slots)
    assert detection.llr.shape == slots.coded.shape and detection.llr.isfinite().all()
    assert detection.response.shape == slots.response.shape and detection.response.isfinite().all()


def test_antenna_ports_are_precoded_by_the_codebook_of_pusch(untrained):
    configuration = LinkConfiguration(mcs_index=5, prbs=2, tx_antennas=2, transmitter="deeptx", receiver="deeptx")
    slots = sent_by(untrained, configuration)
    assert slots.pusch.symbols(slots.coded).shape == (24, 2, 14, 24)
    assert error_rate(untrained, slots) < 0.05


def test_a_transport_block_passes_through_ldpc_and_crc(untrained):
    from sionna.phy import config

    config.seed = 4
    transmitter = DeepTx(PuschKey.of(QPSK), untrained.transmitter)
    code = code_of(transmitter, "offset-minsum", 8)
    bits = random_bits((4, code.information_bits))
    slots = send(transmitter, QPSK, WALKING, code.encode(bits))
    llr = DeepTxReceiver(untrained, Coverage(covered=True)).detect(slots).llr
    decoded, crc_ok = code.decode(llr[:, None])
    assert crc_ok.all() and torch.equal(decoded, bits)


def test_the_card_covers_the_training_range_and_gives_reasons_outside_it(weights):
    transmitter = deeptx_transmitter(PuschKey.of(QPSK), weights)
    inside = QPSK.model_copy(update={"prbs": 6})
    assert deeptx_receiver(transmitter, inside, WALKING.model_copy(update={"snr_db": 10.0}), weights).coverage.covered
    fast = ChannelConfiguration(profile="CDL-A", speed_mps=120.0, snr_db=10.0)
    outside = deeptx_receiver(transmitter, inside, fast, weights).coverage
    assert not outside.covered
    assert any("doppler_hz" in reason for reason in outside.reasons) and any("CDL-A" in reason for reason in outside.reasons)
    assert set(validity_of(Plan().ranges)["bits_per_symbol"].choices or ()) == {2, 4}


def test_operations_grow_with_antennas_and_bandwidth(weights):
    transmitter = deeptx_transmitter(PuschKey.of(QPSK), weights)
    receiver = deeptx_receiver(transmitter, QPSK, WALKING, weights)
    two, four = (receiver.operations(transmitter, QPSK.model_copy(update={"rx_antennas": n})) for n in (2, 4))
    assert 1.8 * two < four < 2.0 * two
    wide = deeptx_transmitter(PuschKey.of(QPSK.model_copy(update={"prbs": 4})), weights)
    assert receiver.operations(wide, QPSK) == pytest.approx(2.0 * two)


def test_unsupported_links_are_refused_with_the_alternatives(weights):
    two_layers = LinkConfiguration(mcs_index=5, layers=2, tx_antennas=2, transmitter="deeptx", receiver="deeptx")
    with pytest.raises(TransmitterUnavailable, match=r"layers=2 .* use layers=1"):
        deeptx_transmitter(PuschKey.of(two_layers), weights)
    with pytest.raises(TransmitterUnavailable, match=r"mcs_index=20 of table 1 has 6 bits .* trained for \[2, 4\]"):
        deeptx_transmitter(PuschKey.of(QPSK.model_copy(update={"mcs_index": 20})), weights)
    with pytest.raises(TransmitterUnavailable, match="has 8 bits"):
        deeptx_transmitter(PuschKey.of(QPSK.model_copy(update={"mcs_table": 2, "mcs_index": 25})), weights)
    with pytest.raises(ReceiverUnavailable, match="use transmitter='deeptx'"):
        deeptx_receiver(pusch_of(PuschKey.of(QPSK)), QPSK, WALKING)


def test_weights_that_do_not_match_their_record_are_refused(weights):
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(TransmitterUnavailable, match=r"sha256.*twinpilot train receiver deeptx"):
        deeptx_transmitter(PuschKey.of(QPSK), weights)


def test_an_unknown_transmitter_is_refused_with_the_installed_ones():
    unknown = QPSK.model_copy(update={"transmitter": "carrier-pigeon"})
    with pytest.raises(TransmitterUnavailable, match=r"'carrier-pigeon' is none of \['pusch'"):
        make_transmitter(unknown)
    assert make_transmitter(QPSK.model_copy(update={"transmitter": "pusch"})) is pusch_of(PuschKey.of(QPSK))


def test_constellation_and_power_split_are_drawn(untrained, tmp_path):
    draw_transmitter(untrained.transmitter, (2, 4), tmp_path / "plots" / "deeptx.png")
    assert (tmp_path / "plots" / "deeptx.png").read_bytes().startswith(b"\x89PNG")


def test_trained_orders_are_read_from_the_card(weights):
    trained = load(weights)
    assert isinstance(trained, TrainedLink)
    assert trained.orders == (2, 4)
