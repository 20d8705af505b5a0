"""The simulated link: repeatable, the same slots for every receiver, HARQ, valid intervals, no NaN in any result."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sionna.phy import config

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import Detection, Receiver, ReceiverUnavailable
from twins.link.result import LinkResult
from twins.link.simulation.batch import Link, ReceiverFault
from twins.link.simulation.intervals import bit_error_rate, block_error_rate, half_width, throughput
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping
from twins.link.waveform.slots import Slots

torch.set_num_threads(1)

FADING = ChannelConfiguration(profile="TDL-A", delay_spread_ns=100.0, speed_mps=3.0, snr_db=4.0)
STEADY = ChannelConfiguration(profile="AWGN", snr_db=20.0)
SMALL = LinkConfiguration(mcs_index=10, prbs=2)
SHORT = Stopping(half_width=0.01, min_slots=16, max_slots=32, batch=16)


class Recorder:
    """A receiver that records the slots of the receiver it wraps."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver, self.name = receiver, receiver.name
        self.received: list[Slots] = []

    def detect(self, slots: Slots) -> Detection:
        self.received.append(slots)
        return self.receiver.detect(slots)


class Broken(Recorder):
    """A receiver whose first LLR is NaN."""

    def detect(self, slots: Slots) -> Detection:
        detection = super().detect(slots)
        detection.llr[0, 0] = torch.nan
        return detection


class Short(Recorder):
    """A receiver that drops a bit."""

    def detect(self, slots: Slots) -> Detection:
        detection = super().detect(slots)
        return replace(detection, llr=detection.llr[:, 1:])


def _numbers(result: LinkResult) -> dict[str, object]:
    return result.model_dump(exclude={"provenance": {"observed_at"}})


def test_the_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    first = simulate(SMALL, FADING, seed=7, stopping=SHORT)
    assert _numbers(simulate(SMALL, FADING, seed=7, stopping=SHORT)) == _numbers(first)
    other = simulate(SMALL, FADING, seed=8, stopping=SHORT)
    assert other.uncoded_ber.value != first.uncoded_ber.value


def test_sionnas_generators_are_restored() -> None:
    config.seed = 5
    expected = torch.rand(3, generator=config.torch_rng()), config.np_rng.random(), config.py_rng.random()
    config.seed = 5
    simulate(SMALL, FADING, stopping=SHORT)
    assert config.seed == 5
    assert torch.equal(torch.rand(3, generator=config.torch_rng()), expected[0])
    assert (config.np_rng.random(), config.py_rng.random()) == expected[1:]


def test_two_receivers_get_the_same_slots_also_when_they_fail_at_different_blocks() -> None:
    recorded = []
    for estimator in ("ls", "perfect"):
        link = Link(SMALL.model_copy(update={"estimator": estimator, "harq_retransmissions": 1}), FADING)
        link.receiver = recorder = Recorder(link.receiver)
        link.run(16, seed=3, index=0)
        recorded.append(recorder.received)
    (a, again_a), (b, again_b) = recorded
    assert torch.equal(a.coded, b.coded) and torch.equal(a.received, b.received) and torch.equal(a.response, b.response)
    assert len(again_a.coded) > len(again_b.coded) > 0  # perfect CSI fails less often, on a subset of the blocks that LS loses
    pairs = [(row, other) for row in range(len(again_a.coded)) for other in range(len(again_b.coded))]
    same = [torch.equal(again_a.received[row], again_b.received[other]) for row, other in pairs]
    assert sum(same) == len(again_b.coded)
    assert not torch.equal(again_a.response[0], a.response[0])  # a retransmission has its own channel draw


def test_harq_delivers_what_one_transmission_loses_and_its_slots_are_counted() -> None:
    once = simulate(SMALL, FADING, stopping=SHORT)
    harq = simulate(SMALL.model_copy(update={"harq_retransmissions": 3}), FADING, stopping=SHORT)
    assert harq.first_bler == once.first_bler and once.bler == once.first_bler
    assert once.bler.value > 0.1 and harq.bler.value < once.bler.value
    assert 1.0 < harq.transmissions <= 4.0 and harq.delay_ms > once.delay_ms + 1.0 * (harq.transmissions - 1.0)
    bits = Link(SMALL, FADING).code.information_bits
    expected = (1.0 - harq.bler.value) * bits / (harq.transmissions * SMALL.slot_seconds) / 1e6
    assert harq.throughput_mbps.value == pytest.approx(expected)


def test_a_good_channel_delivers_everything_and_a_hopeless_one_nothing() -> None:
    good = simulate(SMALL, STEADY, stopping=SHORT)
    assert good.bler.value == good.ber.value == 0.0
    assert good.throughput_mbps.value == pytest.approx(Link(SMALL, STEADY).code.information_bits / 0.5e-3 / 1e6)
    hopeless = simulate(SMALL, STEADY.model_copy(update={"snr_db": -15.0}), stopping=SHORT)
    assert hopeless.bler.value == 1.0 and hopeless.throughput_mbps.value == 0.0 and 0.2 < hopeless.ber.value < 0.6


def test_the_awgn_profile_has_unit_gain_and_orthogonal_layers() -> None:
    two = Link(SMALL.model_copy(update={"layers": 2, "tx_antennas": 2}), STEADY)
    slots = two.transmit(torch.zeros(1, two.code.information_bits), 0)
    matrix = slots.response[0, :, :, 5, 7] * 2.0**0.5  # less the precoder's power split
    assert torch.allclose(matrix.abs(), torch.ones(2, 2), atol=1e-5)
    assert torch.allclose(matrix.mH @ matrix, 2.0 * torch.eye(2, dtype=torch.complex64), atol=1e-5)
    single = Link(SMALL, STEADY)
    assert torch.all(single.transmit(torch.zeros(1, single.code.information_bits), 0).response == 1.0)


def test_nmse_is_reported_if_a_channel_was_estimated() -> None:
    estimated = simulate(SMALL, STEADY, stopping=SHORT).nmse_db
    assert estimated is not None and -40.0 < estimated < -15.0  # about the SNR of 20 dB, with a gain of interpolation
    assert simulate(SMALL.model_copy(update={"estimator": "perfect"}), STEADY, stopping=SHORT).nmse_db is None


def test_simulation_stops_when_the_interval_is_narrow_enough() -> None:
    reports: list[tuple[int, float]] = []
    stopping = Stopping(half_width=0.1, min_slots=16, max_slots=64, batch=16)
    result = simulate(SMALL, STEADY, stopping=stopping, progress=lambda slots, width: reports.append((slots, width)))
    assert result.slots == 16 and result.warnings == () and half_width(result.bler) <= 0.1
    assert reports == [(16, half_width(result.bler))]


def test_an_interval_that_stays_wide_is_a_warning() -> None:
    result = simulate(SMALL, FADING, stopping=SHORT)
    assert result.slots == 32 and half_width(result.bler) > SHORT.half_width
    assert result.warnings[0].startswith("stopped at 32 slots") and "max_slots=32" in result.warnings[0]


def test_provenance_distinguishes_configurations_and_seeds() -> None:
    a, b = (
        simulate(link, FADING, seed=2, stopping=SHORT).provenance for link in (SMALL, SMALL.model_copy(update={"mcs_index": 11}))
    )
    assert a.kind == "simulation" and a.version.startswith("sionna 2.") and a.seeds == (2,)
    assert "TDL-A" in a.channel_model and a.configuration_digest != b.configuration_digest


@pytest.mark.parametrize(("broken", "words"), [(Broken, "1 of .* not finite"), (Short, "shape .* one per coded bit")])
def test_a_receiver_with_invalid_llrs_is_named_instead_of_averaged(broken: type[Recorder], words: str) -> None:
    link = Link(SMALL, FADING)
    link.receiver = broken(link.receiver)
    with pytest.raises(ReceiverFault, match=rf"receiver 'ls\+lmmse' returned .*{words}"):
        link.run(4, seed=1, index=0)


def test_an_unknown_receiver_is_unavailable() -> None:
    with pytest.raises(ReceiverUnavailable, match="receiver='oracle' is none of"):
        simulate(LinkConfiguration(receiver="oracle"), FADING, stopping=SHORT)


def test_batches_shrink_with_the_grid_but_not_with_the_receiver() -> None:
    wide = Link(LinkConfiguration(prbs=270, rx_antennas=16, mcs_index=20), STEADY)
    assert Link(SMALL, STEADY).batch_size(64) == 64 and 1 <= wide.batch_size(64) < 64


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"min_slots": 200, "max_slots": 128}, "below min_slots=200"),
        ({"max_slots": 100}, "not a whole number of batches of batch=64"),
    ],
)
def test_stopping_rules_that_contradict_themselves_are_refused(limits: dict[str, int], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Stopping(**limits)


def test_wilsons_interval_is_the_published_one() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, method 3)."""
    estimate = block_error_rate(81, 263)
    assert [estimate.interval.low, estimate.interval.high] == pytest.approx([0.2553, 0.3662], abs=5e-5)
    assert block_error_rate(0, 64).interval.low == 0.0 < block_error_rate(0, 64).interval.high


def test_bits_of_a_block_do_not_count_as_independent() -> None:
    """Ten of a hundred blocks lost with half their bits: the interval is that of ten blocks, not of five thousand bits."""
    errors = np.zeros(100)
    errors[:10] = 500.0
    estimate = bit_error_rate(errors, 1000)
    assert estimate.value == 0.05
    assert half_width(estimate) == pytest.approx(1.984 * errors.std(ddof=1) / 1000.0 / 10.0, rel=1e-3)


def test_without_an_error_the_interval_still_has_a_width() -> None:
    error_free = bit_error_rate(np.zeros(64), 1000)
    assert error_free.value == 0.0 and error_free.interval.high == pytest.approx(0.5 * block_error_rate(0, 64).interval.high)


def test_the_interval_of_the_throughput_covers_its_true_value() -> None:
    """Blocks of 1000 bits in 1 ms slots: 70 % need one transmission, 20 % two, the rest are lost after two."""
    generator, covered = np.random.default_rng(2), 0
    truth = 0.9 * 1000.0 / (1.3 * 1e-3) / 1e6
    for _ in range(300):
        kind = generator.choice(3, size=128, p=(0.7, 0.2, 0.1))
        estimate = throughput(kind < 2, np.where(kind == 0, 1.0, 2.0), 1000, 1e-3)
        covered += estimate.interval.contains(truth)
    assert 0.90 <= covered / 300 <= 0.99
