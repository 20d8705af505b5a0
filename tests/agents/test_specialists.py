"""Specialists stay within their scope, and the safety specialist objects to unsafe changes."""

from __future__ import annotations

import pytest
from responder import CellModel, World, walk

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.planner import Decision, Propose, View
from agents.rule_planner import RulePlanner
from agents.specialists.message import Message, Need, Offer, Review, Want
from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.safety import review
from agents.specialists.specialist import Specialist
from agents.specialists.team import needs, overreach, specialists_for
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from agents.workflows.gathering import evidence_calls
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
    ("text", "specialists"),
    [
        ("URLLC delay below 10 ms in the stadium", (RAN_CONTROL,)),
        ("save energy overnight", (PHY,)),
        ("ping-pong rate below 5 %", (RAN_CONTROL,)),
        ("block error rate below 12 %", (PHY,)),
        ("URLLC delay below 10 ms and as little energy as possible", (RAN_CONTROL, PHY)),
    ],
)
def test_the_kpis_of_an_intent_select_the_specialists(card: NetworkCard, text: str, specialists: tuple[Specialist, ...]) -> None:
    assert specialists_for(_intent(text, card)) == specialists


@pytest.mark.parametrize("specialist", [PHY, RAN_CONTROL])
def test_a_specialists_drafts_stay_within_its_scope(card: NetworkCard, specialist: Specialist) -> None:
    world = World(card, {cell: CellModel(asleep=cell == "S3C2") for cell in card.areas()["stadium"]})
    text = "URLLC delay below 12 ms, every eMBB user at least 4 Mbps and as little energy as possible in the stadium"
    _, view = walk(RulePlanner(), world, text)
    assert view.intent is not None
    situation = Situation(card=card, intent=view.intent, observations=view.observations)
    drafts = [draft for group in specialist.draft_groups(situation) for draft in group]
    assert drafts
    assert all(specialist.scope.allows(edit) for draft in drafts for edit in draft.edits)
    assert all(class_of(knob.dn) in specialist.scope.classes for draft in drafts for knob in draft.knobs)


def _situation(text: str, card: NetworkCard) -> Situation:
    return Situation(card=card, intent=_intent(text, card), observations=())


@pytest.mark.parametrize("text", ["URLLC delay below 10 ms in the stadium", "save energy overnight", "ping-pong rate below 5 %"])
def test_what_the_specialists_need_from_their_own_tools_is_what_is_read(card: NetworkCard, text: str) -> None:
    situation = _situation(text, card)
    said = needs(situation)
    assert [need.sender for need in said] == ["RAN-control specialist", "PHY specialist", "safety specialist"]
    assert not overreach(said)
    queries = [made.arguments for made in evidence_calls(situation) if made.tool == "query_kpi"]
    wanted = {kpi for need in said for want in need.wants for kpi in want.kpis}
    assert wanted == {kpi for query in queries for kpi in query["kpis"]}
    assert {want.tool for need in said for want in need.wants} == {made.tool for made in evidence_calls(situation)}
    safety = {kpi for want in said[-1].wants for kpi in want.kpis}
    assert {"MM.RlfRate", "DRB.PacketLossRateDl"} <= safety, "which the rollback conditions watch"


def test_a_message_outside_of_tools_or_scope_is_found(card: NetworkCard) -> None:
    foreign = Need(sender="RAN-control specialist", wants=(Want(tool="compare_receivers"),))
    assert "the RAN-control specialist has no tool 'compare_receivers'" in overreach([foreign])
    power = AttributeEdit(dn=card.cell("S1C1").carrier_dn, attribute="configuredMaxTxPower", old=46, new=40)
    draft = Draft(name="lower power", rationale="", edits=(power,))
    assert not overreach([Offer(sender="PHY specialist", groups=((draft,),))])
    assert "outside of its scope" in overreach([Offer(sender="RAN-control specialist", groups=((draft,),))])


def test_planner_and_specialists_talk_in_the_order_in_which_they_work(card: NetworkCard) -> None:
    world = World(card, {cell: CellModel() for cell in card.areas()["stadium"]})
    planner = Talking()
    decision, view = walk(planner, world, "keep URLLC delay below 17 ms in the stadium and as little energy as possible")
    assert isinstance(decision, Propose)
    kinds = [message.kind for message in planner.messages]
    assert list(dict.fromkeys(kinds)) == ["assignment", "need", "offer", "review"]
    assert not overreach(planner.messages)
    offered = {edit for one in planner.messages if isinstance(one, Offer) for group in one.groups for draft in group
               for edit in draft.edits}  # fmt: skip
    assert {one.sender for one in planner.messages if isinstance(one, Offer)} == {"RAN-control specialist", "PHY specialist"}
    compared = [made.call.arguments for made in view.observations if made.call.tool == "compare_candidates"]
    attributes = {edit["attribute"] for call in compared for draft in call["candidates"] for edit in draft["edits"]
                  if "attribute" in edit}  # fmt: skip
    assert attributes <= {edit.attribute for edit in offered if isinstance(edit, AttributeEdit)}
    needed = {name for one in planner.messages if isinstance(one, Need) for want in one.wants for name in want.attributes}
    assert {name.split(".")[1] for name in needed} >= attributes, "the safety specialist needs the limit of what is edited"
    reviewed = [one.digest for one in planner.messages if isinstance(one, Review)]
    assert decision.proposal.best.change_set.digest in reviewed


class Talking(RulePlanner):
    """The rule planner, with what was said for its decisions."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def decide(self, view: View) -> Decision:
        decision = super().decide(view)
        self.messages += decision.messages
        return decision


def _throughput(mean: float) -> KpiPrediction:
    """Return a predicted eMBB throughput, 10 Mbit/s without a change."""
    return KpiPrediction(
        kpi="DRB.UEThpDl",
        unit="Mbit/s",
        slice=Slice.EMBB,
        cells=(),
        mean=mean,
        interval=Interval(low=mean * 0.9, high=mean * 1.1),
        no_change=10.0,
    )


def _candidate(
    card: NetworkCard, new: float = 40, throughput: float = 10.0, conditions: tuple[str, ...] = ("delay breaks 10 ms",)
) -> Candidate:
    edit = AttributeEdit(dn=card.cell("S1C1").carrier_dn, attribute="configuredMaxTxPower", old=46, new=new)
    return Candidate(
        name="lower power",
        change_set=ChangeSet(edits=(edit,)),
        predictions=(_throughput(throughput),),
        outlook=(),
        score=0.0,
        feasible=True,
        rollback_conditions=conditions,
    )


@pytest.mark.parametrize(
    ("defect", "rule"),
    [({"new": 99}, "limits"), ({"throughput": 2.0}, "fairness"), ({"conditions": ()}, "rollback")],
)
def test_the_safety_specialist_objects(card: NetworkCard, defect: dict[str, object], rule: str) -> None:
    first, *_ = review(_candidate(card, **defect), ())  # type: ignore[arg-type]
    assert (first.rule, first.outcome) == (rule, "fail")
    assert first.source
    assert first.remedy


def test_a_sound_candidate_has_no_failing_reason(card: NetworkCard) -> None:
    assert not [finding for finding in review(_candidate(card), ()) if finding.outcome == "fail"]


class Starving(World):
    """A world in which a minimum share of URLLC leaves eMBB a tenth of its throughput."""

    def evaluate(self, intent: Intent, name: str, change_set: ChangeSet) -> Candidate:
        candidate = super().evaluate(intent, name, change_set)
        starved = any(edit.attribute == "rRMPolicyMinRatio" for edit in change_set.attribute_edits())
        return candidate.model_copy(update={"predictions": (*candidate.predictions, _throughput(1.0 if starved else 10.0))})


def test_the_rule_planner_ranks_last_what_the_safety_specialist_refuses(card: NetworkCard) -> None:
    world = Starving(card, {cell: CellModel() for cell in card.areas()["stadium"]})
    decision, view = walk(RulePlanner(), world, "keep URLLC delay below 17 ms in the stadium tonight")
    assert isinstance(decision, Propose)
    failed = [
        any(finding.outcome == "fail" and finding.rule != "SLA" for finding in review(candidate, view.observations))
        for candidate in decision.proposal.candidates
    ]
    assert failed == sorted(failed)
    assert failed[-1]
    assert any("the safety specialist objects: eMBB is starved" in risk for risk in decision.proposal.candidates[-1].risks)
