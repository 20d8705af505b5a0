"""A condition on a KPI is measured before anything is done, proved in the twin, judged by the gate, watched after the apply."""

from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest
from answering_runs import answering
from gate_case import case_of
from small_network import START, SmallNetwork, du, embb_minimum, ratio
from small_world import SmallPlanner, candidate, intent, service

from agents.planner import Understand
from agents.readers.heard import Heard
from agents.readers.intents import result_of
from agents.reading.reading import Reading, StatedEdit
from agents.understanding.context_answers import ON_CONDITION, REGARDLESS
from agents.understanding.result import Understood
from harness.approvals.approver import approve_by_flag
from harness.gate.context import judge, unmet
from harness.runtime.timetable import Timetable
from policies.intent import KpiContext, TimeWindow
from policies.slices import Slice
from tools.twinning.context_values import context_values
from tools.twinning.laboratory import Laboratory
from twins.network import KpiQuery
from twins.system.scenario.disturbance import BackhaulDelay

TEXT = "at least 40 % of the PRBs of S1C1 for eMBB, on a condition"
EDIT = StatedEdit(attribute="rRMPolicyMinRatio", slice=Slice.EMBB, cells=("S1C1",), value=40.0)
HOLDS = "as long as the URLLC delay there stays below 10 ms"
NOW = START + timedelta(seconds=24)


@pytest.fixture(scope="module")
def laboratory():
    laboratory = Laboratory(workers=1)
    yield laboratory
    laboratory.close()


class DelayedAfterApply(SmallNetwork):
    """The network on which, once something is applied, the backhaul of S1C1 takes 30 ms more: nothing that the change did."""

    def apply(self, change_set, idempotency_key):
        receipt = super().apply(change_set, idempotency_key)
        self.inject(BackhaulDelay(cell="S1C1", milliseconds=30))
        return receipt


def read(condition, network, answers=(), edit=EDIT):
    """What a run works with when the change is said under this condition."""
    heard = Heard(
        reading=Reading(act="change", edits=(edit,), condition_on=condition), read_back="x.", confidence=1, readers="both"
    )
    return result_of(heard, TEXT, network.describe(), answers)


def run(root, condition, network, laboratory=None, **settings):
    """Run the change under a condition with the real twin, approved beforehand; return the outcome and the service."""
    runs = answering(root, read(condition, network), network, laboratory, **settings)
    return runs.start(TEXT, approver=approve_by_flag), runs


def bodies(runs, outcome, kind):
    return [record.body for record in runs.journal.records(outcome.run_id) if record.kind == kind]


def test_under_a_condition_that_holds_the_change_is_proved_judged_made_and_watched(tmp_path, laboratory):
    network = SmallNetwork()
    outcome, _ = run(tmp_path, HOLDS, network, laboratory)
    assert outcome.status == "confirmed", outcome.message
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
    assert "until the change is verified" in outcome.read_back and "below 10 ms" in outcome.read_back
    (context,) = outcome.intent.contexts
    assert context.lasting and context.words == HOLDS
    (predicted,) = outcome.candidate.contexts
    assert predicted.met and predicted.target == context.target
    judged = [reason for reason in outcome.verdict.reasons if reason.rule == "context"]
    assert [reason.outcome for reason in judged] == ["pass", "pass"]
    assert "measured" in judged[0].message and "predicted" in judged[1].message
    (watched,) = outcome.verification.contexts
    assert watched.result == "met" and watched.observed < 10


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("only if the load there is below 50 %", ("RRU.PrbTotDl in S1C1 < 50 %", "measured 100 %")),
        ("unless the URLLC delay in S1C2 is over 1 ms", ("DRB.PdcpSduDelayDl [URLLC] in S1C2 ≤ 1 ms", "measured 1.")),
    ],
)
def test_under_a_condition_that_does_not_hold_nothing_is_done_and_the_value_is_said(tmp_path, condition, words):
    network = SmallNetwork()
    outcome, runs = run(tmp_path, condition, network)
    assert outcome.status == "no change needed" and network.applied == []
    assert outcome.message.startswith("nothing is done") and condition in outcome.message
    for word in words:
        assert word in outcome.message
    assert bodies(runs, outcome, "gate.judged") == [] and runs.approvals.of_run(outcome.run_id) == []


def test_a_change_that_would_break_its_condition_is_not_proposed(tmp_path, laboratory):
    """The cameras use all that nobody else wants, and cannot keep it with at most 60 % of the PRBs."""
    network = SmallNetwork()
    now = network.observe(KpiQuery(kpis=("DRB.UEThpDl",), windows=4)).keep(
        lambda sample: sample.dn == du("S1C1") and sample.slice is Slice.MMTC
    )
    bound = 0.85 * fmean(now.values())
    edit = StatedEdit(attribute="rRMPolicyMaxRatio", slice=Slice.MMTC, cells=("S1C1",), value=60.0)
    condition = f"as long as the mMTC throughput in S1C1 stays above {bound:.2f} Mbit/s"
    runs = answering(tmp_path, read(condition, network, edit=edit), network, laboratory)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "cannot" and network.applied == [], outcome.message
    assert "breaks what was asked for: DRB.UEThpDl >" in outcome.message and "is predicted at" in outcome.message
    assert bodies(runs, outcome, "gate.judged") == []


def test_a_condition_that_breaks_after_the_apply_takes_the_change_back_whoever_broke_it(tmp_path, laboratory):
    network = DelayedAfterApply()
    outcome, _ = run(tmp_path, HOLDS, network, laboratory)
    assert outcome.status == "rolled back", outcome.message
    assert "a condition of the request, which holds no more" in outcome.message and "DRB.PdcpSduDelayDl" in outcome.message
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0
    (watched,) = outcome.verification.contexts
    assert watched.result == "harmed" and watched.observed > 10


def test_a_condition_that_was_not_measured_is_asked_about_and_the_answer_is_said_back(tmp_path, laboratory):
    """Nobody has changed cells yet, so that there is no share of handovers that went back."""
    network, asked = SmallNetwork(), []

    def answerer(question, choices):
        asked.append((question, choices))
        return choices[0]

    runs = answering(tmp_path, read("unless ping-pong in S1C1 exceeds 5 %", network), network, laboratory)
    waiting = runs.start(TEXT, approver=approve_by_flag)
    assert waiting.status == "asked" and waiting.choices == (REGARDLESS,) and network.applied == []
    assert waiting.question.startswith(ON_CONDITION) and "MM.HoPingPongRate was not measured in S1C1" in waiting.question
    assert "5 %" in waiting.read_back
    outcome = runs.start(TEXT, "shadow", answerer=answerer)
    assert len(asked) == 1 and outcome.status == "shadow", outcome.message
    assert "5 %" not in outcome.read_back and outcome.intent.contexts == ()
    assert any("is not checked, as answered" in note for note in outcome.intent.assumptions)


def test_the_gate_refuses_a_planner_that_does_not_mind_the_condition(tmp_path):
    """Whoever plans: a change under a condition that does not hold is refused by the rule, and nothing is applied."""
    network = SmallNetwork()
    broken = read("only if the load there is below 50 %", network).intent.contexts
    runs = answering(tmp_path, Understood(intent=intent(contexts=broken)), network, then=propose)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "no change needed" and "measured 100 %" in outcome.message and network.applied == []
    (body,) = bodies(runs, outcome, "gate.judged")
    (failure, *_) = [reason for reason in body["reasons"] if reason["rule"] == "context"]
    assert failure["outcome"] == "fail" and "does not hold" in failure["message"]


def propose(view):
    return SmallPlanner(lie=True).decide(view)


@pytest.fixture(scope="module")
def gate_network():
    return SmallNetwork()


def judged(network, *contexts, values=None, **changed):
    goal = intent(contexts=contexts)
    return case_of(
        network, embb_minimum(40), intent=goal, candidate=changed.pop("candidate", candidate("change", embb_minimum(40), goal)),
        context_values=dict(zip(contexts, values or (1.6,) * len(contexts), strict=True)), **changed,
    )  # fmt: skip


def context(network, condition=HOLDS) -> KpiContext:
    (found,) = read(condition, network).intent.contexts
    return found


def test_a_lasting_condition_needs_a_prediction_that_keeps_it(gate_network):
    held = context(gate_network)
    missing = list(judge(judged(gate_network, held)))
    assert [reason.outcome for reason in missing] == ["pass", "fail"] and "no prediction" in missing[1].message
    outlook = candidate("change", embb_minimum(40), intent()).outlook[1]
    for value, outcome in ((1.6, "pass"), (12.0, "fail")):
        predicted = outlook.model_copy(
            update={"target": held.target, "cells": held.object.cells, "predicted": value, "probability": 0.97}
        )
        change = candidate("change", embb_minimum(40), intent()).model_copy(update={"contexts": (predicted,)})
        assert [reason.outcome for reason in judge(judged(gate_network, held, candidate=change))] == ["pass", outcome]


def test_a_condition_that_was_not_measured_is_refused_and_one_of_a_later_time_is_measured_then(gate_network):
    once = context(gate_network, "only if the load there is below 50 %")
    assert not once.lasting
    (unmeasured,) = judge(judged(gate_network, once, values=(None,)))
    assert unmeasured.outcome == "fail" and "was not measured" in unmeasured.message
    later = Timetable(apply_at=NOW + timedelta(hours=1), latest=NOW + timedelta(hours=2))
    waiting = judged(gate_network, once, values=(100.0,), timetable=later)
    (reason,) = judge(waiting)
    assert reason.outcome == "pass" and "2026-11-21 19:00:24" in reason.message and unmet(waiting) == ""
    due = replace(waiting, card=waiting.card.model_copy(update={"now": NOW + timedelta(hours=1)}))
    assert "measured 100 %" in unmet(due)


def test_a_request_without_a_condition_passes(gate_network):
    (reason,) = judge(judged(gate_network))
    assert reason.outcome == "pass" and "no condition" in reason.message


def test_the_values_of_conditions_are_of_the_newest_windows_and_their_own_cells(tmp_path, gate_network):
    first, other = context(gate_network), context(gate_network, "only if the load in S1C2 is below 50 %")
    runs = answering(tmp_path, read(HOLDS, gate_network), SmallNetwork())
    values = context_values(runs.parts.context.kpis.snapshot(), gate_network.describe(), intent(contexts=(first, other)))
    assert 1 < values[first] < 3 and values[other] == 100
    assert isinstance(Understand(reading=read(HOLDS, gate_network)).reading, Understood)


def test_a_condition_of_a_later_time_is_measured_when_it_comes(tmp_path):
    """The delay is high while the change is planned and approved, and as low as ever when its time has come."""
    window = TimeWindow(start=NOW + timedelta(seconds=60), end=NOW + timedelta(seconds=120))
    network = SmallNetwork(BackhaulDelay(cell="S1C1", milliseconds=30, end=NOW + timedelta(seconds=20)))
    high = read("if the URLLC delay there is above 10 ms", network).intent.contexts
    runs = service(tmp_path, SmallPlanner(window=window, contexts=high), network=network)
    scheduled = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert scheduled.status == "scheduled", scheduled.message
    outcome = runs.resume(scheduled.run_id, approver=approve_by_flag)
    assert outcome.status == "no change needed" and "does not hold" in outcome.message and network.applied == []
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    assert commitment.state == "cancelled" and "not applied" in commitment.note
