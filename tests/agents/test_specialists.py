"""Specialists stay inside their scope, and the safety specialist objects to what must not go on."""

from __future__ import annotations

import pytest
from responder import OFFERS, CellModel, World, walk

from agents.heuristics.situation import Situation
from agents.planner import CallTools, Escalate, Finish, Planner, Propose, View
from agents.rule_planner import RulePlanner
from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.safety import SafetySpecialist, review
from agents.specialists.team import specialist_for, specialists_for
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from policies.change import AttributeEdit, ChangeSet
from policies.evidence import Interval
from policies.intent import Intent
from policies.proposal import Candidate, KpiPrediction
from policies.slices import Slice
from tools.calls.tool_offer import ToolOffer
from twins.network import NetworkCard


def _intent(text: str, card: NetworkCard) -> Intent:
    result = understand(text, card)
    assert isinstance(result, Understood)
    return result.intent


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("URLLC delay below 10 ms in the stadium", "RAN-control specialist"),
        ("save energy overnight", "PHY specialist"),
        ("ping-pong rate below 5 %", "RAN-control specialist"),
        ("block error rate below 12 %", "PHY specialist"),
    ],
)
def test_the_theme_of_an_intent_decides_who_is_asked(card: NetworkCard, text: str, name: str) -> None:
    assert specialist_for(_intent(text, card)).name == name


def test_an_intent_over_both_themes_asks_both(card: NetworkCard) -> None:
    intent = _intent("URLLC delay below 10 ms and as little energy as possible", card)
    assert [one.name for one in specialists_for(intent)] == ["RAN-control specialist", "PHY specialist"]


def test_a_specialist_sees_only_the_tools_of_its_scope(card: NetworkCard) -> None:
    offers = (*OFFERS, ToolOffer(name="set_transmit_power", effect="configure", description="", input_schema={}))
    narrowed = PHY.scope.narrow(View(text="x", card=card, tools=offers))
    assert "set_transmit_power" not in {one.name for one in narrowed.tools}
    assert len(SafetySpecialist.scope.narrow(narrowed).tools) < len(narrowed.tools)


def test_a_scope_never_gives_a_tool_that_the_view_does_not_offer(card: NetworkCard) -> None:
    assert PHY.scope.narrow(View(text="x", card=card, tools=())).tools == ()


@pytest.mark.parametrize("specialist", [PHY, RAN_CONTROL])
def test_a_specialists_drafts_stay_inside_its_scope(card: NetworkCard, specialist: object) -> None:
    assert isinstance(specialist, Planner)
    world = World(card, {cell: CellModel() for cell in card.areas()["stadium"]})
    text = "URLLC delay below 12 ms, every eMBB user at least 4 Mbps and as little energy as possible in the stadium"
    decision, view = walk(specialist, world, text)
    assert view.intent is not None
    situation = Situation(card=card, intent=view.intent, observations=view.observations)
    chosen = PHY if specialist is PHY else RAN_CONTROL
    edits = [edit for group in chosen.draft_groups(situation) for draft in group for edit in draft.edits]
    assert all(chosen.scope.allows(edit) for edit in edits)
    assert isinstance(decision, Propose | Finish | Escalate)


def test_a_specialist_may_not_propose_outside_its_scope(card: NetworkCard) -> None:
    world = World(card, {"S1C1": CellModel()})
    decision, _ = walk(RAN_CONTROL, world, "set transmit power of S1C1 to 40 dBm")
    assert isinstance(decision, Escalate)
    assert "may not change" in decision.reason


def _candidate(
    card: NetworkCard, new: float = 40, kept: float = 10.0, conditions: tuple[str, ...] = ("delay breaks 10 ms",)
) -> Candidate:
    edit = AttributeEdit(dn=card.cell("S1C1").carrier_dn, attribute="configuredMaxTxPower", old=46, new=new)
    prediction = KpiPrediction(
        kpi="DRB.UEThpDl",
        unit="Mbit/s",
        slice=Slice.EMBB,
        cells=(),
        mean=kept,
        interval=Interval(low=kept * 0.9, high=kept * 1.1),
        no_change=10.0,
    )
    return Candidate(
        name="lower power",
        change_set=ChangeSet(edits=(edit,)),
        predictions=(prediction,),
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


def test_the_safety_specialist_passes_the_demo_proposal(card: NetworkCard) -> None:
    world = World(card, {cell: CellModel() for cell in card.areas()["stadium"]})
    decision, view = walk(RulePlanner(), world, "keep URLLC delay below 12 ms in the stadium tonight")
    assert isinstance(decision, Propose)
    ruling = SafetySpecialist().decide(view.model_copy(update={"proposal": decision.proposal}))
    assert isinstance(ruling, Finish)
    assert not isinstance(ruling, CallTools)
