"""The standards index is never empty, ingests the user's specifications robustly, and quotes clause and release."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from policies.limits.loading import load_limits
from tools.contract import ToolError
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from tools.ran.search_tool import search_standards
from tools.standards.command_standards import app
from tools.standards.embedding import embed
from tools.standards.errors import StandardsError
from tools.standards.index import StandardsIndex

COVER = "3GPP TS 99.123 V18.2.0 (2024-03)"
CLAUSE = "5.1.3.2 Balloon altitude determination"
BODY = "The balloon shall hold an altitude between 120 and 450 metres while it relays the carrier."


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The index after its first use; created once, copied by each test."""
    folder = tmp_path_factory.mktemp("shipped")
    reports = []
    StandardsIndex(folder, lambda *report: reports.append(report))
    assert reports and reports[0][0].startswith("embedding")
    return folder


@pytest.fixture
def folder(shipped, tmp_path):
    return shutil.copytree(shipped, tmp_path / "index")


@pytest.fixture
def index(folder):
    return StandardsIndex(folder)


def docx(path):
    """Write a minimal Word document with a cover, a heading and a paragraph."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in (COVER, CLAUSE, BODY))
    space = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}/wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>',
        )


def pdf(path):
    """Write a minimal PDF page with the same three lines."""
    lines = " ".join(f"({text}) Tj 0 -30 Td" for text in (COVER, CLAUSE, BODY))
    stream = f"BT /F1 12 Tf 40 700 Td {lines} ET"
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(content)
    content += f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    path.write_text(content, encoding="latin-1")


def html(path):
    path.write_text(f"<html><body><p>{COVER}</p><h2>{CLAUSE}</h2><p>{BODY}</p></body></html>")


def markdown(path):
    path.write_text(f"{COVER}\n\n## {CLAUSE}\n\n{BODY}\n")


def text(path):
    path.write_text(f"{COVER}\n\n{CLAUSE}\n\n{BODY}\n")


@pytest.mark.parametrize(("write", "suffix"), [(docx, "docx"), (pdf, "pdf"), (html, "html"), (markdown, "md"), (text, "txt")])
def test_a_specification_in_any_format_is_found_with_document_release_clause_and_quote(index, tmp_path, write, suffix):
    file = tmp_path / f"spec.{suffix}"
    write(file)
    (outcome,) = index.ingest(file).files
    assert (outcome.status, outcome.document, outcome.release) == ("ingested", "3GPP TS 99.123", "Rel-18 V18.2.0"), outcome.reason
    hit = index.search("how high may a balloon fly", k=1)[0]
    assert (hit.document, hit.release, hit.clause) == ("3GPP TS 99.123", "Rel-18 V18.2.0", "5.1.3.2")
    assert hit.title == "Balloon altitude determination"
    assert "120 and 450 metres" in hit.quote
    assert hit.found_by == ("words", "meaning")


def test_a_broken_file_is_reported_and_the_others_go_on(index, tmp_path):
    source = tmp_path / "specs"
    source.mkdir()
    (source / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    (source / "b.docx").write_bytes(b"PK\x03\x04 not a zip")
    (source / "c.md").write_bytes(b"\x00\xff\xfe")
    (source / "d.md").write_text("# Balloons\n\n" + BODY)
    (source / "e.txt").write_text("")
    (source / "photo.png").write_bytes(b"not a specification")
    report = index.ingest(source)
    assert [outcome.path.name for outcome in report.of_status("ingested")] == ["d.md"]
    failed = {outcome.path.name: outcome.reason for outcome in report.of_status("failed")}
    assert set(failed) == {"a.pdf", "b.docx", "c.md", "e.txt"}
    assert all(reason and "\n" not in reason for reason in failed.values())
    assert "contains no text" in failed["e.txt"]


def test_identical_content_is_ingested_once(index, tmp_path):
    source = tmp_path / "specs"
    (source / "deep").mkdir(parents=True)
    markdown(source / "one.md")
    markdown(source / "deep" / "copy.md")
    assert len(index.ingest(source).of_status("ingested")) == 1
    assert len(index.ingest(source).of_status("unchanged")) == 2
    assert len([entry for entry in index.documents() if not entry.shipped]) == 1
    assert [hit.document for hit in index.search("balloon altitude", k=3)].count("3GPP TS 99.123") == 1


def test_a_changed_file_replaces_its_earlier_content(index, tmp_path):
    file = tmp_path / "guide.md"
    file.write_text("# 1 Balloons\n\nBalloons fly at 100 metres.")
    index.ingest(file)
    file.write_text("# 1 Balloons\n\nBalloons fly at 900 metres.")
    assert index.ingest(file).files[0].status == "ingested"
    assert ["900" in hit.quote for hit in index.search("balloons fly", k=5) if hit.document == "guide"] == [True]


def test_a_path_without_specifications_is_refused(index, tmp_path):
    with pytest.raises(StandardsError, match="no such file"):
        index.ingest(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StandardsError, match="no file with one of the suffixes"):
        index.ingest(tmp_path / "empty")
    (tmp_path / "sheet.xlsx").write_bytes(b"x")
    assert "not one of" in index.ingest(tmp_path / "sheet.xlsx").files[0].reason


@pytest.mark.parametrize(
    ("query", "k", "words"),
    [("", 5, "at least one word"), ("  ?!", 5, "at least one word"), ("a" * 100_000, 5, "100000 characters"), ("a", 0, "k=0")],
)
def test_a_query_that_cannot_be_answered_is_refused_in_one_line(index, query, k, words):
    with pytest.raises(StandardsError, match=words):
        index.search(query, k)


@pytest.mark.parametrize(
    "query", ['"', "title:t310 AND (", "clause:[1 TO 9]", "🎈", "ü ñ 漢字", "* OR *", "x" * 1_900, "-- DROP"]
)
def test_any_text_is_a_query_never_a_command(index, query):
    if any(character.isalnum() for character in query):
        assert isinstance(index.search(query), list)
    else:
        with pytest.raises(StandardsError):
            index.search(query)


def test_the_index_is_never_empty_and_opening_it_again_writes_nothing(folder):
    (entry,) = StandardsIndex(folder).documents()
    assert entry.shipped and entry.passages >= len(load_limits())
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert StandardsIndex(folder).documents() == [entry]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == written


def test_a_folder_that_is_no_index_is_refused(tmp_path):
    (tmp_path / "standards.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StandardsError, match="not a database"):
        StandardsIndex(tmp_path)


_INGEST = """
import sys
from pathlib import Path
from tools.standards.index import StandardsIndex
report = StandardsIndex(Path(sys.argv[1])).ingest(Path(sys.argv[2]), lambda *report: print(*report, flush=True))
print(len(report.of_status("ingested")), flush=True)
"""


def many(source, count):
    source.mkdir()
    for number in range(count):
        (source / f"spec{number:02d}.md").write_text(
            f"# {number + 1} Chapter {number}\n\nRule {number} of the balloon guide.\n" * 3
        )


def ingesting(folder, source):
    command = [sys.executable, "-c", _INGEST, str(folder), str(source)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


def test_a_killed_ingest_resumes(folder, tmp_path):
    many(tmp_path / "specs", 12)
    child = ingesting(folder, tmp_path / "specs")
    for line in child.stdout:
        if line.startswith("spec05.md"):
            break
    child.send_signal(signal.SIGKILL)
    child.wait(600)
    index = StandardsIndex(folder)
    before = len(index.documents()) - 1
    assert 5 <= before < 12
    report = index.ingest(tmp_path / "specs")
    assert (len(report.of_status("unchanged")), len(report.of_status("ingested"))) == (before, 12 - before)
    assert len({entry.path for entry in index.documents() if not entry.shipped}) == 12


def test_two_processes_ingest_the_same_folder_without_duplicates(folder, tmp_path):
    many(tmp_path / "specs", 6)
    children = [ingesting(folder, tmp_path / "specs") for _ in range(2)]
    outputs = [child.communicate(timeout=600)[0].split()[-1] for child in children]
    assert sum(map(int, outputs)) == 6
    index = StandardsIndex(folder)
    assert len(index.documents()) == 7
    assert index.search("rule 4 of the balloon guide", k=1)[0].document == "spec04"


def test_a_reader_sees_what_another_index_ingested(folder, tmp_path):
    reader, writer = StandardsIndex(folder), StandardsIndex(folder)
    assert all(hit.document != "3GPP TS 99.123" for hit in reader.search("balloon altitude"))
    markdown(tmp_path / "spec.md")
    writer.ingest(tmp_path / "spec.md")
    assert reader.search("balloon altitude")[0].document == "3GPP TS 99.123"


def test_the_embedding_equals_that_of_sentence_transformers():
    # First five of 384 numbers of SentenceTransformer(...).encode(texts, normalize_embeddings=True), sentence-transformers 6.2.
    reference = {
        "time to trigger": [-0.023008, -0.003734, 0.027514, 0.000005, 0.113010],
        "ü ñ 漢字": [-0.037670, 0.051768, -0.029149, 0.001704, -0.038087],
        "PRB " * 400: [-0.046202, -0.014693, -0.048473, -0.025444, -0.030317],
        "Guaranteed minimum share of radio resources per slice.": [0.013445, 0.014344, -0.069155, -0.032026, -0.049334],
    }
    vectors = embed(list(reference))
    assert np.allclose(vectors[:, :5], list(reference.values()), atol=1e-5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def context(index):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return SimpleNamespace(standards=lambda: index, limits=load_limits(), now=lambda: now)


def test_the_search_tool_answers_with_documents_as_provenance(index):
    evidence = search_standards.call(context(index), {"query": "how long must the handover condition hold", "k": 3})
    assert evidence.provenance.kind == "document" and "TS 38.331" in evidence.provenance.version
    assert len(evidence.value.hits) == 3 and evidence.value.hits[0].clause
    with pytest.raises(ToolError) as caught:
        search_standards.call(context(index), {"query": "  "})
    assert caught.value.boundary == "refused"


def test_the_constraint_tool_looks_up_by_name_and_by_words():
    no_index = context(None)
    evidence = retrieve_3gpp_constraint.call(no_index, {"class_name": "RRMPolicyRatio", "attribute": "rRMPolicyMinRatio"})
    assert evidence.value.allowed == "0..100 % in steps of 1" and "4.3.36" in evidence.value.source
    assert {"slice-minima-fit-the-cell", "slice-ratios-ascend"} == {rule.name for rule in evidence.value.joint_rules}
    assert evidence.provenance.kind == "document"
    words = retrieve_3gpp_constraint.call(no_index, {"query": "time to trigger"})
    assert words.value.limit.attribute == "timeToTrigger" and words.value.alternatives


@pytest.mark.parametrize(
    ("arguments", "boundary", "words"),
    [
        ({"class_name": "RRMPolicyRatio", "attribute": "minRatio"}, "refused", "nearest: RRMPolicyRatio.rRMPolicyMinRatio"),
        ({"query": "zzzz qqqq"}, "refused", "use other words"),
        ({"class_name": "RRMPolicyRatio"}, "arguments", "either class_name and attribute, or query"),
        ({}, "arguments", "either class_name and attribute, or query"),
    ],
)
def test_the_constraint_tool_gives_the_reason_for_a_failure(arguments, boundary, words):
    with pytest.raises(ToolError, match=words) as caught:
        retrieve_3gpp_constraint.call(context(None), arguments)
    assert caught.value.boundary == boundary


def test_the_command_line_ingests_searches_and_lists(folder, tmp_path):
    markdown(tmp_path / "spec.md")
    run = CliRunner().invoke
    ingested = run(app, ["ingest", str(tmp_path / "spec.md"), "--index", str(folder), "--json"])
    assert ingested.exit_code == 0 and json.loads(ingested.stdout)["files"][0]["status"] == "ingested"
    hits = run(app, ["search", "balloon altitude", "-k", "1", "--index", str(folder), "--json"])
    assert json.loads(hits.stdout)[0]["clause"] == "5.1.3.2"
    documents = run(app, ["list", "--index", str(folder), "--json"])
    assert [entry["document"] for entry in json.loads(documents.stdout)] == ["catalogue clauses", "3GPP TS 99.123"]
    table = run(app, ["search", "balloon altitude", "-k", "1", "--index", str(folder)])
    assert "450 metres" in " ".join(table.stdout.split())


def test_the_command_line_reports_failures_in_one_line(folder, tmp_path):
    run = CliRunner().invoke
    absent = run(app, ["ingest", str(tmp_path / "absent"), "--index", str(folder)])
    assert absent.exit_code == 2 and absent.stderr.strip().count("\n") == 0 and "no such file" in absent.stderr
    (tmp_path / "bad.pdf").write_bytes(b"no")
    broken = run(app, ["ingest", str(tmp_path / "bad.pdf"), "--index", str(folder), "--json"])
    assert broken.exit_code == 1 and json.loads(broken.stdout)["files"][0]["status"] == "failed"


QUESTIONS = {
    "guaranteed share of PRBs for a slice": "RRMPolicyRatio.rRMPolicyMinRatio",
    "reserve resources for one slice even when it is idle": "RRMPolicyRatio.rRMPolicyDedicatedRatio",
    "cap how much of the cell one slice can take": "RRMPolicyRatio.rRMPolicyMaxRatio",
    "how long must the handover condition hold before a report": "MobilityProfile.timeToTrigger",
    "by how many dB must a neighbour be stronger to hand over": "MobilityProfile.a3Offset",
    "reduce ping-pong with a wider gap between entering and leaving the event": "MobilityProfile.hysteresis",
    "shift load to one neighbour by an offset on its measured level": "NRCellRelation.cellIndividualOffset",
    "forbid handovers to a neighbour": "NRCellRelation.isHOAllowed",
    "put a cell to sleep": "CESManagementFunction.energySavingControl",
    "load below which a cell may enter energy saving": (
        "CESManagementFunction.intraRatEsActivationOriginalCellLoadParameters.loadThreshold"
    ),
    "maximum transmit power of a sector": "NRSectorCarrier.configuredMaxTxPower",
    "radio link failure timer": "MobilityProfile.t310",
    "consecutive out-of-sync indications": "MobilityProfile.n310",
    "electrical downtilt of the antenna": "CommonBeamformingFunction.digitalTilt",
    "reject new connections when the cell is congested": "AdmissionControl.maxPrbUsage",
    "limit the number of users of a slice in a cell": "AdmissionControl.maxConnectedUes",
    "physical cell identity range": "NRCellDU.nRPCI",
    "lock a cell": "NRCellDU.administrativeState",
    "weight of a slice in the scheduler": "SchedulerProfile.schedulerWeight",
    "round robin or proportional fair": "NRCellDU.schedulerType",
    "additional pilot symbols for fast users": "ReceiverProfile.dmrsAdditionalPosition",
    "256QAM modulation table": "LinkAdaptationProfile.mcsTable",
    "minimum RSRP for cell reselection": "NRFreqRelation.qRxLevMin",
    "downlink channel bandwidth in MHz": "NRCellDU.bSChannelBwDL",
    "layer 3 filtering of measurements": "MobilityProfile.filterCoefficientRsrp",
    "how often is the SSB sent": "NRCellDU.ssbPeriodicity",
    "barring of access attempts": "AccessBarring.uacBarringFactor",
    "uplink power control path loss compensation": "PowerProfile.alpha",
    "can the neighbour take over coverage of a sleeping cell": "NRCellRelation.isESCoveredBy",
    "discontinuous reception cycle": "DrxProfile.drxLongCycle",
    "at what neighbour level does event A5 fire": "MobilityProfile.a5Threshold2Rsrp",
    "how many HARQ processes": "LinkAdaptationProfile.nrofHarqProcesses",
    "target block error rate for link adaptation": "LinkAdaptationProfile.targetBler",
    "turn off automatic PCI assignment": "DPCIConfigurationFunction.dPciConfigurationControl",
    "maximum EIRP": "NRSectorCarrier.configuredMaxTxEIRP",
    "subcarrier spacing of a bandwidth part": "BWP.subCarrierSpacing",
    "which equalizer does the receiver use": "ReceiverProfile.equalizer",
    "time between measurement reports": "MobilityProfile.reportInterval",
    "wake up the sleeping cell when the neighbour gets busy": (
        "CESManagementFunction.intraRatEsDeactivationCandidateCellsLoadParameters.loadThreshold"
    ),
    "random access power ramping": "PowerProfile.powerRampingStep",
    "channel estimation method": "ReceiverProfile.channelEstimator",
    "mobility robustness optimization on or off": "DMROFunction.dmroControl",
}


def test_plain_questions_find_the_right_attribute_among_the_first_three(shipped):
    index = StandardsIndex(shipped)
    missed = {question: [hit.title for hit in index.search(question, k=3)] for question in QUESTIONS}
    missed = {question: titles for question, titles in missed.items() if QUESTIONS[question] not in titles}
    assert len(QUESTIONS) >= 20
    assert 1 - len(missed) / len(QUESTIONS) >= 0.9, missed
