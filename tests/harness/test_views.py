"""Views of a run: live on a console, as a page, in traces; nothing that a model or a peer wrote is ever interpreted."""

import io
import json
import os
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_network import SmallNetwork, embb_minimum
from small_world import SmallPlanner, service

from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.approvals.terminal import edit_change_set, parse_value
from harness.records.artifacts import Artifacts
from harness.runtime.tracing import NoTracer, OtelTracer, make_tracer
from harness.views.console import RunConsole
from harness.views.plots import Marks, frame_of, series_plot
from twins.screen.console import SafeConsole

GREEN = "#16a34a"
TEXT = "at least <script>alert(1)</script> [red]5 Mbps[/red] \x1b[31m"


@pytest.fixture
def shown(tmp_path):
    out = io.StringIO()
    view = RunConsole(SafeConsole(file=out, width=110))
    outcome = service(tmp_path, listener=view).start(TEXT, approver=approve_by_flag)
    return outcome, out.getvalue()


def test_the_live_view_shows_the_whole_run_as_plain_text_without_a_terminal(shown):
    outcome, text = shown
    assert outcome.status == "confirmed"
    for part in (
        "Intent as understood", "DRB.UEThpDl.P05 ≥ 5 Mbit/s", "Plan", "query_kpi", "Candidates by twin prediction", "raise eMBB",
        "Gate: needs a human", "authorization", "approved by", "--approve", "applied at", "read back", "KPIs after",
        "CONFIRMED", "report:",
    ):  # fmt: skip
        assert part in text, part
    assert "\x1b" not in text
    assert "[red]5 Mbps[/red]" in text
    assert max(len(line) for line in text.splitlines() if line[:1] in "┏┃┡│└╭╰─") <= 110, "tables keep to the width"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_self_contained_and_escapes_what_others_wrote(shown):
    outcome, _ = shown
    text = open(outcome.report, encoding="utf-8").read()  # noqa: SIM115, PTH123
    parser = Tags()
    parser.feed(text)
    tags = [tag for tag, _ in parser.tags]
    assert "script" not in tags and "link" not in tags and "img" not in tags
    assert tags.count("svg") >= 3
    assert "&lt;script&gt;" in text
    for _, attributes in parser.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert not str(attributes.get("src", "")).startswith("http")
    for part in (
        "confirmed", "Gate: needs a human", "KPIs before and after", "5th percentile of DL UE throughput [eMBB]",
        "S1C1: rRMPolicyMinRatio (RRMPolicyRatio eMBB) from 0 to 40 %", 'content="width=device-width',
    ):  # fmt: skip
        assert part in text
    assert text.index("Changed at 2026-11-21") < text.index("Intent as understood"), "what was changed, and when, comes first"
    assert "GNBDUFunction" not in text.split("Gate:")[0], "cells have their names, not their DNs"
    assert text.count("class=legend") == 2, "the plots over time share one legend, the candidates have theirs"
    assert "width=" not in text.split("<body>")[1].split("<svg")[0], "nothing has a fixed width"


def test_the_page_of_a_run_that_changed_nothing_says_so_and_shows_what_was_tried(tmp_path):
    outcome = service(tmp_path, SmallPlanner(minimums=(40, 30))).start("5", approver=lambda question: None)
    refused = service(tmp_path, SmallPlanner(minimums=(10, 12, 14, 16))).start("5", approver=approve_by_flag)
    assert (outcome.status, refused.status) == ("awaiting approval", "cannot")
    text = Path(refused.report).read_text(encoding="utf-8")
    assert "Nothing was changed on the network." in text
    assert "Candidates, tried in the twin" in text
    assert "raise eMBB" in text


def test_the_prediction_is_drawn_from_the_change_on_and_not_where_nothing_was_applied(shown):
    outcome, _ = shown
    artifacts = Artifacts(Path(outcome.folder))
    series = frame_of(artifacts.load("series", list))
    expectation = outcome.intent.expectations[0]
    pair = (expectation.object, expectation.targets[0])
    applied = datetime.fromisoformat(artifacts.load("applied", dict)["at"])
    with_change = series_plot(outcome, series, *pair, Marks(applied, None))
    without = series_plot(outcome, series, *pair, Marks(None, None))
    assert GREEN in with_change
    assert GREEN not in without


def test_the_page_compares_the_candidates_of_the_change_set_that_was_applied(tmp_path):
    answers = [
        ApprovalAnswer(False, "ann", "terminal", edited=embb_minimum(30)),
        ApprovalAnswer(False, "ann", "terminal", edited=embb_minimum(25)),
        ApprovalAnswer(True, "ann", "terminal"),
    ]
    outcome = service(tmp_path).start("at least 5 Mbps", approver=lambda question: answers.pop(0))
    assert outcome.chosen == embb_minimum(25)
    page = Path(outcome.report).read_text(encoding="utf-8")
    assert ">as proposed (chosen)</td>" in page and ">raise eMBB" not in page


def test_a_change_set_is_edited_in_the_users_editor(tmp_path, monkeypatch):
    script = tmp_path / "edit.sh"
    script.write_text('#!/bin/sh\nsed -i \'s/"new": 40/"new": 30/\' "$1"\n')
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    assert edit_change_set(SafeConsole(file=io.StringIO()), embb_minimum(40)) == embb_minimum(30)
    script.write_text('#!/bin/sh\necho nonsense > "$1"\n')
    out = io.StringIO()
    assert edit_change_set(SafeConsole(file=out), embb_minimum(40)) is None
    assert "cannot use that" in out.getvalue()


def test_typed_values_keep_the_type_of_the_old_value():
    assert parse_value("25", 3) == 25
    assert parse_value("2.5", 3.0) == 2.5
    assert parse_value("true", False) is True
    assert parse_value("LOCKED", "UNLOCKED") == "LOCKED"
    with pytest.raises(ValueError, match="could not convert"):
        parse_value("many", 3)


def test_spans_are_opened_for_run_step_model_and_tool(tmp_path):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from harness.engine.run_service import RunService

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    base = service(tmp_path)
    outcome = RunService(base.settings, base.parts, tracer=OtelTracer(provider)).start("x", approver=approve_by_flag)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert {"invoke_agent small-planner", "chat small-planner", "execute_tool query_kpi", "step apply"} <= set(spans)
    tool = spans["execute_tool query_kpi"].attributes
    assert (tool["gen_ai.operation.name"], tool["gen_ai.tool.name"]) == ("execute_tool", "query_kpi")
    assert tool["gen_ai.conversation.id"] == outcome.run_id


def test_tracing_is_off_and_imports_nothing_unless_configured():
    assert isinstance(make_tracer(""), NoTracer)
    code = "import sys; import harness.runtime.tracing as t; t.make_tracer(''); print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def command(root, *arguments):
    environment = {**os.environ, "COLUMNS": "110"}
    return subprocess.run(
        [sys.executable, "-m", "harness.main", *arguments, "--data-dir", str(root / "data")],
        check=False, capture_output=True, text=True, timeout=600, env=environment,
    )  # fmt: skip


def test_a_run_is_listed_shown_and_approved_from_other_processes(tmp_path):
    network = SmallNetwork()
    waiting = service(tmp_path, network=network).start("at least 5 Mbps")
    listed = json.loads(command(tmp_path, "runs", "--json").stdout)
    assert [(run["run_id"], run["status"]) for run in listed["runs"]] == [(waiting.run_id, "awaiting approval")]
    refused = command(tmp_path, "approve", "nonsense")
    assert (refused.returncode, refused.stdout) == (1, "")
    lists = f"`twinpilot runs --data-dir {tmp_path / 'data'}` lists them"
    assert refused.stderr.strip() == f"error: run 'nonsense' does not exist; {lists}"
    digest = waiting.approval.digest[:12]
    assert f"twinpilot approve {waiting.run_id} {digest}" in waiting.message
    for unnamed in (("last", digest), ("", digest), (waiting.run_id,), (waiting.run_id, digest[:11])):
        refused = command(tmp_path, "approve", *unnamed)
        assert refused.returncode == 1 and f"twinpilot approve {waiting.run_id} {digest}" in refused.stderr, refused.stderr
    other = command(tmp_path, "approve", waiting.run_id, "0" * 12)
    assert other.returncode == 1 and "has asked for no approval of '000000000000'" in other.stderr
    done = json.loads(command(tmp_path, "approve", waiting.run_id, digest, "--json").stdout)
    assert done["state"] == "approved"
    twice = command(tmp_path, "approve", waiting.run_id, digest)
    assert twice.returncode == 0 and "nothing was recorded twice" in twice.stdout
    assert service(tmp_path, network=network).resume(waiting.run_id).status == "confirmed"
    shown = json.loads(command(tmp_path, "show", waiting.run_id[:15], "--json").stdout)
    assert (shown["status"], shown["approval"]["how"]) == ("confirmed", "command")
    again = command(tmp_path, "reject", waiting.run_id, "--digest", digest)
    assert again.returncode == 1 and "is approved and used by" in again.stderr and "was not recorded" in again.stderr
    decided = [line for line in (tmp_path / "data" / "journal" / "journal.jsonl").read_text().splitlines()
               if "approval.decided" in line]  # fmt: skip
    assert len(decided) == 1
    verified = command(tmp_path, "journal", "verify", "--json")
    assert verified.returncode == 0 and json.loads(verified.stdout)["intact"]
    journal = tmp_path / "data" / "journal" / "journal.jsonl"
    journal.write_text(journal.read_text().replace("at least 5 Mbps", "at least 9 Mbps", 1))
    assert command(tmp_path, "journal", "verify").returncode == 4


def test_a_command_that_cannot_work_says_why_in_one_line(tmp_path):
    wrong = command(tmp_path, "run", "x", "--url", "http://127.0.0.1:9", "--json")
    assert wrong.returncode == 1
    assert json.loads(wrong.stdout)["status"] == "failed"
    assert "Traceback" not in wrong.stderr
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "harness.main", "run", "x", "--data-dir", str(tmp_path / "file" / "sub")],
        check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1 and "choose a writable folder" in done.stderr


def test_a_question_is_shown_with_how_to_answer_it(tmp_path):
    out = io.StringIO()
    service(tmp_path, SmallPlanner(ask=True), listener=RunConsole(SafeConsole(file=out, width=110))).start("x")
    assert "Which cells?" in out.getvalue()
    assert "--resume" in out.getvalue()
