"""Specialists stay inside their scope, and the safety specialist objects to what must not go on."""

from __future__ import annotations

import pytest
from responder import CellModel, World, walk

from agents.heuristics.situation import Situation
from agents.planner import Propose
from agents.rule_planner import RulePlanner
from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.safety import review
from agents.specialists.specialist import Specialist
from agents.specialists.team import specialists_for
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from policies.change import AttributeEdit, ChangeSet
from policies.evidence import Interval
from policies.intent import Intent
from policies.managed_object import class_of
from policies.proposal import Candidate, KpiPrediction
from policies.slices import Slice
from twins.network import NetworkCard


def _intent(text: str, card: NetworkCard) -> Intent:
    result = understand(text, card)
    assert isinstance(result, Understood)
    return result.intent


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("URLLC delay below 10 ms in the stadium", (RAN_CONTROL,)),
        ("save energy overnight", (PHY,)),
        ("ping-pong rate below 5 %", (RAN_CONTROL,)),
        ("block error rate below 12 %", (PHY,)),
        ("URLLC delay below 10 ms and as little energy as possible", (RAN_CONTROL, PHY)),
    ],
)
def test_the_theme_of_an_intent_decides_who_is_asked(card: NetworkCard, text: str, asked: tuple[Specialist, ...]) -> None:
    assert specialists_for(_intent(text, card)) == asked


@pytest.mark.parametrize("specialist", [PHY, RAN_CONTROL])
def test_a_specialists_drafts_stay_inside_its_scope(card: NetworkCard, specialist: Specialist) -> None:
    world = World(card, {cell: CellModel(asleep=cell == "S3C2") for cell in card.areas()["stadium"]})
    text = "URLLC delay below 12 ms, every eMBB user at least 4 Mbps and as little energy as possible in the stadium"
    _, view = walk(RulePlanner(), world, text)
    assert view.intent is not None
    situation = Situation(card=card, intent=view.intent, observations=view.observations)
    drafts = [draft for group in specialist.draft_groups(situation) for draft in group]
    assert drafts
    assert all(specialist.scope.allows(edit) for draft in drafts for edit in draft.edits)
    assert all(class_of(knob.dn) in specialist.scope.classes for draft in drafts for knob in draft.knobs)


def _throughput(kept: float) -> KpiPrediction:
    return KpiPrediction(
        kpi="DRB.UEThpDl",
        unit="Mbit/s",
        slice=Slice.EMBB,
        cells=(),
        mean=kept,
        interval=Interval(low=kept * 0.9, high=kept * 1.1),
        no_change=10.0,
    )


def _candidate(
    card: NetworkCard, new: float = 40, kept: float = 10.0, conditions: tuple[str, ...] = ("delay breaks 10 ms",)
) -> Candidate:
    edit = AttributeEdit(dn=card.cell("S1C1").carrier_dn, attribute="configuredMaxTxPower", old=46, new=new)
    return Candidate(
        name="lower power",
        change_set=ChangeSet(edits=(edit,)),
        predictions=(_throughput(kept),),
        outlook=(),
        score=0.0,
        feasible=True,
        rollback_conditions=conditions,
    )


@pytest.mark.parametrize(
    ("more", "rule"),
    [({"new": 99}, "limits"), ({"kept": 2.0}, "fairness"), ({"conditions": ()}, "rollback")],
)
def test_the_safety_specialist_objects(card: NetworkCard, more: dict[str, object], rule: str) -> None:
    found = review(_candidate(card, **more), ())  # type: ignore[arg-type]
    assert (found[0].rule, found[0].outcome) == (rule, "fail")
    assert found[0].source
    assert found[0].remedy


def test_a_sound_candidate_has_no_failing_reason(card: NetworkCard) -> None:
    assert not [one for one in review(_candidate(card), ()) if one.outcome == "fail"]


class Starving(World):
    """A world in which a minimum share of URLLC leaves eMBB a tenth of its throughput."""

    def judge(self, intent: Intent, name: str, change_set: ChangeSet) -> Candidate:
        judged = super().judge(intent, name, change_set)
        kept = 1.0 if any(edit.attribute == "rRMPolicyMinRatio" for edit in change_set.attribute_edits()) else 10.0
        return judged.model_copy(update={"predictions": (*judged.predictions, _throughput(kept))})


def test_the_rule_planner_puts_last_what_the_safety_specialist_would_refuse(card: NetworkCard) -> None:
    world = Starving(card, {cell: CellModel() for cell in card.areas()["stadium"]})
    decision, view = walk(RulePlanner(), world, "keep URLLC delay below 17 ms in the stadium tonight")
    assert isinstance(decision, Propose)
    failed = [
        any(one.outcome == "fail" and one.rule != "SLA" for one in review(candidate, view.observations))
        for candidate in decision.proposal.candidates
    ]
    assert failed == sorted(failed)
    assert failed[-1]
    assert any("the safety specialist objects: eMBB starves" in risk for risk in decision.proposal.candidates[-1].risks)
