"""What was approved is what is applied: edits, baseline, versions and the gate's verdict hold at the moment of the apply."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from asked import Asked
from journal_records import bodies
from rich.console import Console
from small_network import embb_minimum, minimum, ratio
from small_world import SmallPlanner, service
from terminal_session import piped

from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.approvals.store import ApprovalConflictError, edited_note
from harness.engine.run_service import RunService
from harness.records.artifacts import Artifacts
from harness.runtime.errors import ApprovalError
from harness.runtime.store import StateStore
from harness.views.console import RunConsole
from policies.change import AttributeEdit, ChangeSet
from policies.guardrails.loading import SHIPPED, load_guardrails
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan
from twins.system.scenario.disturbance import BackhaulDelay

TEXT = "give every eMBB user at least 5 Mbps"
YES = ApprovalAnswer(True, "ann", "terminal")
NO = ApprovalAnswer(False, "ann", "terminal")
FREEZE = '\n[[freeze]]\nname = "match"\nstart = 2026-01-01T00:00:00Z\nend = 2027-01-01T00:00:00Z\n'


def test_the_request_shows_sentence_edits_schedule_and_baseline(tmp_path, network):
    asked = Asked(lambda: None, YES)
    runs = service(tmp_path, network=network)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "confirmed", outcome.message
    (request,) = [question.approval for question in asked.questions]
    lines = "\n".join(request.subject.describe())
    assert f"intent: {TEXT}" in lines and "rRMPolicyMinRatio: 0 → 40" in lines
    assert "schedule: apply at once, keep: it is not restored" in lines
    assert "before: DRB.UEThpDl.P05 [eMBB]: " in lines and "before: DRB.PdcpSduDelayDl [URLLC]: " in lines
    assert {kpi.windows for kpi in request.subject.baseline} == {12}
    (recorded,) = bodies(runs, outcome.run_id, "approval.requested")
    assert recorded["digest"] == request.digest and recorded["versions"][0]["version"] == "0"


def test_what_is_to_be_approved_elsewhere_is_shown_before_the_run_is_left(tmp_path, network):
    out = io.StringIO()
    runs = service(tmp_path, network=network, listener=RunConsole(Console(file=out, width=400)))
    left = runs.start(TEXT)
    assert left.status == "awaiting approval"
    (request,) = runs.approvals.of_run(left.run_id)
    for line in request.subject.describe():
        assert line in out.getvalue()


def test_a_baseline_that_moved_before_the_yes_is_asked_about_again_and_not_applied_unasked(tmp_path, network):
    def act():
        network.inject(BackhaulDelay(cell="S1C1", milliseconds=2.0))  # 1.6 ms becomes 3.6 ms: still within the bound
        runs.parts.clock.wait(8.0)

    runs = service(tmp_path, network=network)
    asked = Asked(act, YES, NO)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "rejected"
    assert minimum(network) == 0 and network.applied == []
    first, second = [question.approval for question in asked.questions]
    assert first.change_set == second.change_set and first.digest != second.digest
    assert runs.approvals.get(outcome.run_id, first.digest).state == "withdrawn"
    (withdrawn,) = bodies(runs, outcome.run_id, "approval.withdrawn")
    assert "DRB.PdcpSduDelayDl [URLLC] was 1." in withdrawn["why"] and "in 4 window(s) since" in withdrawn["why"]
    assert second.subject.baseline[1].mean > first.subject.baseline[1].mean


def test_a_baseline_that_stayed_within_its_scatter_is_applied_after_time_has_passed(tmp_path, network):
    runs = service(tmp_path, network=network)
    asked = Asked(lambda: runs.parts.clock.wait(20.0), YES)
    assert runs.start(TEXT, approver=asked).status == "confirmed"
    assert len(asked.questions) == 1


@pytest.mark.parametrize("served", [False, True], ids=["in process", "over O1"])
def test_a_value_that_was_changed_and_came_back_is_seen(tmp_path, network, served):
    def act():
        network.apply(embb_minimum(7), "a neighbour")
        network.apply(embb_minimum(0, old=7), "a neighbour again")

    def run(reached):
        asked = Asked(act, YES, NO)
        runs = service(tmp_path, network=reached)
        outcome = runs.start(TEXT, approver=asked)
        assert outcome.status == "rejected" and minimum(network) == 0
        assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 2
        (withdrawn,) = bodies(runs, outcome.run_id, "approval.withdrawn")
        assert "was written meanwhile (version 0, now 2)" in withdrawn["why"]
        assert [question.approval.change_set for question in asked.questions] == [embb_minimum(40)] * 2

    if not served:
        return run(network)
    with EmbeddedRan(network) as ran, OranNetwork(ran.url) as reached:
        return run(reached)


def test_an_attribute_that_a_neighbour_changed_meanwhile_is_refused(tmp_path, network):
    asked = Asked(lambda: network.apply(embb_minimum(7), "a neighbour"), YES)
    runs = service(tmp_path, network=network)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "cannot" and minimum(network) == 7
    (withdrawn,) = bodies(runs, outcome.run_id, "approval.withdrawn")
    assert "was changed by somebody else since it was approved" in withdrawn["why"]


def test_another_attribute_of_the_same_object_changed_is_asked_about_again(tmp_path, network):
    edit = AttributeEdit(dn=ratio("S1C1"), attribute="rRMPolicyMaxRatio", old=100, new=90)
    asked = Asked(lambda: network.apply(ChangeSet(edits=(edit,)), "a neighbour"), YES, YES)
    outcome = service(tmp_path, network=network).start(TEXT, approver=asked)
    assert outcome.status == "confirmed" and len(asked.questions) == 2


def test_a_network_that_never_stands_still_ends_the_run_with_the_reason(tmp_path, network):
    def approver(question):
        network.apply(embb_minimum(7), question.approval.digest)
        network.apply(embb_minimum(0, old=7), question.approval.digest + "back")
        return YES

    outcome = service(tmp_path, network=network).start(TEXT, approver=approver)
    assert outcome.status == "cannot" and "moved 3 times between verdict and approval" in outcome.message
    assert minimum(network) == 0


def with_guardrails(root, text):
    path = root / "guardrails.toml"
    path.write_text(text)
    return path


def runs_with_guardrails(tmp_path, network, path):
    base = service(tmp_path, network=network)
    return RunService(base.settings, replace(base.parts, guardrails=load_guardrails(path)))


@pytest.mark.parametrize(
    ("old", "new", "added", "words"),
    [
        ("cells = []", 'cells = ["S1C1"]', "", "forbidden by protected-cells-need-an-engineer"),
        ("", "", FREEZE, "change freeze 'match'"),
        ("cells = []", 'cells = ["S1C1"]', "", "touches S1C1"),
        ("up = 60", "up = 30", "", "40 points up, at most 30"),
    ],
)
def test_a_guardrail_that_came_since_the_verdict_is_kept(tmp_path, network, old, new, added, words):
    shipped = SHIPPED.read_text()
    path = with_guardrails(tmp_path, shipped)
    runs = runs_with_guardrails(tmp_path, network, path)
    asked = Asked(lambda: path.write_text(shipped.replace(old, new, 1) + added), YES)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "cannot" and minimum(network) == 0
    assert any(words in reason for reason in bodies(runs, outcome.run_id, "gate.rejudged")[0]["refused"])


def test_a_warning_that_came_since_the_verdict_is_asked_about_again(tmp_path, network):
    shipped = SHIPPED.read_text()
    path = with_guardrails(tmp_path, shipped)
    runs = runs_with_guardrails(tmp_path, network, path)
    asked = Asked(lambda: path.write_text(shipped.replace("warn_above = 9", "warn_above = 0", 1)), YES, YES)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "confirmed" and len(asked.questions) == 2, outcome.message
    assert "1 cells touched, more than 0" in bodies(runs, outcome.run_id, "approval.withdrawn")[0]["why"]


def test_guardrails_that_can_no_longer_be_read_stop_the_change(tmp_path, network):
    path = with_guardrails(tmp_path, SHIPPED.read_text())
    runs = runs_with_guardrails(tmp_path, network, path)
    outcome = runs.start(TEXT, approver=Asked(path.unlink, YES))
    assert outcome.status == "failed" and "guardrails.toml" in outcome.message
    assert minimum(network) == 0


def test_five_rounds_are_five_rows_and_one_action(tmp_path, network):
    answers = [
        ApprovalAnswer(False, "ann", "terminal", note="too much"),
        ApprovalAnswer(False, "ann", "terminal", edited=embb_minimum(32)),
        ApprovalAnswer(False, "bob", "terminal", note="still too much"),
        ApprovalAnswer(False, "bob", "terminal", edited=embb_minimum(28)),
        ApprovalAnswer(True, "ann", "terminal"),
    ]
    planner = SmallPlanner(minimums=(40, 36, 30))
    runs = service(tmp_path, planner, network=network, gate={"max_rounds": 10})
    outcome = runs.start(TEXT, approver=lambda question: answers.pop(0))
    assert outcome.status == "confirmed", outcome.message
    decided = bodies(runs, outcome.run_id, "approval.decided")
    assert [body["verdict"] for body in decided] == ["rejected", "edited", "rejected", "edited", "approved"]
    assert len({body["digest"] for body in decided}) == 5
    assert len(bodies(runs, outcome.run_id, "change.applied")) == 1
    assert network.applied == [embb_minimum(28)]
    states = [approval.state for approval in runs.approvals.of_run(outcome.run_id)]
    assert states == ["rejected", "withdrawn", "rejected", "withdrawn", "consumed"]


def test_an_edit_whose_process_ended_before_the_run_went_on_is_judged_and_asked_about(tmp_path, network):
    runs = service(tmp_path, network=network)
    waiting = runs.start(TEXT)
    edited = Artifacts(runs.paths.run(waiting.run_id)).save("edited-by-hand", embb_minimum(30))
    runs.approvals.replace(waiting.run_id, waiting.approval.digest, "ann", "terminal", note=edited_note(edited))
    asked = Asked(lambda: None, YES)
    assert runs.resume(waiting.run_id, approver=asked).status == "confirmed"
    assert [question.approval.change_set for question in asked.questions] == network.applied == [embb_minimum(30)]


def test_two_runs_that_wait_get_their_own_answers_whatever_the_order(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(minimums=(40,)), network=network)
    first = runs.start(TEXT)
    second = service(tmp_path, SmallPlanner(minimums=(44,)), network=network).start(TEXT)
    assert (first.status, second.status) == ("awaiting approval", "awaiting approval")
    runs.approvals.decide(second.run_id, second.approval.digest, False, "ann", "command")
    runs.approvals.decide(first.run_id, first.approval.digest, True, "ann", "command")
    assert runs.resume(second.run_id).status == "rejected"
    assert runs.resume(first.run_id).status == "confirmed"
    assert network.applied == [embb_minimum(40)]


def test_a_resumed_run_does_not_repeat_what_precedes_the_interrupt_and_a_second_answer_is_a_conflict(tmp_path, network):
    waiting = service(tmp_path, network=network).start(TEXT)
    runs = service(tmp_path, network=network)
    assert runs.resume(waiting.run_id).status == "awaiting approval"
    for kind in ("gate.judged", "approval.requested"):
        assert len(bodies(runs, waiting.run_id, kind)) == 1
    done = runs.resume(waiting.run_id, approver=approve_by_flag)
    assert done.status == "confirmed"
    assert runs.resume(waiting.run_id, approver=lambda question: NO) == done
    with pytest.raises(ApprovalConflictError, match=r"is approved and used by .* was not recorded"):
        runs.approvals.decide(waiting.run_id, waiting.approval.digest, False, "ann", "command")
    assert len(bodies(runs, waiting.run_id, "approval.decided")) == len(network.applied) == 1


def test_of_two_operators_at_once_the_first_wins_and_the_other_is_told_who(tmp_path, network):
    runs = service(tmp_path, network=network)
    waiting = runs.start(TEXT)

    def decide(number):
        who = f"operator {number}"
        try:
            return runs.approvals.decide(waiting.run_id, waiting.approval.digest, number % 2 == 0, who, "command").decided_by
        except ApprovalConflictError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(decide, range(8)))
    (winner,) = [answer for answer in answers if isinstance(answer, str)]
    losers = [str(answer) for answer in answers if not isinstance(answer, str)]
    assert len(losers) == 7 and all(f"by {winner} (command)" in text for text in losers)
    won = runs.approvals.get(waiting.run_id, waiting.approval.digest).state
    assert runs.resume(waiting.run_id).status == ("confirmed" if won == "approved" else "rejected")


def test_of_two_operators_who_decide_at_once_by_command_one_is_told_that_the_other_was_first(tmp_path, network):
    waiting = service(tmp_path, network=network).start(TEXT)
    words = (waiting.run_id, waiting.approval.digest[:12], "--data-dir", tmp_path / "data")
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda verb: (verb, piped(verb, *words)), ("approve", "reject")))
    (winner,) = [verb for verb, done in results if done.returncode == 0]
    (told,) = [done.stderr for _, done in results if done.returncode == 1]
    state = "approved" if winner == "approve" else "rejected"
    assert f"is {state} by" in told and "the first one counts" in told
    runs = service(tmp_path, network=network)
    assert runs.approvals.get(waiting.run_id, waiting.approval.digest).state == state
    assert len(bodies(runs, waiting.run_id, "approval.decided")) == 1


@pytest.mark.parametrize("verdict", [True, False])
def test_no_verdict_is_taken_after_the_run_has_ended(tmp_path, network, verdict):
    def harm(event):
        if event.kind == "change.applied":
            network.inject(BackhaulDelay(cell="S1C1", milliseconds=30.0))

    runs = service(tmp_path, network=network, listener=harm)
    outcome = runs.start(TEXT, approver=lambda question: YES)
    assert outcome.status == "rolled back"
    with pytest.raises(ApprovalError, match="is approved and used by ann"):
        runs.approvals.decide(outcome.run_id, outcome.approval.digest, verdict, "bob", "command")
    assert minimum(network) == 0


def test_a_change_set_other_than_the_approved_one_is_not_applied(tmp_path, network):
    runs = service(tmp_path, network=network)

    def approver(question):
        folder = runs.paths.run(question.approval.run_id)
        (tried,) = folder.glob("tried-*.json")
        tried.write_text(tried.read_text().replace('"new":40', '"new":100'))
        return YES

    outcome = runs.start(TEXT, approver=approver)
    assert outcome.status == "rejected" and "is not the one that was approved" in outcome.message
    assert network.applied == []


def test_a_request_whose_content_was_changed_is_not_used(tmp_path, network):
    runs = service(tmp_path, network=network)

    def approver(question):
        with StateStore(runs.paths.state).transaction() as connection:
            connection.execute("UPDATE approvals SET subject = replace(subject, ?, 'something else')", (TEXT,))
        return YES

    outcome = runs.start(TEXT, approver=approver)
    assert outcome.status == "rejected" and "does not have the digest of its content" in outcome.message
    assert network.applied == []


def test_a_request_of_a_run_that_ended_otherwise_is_withdrawn(tmp_path, network):
    runs = service(tmp_path, network=network, approval={"ttl": 0.2})
    waiting = runs.start(TEXT)
    time.sleep(0.3)
    outcome = runs.resume(waiting.run_id)
    assert (outcome.status, outcome.exit_status) == ("expired", 4)
    assert "expired: nobody decided in time" in outcome.message and "reject" not in outcome.message
    with pytest.raises(ApprovalError, match=r"is withdrawn|is expired"):
        runs.approvals.decide(waiting.run_id, waiting.approval.digest, True, "ann", "command")


def test_an_approval_that_was_not_used_in_time_is_expired_not_rejected(tmp_path, network):
    runs = service(tmp_path, network=network, approval={"ttl": 0.5})
    outcome = runs.start(TEXT, approver=lambda question: time.sleep(0.7) or YES)
    assert outcome.status == "expired"
    assert minimum(network) == 0
    assert json.loads(outcome.model_dump_json())["approval"]["state"] in ("expired", "withdrawn")
