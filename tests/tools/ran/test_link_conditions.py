"""The inputs of a link evaluation are taken from counters and the network card, or marked as assumed or missing."""

import pytest
from tool_worlds import context_over, network_with_history

from policies.effect import Effect
from policies.managed_object import ManagedObject
from tools.contract import ToolError
from tools.ran.block_errors import block_errors
from tools.ran.cqi_sinr import sinr_quantile
from tools.ran.link_conditions import link_conditions
from tools.ran.link_facts import typical_delay_spread_ns
from tools.ran.matched_mcs import fading_margin_db
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery
from twins.radio.link_adaptation import cqi_of, cqi_thresholds_db
from twins.system.system_network import SystemNetwork

ADDITIONAL_DMRS = 1


class WithReceiver(SystemNetwork):
    """The small network, where each cell also reports its receiver."""

    def configuration(self, under=""):
        attributes = {"dmrsAdditionalPosition": ADDITIONAL_DMRS, "channelEstimator": "LMMSE"}
        objects = super().configuration(under)
        receiver = ManagedObject(dn=f"{under},ReceiverProfile=1", attributes=attributes)
        return (*objects, receiver) if "NRCellDU" in under else objects


def make_context(folder, network=None, observed=True):
    network = network or network_with_history()
    return context_over(network, folder, None if observed else KpiStore(folder / "kpi.db"))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return make_context(tmp_path_factory.mktemp("link"))


def conditions(context, **arguments):
    evidence = link_conditions.call(context, {"cells": ["S1C1"], **arguments})
    return evidence, evidence.value.cells[0]


def fact(cell, name):
    return next(fact for fact in cell.facts if fact.name == name)


def test_counters_are_returned_as_the_network_reported_them(context):
    evidence, cell = conditions(context, windows=12)
    card = context.network.describe().cell("S1C1")
    frame = context.network.observe(KpiQuery(dns=(card.dn,))).keep(lambda sample: sample.slice is None)
    assert link_conditions.effect is Effect.OBSERVE
    assert evidence.provenance.kind == "measurement"
    assert (cell.carrier_ghz, cell.prbs, cell.subcarrier_khz) == (card.carrier_ghz, card.prbs, card.subcarrier_spacing_khz)
    assert cell.prb_use == pytest.approx(frame.where(kpi="RRU.PrbTotDl").mean())
    assert cell.cqi_reports[15] == sum(frame.where(kpi="CARR.WBCQIDist.15").values())
    assert cell.block_errors.mean == pytest.approx(frame.where(kpi="CARR.AverageBlerDl").mean())


def test_unreported_facts_are_listed_with_the_assumptions(context):
    evidence, cell = conditions(context)
    assert {fact.name: fact.origin for fact in cell.facts} == {
        "dmrs_symbols": "assumed", "delay_spread_ns": "assumed", "rx_antennas": "assumed", "estimator_in_use": "missing",
        "uplink_sinr": "assumed", "speed": "missing", "csi_error": "missing",
    }  # fmt: skip
    assert all(fact.source in evidence.warnings for fact in cell.facts)
    assert fact(cell, "dmrs_symbols").value == 3.0
    assert "does not report the pilot pattern" in fact(cell, "dmrs_symbols").source
    assert all(fact.value is None for fact in cell.facts if fact.origin == "missing")


def test_values_from_the_operator_replace_assumptions_and_change_the_link(context):
    _, assumed = conditions(context)
    _, measured = conditions(context, dmrs_symbols=1, delay_spread_ns=30.0, rx_antennas=4)
    assert [fact(measured, name).origin for name in ("dmrs_symbols", "delay_spread_ns", "rx_antennas")] == ["operator"] * 3
    assert measured.levels[0].sinr == assumed.levels[0].sinr
    assert measured.levels[0].snr_db == pytest.approx(assumed.levels[0].snr_db - 3.01, abs=0.01)
    assert measured.levels[0].margin_db < assumed.levels[0].margin_db


def test_facts_that_the_network_reports_are_used(tmp_path):
    _, cell = conditions(make_context(tmp_path, network_with_history(kind=WithReceiver)))
    assert (fact(cell, "dmrs_symbols").value, fact(cell, "dmrs_symbols").origin) == (1.0 + ADDITIONAL_DMRS, "network")
    assert fact(cell, "estimator_in_use").value == "LMMSE"


def test_levels_rise_with_their_share_and_the_mcs_with_them(context):
    _, cell = conditions(context)
    assert [level.sinr.share for level in cell.levels] == [0.1, 0.5, 0.9]
    assert [level.sinr.sinr_db for level in cell.levels] == sorted(level.sinr.sinr_db for level in cell.levels)
    assert [level.mcs_index for level in cell.levels] == sorted(level.mcs_index for level in cell.levels)


def test_without_cqi_reports_no_level_is_made_up(tmp_path):
    evidence, cell = conditions(make_context(tmp_path, observed=False))
    assert cell.levels == ()
    assert cell.block_errors.mean is None
    assert "no CQI was reported" in evidence.summary


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cells": ["S9C9"]}, "no cell and no area has this name"),
        ({"dmrs_symbols": 9}, "dmrs_symbols=9"),
        ({"delay_spread_ns": float("nan")}, "delay_spread_ns"),
        ({"rx_antennas": 0}, "rx_antennas=0"),
    ],
)
def test_an_invalid_argument_is_named(context, arguments, words):
    with pytest.raises(ToolError, match=words):
        link_conditions.call(context, arguments)


def test_a_quantile_of_the_sinr_is_reported_as_the_cqi_it_came_from():
    counts = [0] * 16
    counts[7], counts[9] = 30, 70
    low, high = sinr_quantile(counts, 0.15), sinr_quantile(counts, 0.9)
    for quantile, cqi in ((low, 7), (high, 9)):
        assert quantile.cqi == cqi
        assert quantile.low_db < quantile.sinr_db < quantile.high_db
        assert cqi_of(cqi_thresholds_db(), quantile.sinr_db) == cqi


def test_in_an_open_bin_only_its_edge_is_known():
    above, below = sinr_quantile([0] * 15 + [5], 0.5), sinr_quantile([5] + [0] * 15, 0.5)
    assert above.high_db is None and above.sinr_db == above.low_db
    assert below.low_db is None and below.sinr_db == below.high_db


@pytest.mark.parametrize(("counts", "share"), [([0] * 16, 0.5), ([1] * 15, 0.5), ([1] * 16, 1.0), ([-1] + [2] * 15, 0.5)])
def test_an_invalid_histogram_or_share_is_refused(counts, share):
    with pytest.raises(ValueError, match=r"counts=|share="):
        sinr_quantile(counts, share)


def test_diversity_makes_the_worst_slots_less_bad():
    flat = fading_margin_db(10.0, 1.0, 1, 8, 30)
    assert flat == pytest.approx(9.8, abs=1.0)  # Rayleigh: the tenth percentile of the power is -ln(0.9), 9.8 dB below the mean
    assert flat > fading_margin_db(10.0, 1.0, 2, 8, 30) > fading_margin_db(10.0, 1000.0, 4, 8, 30) > 0.0


def test_the_delay_spread_follows_the_model_of_the_antenna_height():
    assert typical_delay_spread_ns(3.5, 25.0) == (364, "UMa")  # table 7.7.3-2 has 363 ns
    assert typical_delay_spread_ns(28.0, 10.0) == (66, "UMi")


def test_a_rise_of_block_errors_is_distinguished_from_noise():
    assert block_errors([5.0, 6.0] * 8 + [15.0, 16.0] * 4).p_value < 0.01
    assert block_errors([5.0] * 24).p_value > 0.4
    assert block_errors([5.0, 6.0]).p_value is None
    assert "rising" in block_errors([5.0, 6.0] * 8 + [15.0, 16.0] * 4).summary
