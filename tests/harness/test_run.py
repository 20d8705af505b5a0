"""An intent's life: what is approved reaches the network once and is verified; what is not, never does."""

import io
import json
from pathlib import Path

import pytest
from journal_records import kinds
from small_network import SmallNetwork, embb_minimum, minimum, ratio
from small_world import SmallPlanner, intent, service

from agents.planner import Ask, Escalate, Finish, Understand
from agents.rule_planner import RulePlanner
from agents.understanding.result import DirectEdit, Understood
from harness.approvals.approver import ApprovalAnswer, approve_by_flag, wait_for_verdict
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal
from harness.records.outcome import RunOutcome
from harness.views.console import RunConsole
from tools.calls.tool_call import ToolCall
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from twins.screen.console import SafeConsole
from twins.system.scenario.disturbance import BackhaulDelay, Interferer

TEXT = "give every eMBB user at least 5 Mbps"


def test_an_approved_change_is_applied_verified_and_confirmed(tmp_path, network):
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert outcome.exit_status == 0
    assert minimum(network) == 40
    assert outcome.chosen.digest == embb_minimum(40).digest
    assert {target.result for target in outcome.verification.targets} == {"met"}
    assert outcome.approval.how == "--approve"
    assert outcome.twin_gap == {"DRB.UEThpDl.P05[eMBB]": 0.03}
    assert [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)] == ["confirmed"]
    assert run_service.runs.get("last").status == "confirmed"
    assert set(outcome.durations) >= {"understand", "plan", "act", "validate", "judge", "apply", "verify"}
    order = [kind for kind in kinds(run_service, outcome.run_id) if kind.split(".")[0] in ("approval", "commitment", "change")]
    assert order == [
        "approval.requested", "approval.decided", "commitment.opened", "change.applied", "change.verified",
        "commitment.confirmed",
    ]  # fmt: skip
    report = verify_journal(
        run_service.journal.path, run_service.journal.heads_path, verify_key(run_service.paths.keys / PUBLIC_NAME)
    )
    assert report.intact
    json.loads(outcome.model_dump_json())


def test_a_change_that_turns_out_harmful_is_taken_back(tmp_path, network):
    def harm(event):
        if event.kind == "change.applied":
            network.inject(BackhaulDelay(cell="S1C1", milliseconds=30.0))

    run_service = service(tmp_path, network=network, listener=harm)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "rolled back"
    assert outcome.exit_status == 4
    assert outcome.verification.outcome == "harmed"
    assert minimum(network) == 0
    assert [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)] == ["reverted"]


def test_a_change_that_does_not_keep_its_promise_is_taken_back_at_the_deadline(tmp_path):
    network = SmallNetwork(disturbance=Interferer(x=60.0, y=35.0, power_dbm=35.0))  # the prediction knows nothing of it
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "inconclusive"
    assert outcome.exit_status == 4
    assert "not confirmed before the deadline" in outcome.message
    assert minimum(network) == 0


def test_a_rejected_change_never_reaches_the_network(tmp_path, network):
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, approver=lambda question: ApprovalAnswer(False, "ann", "terminal"))
    assert outcome.status == "rejected"
    assert outcome.exit_status == 4
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 0
    assert run_service.commitments.of_run(outcome.run_id) == []


def test_no_approver_means_no(tmp_path, network):
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT)
    assert outcome.status == "awaiting approval"
    assert outcome.exit_status == 3
    assert minimum(network) == 0


def test_a_verdict_from_another_process_lets_the_run_go_on(tmp_path, network):
    run_service = service(tmp_path, network=network)
    waiting = run_service.start(TEXT)
    other = service(tmp_path, network=network)
    other.approvals.decide(waiting.run_id, waiting.approval.digest, True, "bob", "command")
    outcome = service(tmp_path, network=network).resume(waiting.run_id)
    assert outcome.status == "confirmed"
    assert outcome.approval.decided_by == "bob"


def test_waiting_for_another_process_ends_in_time(tmp_path, network):
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, approver=wait_for_verdict(run_service.approvals, seconds=0.3, poll_s=0.05))
    assert outcome.status == "awaiting approval"


def test_an_edited_change_set_is_tried_judged_and_approved_anew(tmp_path, network):
    questions = []

    def approver(question):
        questions.append(question)
        if len(questions) == 1:
            return ApprovalAnswer(False, "ann", "terminal", edited=embb_minimum(30))
        return ApprovalAnswer(True, "ann", "terminal")

    outcome = service(tmp_path, network=network).start(TEXT, approver=approver)
    assert outcome.status == "confirmed", outcome.message
    assert minimum(network) == 30
    assert [question.approval.change_set for question in questions] == [embb_minimum(40), embb_minimum(30)]
    assert questions[1].tried.candidate.outlook[0].predicted == pytest.approx(7.5)


def test_a_no_with_a_reason_goes_back_to_planning(tmp_path, network):
    answers = [ApprovalAnswer(False, "ann", "terminal", note="too much"), ApprovalAnswer(True, "ann", "terminal")]
    run_service = service(tmp_path, SmallPlanner(minimums=(40, 30)), network=network)
    outcome = run_service.start(TEXT, approver=lambda question: answers.pop(0))
    assert outcome.status == "confirmed"
    assert minimum(network) == 30


def test_shadow_mode_recommends_and_has_no_node_that_could_act(tmp_path, network):
    from harness.engine.graph import SHADOW_NODES

    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, mode="shadow", approver=approve_by_flag)
    assert outcome.status == "shadow"
    assert not {"apply", "await_approval", "verify", "roll_back"} & set(SHADOW_NODES)
    assert "shadow.recommended" in kinds(run_service, outcome.run_id)
    assert minimum(network) == 0


def test_a_mutating_tool_is_refused_to_the_planner_and_stops_no_other_call(tmp_path, network):
    observations = []
    calls = (
        ToolCall(tool="set_slice_ratios", arguments={"cells": ["S1C1"], "slice": "eMBB", "min_ratio": 90}),
        ToolCall(tool="no_such_tool", arguments={}),
        ToolCall(tool="query_kpi", arguments={"kpis": ["DRB.Nonsense"]}),
    )
    run_service = service(
        tmp_path, SmallPlanner(calls=calls), network=network,
        listener=lambda event: observations.append(event.data["observation"]) if event.kind == "tool.ended" else None,
    )  # fmt: skip
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert [observation.boundary for observation in observations[:4]] == ["permission", "unknown tool", "refused", None]
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 1
    assert outcome.status == "confirmed"


def test_the_planners_own_numbers_are_not_believed(tmp_path, network):
    run_service = service(tmp_path, SmallPlanner(minimums=(10,), lie=True), network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "cannot"
    assert outcome.nearest == "4.9 Mbit/s"
    assert minimum(network) == 0
    record = next(entry for entry in run_service.journal.records() if entry.kind == "gate.judged")
    assert any("wanted 0.80" in reason["message"] for reason in record.body["reasons"])


def test_what_the_gate_refuses_goes_back_to_planning_a_bounded_number_of_times(tmp_path, network):
    run_service = service(tmp_path, SmallPlanner(minimums=(10, 10, 10, 10, 10)), network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "rejected"
    assert kinds(run_service, outcome.run_id).count("gate.judged") == 3


class Careless(SmallPlanner):
    """Adds rollback conditions to its proposal only after feedback."""

    def decide(self, view):
        self.rollback_conditions = SmallPlanner.rollback_conditions if view.feedback else ()
        return super().decide(view)


def reviews(runs, run_id):
    """The findings of each safety review of a run: rule and outcome."""
    bodies = [record.body for record in runs.journal.records(run_id) if record.kind == "safety.reviewed"]
    return [[(finding["rule"], finding["outcome"]) for finding in body["findings"]] for body in bodies]


def test_what_the_safety_specialist_refuses_goes_back_to_planning_before_anybody_is_asked(tmp_path, network):
    questions = []

    def approver(question):
        questions.append(question)
        return approve_by_flag(question)

    runs = service(tmp_path, Careless(minimums=(40, 41)), network=network)
    outcome = runs.start(TEXT, approver=approver)
    assert outcome.status == "confirmed", outcome.message
    assert minimum(network) == 41
    assert [question.approval.change_set for question in questions] == [embb_minimum(41)]
    assert [("rollback", "fail") in findings for findings in reviews(runs, outcome.run_id)] == [True, False]


def test_what_the_safety_specialist_warns_of_reaches_the_human_even_where_none_is_needed(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(minimums=(20,)), network=network, gate={"autonomous": True})
    outcome = runs.start(TEXT)
    assert outcome.status == "awaiting approval"
    assert reviews(runs, outcome.run_id) == [[("limits", "warn")]]
    (warning,) = [reason for reason in outcome.verdict.reasons if reason.source.startswith("safety specialist")]
    assert "rRMPolicyMinRatio was not looked up" in warning.message


def test_without_a_warning_the_operators_settings_hold(tmp_path, network):
    looked_up = ToolCall(
        tool="retrieve_3gpp_constraint", arguments={"class_name": "RRMPolicyRatio", "attribute": "rRMPolicyMinRatio"}
    )
    planner = SmallPlanner(minimums=(20,), calls=(looked_up,))
    runs = service(tmp_path, planner, network=network, tools=(retrieve_3gpp_constraint,), gate={"autonomous": True})
    outcome = runs.start(TEXT)
    assert reviews(runs, outcome.run_id) == [[("safety review", "pass")]]
    assert outcome.approval.decided_by == "gate"


def test_shadow_mode_is_reviewed_too(tmp_path, network):
    runs = service(tmp_path, Careless(), network=network)
    outcome = runs.start(TEXT, mode="shadow")
    assert outcome.status == "shadow"
    assert ("rollback", "fail") in reviews(runs, outcome.run_id)[0]
    assert "modify" in outcome.message


def test_a_question_is_put_to_the_operator_and_the_answer_goes_on(tmp_path, network):
    run_service = service(tmp_path, SmallPlanner(ask=True), network=network)
    waiting = run_service.start(TEXT, approver=approve_by_flag)
    assert (waiting.status, waiting.question, waiting.exit_status) == ("asked", "Which cells?", 3)
    outcome = run_service.resume(waiting.run_id, approver=approve_by_flag, answerer=lambda question, choices: choices[0])
    assert outcome.status == "confirmed"


def test_a_planner_that_fails_hands_over_with_a_typed_cause(tmp_path, network):
    outcome = service(tmp_path, SmallPlanner(explode=True), network=network).start(TEXT)
    assert outcome.status == "cannot"
    assert outcome.error.boundary == "planner"
    assert "garbage" in outcome.message


class Resigned(SmallPlanner):
    """Escalates in words that a failed planner's report begins with."""

    def decide(self, view):
        return Escalate(reason="the planner small-planner failed: no candidate is left")


def test_a_planners_own_escalation_is_no_failure_whatever_its_words(tmp_path, network):
    outcome = service(tmp_path, Resigned(), network=network).start(TEXT)
    assert outcome.status == "cannot"
    assert outcome.error is None


def test_a_run_has_a_bounded_number_of_decisions(tmp_path, network):
    run_service = service(tmp_path, network=network, limits={"decisions": 2})
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "cannot"
    assert outcome.error.boundary == "budget"


def test_a_network_that_moved_on_between_verdict_and_apply_is_not_changed_blindly(tmp_path, network):
    def approver(question):
        network.apply(embb_minimum(7), "somebody else")
        return ApprovalAnswer(True, "ann", "terminal")

    outcome = service(tmp_path, network=network).start(TEXT, approver=approver)
    assert outcome.status in ("rejected", "cannot")
    assert minimum(network) == 7


def test_an_open_commitment_of_another_run_blocks_the_change(tmp_path, network):
    run_service = service(tmp_path, network=network)
    run_service.commitments.open(
        "k", "other", embb_minimum(20), network="small", deadline_s=1e6, network_deadline=4e9, expectations={}
    )
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status in ("rejected", "cannot")
    assert minimum(network) == 0


def test_stale_telemetry_stops_the_change(tmp_path, network):
    run_service = service(tmp_path, network=network, gate={"max_telemetry_windows": 0.001})
    network.advance(30)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status in ("rejected", "cannot")
    assert minimum(network) == 0


def test_an_ended_run_is_not_run_again(tmp_path, network):
    run_service = service(tmp_path, network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert run_service.resume(outcome.run_id, approver=approve_by_flag) == outcome
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 1


def test_while_a_human_is_asked_the_list_of_runs_says_so(tmp_path):
    world = service(tmp_path)
    statuses = []

    def ask(question):
        statuses.append(world.runs.newest(1)[0].status)
        return ApprovalAnswer(True, "tester", "terminal")

    assert world.start("at least 5 Mbps", approver=ask).status == "confirmed"
    assert statuses == ["awaiting approval"]
    assert world.runs.newest(1)[0].status == "confirmed"


class Adviser(SmallPlanner):
    """Recommends something that no attribute of the network sets."""

    def decide(self, view):
        if view.intent is None:
            return super().decide(view)
        return Finish(summary="LMMSE has fewer block errors", recommendation="estimate the channel of <S1C1> by LMMSE")


class Reader(SmallPlanner):
    """Reads an edit and a workflow into every text, asks once, and says what came back."""

    reading = Understood(
        intent=intent("x"),
        workflow="direct-change",
        direct=(DirectEdit(class_name="NRSectorCarrier", attribute="configuredMaxTxPower", cell="S1C1", delta=-3.0),),
    )

    def decide(self, view):
        if view.reading is None:
            return Understand(reading=self.reading)
        if not view.answers:
            return Ask(question="Really?")
        if view.unread:
            return Understand(reading=view.reading)
        return Finish(summary=view.reading.model_dump_json())


def test_the_whole_reading_comes_back_in_every_view_and_after_a_resume(tmp_path, network):
    waiting = service(tmp_path, Reader(), network=network).start("x")
    assert waiting.status == "asked"
    runs = service(tmp_path, Reader(), network=network)
    outcome = runs.resume(waiting.run_id, answerer=lambda question, choices: "yes")
    assert Understood.model_validate_json(outcome.message) == Reader.reading
    assert kinds(runs, outcome.run_id).count("intent.understood") == 1


class ReadsOnce(RulePlanner):
    """Sees another text as soon as there is a reading: whoever reads the text again decides otherwise."""

    def decide(self, view):
        return super().decide(view if view.reading is None else view.model_copy(update={"text": "Who won the world cup?"}))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("make it faster", "every eMBB user at least 5 Mbps in S1C1"),
        ("raise the eMBB throughput by 20 % in S1C1", "never asked"),
        ("what is the eMBB throughput of S1C1?", "never asked"),
    ],
)
def test_a_run_reads_each_text_once(tmp_path, text, answer):
    def run(folder, planner):
        folder.mkdir()
        outcome = service(folder, planner).start(text, answerer=lambda question, choices: answer)
        return outcome.status, outcome.message, outcome.intent

    once = run(tmp_path / "once", ReadsOnce())
    assert once == run(tmp_path / "again", RulePlanner())
    assert once[0] == ("answered" if text.endswith("?") else "cannot")  # the small world has no configuration tool
    assert (once[2] is None) == text.endswith("?")


def test_a_recommendation_ends_the_run_as_one_and_changes_nothing(tmp_path, network):
    before = network.configuration()
    out = io.StringIO()
    runs = service(tmp_path, Adviser(), network=network, listener=RunConsole(SafeConsole(file=out, width=110)))
    outcome = runs.start("which estimator?")
    assert (outcome.status, outcome.exit_status) == ("recommended", 0)
    assert outcome.recommendation == "estimate the channel of <S1C1> by LMMSE"
    assert "RECOMMENDED" in out.getvalue()
    assert "estimate the channel of &lt;S1C1&gt; by LMMSE" in Path(outcome.report).read_text(encoding="utf-8")
    assert network.configuration() == before
    assert runs.runs.get(outcome.run_id).status == "recommended"


def test_outcomes_and_decisions_of_before_are_still_read(tmp_path, network):
    outcome = service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start("x")
    assert outcome.status == "no change needed"
    stored = outcome.model_dump(mode="json", exclude={"recommendation"})
    assert RunOutcome.model_validate(stored) == outcome
    assert Finish.model_validate({"kind": "finish", "summary": "done"}).recommendation == ""
