"""An error floor is recognised and named; more pilots are tried before other receivers, and those with the same pilots only."""

import pytest

from policies.statistics.difference import Finding
from policies.statistics.error_floor import Trend
from tools.receivers.comparison import compare, pairing_objections
from tools.receivers.floor.finding import Cause, Remedy
from tools.receivers.floor.study import Study
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import ReceiverUnavailable
from twins.link.simulation.stopping import Stopping

SLOTS = Stopping(half_width=0.5, min_slots=32, max_slots=32, batch=32)
FEW_PILOTS = LinkConfiguration(mcs_index=20, prbs=2, dmrs_symbols=1)
FAST = ChannelConfiguration(profile="TDL-A", delay_spread_ns=50, speed_mps=55, snr_db=0.0)
LEVELS = (25.0, 30.0, 35.0)


def study(configuration=FEW_PILOTS, channel=FAST, others=(), stopping=SLOTS):
    return Study(configuration, channel, "ls+lmmse", others, stopping=stopping)


@pytest.fixture(scope="module")
def floor():
    return study(others=("deeprx", "lmmse+lmmse", "perfect+lmmse")).run(LEVELS)


def test_a_floor_of_few_pilots_is_named_and_more_pilots_are_the_remedy(floor):
    assert floor.trend.may_be_floor
    assert (floor.cause, floor.remedy) == (Cause.CHANNEL_ESTIMATE, Remedy.DMRS)
    assert floor.perfect_bler.interval.high < floor.trend.levels[-1].interval.low
    text = ". ".join(floor.sentences())
    assert "SNR-independent error floor of ls+lmmse with 1 DMRS symbol" in text
    assert "More power cannot help" in text
    assert text.index("More DMRS symbols were tried before") < text.index("Receivers against ls+lmmse")
    assert "DMRS symbols (dmrsAdditionalPosition" in floor.advice()
    assert "before any other receiver" in floor.advice()
    assert "N0 = 0.0003162" in text
    assert "SNR is Es/N0" in text


def test_the_receivers_get_the_stated_pilots_and_the_bound_is_no_candidate(floor):
    assert {trial.receiver for trial in floor.receivers} == {"deeprx", "lmmse+lmmse"}
    assert {trial.dmrs_symbols for trial in floor.receivers} == {1}
    assert all(trial.bler_finding in list(Finding) for trial in floor.receivers if not trial.unavailable)


def test_a_curve_that_falls_is_no_floor_and_nothing_else_is_tried():
    quiet = FAST.model_copy(update={"speed_mps": 0.0})
    found = study(FEW_PILOTS.model_copy(update={"mcs_index": 4}), quiet).run((-12.0, 0.0, 12.0))
    assert found.trend.trend is Trend.FALLING
    assert found.remedy is Remedy.POWER
    assert not found.pilots
    assert "This is no error floor" in found.sentences()[0]


def test_an_snr_far_too_low_is_not_called_a_floor():
    found = study(FEW_PILOTS.model_copy(update={"mcs_index": 25})).run((-20.0, -18.0, -16.0))
    assert found.trend.trend is Trend.SATURATED
    assert found.cause is Cause.UNDETERMINED
    assert not found.is_floor
    assert "the SNR may be too low for this MCS" in found.sentences()[0]
    assert "cannot help" not in ". ".join(found.sentences())


def test_a_receiver_that_does_not_support_the_link_is_told_with_its_reason():
    dense = LinkConfiguration(mcs_table=2, mcs_index=20, prbs=2, dmrs_symbols=1)
    found = study(dense, others=("deeprx",)).run(LEVELS)
    assert [trial.unavailable for trial in found.receivers if "256QAM" in trial.unavailable] != []
    assert any("not possible" in sentence for sentence in found.sentences())
    with pytest.raises(ReceiverUnavailable):
        Study(FEW_PILOTS, FAST, "nonsense", (), stopping=SLOTS).run(LEVELS)


@pytest.mark.parametrize(
    ("configuration", "channel", "seed", "stopping", "reason"),
    [
        ({"dmrs_symbols": 2}, {}, 1, SLOTS, "number of DMRS symbols differs: 1 and 2"),
        ({}, {"snr_db": 31.0}, 1, SLOTS, "SNR in dB differs: 30.0 and 31.0"),
        ({}, {}, 2, SLOTS, "seed differs: (1,) and (2,)"),
        ({}, {}, 1, SLOTS.model_copy(update={"min_slots": 64, "max_slots": 64}), "number of slots differs: 32 and 64"),
        ({}, {}, 1, SLOTS, ""),
    ],
)
def test_receivers_are_compared_only_with_identical_pilots_noise_seed_and_slots(configuration, channel, seed, stopping, reason):
    at_30 = FAST.model_copy(update={"snr_db": 30.0})
    (own,) = compare(FEW_PILOTS, at_30, ("ls+lmmse",), stopping=SLOTS)
    other_link, other_channel = FEW_PILOTS.model_copy(update=configuration), at_30.model_copy(update=channel)
    (other,) = compare(other_link, other_channel, ("lmmse+lmmse",), seed=seed, stopping=stopping)
    assert reason in "; ".join(pairing_objections(own.result, other.result))
    assert bool(pairing_objections(own.result, other.result)) is bool(reason)
