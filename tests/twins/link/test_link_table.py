"""The shipped link table covers its grid, refuses links outside it, and is consistent."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from policies.artefact import ArtefactError, read_artefact, record_of
from twins.link.columns import channel_columns, configuration_columns
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.processing_delay import ComputeBudget
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping
from twins.link.table.not_covered import NotCovered
from twins.link.table.tables import TABLE_PATH, LinkTables

CHANNEL = ChannelConfiguration(profile="TDL-C", delay_spread_ns=150.0, speed_mps=10.0, snr_db=10.0)
LINK = LinkConfiguration(mcs_index=11, prbs=8, dmrs_symbols=2)


@pytest.fixture(scope="module")
def tables() -> LinkTables:
    return LinkTables.load()


def at(snr_db: float) -> ChannelConfiguration:
    return CHANNEL.model_copy(update={"snr_db": snr_db})


def test_the_table_matches_its_record_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    assert read_artefact(TABLE_PATH).remake.startswith("twinpilot twin tabulate")
    copy = tmp_path / TABLE_PATH.name
    copy.write_bytes(TABLE_PATH.read_bytes()[:-1])
    shutil.copy(record_of(TABLE_PATH), record_of(copy))
    with pytest.raises(ArtefactError, match="do not belong together"):
        LinkTables.load(copy)


def test_more_signal_means_fewer_errors_and_never_a_worse_link(tables: LinkTables) -> None:
    rates = [tables.evaluate(LINK, at(snr)).bler.value for snr in np.linspace(-9.0, 30.0, 80)]
    assert rates[0] == pytest.approx(1.0, abs=1e-3)
    assert rates[-1] < 0.01
    assert np.all(np.diff(rates) <= 1e-6)


def test_retransmissions_deliver_more_blocks_and_cost_time(tables: LinkTables) -> None:
    results = [tables.evaluate(LINK.model_copy(update={"harq_retransmissions": count}), at(5.0)) for count in range(4)]
    assert [result.first_bler.value for result in results] == pytest.approx([results[0].bler.value] * 4)
    blers = [result.bler.value for result in results]
    assert blers == sorted(blers, reverse=True) and blers[-1] < 0.5 * blers[0]
    assert [result.delay_ms for result in results] == sorted(result.delay_ms for result in results)
    assert [result.transmissions for result in results] == sorted(result.transmissions for result in results)


@pytest.mark.parametrize(
    ("configuration", "channel", "limit"),
    [
        (LINK, at(31.0), "SNR is -9..30 dB"),
        (LINK, CHANNEL.model_copy(update={"profile": "CDL-C"}), "profile is one of"),
        (LINK, CHANNEL.model_copy(update={"speed_mps": 60.0}), "speed_mps .* is 0..40"),
        (LINK, CHANNEL.model_copy(update={"delay_spread_ns": 5.0}), "delay_spread_ns .* is 30..300"),
        (LINK.model_copy(update={"prbs": 100}), CHANNEL, "prbs is 4..24"),
        (LINK.model_copy(update={"ldpc_iterations": 13}), CHANNEL, "LDPC decoder is one of"),
        (LINK.model_copy(update={"mcs_index": 0}), CHANNEL, "code rate with CRC"),
        (LINK.model_copy(update={"rx_antennas": 3}), CHANNEL, "1x3_1 are none of the tabulated"),
    ],
)
def test_outside_its_grid_it_refuses_and_names_the_limit(
    tables: LinkTables, configuration: LinkConfiguration, channel: ChannelConfiguration, limit: str
) -> None:
    with pytest.raises(NotCovered, match=limit):
        tables.evaluate(configuration, channel)
    columns = configuration_columns([configuration, LINK]) | {"compute_gops": np.array([1000.0, 1000.0])}
    batch = tables.evaluate_batch(columns, channel_columns([channel, CHANNEL]))
    assert batch.covered.tolist() == [False, True]
    assert np.isfinite([batch.delay_ms[1], batch.throughput_mbps[1], batch.ber[1]]).all()


def test_batches_give_the_results_of_single_links(tables: LinkTables) -> None:
    links = [
        LinkConfiguration(mcs_index=index, prbs=prbs, dmrs_symbols=dmrs, harq_retransmissions=harq)
        for index, prbs, dmrs, harq in ((3, 4, 1, 0), (12, 9, 2, 1), (20, 24, 2, 3), (27, 17, 1, 2))
    ]
    channels = [at(snr) for snr in (0.0, 9.0, 18.0, 29.0)]
    columns = configuration_columns(links) | {"compute_gops": np.full(4, 500.0)}
    batch = tables.evaluate_batch(columns, channel_columns(channels))
    singles = [
        tables.evaluate(link, channel, ComputeBudget(operations_per_second=5e11))
        for link, channel in zip(links, channels, strict=True)
    ]
    assert batch.covered.all()
    assert batch.throughput_mbps.tolist() == pytest.approx([result.throughput_mbps.value for result in singles])
    assert batch.ber.tolist() == pytest.approx([result.ber.value for result in singles])
    assert batch.delay_ms.tolist() == pytest.approx([result.delay_ms for result in singles])


def test_the_result_warns_if_later_code_blocks_are_worse(tables: LinkTables) -> None:
    large = LINK.model_copy(update={"mcs_index": 22, "prbs": 20, "dmrs_symbols": 1})
    assert "2 code blocks are assumed equally good" in tables.evaluate(large, at(20.0)).warnings[0]
    for link, speed in ((large, 2.0), (large.model_copy(update={"dmrs_symbols": 2}), 10.0), (LINK, 10.0)):
        assert tables.evaluate(link, CHANNEL.model_copy(update={"speed_mps": speed})).warnings == ()


def test_a_carrier_and_spacing_that_fade_alike_are_the_same_link(tables: LinkTables) -> None:
    other = CHANNEL.model_copy(update={"carrier_ghz": 7.0, "delay_spread_ns": 75.0})
    wide = LINK.model_copy(update={"subcarrier_khz": 60})
    assert tables.evaluate(wide, other).bler == tables.evaluate(LINK, CHANNEL).bler
    assert tables.evaluate(wide, other).throughput_mbps.value == pytest.approx(
        2.0 * tables.evaluate(LINK, CHANNEL).throughput_mbps.value
    )


def test_the_delay_equals_the_simulations(tables: LinkTables) -> None:
    channel = at(28.0)  # no retransmission on either rung
    simulated = simulate(LINK, channel, stopping=Stopping(half_width=0.5, min_slots=8, max_slots=8, batch=8))
    assert tables.evaluate(LINK, channel).delay_ms == pytest.approx(simulated.delay_ms, rel=1e-6)


def test_the_table_agrees_with_a_fresh_simulation_of_links_between_its_points(tables: LinkTables) -> None:
    easy, hard = at(4.0), at(20.0)
    stopping = Stopping(half_width=0.15, min_slots=64, max_slots=64, batch=64)
    for channel in (easy, hard):
        fresh = simulate(LINK, channel, seed=77, stopping=stopping)
        table = tables.evaluate(LINK, channel)
        assert abs(table.bler.value - fresh.bler.value) < 0.05 + 3.0 * (fresh.bler.interval.high - fresh.bler.interval.low) / 4.0
        assert table.throughput_mbps.value == pytest.approx(fresh.throughput_mbps.value, rel=0.25, abs=0.2)


def test_a_device_state_and_an_orchestration_are_evaluated_by_the_table() -> None:
    from twins.link.qos import evaluate

    orchestration = Orchestration.model_validate(
        {
            "transmitter": {
                "module": "pusch",
                "mcs_table": 1,
                "mcs_index": 11,
                "layers": 1,
                "antenna_ports": 1,
                "power_dbm": 23.0,
            },
            "channel_coding": {"module": "ldpc", "algorithm": "offset-minsum", "iterations": 8, "harq_retransmissions": 1},
            "receiver": {"module": "classical", "estimator": "ls", "detector": "lmmse"},
            "resources": {"prbs": 8, "subcarrier_khz": 30, "dmrs_symbols": 2},
        }
    )
    device = DeviceState(tx_antennas=1, rx_antennas=2, max_power_dbm=23.0, max_modulation="64QAM", free_prbs=24)
    evaluation = evaluate(orchestration, device, CHANNEL)
    assert evaluation.qos.throughput_mbps > 0.0 and evaluation.link.provenance.source.startswith("link table")
