"""PM reports are parsed as real networks write them: positions from 1, text values, odd time zones and epochs, suspect values."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.pm_measurement import from_wire, parse_wire_name, to_wire, wire_name
from policies.quality.reporter import Reporter
from policies.quality.screening import screen
from policies.quality.trend import Past
from policies.slices import Slice
from tools.telemetry.pm_reading import PmReportError
from tools.telemetry.pm_report import parse_zone, read_report

REPORT = {
    "event": {
        "commonEventHeader": {
            "domain": "perf3gpp",
            "startEpochMicrosec": 951912000000,
            "lastEpochMicrosec": 951912900000,
            "timeZoneOffset": "UTC+05.30",
        },
        "perf3gppFields": {
            "measDataCollection": {
                "granularityPeriod": 900,
                "measuredEntityDn": "SubNetwork=Country,MeContext=M1,ManagedElement=S1",
                "measInfoList": [
                    {
                        "measTypes": {
                            "sMeasTypesList": ["DRB.UEThpDl.SNSSAI.01", "attTCHSeizures", "DRB.PdcpSduDelayDl", "CARR.WBCQIDist"]
                        },
                        "measValuesList": [
                            {
                                "measObjInstId": "GNBDUFunction=1,NRCellDU=S1C1",
                                "suspectFlag": "false",
                                "measResults": [
                                    {"p": 3, "sValue": "87"},
                                    {"p": 1, "sValue": "12500"},
                                    {"p": 2, "sValue": "813"},
                                    {"p": 4, "sValue": "1,2,3"},
                                ],
                            },
                            {
                                "measObjInstId": "GNBDUFunction=1,NRCellDU=S1C2",
                                "suspectFlag": "true",
                                "measResults": [{"p": 1, "sValue": "1"}, {"p": 3, "sValue": "2"}],
                            },
                        ],
                    }
                ],
            }
        },
    }
}
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"


def changed(path: str, value: object) -> dict:
    report = copy.deepcopy(REPORT)
    *steps, last = path.split("/")
    at = report["event"]
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    at[int(last) if last.isdigit() else last] = value
    return report


def test_values_are_taken_by_their_position_in_catalogue_units():
    samples = {(row.kpi, row.dn, row.slice): (row.value, row.unit) for row in read_report(REPORT).samples}
    assert samples["DRB.UEThpDl", CELL, Slice.EMBB] == (12.5, "Mbit/s")
    assert samples["DRB.PdcpSduDelayDl", CELL, None] == (8.7, "ms")
    assert samples["CARR.WBCQIDist.2", CELL, None] == (3.0, "count")


def test_suspect_values_are_left_out_and_listed_as_flaws():
    reading = read_report(REPORT)
    assert reading.suspect == 2
    assert {sample.dn for sample in reading.samples} == {CELL}
    assert {(flaw.dn, flaw.value) for flaw in reading.flaws} == {(CELL.replace("S1C1", "S1C2"), value) for value in (0.001, 0.2)}


def test_measurements_that_are_not_kpis_are_listed():
    assert read_report(REPORT).ignored == {"attTCHSeizures"}


@pytest.mark.parametrize("scale", [1, 1_000, 1_000_000])
def test_epochs_are_read_whatever_their_unit(scale):
    header = {**REPORT["event"]["commonEventHeader"]}
    header |= {"startEpochMicrosec": 951912000 * scale, "lastEpochMicrosec": 951912900 * scale}
    sample = read_report(changed("commonEventHeader", header)).samples[0]
    assert sample.start == datetime(2000, 3, 1, 12, tzinfo=UTC)
    assert sample.end - sample.start == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("UTC+05.30", 330), ("UTC+05:00", 300), ("+00:00", 0), ("UTC", 0), ("-03:30", -210), ("UTC+0100", 60)],
)
def test_time_zones_are_read_in_every_spelling(text, minutes):
    assert parse_zone(text) == timezone(timedelta(minutes=minutes))


@pytest.mark.parametrize("instance", ["ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1", "GNBDUFunction=1,NRCellDU=S1C1"])
def test_objects_are_named_from_their_managed_element(instance):
    base = "perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measObjInstId"
    assert {sample.dn for sample in read_report(changed(base, instance)).samples} == {CELL}


@pytest.mark.parametrize("text", ["NULL", "", "NIL", "nan"])
def test_what_could_not_be_measured_is_absent_not_zero(text):
    base = "perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measResults"
    samples = read_report(changed(base, [{"p": 1, "sValue": text}])).samples
    assert [sample.value for sample in samples] == [None]


@pytest.mark.parametrize("text", ["4_2", "\u0664\u0662", "0x2A", "4,2", "inf"])
def test_only_a_number_of_the_standard_is_a_number(text):
    base = "perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measResults"
    reading = read_report(changed(base, [{"p": 1, "sValue": text}]))
    assert [flaw.check for flaw in reading.flaws if flaw.dn == CELL] == ["range"]
    assert not reading.samples


def test_a_measurement_that_is_stated_twice_is_read_twice_so_that_the_checks_see_the_conflict():
    base = "perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measResults"
    reading = read_report(changed(base, [{"p": 3, "sValue": "87"}, {"p": 3, "sValue": "870"}]))
    assert [sample.value for sample in reading.samples] == [8.7, 87.0]
    screening = screen(reading.samples, Past(), Reporter())
    assert not screening.good
    assert all("conflict" in flaw.reason for flaw in screening.flaws)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("commonEventHeader/domain", "measurement"),
        ("commonEventHeader/timeZoneOffset", "Mars"),
        ("commonEventHeader/startEpochMicrosec", "soon"),
        ("commonEventHeader/startEpochMicrosec", 1e300),
        ("perf3gppFields", None),
        ("perf3gppFields/measDataCollection/granularityPeriod", []),
        ("perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measResults", [{"p": 0, "sValue": "1"}]),
        ("perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measResults", [{"p": 9, "sValue": "1"}]),
        ("perf3gppFields/measDataCollection/measInfoList/0/measValuesList/0/measObjInstId", "no name"),
    ],
)
def test_a_malformed_report_is_one_typed_error(path, value):
    with pytest.raises(PmReportError, match="PM report"):
        read_report(changed(path, value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = ["commonEventHeader", "perf3gppFields", "perf3gppFields/measDataCollection", "commonEventHeader/lastEpochMicrosec"]


@settings(max_examples=150)
@given(st.sampled_from(PATHS), JSON)
def test_no_report_breaks_the_reader(path, value):
    try:
        read_report(changed(path, value))
    except PmReportError as error:
        assert "\n" not in str(error)


def test_units_of_the_wire_are_those_of_ts_28_552():
    assert to_wire("DRB.UEThpDl", 5.0) == 5000.0
    assert to_wire("DRB.PdcpSduDelayDl.P95", 8.7) == 87.0
    assert to_wire("PEE.Energy", 1500.0) == 1.5
    assert from_wire("DRB.PacketLossRateDl", 10_000.0) == 1.0
    assert to_wire("RRU.PrbTotDl", 55.0) == 55.0


@pytest.mark.parametrize("slice_", [None, *Slice])
def test_names_on_the_wire_round_trip(slice_):
    assert parse_wire_name(wire_name("CARR.WBCQIDist.7", slice_)) == ("CARR.WBCQIDist.7", slice_)
