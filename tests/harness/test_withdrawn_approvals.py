"""Why an approval is void is said with all reasons: in the journal, on the screen, on the page, and to whoever approves again."""

import io
import os
from pathlib import Path

import pytest
from journal_records import bodies
from rich.console import Console
from small_world import service

from harness.approvals.approver import ApprovalAnswer
from harness.approvals.store import ApprovalConflictError
from harness.commands.verdict import give_verdict
from harness.records.person import current_person
from harness.runtime.errors import ApprovalError
from harness.runtime.settings import load_settings
from harness.views.console import RunConsole
from policies.guardrails.loading import SHIPPED, load_guardrails
from twins.system.scenario.disturbance import BackhaulDelay

TEXT = "give every eMBB user at least 5 Mbps"
YES = ApprovalAnswer(True, "ann", "terminal")
ME = str(current_person())
FREEZE = '\n[[freeze]]\nname = "match"\nstart = 2026-01-01T00:00:00Z\nend = 2027-01-01T00:00:00Z\n'
MOVED, FROZEN = "DRB.PdcpSduDelayDl [URLLC] was 1.", "change freeze 'match'"


def delayed(runs, network):
    network.inject(BackhaulDelay(cell="S1C1", milliseconds=2.0))
    runs.parts.clock.wait(8.0)


def test_a_refusal_does_not_hide_that_the_baseline_moved_as_well(tmp_path, network):
    path, out = tmp_path / "guardrails.toml", io.StringIO()
    path.write_text(SHIPPED.read_text())
    listener = RunConsole(Console(file=out, width=300))
    runs = service(tmp_path, network=network, listener=listener, guardrails=load_guardrails(path))

    def approver(question):
        delayed(runs, network)
        path.write_text(SHIPPED.read_text() + FREEZE)
        return YES

    outcome = runs.start(TEXT, approver=approver)
    (withdrawn,), (rejudged,) = (bodies(runs, outcome.run_id, kind) for kind in ("approval.withdrawn", "gate.rejudged"))
    page = Path(outcome.report).read_text(encoding="utf-8").replace("&#x27;", "'").replace("&#39;", "'")
    for text in (withdrawn["why"], " ".join(rejudged["refused"] + rejudged["doubts"]), out.getvalue(), page):
        assert MOVED in text and FROZEN in text
    assert withdrawn["approved_by"] == "ann"


def test_a_verdict_from_another_process_and_its_withdrawal_are_shown_where_the_run_waits(tmp_path, network):
    out = io.StringIO()
    runs = service(tmp_path, network=network, listener=RunConsole(Console(file=out, width=300)))
    asked = []

    def elsewhere(question):
        asked.append(question.approval)
        if len(asked) == 1:
            runs.approvals.decide(question.approval.run_id, question.approval.digest, True, ME, "command")
            delayed(runs, network)

    outcome = runs.start(TEXT, approver=elsewhere)
    first = asked[0].digest[:12]
    assert f"request {first} is approved by {ME} (command)" in out.getvalue()
    shown = out.getvalue().split(f"the approval of request {first} by {ME} is withdrawn, since", 1)[1]
    assert MOVED in shown and "tried and judged again" in shown
    assert outcome.status == "awaiting approval"


def test_whoever_approves_again_is_told_that_the_run_withdrew_it_and_why(tmp_path, network):
    runs = service(tmp_path, network=network)
    asked = []

    def approver(question):
        asked.append(question.approval)
        if len(asked) == 1:
            delayed(runs, network)
            return YES
        return None

    outcome = runs.start(TEXT, approver=approver)
    with pytest.raises(ApprovalConflictError) as told:
        give_verdict(runs.settings, outcome.run_id, asked[0].digest, approved=True, note="", as_json=False)
    assert f"is withdrawn by the run: {MOVED}" in str(told.value)
    assert "; it had been approved by ann (terminal) at " in str(told.value)
    expired = asked[0].model_copy(update={"state": "expired", "decided_by": "ann", "how": "command"})
    assert expired.standing() == "expired; it had been approved by ann (command)"


def test_a_verdict_that_lost_or_came_too_late_is_in_the_journal(tmp_path, network):
    runs = service(tmp_path, network=network)

    def too_slow(question):
        runs.approvals.decide(question.approval.run_id, question.approval.digest, False, "bob", "command")
        return YES

    outcome = runs.start(TEXT, approver=too_slow)
    assert outcome.status == "rejected"
    with pytest.raises(ApprovalConflictError):
        give_verdict(runs.settings, outcome.run_id, outcome.approval.digest, approved=False, note="late", as_json=False)
    lost, late = bodies(runs, outcome.run_id, "approval.refused")
    assert (lost["who"], lost["verdict"]) == ("ann", "approved") and "is rejected by bob" in lost["why"]
    assert (late["who"], late["verdict"]) == (ME, "reject") and "is rejected by bob" in late["why"]


@pytest.mark.parametrize("strict", ["the run's settings", "the command's settings"])
def test_who_may_approve_is_judged_by_the_settings_of_the_run_and_of_the_command(tmp_path, network, strict):
    others = {"approval": {"operators": (str(os.getuid() + 4321),)}}
    of_run, of_command = (others, {}) if strict == "the run's settings" else ({}, others)
    runs = service(tmp_path, network=network, **of_run)
    waiting = runs.start(TEXT)
    settings = load_settings(overrides={"data_dir": tmp_path / "data", **of_command})
    with pytest.raises(ApprovalError, match=r"may not approve \(no policy permits it; roles: none\)") as told:
        give_verdict(settings, waiting.run_id, waiting.approval.digest, approved=True, note="", as_json=False)
    assert ("by the settings with which the run asked" in str(told.value)) == bool(of_run)
    assert runs.approvals.get(waiting.run_id, waiting.approval.digest).state == "pending"
    assert [body["who"] for body in bodies(runs, waiting.run_id, "approval.refused")] == [ME]
