"""The MCS of link adaptation: the decoder curves' prediction is confirmed by decoding blocks."""

from __future__ import annotations

import pytest

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping
from twins.link.table.adaptation import adapted_mcs
from twins.link.table.not_covered import NotCovered

CONFIGURATION = LinkConfiguration(prbs=4, dmrs_symbols=1)
CHANNEL = ChannelConfiguration(profile="TDL-A", delay_spread_ns=364.0, speed_mps=30.0, snr_db=14.0)


def bler(mcs_index: int) -> float:
    configuration = CONFIGURATION.model_copy(update={"mcs_index": mcs_index})
    return simulate(configuration, CHANNEL, stopping=Stopping(half_width=0.03, max_slots=256)).bler.value


def test_blocks_decode_at_the_mcs_and_not_far_above_it() -> None:
    adapted = adapted_mcs(CONFIGURATION, CHANNEL)
    assert adapted.bler <= 0.1
    assert bler(adapted.mcs_index) < 0.15
    assert bler(adapted.mcs_index + 5) > 0.15


def test_a_better_receiver_or_more_power_allows_a_higher_mcs_and_the_same_seed_gives_the_same_mcs() -> None:
    adapted = adapted_mcs(CONFIGURATION, CHANNEL)
    assert adapted_mcs(CONFIGURATION, CHANNEL) == adapted
    assert adapted_mcs(CONFIGURATION.model_copy(update={"estimator": "perfect"}), CHANNEL).mcs_index > adapted.mcs_index
    louder = CHANNEL.model_copy(update={"profile": "AWGN", "snr_db": 30.0})
    assert adapted_mcs(CONFIGURATION, louder).mcs_index == 27


def test_if_nothing_is_decoded_the_lowest_mcs_with_a_curve_is_returned_with_its_error_rate() -> None:
    adapted = adapted_mcs(CONFIGURATION, CHANNEL.model_copy(update={"snr_db": -15.0}))
    assert adapted.mcs_index == 2  # rates below 1/5, CRC included, have no curve
    assert adapted.bler > 0.9


def test_a_decoder_without_curves_is_refused_with_those_that_have_some() -> None:
    with pytest.raises(NotCovered, match=r"offset-minsum x 7 has no curve.*offset-minsum x 8"):
        adapted_mcs(CONFIGURATION.model_copy(update={"ldpc_iterations": 7}), CHANNEL)
