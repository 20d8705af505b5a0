"""Each measurement is good, suspect or refused before anything rests on it, and good ones are never taken for anything else."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from policies.kpi import KpiSample, UnknownKpiError, counter_definitions, kpi_definition, kpi_definitions
from policies.quality.flaw import Quality, invalid
from policies.quality.reporter import Carrier, Reporter
from policies.quality.screening import screen
from policies.quality.suspect_flag import is_suspect
from policies.quality.trend import Past
from policies.slices import Slice
from twins.network import KpiQuery
from twins.system.scenario.disturbance import Disturbance
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

START = datetime(2026, 3, 1, tzinfo=UTC)
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
NETWORK = Reporter(now=START + timedelta(hours=1), granularity_s=300.0, carriers={CELL: Carrier(20.0, 51)})
MEASUREMENTS = [*kpi_definitions().values(), *counter_definitions().values()]


def sample(kpi, value, unit=None, dn=CELL, slice=None, start=START, seconds=300.0, count=1):
    name = f"{kpi}.0" if kpi in kpi_definitions() and kpi_definitions()[kpi].binned else kpi
    definition = {**kpi_definitions(), **counter_definitions()}.get(kpi)
    unit = (definition.unit if definition else "") if unit is None else unit
    return KpiSample(name, dn, slice, start, start + timedelta(seconds=seconds), value, unit, count)


def checked(*samples, reporter=NETWORK):
    return screen(samples, Past(), reporter)


@pytest.mark.parametrize("definition", MEASUREMENTS, ids=lambda definition: definition.name)
def test_every_measurement_has_bounds_with_a_source_and_nothing_outside_passes(definition):
    assert definition.bounds_source
    per_window = (definition.highest_per_s or math.inf) * 300
    highest = min(definition.highest if definition.highest is not None else math.inf, per_window)
    assert math.isfinite(highest), "a KPI without an upper bound"
    inside = float(math.floor(min(highest, 100.0)))
    for value in (definition.lowest, inside):
        assert not checked(sample(definition.name, value)).flaws
    for value in (definition.lowest - 1, highest * 1.01 + 1, 1e300, -1e300, math.inf, math.nan, "7", True):
        (flaw,) = checked(sample(definition.name, value)).flaws
        assert (flaw.quality, flaw.check) == (Quality.REFUSED, "range"), value


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("CARR.AverageBlerDl", 350.0),
        ("DRB.PacketLossRateDl", 10_000.0),
        ("RRC.ConnMean", -4.0),
        ("RRU.PrbTotDl", 140.0),
        ("DRB.UEThpDl", 4_000.0),  # 8 layers of 1024QAM on 20 MHz carry less
        ("CARR.WBCQIDist", 3.5),
    ],
)
def test_what_cannot_be_is_refused_with_bound_and_source(kpi, value):
    (flaw,) = checked(sample(kpi, value)).flaws
    assert flaw.check == "range"
    assert "TS 38" in flaw.reason or "TS 28" in flaw.reason or "share" in flaw.reason


def test_there_are_cqi_bins_0_to_15_only():
    assert kpi_definition("CARR.WBCQIDist.15").name == "CARR.WBCQIDist"
    for name in ("CARR.WBCQIDist.16", "CARR.WBCQIDist.1835", "CARR.WBCQIDist.-1", "CARR.WBCQIDist.01"):
        with pytest.raises(UnknownKpiError):
            kpi_definition(name)
        assert (
            checked(KpiSample(name, CELL, None, START, START + timedelta(seconds=300), 1.0, "count")).flaws[0].check
            == "catalogue"
        )


@pytest.mark.parametrize(
    ("start", "seconds", "reason"),
    [
        (START, -300.0, "ends 300 s before it starts"),
        (START, 0.0, "no length"),
        (START, 7 * 365 * 86_400.0, "days long"),
        (START, 60.0, "the granularity period is 300 s"),
        (START, 450.0, "the granularity period is 300 s"),
        (START + timedelta(hours=4), 300.0, "after the network's time"),
        (START.replace(tzinfo=None), 300.0, "no offset"),
    ],
)
def test_a_window_that_cannot_be_is_refused(start, seconds, reason):
    (flaw,) = checked(sample("RRU.PrbTotDl", 50.0, start=start, seconds=seconds)).flaws
    assert (flaw.quality, flaw.check) == (Quality.REFUSED, "window")
    assert reason in flaw.reason


def test_a_total_of_several_periods_and_a_window_that_just_ended_pass():
    assert not checked(sample("RRU.PrbTotDl", 50.0, seconds=3600.0)).flaws
    assert not checked(sample("RRU.PrbTotDl", 50.0, start=NETWORK.now - timedelta(seconds=299))).flaws


@pytest.mark.parametrize(
    ("kpi", "value", "unit", "expected"),
    [
        ("DRB.UEThpDl", 60_000.0, "kbit/s", 60.0),
        ("DRB.UEThpDl", 7.5, "MB/s", 60.0),
        ("DRB.PdcpSduDelayDl", 120.0, "0.1 ms", 12.0),
        ("DRB.PdcpSduDelayDl", 0.012, "s", 12.0),
        ("PEE.Energy", 0.05, "kWh", 50.0),
        ("DRB.PdcpSduVolumeDL", 1e6, "kbit", 1000.0),
        ("RRU.PrbTotDl", 25.5, "PRB", 50.0),
        ("DRB.PacketLossRateDl", 0.012, "ratio", 1.2),
        ("DRB.PacketLossRateDl", 12_000.0, "ppm", 1.2),
    ],
)
def test_units_are_converted_explicitly(kpi, value, unit, expected):
    (good,) = checked(sample(kpi, value, unit)).good
    assert good.value == pytest.approx(expected)
    assert good.unit == kpi_definition(kpi).unit


def test_a_ratio_of_packets_that_is_delivered_as_percent_is_less_than_a_packet():
    """12 of 1000 are 1.2 %; a ratio of 0.012 in percent says that 0.12 of a packet was lost, window by window."""

    def flaws(values, count):
        past = Past()
        windows = (
            [sample("DRB.PacketLossRateDl", value, start=START + n * timedelta(seconds=300), count=count)] for n, value in values
        )
        return [flaw for rows in windows for flaw in screen(rows, past, Reporter()).flaws]

    assert not flaws(enumerate([1.2, 1.3, 1.1, 0.1]), 1000)
    assert not flaws(enumerate([0.012, 0.0, 0.012, 0.1]), 1000), "a single packet of which a rest was lost"
    assert not flaws(enumerate([0.012] * 4), 1), "the number of packets is not known"
    found = flaws(enumerate([0.012, 0.013, 0.011, 0.012]), 1000)
    assert {flaw.start for flaw in found} == {START + n * timedelta(seconds=300) for n in range(4)}
    assert all("packets are 0.1" in flaw.reason and "is it a ratio of 0 to 1?" in flaw.reason for flaw in found)


def test_rests_of_segmented_packets_are_no_ratio():
    """Real windows of the system twin, where a buffer overflows by parts of packets: 0.28, 0.2, 0.23 and 0.03 of 930."""
    past, parts = Past(), [0.276, 0.19593, 0.22541, 0.02399, 0.29989]
    for number, part in enumerate(parts):
        start = START + number * timedelta(seconds=300)
        assert not screen([sample("DRB.PacketLossRateDl", 100 * part / 930, start=start, count=930)], past, Reporter()).flaws


@pytest.mark.parametrize(("count", "is_flawed"), [(930, False), (93_000, True), (1, True)])
def test_the_loss_of_a_few_packets_jumps_by_chance(count, is_flawed):
    """0.08 % become 0.64 %: of 930 packets 0.7 and 6, of 93,000 packets hundreds."""
    assert bool(loss_flaws({"DRB.PacketLossRateDl": 8.0}, count=count)) == is_flawed


@pytest.mark.parametrize("factor", [1e-2, 1e2, 1e-3, 1e3, 1 / 8, 8.0, 1e-4])
def test_a_loss_that_jumps_by_a_unit_while_all_else_stands_still_is_suspect(factor):
    flawed = loss_flaws({"DRB.PacketLossRateDl": factor})
    assert {flaw.kpi for flaw in flawed} == {"DRB.PacketLossRateDl"}
    assert {flaw.start for flaw in flawed} == {START + number * timedelta(seconds=300) for number in range(12, 24)}


@pytest.mark.parametrize(
    "factors",
    [
        {"DRB.PacketLossRateDl": 1e-2, "DRB.UEThpDl": 1.4, "DRB.MeanActiveUeDl": 1 / 1.4},
        {"DRB.PacketLossRateDl": 1e-2, "DRB.PdcpSduDelayDl": 0.5},
        {"DRB.PacketLossRateDl": 1 / 30},
    ],
)
def test_a_loss_that_falls_with_its_cause_or_by_no_unit_is_good(factors):
    assert not loss_flaws(factors)


def loss_flaws(factors, count=1):
    """The flaws of 24 windows; from the 12th on, the KPIs are scaled by the factors."""
    usual = {
        "DRB.PacketLossRateDl": 0.08, "DRB.UEThpDl": 10.0, "DRB.MeanActiveUeDl": 0.3, "DRB.PdcpSduVolumeDL": 900.0,
        "DRB.PdcpSduDelayDl": 10.0, "DRB.PdcpSduDelayDl.P95": 12.0,
    }  # fmt: skip
    past, flaws = Past(), []
    for number in range(24):
        scale = {kpi: factors.get(kpi, 1.0) if number >= 12 else 1.0 for kpi in usual}
        noise = 1 + 0.05 * (number % 3)
        start = START + number * timedelta(seconds=300)
        rows = [
            sample(kpi, value * scale[kpi] * (noise if "Loss" in kpi else 1.0), start=start, count=count)
            for kpi, value in usual.items()
        ]
        flaws += screen(rows, past, Reporter()).flaws
    return flaws


@pytest.mark.parametrize("unit", ["", "Mb", "furlong", "dBm", "%"])
def test_a_missing_or_unknown_unit_is_refused(unit):
    (flaw,) = checked(sample("DRB.UEThpDl", 60.0, unit)).flaws
    assert flaw.check == "unit"


@pytest.mark.parametrize("flag", ["1", "yes", " true ", "TRUE", "True", True, 1, "maybe", "y", "2", [], {}, "суспект"])
def test_a_flag_other_than_an_explicit_no_is_suspect(flag):
    assert is_suspect(flag)


@pytest.mark.parametrize("flag", [None, "", " ", "false", "FALSE", " no ", "0", 0, False, "null"])
def test_an_explicit_no_is_not_suspect(flag):
    assert not is_suspect(flag)


@pytest.mark.parametrize("dn", ["", "no name", "NRCellDU=", "a,b"])
def test_an_object_without_a_name_is_refused(dn):
    flaw = checked(sample("RRU.PrbTotDl", 50.0, dn=dn)).flaws[0]
    assert flaw.check == "object"
    assert f"of {dn or 'an object without a name'} = 50 %: refused" in flaw.describe()


def test_a_cell_that_is_not_of_this_network_is_refused_and_other_objects_are_not():
    other = "ManagedElement=S9,GNBDUFunction=1,NRCellDU=S1C1"
    (flaw,) = checked(sample("RRU.PrbTotDl", 40.0), sample("RRU.PrbTotDl", 40.0, dn=other)).flaws
    assert (flaw.dn, flaw.check) == (other, "object")
    assert "another network element" in flaw.reason
    for dn in ("SubNetwork=RAN", "ManagedElement=CU,GNBCUCPFunction=1,NRCellCU=S1C1,NRCellRelation=S1C2", f"{CELL},Beam=1"):
        assert not checked(sample("MM.HoExeIntraReq", 4.0, dn=dn)).flaws
    assert not checked(sample("RRU.PrbTotDl", 40.0, dn=other), reporter=Reporter()).flaws


def test_what_is_absent_is_neither_zero_nor_a_flaw():
    result = checked(sample("DRB.UEThpDl", None), sample("DRB.PdcpSduVolumeDL", 3000.0))
    assert not result.flaws
    assert [row.value for row in result.good] == [None, 3000.0]


CONTRADICTIONS = {
    "throughput zero, volume not": [("DRB.UEThpDl", 0.0, None), ("DRB.PdcpSduVolumeDL", 3300.0, None)],
    "all zero, volume not": [
        ("DRB.UEThpDl", 0.0, None),
        ("RRU.PrbTotDl", 0.0, None),
        ("RRC.ConnMean", 0.0, None),
        ("DRB.PdcpSduVolumeDL", 3300.0, None),
    ],
    "more active than connected": [("DRB.MeanActiveUeDl", 9.0, None), ("RRC.ConnMean", 3.0, None)],
    "5th percentile above mean": [("DRB.UEThpDl.P05", 20.0, None), ("DRB.UEThpDl", 10.0, None)],
    "energy is not power times time": [("PEE.Energy", 100.0, None), ("PEE.AvgPower", 600.0, None)],
    "slices exceed the cell": [("RRU.PrbUsedDl", 60.0, Slice.EMBB), ("RRU.PrbTotDl", 30.0, None)],
    "the cell is twice its slices": [
        ("DRB.PdcpSduVolumeDL", 600.0, None),
        *(("DRB.PdcpSduVolumeDL", 100.0, item) for item in Slice),
    ],
    "the same measurement twice": [("RRU.PrbTotDl", 30.0, None), ("RRU.PrbTotDl", 60.0, None)],
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_measurements_of_a_window_that_contradict_each_other_are_all_suspect(name):
    result = checked(*(sample(kpi, value, slice=slice) for kpi, value, slice in CONTRADICTIONS[name]))
    assert not result.good
    assert {(flaw.quality, flaw.check) for flaw in result.flaws} == {(Quality.SUSPECT, "consistency")}


def test_an_outage_is_not_taken_for_a_flaw():
    """Data arrives, buffers hold it, and nothing is sent."""
    values = [("DRB.UEThpDl", 0.0), ("RRU.PrbTotDl", 0.0), ("RRC.ConnMean", 4.0), ("DRB.MeanActiveUeDl", 4.0)]
    assert not checked(*(sample(kpi, value) for kpi, value in [*values, ("DRB.PdcpSduVolumeDL", 3300.0)])).flaws


def test_the_batch_of_a_public_report_is_thrown_away_with_reasons():
    """Public reports, case 4: throughput 0 at 11 Mbit/s, CQI 1835, a counter of preambles that repeats a delay."""
    batch = {
        "DRB.UEThpDl": 0.0,
        "RRU.PrbTotDl": 0.0,
        "RRU.PrbAvailDl": 41.0,
        "CQI": 1835.0,
        "RACH.PreambleDedCell": 6.762075,
        "DRB.RlcDelayUl": 6.762075,
        "DRB.PdcpSduVolumeDL": 11.0 * 300,
    }
    result = checked(*(sample(kpi, value) for kpi, value in batch.items()))
    reasons = {flaw.kpi: flaw.reason for flaw in result.flaws}
    assert {row.kpi for row in result.good} == {"RRU.PrbAvailDl", "DRB.RlcDelayUl"}
    assert "above 15" in reasons["CQI"]
    assert "it repeats DRB.RlcDelayUl: aliased" in reasons["RACH.PreambleDedCell"]
    assert "= 0 although data arrived at 11 Mbit/s" in reasons["DRB.UEThpDl"]
    assert invalid(result.flaws).startswith("telemetry invalid: ")


DISTURBANCES = (
    {"kind": "surge", "factor": 3.0, "at": (60, 80)},
    {"kind": "cell_outage", "cell": "S1C2", "at": (100, 110)},
    {"kind": "interferer", "x": 100.0, "y": 60.0, "power_dbm": 30.0, "at": (130, 150)},
    {"kind": "backhaul_delay", "cell": "S1C1", "milliseconds": 20.0, "at": (170, 190)},
    {"kind": "surge", "factor": 0.1, "at": (200, 220)},
)
# Queues that grow and drain, and outages that begin within a window.
OVERLOADS = (
    {"kind": "surge", "factor": 3.0, "at": (30, 50)},
    {"kind": "surge", "factor": 20.0, "at": (60, 130)},
    {"kind": "cell_outage", "cell": "S1C3", "at": (150.02, 153.5)},
    {"kind": "cell_outage", "cell": "S1C1", "at": (165.05, 167.5)},
    {"kind": "surge", "factor": 12.0, "at": (180, 240)},
    {"kind": "interferer", "x": 100.0, "y": 60.0, "power_dbm": 30.0, "at": (220, 250)},
    {"kind": "surge", "factor": 6.0, "at": (260, 310)},
    {"kind": "backhaul_delay", "cell": "S1C1", "milliseconds": 40.0, "at": (270, 300)},
)
WORLDS = {"usual": (4, DISTURBANCES), "overloads": (3, OVERLOADS), "other overloads": (1, OVERLOADS)}


@cache
def good_windows(world="usual"):
    """320 windows of a small network; the usual ones are quiet, crowded, with an outage, interference and a long transport."""
    scenario = small_scenario()
    seed, disturbances = WORLDS[world]
    network = SystemNetwork(scenario, seed)
    for disturbance in disturbances:
        begin, end = (scenario.start + timedelta(seconds=second) for second in disturbance["at"])
        body = {key: value for key, value in disturbance.items() if key != "at"} | {"start": begin, "end": end}
        network.inject(Disturbance.model_validate(body))
    frames = []
    for _ in range(32):
        network.advance(10)
        frames.append(network.observe(KpiQuery(windows=10)))
    return network.describe(), tuple(frames)


def screened(change=lambda row, window: row, world="usual"):
    """The flaws of all windows, if each sample of window number n is replaced by `change(sample, n)`."""
    card, frames = good_windows(world)
    carriers = {cell.dn: Carrier(cell.bandwidth_mhz, cell.prbs) for cell in card.cells}
    past, flaws = Past(), []
    begin = min(row.start for row in frames[0])
    for frame in frames:
        rows = [change(row, round((row.start - begin).total_seconds())) for row in frame]
        flaws += screen(rows, past, Reporter(now=card.now, granularity_s=1.0, carriers=carriers)).flaws
    return flaws


@pytest.mark.parametrize("world", WORLDS)
def test_good_measurements_are_never_flagged(world):
    assert sum(len(frame.windows()) for frame in good_windows(world)[1]) == 320
    assert [flaw.describe() for flaw in screened(world=world)] == []


@pytest.mark.parametrize(
    ("kpis", "factor"),
    [
        (("DRB.UEThpDl", "DRB.UEThpDl.P05"), 1000.0),
        (("DRB.UEThpDl", "DRB.UEThpDl.P05"), 0.001),
        (("DRB.UEThpDl", "DRB.UEThpDl.P05"), 2.0),
        (("DRB.UEThpDl",), 0.5),
        (("DRB.PdcpSduVolumeDL",), 1000.0),
        (("DRB.PdcpSduVolumeDL",), 2.0),
        (("DRB.UEThpDl", "DRB.UEThpDl.P05"), 8.0),
        (("DRB.UEThpDl", "DRB.UEThpDl.P05"), 0.125),
        (("DRB.PdcpSduVolumeDL",), 8.0),
        (("DRB.PdcpSduVolumeDL",), 0.125),
        (("RRC.ConnMean",), 100.0),
        (("EE.DV",), 0.001),
        (("RRC.ConnMean",), 2.0),
        (("PEE.Energy",), 2.0),
        (("PEE.Energy", "PEE.AvgPower"), 2.0),
        (("RRU.PrbTotDl",), 0.5),
        (("RRU.PrbTotDl", "RRU.PrbUsedDl"), 0.01),
        (("DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95"), 10.0),
    ],
)
def test_a_slip_of_a_factor_is_found_and_blamed_on_the_right_measurement(kpis, factor):
    """From window 260 on, of which nothing is known in advance; found within a few windows, as a whole."""

    def slip(row, window):
        slipped = window >= 260 and row.kpi in kpis and row.value is not None
        return dataclasses.replace(row, value=row.value * factor) if slipped else row

    begin = min(row.start for row in good_windows()[1][0])
    flawed = [flaw for flaw in screened(slip) if flaw.kpi in kpis]
    assert flawed
    first = min((flaw.start - begin).total_seconds() for flaw in flawed)
    assert 260 <= first <= 265
    assert all((flaw.start - begin).total_seconds() >= 260 for flaw in flawed)
