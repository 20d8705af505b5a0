"""PM files as real networks write them (public reports, case 5): own granularity, offsets, suspect and empty values, resets."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from tools.oran.command_network import app
from tools.telemetry.pm_file import read_pm_file, read_pm_xml
from tools.telemetry.pm_intake import take_in_files
from tools.telemetry.pm_reading import PmReportError
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C{}"
INSTANT = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)


def pm_file(end, volume=3000.0, duration="PT300S"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">
  <fileHeader fileFormatVersion="32.435 V10.0" vendorName="x" dnPrefix="SubNetwork=RAN">
    <measCollec beginTime="2026-03-29T02:00:00+01:00"/>
  </fileHeader>
  <measData>
    <managedElement localDn="ManagedElement=S1"/>
    <measInfo measInfoId="PM=1">
      <granPeriod duration="{duration}" endTime="{end}"/>
      <repPeriod duration="PT900S"/>
      <measType p="1">DRB.PdcpSduVolumeDL</measType>
      <measType p="2">RRC.ConnMean</measType>
      <measType p="3">RRU.PrbTotDl</measType>
      <measType p="4">attTCHSeizures</measType>
      <measValue measObjLdn="GNBDUFunction=1,NRCellDU=S1C1">
        <r p="1">{volume}</r><r p="2"></r><r p="3">NIL</r><r p="4">813</r>
      </measValue>
      <measValue measObjLdn="GNBDUFunction=1,NRCellDU=S1C2">
        <r p="1">3000</r><r p="2">5</r><r p="3">20</r><suspect>true</suspect>
      </measValue>
    </measInfo>
  </measData>
</measCollecFile>"""


WINTER, SUMMER = "2026-03-29T02:15:00+01:00", "2026-03-29T03:15:00+02:00"


def written(folder, *contents):
    paths = [folder / f"{number}.xml" for number, _ in enumerate(contents)]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content, encoding="utf-8")
    return paths


def test_the_public_case_5(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    first, second, third = take_in_files(written(tmp_path, pm_file(WINTER), pm_file(SUMMER), pm_file(WINTER)), store)
    assert (first.samples, second.samples, third.samples) == (3, 0, 0)
    assert first.ignored == ("attTCHSeizures",)
    rows = {row.kpi: row for row in store.query(KpiQuery())}
    volume = rows["DRB.PdcpSduVolumeDL"]
    assert (volume.start, volume.end) == (INSTANT - timedelta(seconds=300), INSTANT)
    assert volume.value / (volume.end - volume.start).total_seconds() == 10.0
    assert (rows["RRC.ConnMean"].value, rows["RRU.PrbTotDl"].value) == (None, None)
    assert {row.dn for row in rows.values()} == {CELL.format(1)}
    assert {(flaw.dn, flaw.check) for flaw in store.flaws(KpiQuery())} == {(CELL.format(2), "suspect flag")}


def test_a_cumulative_counter_gives_its_growth_and_nothing_where_it_was_reset(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    ends = [f"2026-03-29T02:{minute:02}:00+01:00" for minute in (0, 5, 10, 15, 20)]
    contents = [pm_file(end, volume) for end, volume in zip(ends, (9000, 12_000, 500, 1500, 2500), strict=True)]
    take_in_files(written(tmp_path, *contents), store, cumulative={"DRB.PdcpSduVolumeDL"})
    rows = store.query(KpiQuery(kpis=("DRB.PdcpSduVolumeDL",)))
    assert [row.value for row in rows] == [None, 3000.0, None, 1000.0, 1000.0]


def test_a_negative_count_is_refused(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    take_in_files(written(tmp_path, pm_file(WINTER, -11_500.0)), store)
    assert "below 0" in next(flaw.reason for flaw in store.flaws(KpiQuery()) if flaw.dn == CELL.format(1))


def test_results_may_be_listed_and_packed(tmp_path):
    content = pm_file(WINTER)
    content = content[: content.index("<measType")] + (
        "<measTypes>RRU.PrbTotDl RRC.ConnMean</measTypes>"
        '<measValue measObjLdn="GNBDUFunction=1,NRCellDU=S1C1"><measResults>40 7</measResults></measValue>'
        "</measInfo></measData></measCollecFile>"
    )
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(content.encode()))
    (reading,) = read_pm_file(path)
    assert {row.kpi: row.value for row in reading.samples} == {"RRU.PrbTotDl": 40.0, "RRC.ConnMean": 7.0}


BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f'<!DOCTYPE x [<!ENTITY a0 "ha">{BILLION}]><measCollecFile>&a9;</measCollecFile>', "document type declaration"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><measCollecFile/>', "document type declaration"),
        ("<html/>", "not a measCollecFile"),
        ("<measCollecFile>", "no well-formed XML"),
        ("", "no well-formed XML"),
        (pm_file("2026-03-29T02:15:00"), "no offset from UTC"),
        (pm_file("yesterday"), "malformed"),
        (pm_file(WINTER, duration="300"), "PT900S"),
        (pm_file(WINTER, duration="PT99999999H"), "malformed|PT900S"),
        (pm_file(WINTER).replace("granPeriod", "period"), "no granPeriod"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_typed_error(content, reason):
    with pytest.raises(PmReportError, match=reason) as caught:
        read_pm_xml(content.encode())
    assert "\n" not in str(caught.value)


def test_the_command_shows_what_it_used_and_what_not_and_why(tmp_path):
    paths = written(tmp_path, pm_file(WINTER), "<html/>", pm_file(SUMMER, 3100.0))
    answer = CliRunner().invoke(app, ["pm-files", *map(str, paths), "--json"])
    assert answer.exit_code == 1
    value = json.loads(answer.stdout)
    assert [bool(file["reason"]) for file in value["files"]] == [False, True, False]
    assert {row["start"] for row in value["samples"]} == {"2026-03-29T01:10:00+00:00"}
    assert 3100.0 in [row["value"] for row in value["samples"]]
    assert value["losses"]["dead_letters"] == 1
    text = CliRunner().invoke(app, ["pm-files", str(paths[0])]).stdout
    assert "suspect flag" in text


def only(measurements, end=SUMMER, duration="PT300S"):
    """A file with one measInfo that has these measurements."""
    return f"""<measCollecFile><measData><managedElement localDn="ManagedElement=S1"/><measInfo>
      <granPeriod duration="{duration}" endTime="{end}"/>{measurements}</measInfo></measData></measCollecFile>""".encode()


LDN = "GNBDUFunction=1,NRCellDU=S1C{}"


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ("<measType>RRC.ConnMean</measType><measType>DRB.UEThpDl</measType>", "RRC.ConnMean has no position p"),
        (
            '<measType p="1">RRC.ConnMean</measType><measType p="1">DRB.UEThpDl</measType>',
            "p=1 is that of RRC.ConnMean and of DRB.UEThpDl",
        ),
        (
            "<measTypes>RRC.ConnMean</measTypes><measTypes>RRU.PrbTotDl</measTypes>",
            "p=1 is that of RRC.ConnMean and of RRU.PrbTotDl",
        ),
    ],
)
def test_a_value_never_goes_to_a_measurement_type_that_it_may_not_belong_to(types, reason):
    with pytest.raises(PmReportError, match=reason):
        read_pm_xml(only(f'{types}<measValue measObjLdn="{LDN.format(1)}"><r p="1">5</r></measValue>'))


@pytest.mark.parametrize(
    ("ldn", "results"),
    [
        (LDN.format(1), "<r>21000</r>"),
        (LDN.format(1), '<r p="7">4</r>'),
        (LDN.format(1), '<r p="1">4</r><r p="1">5</r>'),
        ("no name", '<r p="1">4</r>'),
    ],
)
def test_an_object_whose_results_cannot_be_told_apart_is_kept_aside_and_the_others_are_used(tmp_path, ldn, results):
    content = only(
        f'''<measType p="1">RRC.ConnMean</measType><measValue measObjLdn="{ldn}">{results}</measValue>
        <measValue measObjLdn="{LDN.format(2)}"><r p="1">3</r></measValue>'''
    )
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    store = KpiStore(tmp_path / "kpi.db")
    (report,) = take_in_files([path], store)
    assert report.samples == 1
    assert len(report.unread) == 1 and f"the results of {ldn!r} cannot be used" in report.unread[0]
    assert [(row.dn, row.value) for row in store.query(KpiQuery())] == [(CELL.format(2), 3.0)]
    assert store.losses().dead_letters == 1


@pytest.mark.parametrize(
    "mark", ["<Suspect>true</Suspect>", "<suspect>false</suspect><suspect>1</suspect>", 'suspect="true"', 'r suspect="yes"']
)
def test_whatever_marks_a_result_as_suspect_counts(mark):
    inside = mark if mark.startswith("<") else ""
    of_object, of_result = ("", mark[2:]) if mark.startswith("r ") else ("" if inside else mark, "")
    value = f'<measValue measObjLdn="{LDN.format(1)}" {of_object}><r p="1" {of_result}>5</r>{inside}</measValue>'
    (reading,) = read_pm_xml(only(f'<measType p="1">RRC.ConnMean</measType>{value}'))
    assert (len(reading.samples), reading.suspect) == (0, 1)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT900S", 900), ("PT15M", 900), ("P1D", 86_400), ("PT24H", 86_400), ("P0DT10M", 600), ("P0DT0H5M0S", 300)],
)
def test_a_granularity_period_is_any_duration_of_iso_8601_without_months(duration, seconds):
    types = '<measType p="1">RRC.ConnMean</measType>'
    (reading,) = read_pm_xml(only(types, duration=duration))
    assert reading.granularity_s == seconds


def test_midnight_may_be_the_end_of_a_day():
    (reading,) = read_pm_xml(only("", end="2026-03-28T24:00:00Z"))
    assert reading.window[1] == datetime(2026, 3, 29, tzinfo=UTC)
    with pytest.raises(PmReportError):
        read_pm_xml(only("", end="2026-03-28T24:01:00Z"))


def test_where_xml_breaks_is_said():
    with pytest.raises(PmReportError, match=r"no well-formed XML \(line 2, column \d+\)"):
        read_pm_xml(only("")[:-20])


def test_another_sender_that_says_something_else_of_the_same_window_contradicts_the_first(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    other = pm_file(WINTER, 6000.0).replace("SubNetwork=RAN", "SubNetwork=Vendor")
    take_in_files(written(tmp_path, pm_file(WINTER), other), store)
    (flaw,) = [flaw for flaw in store.flaws(KpiQuery(kpis=("DRB.PdcpSduVolumeDL",))) if flaw.dn == CELL.format(1)]
    assert "measurement conflict: 6000 Mbit here, 3000 Mbit from PM files of SubNetwork=RAN" in flaw.reason
    corrected = written(tmp_path, pm_file(WINTER, 4000.0))
    assert take_in_files(corrected, store)[0].samples == 1, "a correction by the same sender replaces"
