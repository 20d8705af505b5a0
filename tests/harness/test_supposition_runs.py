"""A run that supposes ends with an answer: nothing is proposed, asked for or applied by it, whatever its planner wants."""

import io
import json
from datetime import timedelta

import pytest
from answering_runs import answering
from small_network import embb_minimum
from small_world import candidate, intent

from agents.planner import Escalate, Finish, Propose, Understand
from agents.understanding.result import DirectEdit, NetworkQuestion, Supposed, Understood, WhyQuestion
from harness.approvals.approver import approve_by_flag
from harness.records.outcome import RunOutcome
from harness.views.console import show_outcome
from policies.proposal import Proposal
from policies.slices import Slice
from tools.twinning.laboratory import Laboratory
from twins.screen.console import SafeConsole

TEXT = "what if eMBB had at least 40 % of the PRBs of S1C1?"
EDIT = DirectEdit(class_name="RRMPolicyRatio", attribute="rRMPolicyMinRatio", cell="S1C1", slice=Slice.EMBB, value=40.0)
SUPPOSED = Supposed(direct=(EDIT,))


def propose(view):
    best = candidate("raise eMBB", embb_minimum(40), intent())
    now = view.card.now
    return Propose(proposal=Proposal(intent=intent(), candidates=(best,), made_at=now, expires_at=now + timedelta(hours=1)))


def test_a_supposition_is_answered_from_the_twin_and_leaves_the_network_alone(tmp_path, network):
    laboratory = Laboratory(workers=1)
    try:
        run_service = answering(tmp_path, SUPPOSED, network, laboratory)
        outcome = run_service.start(TEXT, approver=approve_by_flag)
    finally:
        laboratory.close()
    assert outcome.status == "answered", outcome.message
    assert network.applied == [] and outcome.intent is None and outcome.chosen is None
    assert run_service.approvals.of_run(outcome.run_id) == [] and run_service.commitments.of_run(outcome.run_id) == []
    (table,) = json.loads(outcome.model_dump_json())["tables"]
    (throughput,) = [row for row in table["rows"] if row["kpi"] == "DRB.UEThpDl" and row["where"] == "the cells concerned: S1C1"]
    assert throughput["low"] <= throughput["difference"] <= throughput["high"]
    assert "nothing was changed" in outcome.message
    stream = io.StringIO()
    show_outcome(SafeConsole(file=stream, width=200), outcome)
    shown = stream.getvalue()
    assert "Average DL UE throughput in gNB [eMBB]" in shown and "Mbit/s" in shown and "95 % interval" in shown
    assert "ManagedElement" not in shown
    page = (run_service.paths.run(outcome.run_id) / "report.html").read_text()
    assert "What would change, by the twin" in page
    stored = RunOutcome.model_validate_json((run_service.paths.run(outcome.run_id) / "outcome.json").read_bytes())
    assert stored.tables == outcome.tables


@pytest.mark.parametrize(
    "reading", [SUPPOSED, NetworkQuestion(topic="standing"), WhyQuestion()], ids=lambda reading: type(reading).__name__
)
def test_a_planner_that_proposes_after_a_question_or_supposition_is_refused_until_it_gives_up(tmp_path, network, reading):
    run_service = answering(tmp_path, reading, network, then=propose)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "cannot" and "only answers" in outcome.message
    assert network.applied == [] and run_service.approvals.of_run(outcome.run_id) == []
    kinds = [record.kind for record in run_service.journal.records(outcome.run_id)]
    assert "proposal.refused" in kinds and "gate.judged" not in kinds and "proposal.made" not in kinds


def test_a_planner_that_was_refused_may_still_answer(tmp_path, network):
    def then(view):
        return Finish(summary="it would be faster") if view.feedback else propose(view)

    outcome = answering(tmp_path, SUPPOSED, network, then=then).start(TEXT, approver=approve_by_flag)
    assert (outcome.status, outcome.message) == ("answered", "it would be faster")


def test_a_supposition_cannot_be_read_again_as_a_change(tmp_path, network):
    def then(view):
        if not isinstance(view.reading, Understood):
            return Understand(reading=Understood(intent=intent())) if not view.feedback else Escalate(reason="gave up")
        return propose(view)

    run_service = answering(tmp_path, SUPPOSED, network, then=then)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "cannot" and network.applied == [] and outcome.intent is None
    refusals = [record.body["why"] for record in run_service.journal.records(outcome.run_id) if record.kind == "proposal.refused"]
    assert refusals and "cannot become a change" in refusals[0]


def test_an_intent_that_turns_out_to_be_a_supposition_is_no_intent_any_more(tmp_path, network):
    def then(view):
        if isinstance(view.reading, Understood):
            return Understand(reading=SUPPOSED)
        return propose(view) if not view.feedback else Finish(summary="answered")

    first = Understood(intent=intent())
    outcome = answering(tmp_path, first, network, then=then).start(TEXT, approver=approve_by_flag)
    assert outcome.status == "answered" and outcome.intent is None and network.applied == []
