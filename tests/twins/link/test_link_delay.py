"""The processing delay follows its documented model, and its operation counts match the decoded graphs."""

import numpy as np
import pytest
from sionna.phy.fec.ldpc import LDPC5GDecoder

from policies.artefact import read_artefact
from twins.link.bench.bench_delay import Sample
from twins.link.bench.bench_gap import GapSample, crossing
from twins.link.bench.calibrate_delay import fit_costs
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.block_costs import COSTS_PATH, relative_cost, seconds_per_operation
from twins.link.delay.code_graph import BG1_DEGREES, BG2_DEGREES
from twins.link.delay.operations import SlotShape, classical_operations, decoding_operations, detection_operations
from twins.link.delay.processing_delay import ComputeBudget, HarqTiming, ProcessingDelay, processing_delay
from twins.link.simulation.batch import Link
from twins.link.simulation.intervals import block_error_rate
from twins.link.simulation.transport_block import transmitter_of

CHANNEL = ChannelConfiguration(snr_db=10.0)
LARGEST = LinkConfiguration(prbs=273, mcs_index=27, layers=4, tx_antennas=4, rx_antennas=4)
SHAPES = [
    LinkConfiguration(mcs_index=4, prbs=3),
    LinkConfiguration(mcs_index=13, prbs=6, dmrs_symbols=4),
    LinkConfiguration(mcs_index=20, prbs=24, dmrs_symbols=1),
    LinkConfiguration(mcs_table=2, mcs_index=25, prbs=10, layers=2, tx_antennas=2),
]


@pytest.mark.parametrize("configuration", SHAPES)
def test_counts_match_sionnas_graph(configuration: LinkConfiguration) -> None:
    transmitter = transmitter_of(configuration)
    encoder = transmitter.transmitter._tb_encoder
    graph = SlotShape.of(transmitter).graph
    ldpc = encoder.ldpc_encoder
    assert (graph.code_blocks, graph.code_block_bits, graph.lifting) == (encoder.num_cbs, ldpc.k, ldpc.z)
    assert graph.all_edges == encoder.num_cbs * ldpc.pcm.nnz
    assert sum(BG1_DEGREES if graph.base_graph == 1 else BG2_DEGREES) * ldpc.z == ldpc.pcm.nnz
    decoded = encoder.num_cbs * LDPC5GDecoder(ldpc).pcm.nnz
    assert graph.edges == pytest.approx(decoded, rel=0.01)  # codewords of one transport block may differ by a symbol


@pytest.mark.parametrize("configuration", SHAPES)
def test_a_shape_needs_no_transmitter(configuration: LinkConfiguration) -> None:
    built, computed = SlotShape.of(transmitter_of(configuration)), SlotShape.of_pusch(configuration)
    assert built._replace(code_rate=0.0) == computed._replace(code_rate=0.0)
    assert built.code_rate == pytest.approx(computed.code_rate)


def test_one_transmission_takes_a_slot_and_its_computation() -> None:
    delay = ProcessingDelay(slot=0.5e-3, first=0.1e-3, combined=0.2e-3, grant_slots=1)
    assert delay.seconds(1) == pytest.approx(0.6e-3)
    # The grant goes out at 1.0 ms, the retransmission is on air from 1.5 to 2.0 ms and computed at 2.2 ms; a third at 3.7 ms.
    assert delay.seconds(2) == pytest.approx(2.2e-3)
    assert delay.seconds(3) == pytest.approx(3.7e-3)
    assert delay.mean_seconds(1.25) == pytest.approx(0.6e-3 + 0.25 * 1.6e-3)
    with pytest.raises(ValueError, match=r"transmissions=0\.5 is below 1"):
        delay.mean_seconds(0.5)


def test_the_grant_waits_for_the_terminals_preparation() -> None:
    """N2 of 10, 12, 23, 36 symbols and the PDCCH's one, in slots of 14 (TS 38.214 table 6.4-1)."""
    assert [HarqTiming().grant_slots(spacing) for spacing in (15, 30, 60, 120)] == [1, 1, 2, 3]
    assert HarqTiming(grant_symbols=3).grant_slots(30) == 2


def test_the_default_budget_computes_the_largest_carrier_within_a_slot() -> None:
    shape = SlotShape.of_pusch(LARGEST)
    delay = processing_delay(LARGEST, shape, classical_operations(shape, LARGEST))
    assert 0.5 * delay.slot < delay.first < delay.slot


def test_a_smaller_budget_takes_longer_in_proportion() -> None:
    link = LinkConfiguration()
    shape = SlotShape.of_pusch(link)
    fast, slow = (
        processing_delay(link, shape, classical_operations(shape, link), ComputeBudget(operations_per_second=rate)).first
        for rate in (1e12, 1e10)
    )
    assert slow == pytest.approx(100.0 * fast)


def test_work_grows_with_iterations_paths_and_antennas() -> None:
    def total(**choice: object) -> float:
        link = LinkConfiguration.model_validate({"tx_antennas": 2, "layers": 2, "rx_antennas": 4, **choice})
        shape = SlotShape.of_pusch(link)
        counts = {**classical_operations(shape, link), **decoding_operations(shape, link, combined=False)}
        return sum(count * relative_cost(block) for block, count in counts.items())

    assert total(ldpc_iterations=16) > total(ldpc_iterations=8)
    assert total(detector="kbest") > total(detector="lmmse") > total(detector="lmmse", estimator="perfect")
    assert total(rx_antennas=8) > total(rx_antennas=4)
    assert total(prbs=24) > 3.0 * total(prbs=6)


def test_combined_transmissions_are_decoded_on_the_whole_graph() -> None:
    link = LinkConfiguration(mcs_index=20)
    shape = SlotShape.of_pusch(link)
    assert (
        decoding_operations(shape, link, combined=True)["offset-minsum"]
        > decoding_operations(shape, link, combined=False)["offset-minsum"]
    )


def test_operations_reported_by_a_receiver_are_used() -> None:
    link = Link(LinkConfiguration(), CHANNEL)
    assert set(detection_operations(link.receiver, link.transmitter, link.configuration)) == {"ls", "combining", "demapping"}

    class Counting:
        name = "counting"
        detect = link.receiver.detect

        def operations(self, pusch: object, configuration: LinkConfiguration) -> float:
            return 1e6 * configuration.prbs

    assert detection_operations(Counting(), link.transmitter, link.configuration) == {"network": 6e6}


def test_the_committed_costs_match_their_record_and_name_every_block() -> None:
    assert read_artefact(COSTS_PATH).remake.endswith("python -m twins.link.bench.calibrate_delay")
    assert all(0.0 < cost < 1e-5 for cost in seconds_per_operation().values())
    with pytest.raises(ValueError, match="block='turbo' is none of"):
        relative_cost("turbo")


def test_the_fit_recovers_the_costs_behind_measured_times() -> None:
    generator, costs = np.random.default_rng(1), {"a": 2e-9, "b": 7e-10}
    samples = []
    for _ in range(20):
        counts = {"a": 1e6 * generator.random(), "b": 1e7 * generator.random()}
        seconds = sum(costs[block] * count for block, count in counts.items()) * (1.0 + 0.01 * generator.standard_normal())
        samples.append(Sample(part="any", case="any", seconds=seconds, operations=counts))
    fitted = fit_costs(samples)
    assert fitted == {block: pytest.approx(cost, rel=0.05) for block, cost in costs.items()}


def test_the_gap_is_measured_where_the_curve_crosses_the_points_bler() -> None:
    assert crossing([0.0, 1.0, 2.0], [1.0, 0.1, 0.01], 0.1) == pytest.approx(1.0)
    assert crossing([0.0, 1.0], [1.0, 0.01], 0.1) == pytest.approx(0.5)
    assert crossing([0.0, 1.0], [1.0, 0.5], 0.1) is None and crossing([0.0, 1.0], [0.05, 0.01], 0.1) is None
    bler = tuple(block_error_rate(failed, 1000) for failed in (900, 300, 30, 1))
    sample = GapSample(
        modulation="QPSK",
        configuration=LinkConfiguration(),
        code_block_bits=500,
        point_db=1.0,
        point_bler=0.3,
        snr_db=(0.0, 1.2, 2.4, 3.6),
        bler=bler,
    )
    gap = sample.gap_db()
    assert gap is not None and gap[0] == pytest.approx(0.2) and gap[1] < gap[0] < gap[2]
