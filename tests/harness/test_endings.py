"""No run ends without a reason: not by a planner that says nothing, not by a step, and not in an outcome."""

import typing

import pytest
from pydantic import ValidationError
from small_network import SmallNetwork
from small_world import SmallPlanner, service

from agents.planner import Ask, Escalate, Finish, Propose
from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.engine.state import ended
from harness.records.failure import failure_of
from harness.records.outcome import RunOutcome
from harness.records.status import EXIT_STATUS, TONE, Status
from harness.runtime.errors import RunError
from policies.change import ChangeSet
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from twins.network import NetworkUnavailableError

STATUSES = typing.get_args(Status)
TEXT = "give every eMBB user at least 5 Mbps"


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("message", ["", "  \n"])
def test_neither_a_step_nor_an_outcome_can_be_without_a_reason(status, message):
    with pytest.raises(ValueError, match="without a reason"):
        ended(status, message)
    with pytest.raises(ValidationError, match="message"):
        RunOutcome(run_id="r", status=status, message=message, text="x")


def test_every_status_has_an_exit_status_and_a_tone():
    assert set(STATUSES) == set(EXIT_STATUS) == set(TONE)
    assert EXIT_STATUS["expired"] == 4


class Says(SmallPlanner):
    """Understands, then decides as it is told."""

    def __init__(self, decision, first=False):
        super().__init__()
        self.decision, self.first = decision, first

    def decide(self, view):
        if view.intent is None and not self.first:
            return super().decide(view)
        return self.decision


class GivesUp(SmallPlanner):
    """Has one proposal only."""

    def decide(self, view):
        return Escalate(reason="cannot, because it has no other idea") if view.feedback else super().decide(view)


class Emptied(SmallPlanner):
    """Proposes its change with a rationale and a proposal that say nothing, after a text without bounds."""

    def decide(self, view):
        decision = super().decide(view)
        if isinstance(decision, Propose):
            best = decision.proposal.best.model_copy(update={"change_set": ChangeSet(), "rationale": "", "feasible": True})
            return Propose(proposal=decision.proposal.model_copy(update={"candidates": (best,)}))
        return decision


@pytest.mark.parametrize(
    ("planner", "status", "words"),
    [
        (Says(Finish(summary="")), "cannot", "finished without a reason"),
        (Says(Finish(summary=" ", recommendation="use LMMSE")), "recommended", "use LMMSE"),
        (Says(Finish(summary=""), first=True), "cannot", "finished without a reason"),
        (Says(Escalate(reason="")), "cannot", "escalated without a reason"),
        (Says(Ask(question="")), "asked", "the planner asks, but gave no question"),
        (Says(Finish(summary="\ud800")), "cannot", "cannot be written as JSON: summary: a lone surrogate"),
        (SmallPlanner(explode=True), "cannot", "garbage"),
        (SmallPlanner(minimums=(0,)), "no change needed", "the targets are met"),
        (Emptied(), "no change needed", "the targets are met without a change"),
        (SmallPlanner(minimums=(10,) * 9), "rejected", "rejected 3 times"),
        (SmallPlanner(minimums=(10,)), "cannot", "no candidate passes the gate"),
    ],
)
def test_every_ending_says_why(tmp_path, planner, status, words):
    outcome = service(tmp_path, planner, network=SmallNetwork()).start(TEXT, approver=approve_by_flag)
    assert outcome.status == status and words in outcome.message, outcome.message


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (None, "awaiting approval", "twinpilot approve "),
        (ApprovalAnswer(False, "ann", "terminal"), "rejected", "rejected by ann (terminal)"),
        (
            ApprovalAnswer(False, "ann", "terminal", note="not today"),
            "rejected",
            "not today; there is no other change to propose",
        ),
        (ApprovalAnswer(True, "ann", "terminal"), "confirmed", "every target was met"),
    ],
)
def test_every_answer_to_a_request_ends_with_its_reason(tmp_path, answer, status, words):
    outcome = service(tmp_path, GivesUp(), network=SmallNetwork()).start(TEXT, approver=lambda question: answer)
    assert outcome.status == status and words in outcome.message, outcome.message


def test_a_text_that_cannot_be_written_is_refused_in_words(tmp_path):
    with pytest.raises(RunError, match="intent: the value: a lone surrogate at character 5"):
        service(tmp_path, network=SmallNetwork()).start("hello\udc80")


@pytest.mark.parametrize("error", [NetworkUnavailableError(""), OSError(), ValueError(), TimeoutError()])
def test_an_exception_without_words_is_named(error):
    assert failure_of(error).message.strip("; ")


class Unbounded(SmallPlanner):
    """Changes what the operator named, where the intent states no bound."""

    def decide(self, view):
        target = ExpectationTarget(kpi="DRB.UEThpDl.P05", condition=Condition.MAXIMIZE)
        goal = Intent(text=view.text, expectations=(IntentExpectation(object=ExpectationObject(), targets=(target,)),))
        decision = super().decide(view)
        if decision.kind == "understand":
            reading = decision.reading.model_copy(update={"intent": goal})
            return decision.model_copy(update={"reading": reading})
        return decision


def test_a_harmless_change_without_bounds_is_put_to_a_person_and_not_refused_in_silence(tmp_path):
    questions = []

    def approver(question):
        questions.append(question)
        return ApprovalAnswer(False, "ann", "terminal")

    outcome = service(tmp_path, Unbounded(), network=SmallNetwork()).start("set it to 40", approver=approver)
    assert outcome.status == "rejected" and len(questions) == 1, outcome.message
    reasons = [reason for reason in outcome.verdict.reasons if reason.rule == "predicted SLA"]
    assert reasons and "states no bound" in reasons[-1].message
