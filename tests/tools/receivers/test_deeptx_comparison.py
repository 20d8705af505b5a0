"""DeepTx is selected by name in the link twin, and compared with PUSCH by delivered bits per slot."""

from __future__ import annotations

import pytest
import torch

from tools.receivers.deeptx.comparison import SCHEMES, compare
from tools.receivers.deeptx.transmitter import DeepTx
from twins.link import transmitter
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping
from twins.link.transmitter import TransmitterUnavailable, make_transmitter
from twins.link.waveform.pusch import PuschKey, pusch_of

DEEPTX = LinkConfiguration(mcs_index=5, prbs=2, transmitter="deeptx", receiver="deeptx")
WALKING = ChannelConfiguration(profile="TDL-A", delay_spread_ns=30.0, speed_mps=1.0, snr_db=25.0)
FEW = Stopping(half_width=0.5, min_slots=8, max_slots=8, batch=8)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_deeptx_is_an_installed_transmitter_that_is_built_once():
    assert "deeptx" in transmitter.transmitter_names()
    assert isinstance(make_transmitter(DEEPTX), DeepTx)
    assert make_transmitter(DEEPTX) is make_transmitter(DEEPTX.model_copy(update={"harq_retransmissions": 2}))


def test_the_link_twin_simulates_it_end_to_end_and_repeatably():
    first, again = (simulate(DEEPTX, WALKING, seed=3, stopping=FEW) for _ in range(2))
    assert first.bler.value == 0.0
    assert first.nmse_db is not None and first.nmse_db < -15.0
    assert first.delay_ms > 0.0
    assert first.model_dump(exclude={"provenance"}) == again.model_dump(exclude={"provenance"})
    assert not first.coverage.covered  # 25 dB and 2 PRBs are outside the training range
    assert any("prbs=2" in reason for reason in first.coverage.reasons)


def test_without_block_errors_it_delivers_more_bits_per_slot_than_pusch():
    schemes = tuple(scheme for scheme in SCHEMES if scheme[1].get("receiver") != "deeprx")
    rows = {row.scheme: row for row in compare(DEEPTX, WALKING, [25.0], stopping=FEW, schemes=schemes)}
    assert all(row.bler.value == 0.0 for row in rows.values())
    for dmrs_symbols in (1, 2):
        row = rows[f"pusch {dmrs_symbols} DMRS, ls+lmmse"]
        sent = pusch_of(PuschKey.of(DEEPTX.model_copy(update={"dmrs_symbols": dmrs_symbols}))).transport_block_bits
        assert row.goodput_bits == pytest.approx(sent)
        assert rows["deeptx"].goodput_bits > 1.05 * row.goodput_bits


def test_goodput_counts_delivered_bits_only():
    noisy = WALKING.model_copy(update={"snr_db": -15.0})
    (row,) = compare(DEEPTX, noisy, [-15.0], stopping=FEW, schemes=SCHEMES[:1])
    assert row.bler.value == 1.0
    assert row.goodput_bits == 0.0


def test_retransmissions_are_combined():
    harq = DEEPTX.model_copy(update={"harq_retransmissions": 2})
    noisy = WALKING.model_copy(update={"snr_db": 1.0})
    result = simulate(harq, noisy, seed=3, stopping=Stopping(half_width=0.5, min_slots=32, max_slots=32, batch=32))
    assert result.bler.value < result.first_bler.value


def test_a_modulation_order_that_was_not_trained_is_refused_by_the_twin():
    with pytest.raises(TransmitterUnavailable, match="mcs_index=20 of table 1 has 6 bits per symbol"):
        simulate(DEEPTX.model_copy(update={"mcs_index": 20}), WALKING, stopping=FEW)
