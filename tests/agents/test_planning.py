"""Plans in short form: what they can say, what is refused, and what happens when a plan fails its checks."""

from __future__ import annotations

from random import Random

import pytest
from responder import OFFERS, CellModel, World, walk

from agents.planner import CallTools, Escalate, Finish, Propose, Understand, View
from agents.planning.concluding import bears_out
from agents.planning.loading import load_plan_model
from agents.planning.plan_grammar import PlanGrammar
from agents.planning.plan_names import CONCLUSIONS, CONSULT, REFERENCES, REFINED, plan_tokens
from agents.planning.planning import decision_of, names_of
from agents.planning.scene import PlanError, Scene
from agents.planning.transcript import AFTER_DRAFTING, names_of_call, transcript_of
from agents.rule_planner import RulePlanner
from agents.six_g_planner import SixGPlanner
from agents.understanding.result import DirectEdit, NeedsMeasurement, RelativeBound, Supposed
from agents.workflows.trials.trying import Effort
from policies.intent import Condition, ExpectationObject
from policies.restrictions.prohibition import Prohibition

EFFORT = Effort()
TEXTS = (
    "keep the URLLC delay in the stadium below 12 ms",
    "keep eMBB throughput in the stadium above 6 Mbit/s from 20:00 to 22:00",
    "save energy downtown and keep eMBB throughput above 3 Mbit/s",
    "reduce the ping-pong rate in S1C1 to at most 7 %",
    "set the transmit power of S1C1 to 44 dBm",
)
SLEEP = DirectEdit(class_name="CESManagementFunction", attribute="energySavingControl", cell="S5C1", value="toBeEnergySaving")
SUPPOSED = Supposed(direct=(SLEEP,))
MEASURE = NeedsMeasurement(
    text="cut the load by a tenth",
    expectations=(
        RelativeBound(object=ExpectationObject(), kpi="RRU.PrbTotDl", condition=Condition.AT_MOST, amount=10.0, share=True),
    ),
)
STARTS = (*((text, {}) for text in TEXTS), ("what if it slept", {"reading": SUPPOSED}), ("a tenth less", {"reading": MEASURE}))


class Recorder:
    """The rule planner, with the views that it decided on."""

    name = "recorder"

    def __init__(self):
        self.rules = RulePlanner(EFFORT)
        self.steps = []

    def decide(self, view):
        decision = self.rules.decide(view)
        self.steps.append((view, decision))
        return decision


class Scripted:
    """In the place of the planning model: it says the same whatever it sees."""

    def __init__(self, *plans):
        self.plans = list(plans)
        self.refused = []

    def plan(self, scene, entries, refused=()):
        self.refused.append(tuple(refused))
        return self.plans[min(len(self.refused), len(self.plans)) - 1]


def crowded(card):
    return World(card=card, cells={"S1C1": CellModel(), "S1C2": CellModel(embb=80.0)})


def steps_of(card, text, **start):
    recorder = Recorder()
    walk(recorder, crowded(card), text, **start)
    return [(Scene(view, EFFORT), decision) for view, decision in recorder.steps if not isinstance(decision, Understand)]


def names(entries):
    return [name for entry in entries for name in (*entry.said, *entry.result)]


@pytest.mark.parametrize(("text", "start"), STARTS, ids=[text for text, _ in STARTS])
def test_every_decision_of_the_rules_can_be_said_and_means_the_same(card, text, start):
    for scene, decision in steps_of(card, text, **start):
        plans = names_of(decision, scene)
        assert plans, f"{decision.kind} cannot be said"
        entries = transcript_of(scene)
        for plan in plans if isinstance(decision, CallTools) else plans[:1]:
            needs_drafts = plan[0] in (*AFTER_DRAFTING, "propose")
            grammar = PlanGrammar(scene, drafted=needs_drafts)
            assert all(plan[at] in grammar.allowed(plan[:at]) for at in range(len(plan))), plan
            assert not grammar.allowed(plan), f"{plan} is not complete"
        made = [decision_of(plan, scene) for plan in plans]
        if isinstance(decision, CallTools):
            assert [call.arguments for one in made for call in one.calls] == [call.arguments for call in decision.calls]
        elif isinstance(decision, Propose):
            assert made[0].proposal.best == decision.proposal.best
        else:
            assert made[0] == decision.model_copy(update={"messages": ()})
        assert set(names(entries)) <= set(plan_tokens()), "the transcript has a name without a token"


@pytest.mark.parametrize("text", TEXTS[:4])
def test_a_view_begins_as_the_view_before_and_is_short(card, text):
    before: list[str] = []
    for scene, _ in steps_of(card, text):
        now = names(transcript_of(scene))
        assert now[: len(before)] == before
        assert len(now) <= 350
        before = now


def test_the_length_of_a_view_does_not_depend_on_the_number_of_cells(card):
    here = names(transcript_of(steps_of(card, "keep the URLLC delay in S1C1 below 12 ms")[-1][0]))
    everywhere = names(transcript_of(steps_of(card, "keep the URLLC delay below 12 ms")[-1][0]))
    assert len(everywhere) < len(here) + 40


def test_no_conclusion_is_accepted_without_evidence(card):
    scene = steps_of(card, TEXTS[0])[0][0]
    for kind, whys in CONCLUSIONS.items():
        for why in whys or ("no. 1",):
            with pytest.raises(PlanError):
                decision_of((kind, why), scene)


def test_a_claim_that_the_evidence_contradicts_is_refused(card):
    scene, decision = steps_of(card, TEXTS[0])[-1]
    assert isinstance(decision, Propose)
    for plan in (("finish", "no better"), ("finish", "holds"), ("escalate", "unreachable"), ("escalate", "failed")):
        with pytest.raises(PlanError):
            decision_of(plan, scene)


def test_a_call_that_was_answered_is_not_made_again(card):
    scene = steps_of(card, TEXTS[0])[1][0]
    with pytest.raises(PlanError, match="answered already"):
        decision_of(("read_configuration", "around"), scene)


def test_a_candidate_that_is_forbidden_is_not_proposed(card):
    scene, decision = steps_of(card, TEXTS[0])[-1]
    (plan,) = names_of(decision, scene)
    assert isinstance(decision, Propose)
    attribute = next(iter(decision.proposal.best.change_set.attribute_edits())).attribute
    forbidden = scene.view.model_copy(update={"restrictions": (Prohibition(what=attribute),)})
    with pytest.raises(PlanError):
        decision_of(plan, Scene(forbidden, EFFORT))


def test_tools_that_are_not_offered_cannot_be_said(card):
    view = steps_of(card, TEXTS[0])[0][0].view
    few = view.model_copy(update={"tools": tuple(offer for offer in OFFERS if offer.name != "query_kpi")})
    grammar = PlanGrammar(Scene(few, EFFORT), drafted=False)
    assert "query_kpi" not in grammar.allowed(()) and "read_configuration" in grammar.allowed(())
    assert CONSULT in grammar.allowed(()) and "compare_candidates" not in grammar.allowed(())


def test_after_two_wrong_plans_the_rule_planner_decides_and_the_decision_says_so(card):
    heard, model = [], Scripted(("finish", "holds"), ("finish", "no better"))
    planner = SixGPlanner(EFFORT, load=lambda: model, wrong=lambda plan, problem: heard.append(plan))
    view = steps_of(card, TEXTS[0])[0][0].view
    decision = planner.decide(view)
    assert heard == [("finish", "holds"), ("finish", "no better")]
    assert model.refused == [(), (("finish", "holds"),)], "the second plan is made with the first shown as wrong"
    assert isinstance(decision, CallTools)
    assert all("decided by the rule planner" in call.reason for call in decision.calls)


def test_a_second_plan_that_holds_is_followed(card):
    model = Scripted(("finish", "holds"), ("read_configuration", "around"))
    decision = SixGPlanner(EFFORT, load=lambda: model).decide(steps_of(card, TEXTS[0])[0][0].view)
    assert isinstance(decision, CallTools)
    assert [call.tool for call in decision.calls] == ["read_configuration"]
    assert "rule planner" not in decision.calls[0].reason


@pytest.mark.parametrize(("text", "start"), STARTS, ids=[text for text, _ in STARTS])
def test_whatever_the_grammar_allows_passes_the_checks(card, text, start):
    draw = Random(text)
    refused, plans = [], set()
    for scene, _ in steps_of(card, text, **start):
        for drafted in (False, True):
            grammar = PlanGrammar(scene, drafted=drafted)
            for _ in range(4):
                plan = ()
                while allowed := [name for name in grammar.allowed(plan) if name != CONSULT]:
                    plan = (*plan, draw.choice(allowed))
                plans.add(plan)
                try:
                    decision_of(plan, scene)
                except PlanError as error:
                    refused.append((plan, str(error)))
    assert refused == []
    assert len(plans - {()}) > 1, "something was drawn"


def test_a_comparison_that_was_answered_is_not_begun_to_its_dead_end(card):
    scene = steps_of(card, TEXTS[0])[-1][0]
    (made,) = [one.call for one in scene.view.observations if one.call.tool == "compare_candidates"]
    *plan, end = names_of_call(made, scene)
    with pytest.raises(PlanError, match="answered already"):
        decision_of((*plan, end), scene)
    grammar = PlanGrammar(scene, drafted=True)
    assert end not in grammar.allowed(plan)
    drafts = [*REFERENCES[: len(scene.drafts)], *([REFINED] if scene.refined else [])]
    assert set(plan[2:]) == set(drafts), "all drafts are named"
    assert plan[-1] not in grammar.allowed(plan[:-1]), "after it nothing could follow"


def test_what_was_not_read_bears_out_no_conclusion(card):
    (first, _), *_, (last, _) = steps_of(card, "set the transmit power of S1C1 to 99 dBm")
    assert bears_out(("escalate", "invalid"), last) and not bears_out(("escalate", "invalid"), first)
    for text in TEXTS:
        scene = steps_of(card, text)[0][0]
        ends = [kind for kind in CONCLUSIONS if kind in PlanGrammar(scene, drafted=True).allowed(())]
        assert not ends, f"{ends} before anything was read"


def test_where_nothing_is_left_to_plan_the_rules_decide_and_say_so(card):
    decision = SixGPlanner(EFFORT, load=lambda: Scripted(())).decide(steps_of(card, TEXTS[0])[0][0].view)
    assert isinstance(decision, CallTools) and "nothing is left that could be planned" in decision.calls[0].reason


def test_without_steps_nothing_is_planned(card):
    view = View(text="anything", card=card, tools=OFFERS, steps_left=0)
    assert isinstance(SixGPlanner(EFFORT).decide(view), Escalate)


def test_questions_are_answered_by_their_workflows(card):
    decision, _ = walk(SixGPlanner(EFFORT, load=Scripted), crowded(card), "which cells serve the stadium?")
    assert isinstance(decision, Finish)


def test_the_shipped_model_plans_a_run_to_its_end(card):
    pytest.importorskip("transformers")
    decision, view = walk(SixGPlanner(EFFORT), crowded(card), TEXTS[0], max_decisions=40)
    assert isinstance(decision, Propose | Finish | Escalate)
    assert {observation.call.tool for observation in view.observations} >= {"read_configuration", "query_kpi"}


def test_weights_that_do_not_match_their_record_are_refused_and_the_rules_plan(card, tmp_path):
    pytest.importorskip("transformers")
    (tmp_path / "planner.safetensors").write_bytes(b"nothing")
    planner = SixGPlanner(EFFORT, load=lambda: load_plan_model(tmp_path / "planner.safetensors"))
    decision = planner.decide(steps_of(card, TEXTS[0])[0][0].view)
    assert isinstance(decision, CallTools)
    assert "no record" in decision.calls[0].reason and "decided by the rule planner" in decision.calls[0].reason
