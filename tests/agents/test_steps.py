"""A planner tries only what one change may do by the guardrails, and says so where that is not enough."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from responder import OFFERS, CellModel, World, walk

from agents.heuristics.situation import Situation
from agents.llm.checking import ReplyError, decision_of
from agents.llm.prompting import messages_for
from agents.llm.reply import Reply
from agents.planner import Escalate, Propose, View
from agents.rule_planner import RulePlanner
from agents.workflows.objections import objections_of
from policies.change import AttributeEdit
from policies.guardrails.loading import load_guardrails
from policies.guardrails.rules import StepBound
from policies.guardrails.steps import judge_step, reach, step_of
from policies.limits.loading import load_limits
from policies.managed_object import number_of
from policies.verdict import Reason
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.topology_tools import read_configuration
from twins.network import NetworkCard

SHIPPED = load_guardrails().rules.step
NARROW = tuple(
    StepBound(class_name=limit.class_name, attribute=limit.attribute, down=width, up=width, unit=limit.unit, source="narrow")
    for limit in load_limits()
    if limit.kind in ("range", "set")
    for width in (max(limit.step or 0.0, 2.0),)
)
INTENTS = (
    "save energy in S1C2",
    "save energy in the stadium",
    "keep URLLC delay below 8 ms in the stadium",
    "every eMBB user at least 20 Mbps in the stadium",
    "keep the ping-pong rate below 2 % in the stadium",
    "keep blocking below 1 % in the stadium",
    "use the scheduler to keep URLLC delay below 8 ms in the stadium",
)


def busy(card: NetworkCard) -> World:
    return World(card, {cell: CellModel(embb=80.0) for cell in card.areas()["stadium"]})


def quiet(card: NetworkCard) -> World:
    return World(card, {cell.id: CellModel(embb=1.0, urllc=0.0, growth=1.0) for cell in card.cells})


def too_far(edits: list[dict], steps: tuple[StepBound, ...]) -> list[str]:
    changes = [AttributeEdit.model_validate(edit) for edit in edits if edit["kind"] == "attribute"]
    bounds = [(change, step_of(steps, change.dn, change.attribute)) for change in changes]
    reasons = [judge_step(change, bound, change.old) for change, bound in bounds if bound is not None]
    return [reason.message for reason in reasons if reason is not None]


@pytest.mark.parametrize("steps", [SHIPPED, NARROW], ids=["shipped", "narrow"])
@pytest.mark.parametrize("text", INTENTS)
def test_no_candidate_and_no_search_goes_further_than_one_change_may(card, text, steps) -> None:
    world = quiet(card) if "energy" in text else busy(card)
    walk(RulePlanner(), world, text, steps=steps)
    tried = [draft for call in world.calls if call.tool == "compare_candidates" for draft in call.arguments["candidates"]]
    assert tried
    assert [message for draft in tried for message in too_far(draft["edits"], steps)] == []
    for knob in [knob for call in world.calls if call.tool == "refine_candidate" for knob in call.arguments["knobs"]]:
        low, high = reach(step_of(steps, knob["dn"], knob["attribute"]), number_of(knob["old"]))
        assert all(low <= value <= high for value in knob.get("choices") or (knob["low"], knob["high"])), knob


def test_several_candidates_are_tried_within_the_reach_of_one_change(card: NetworkCard) -> None:
    world = quiet(card)
    decision, _ = walk(RulePlanner(), world, "save energy in S1C2", steps=SHIPPED)
    powers = {
        edit["new"]
        for call in world.calls if call.tool == "compare_candidates"
        for draft in call.arguments["candidates"]
        for edit in draft["edits"] if edit.get("attribute") == "configuredMaxTxPower"
    }  # fmt: skip
    assert len(powers) >= 3 and min(powers) == 40
    assert isinstance(decision, Propose), decision


@given(st.data())
def test_every_attribute_with_a_step_bound_stays_within_it(data: st.DataObject) -> None:
    steps = data.draw(st.sampled_from([SHIPPED, NARROW]))
    bound = data.draw(st.sampled_from(steps))
    limit = load_limits().limit(bound.class_name, bound.attribute)
    values = st.floats(limit.low, limit.high) if limit.kind == "range" else st.sampled_from(limit.values)
    old = limit.nearest(data.draw(values))
    new = data.draw(st.floats(min_value=-1e4, max_value=1e4))
    dn = f"ManagedElement=1,{bound.class_name}=1"
    table = {"objects": [{"dn": dn, "attributes": {bound.attribute: old}}]}
    read = Observation(
        call=ToolCall(tool=read_configuration.name, arguments={}, reason=""), evidence={"value": table, "summary": ""}
    )
    situation = Situation(card=None, intent=None, observations=(read,), steps=steps)  # type: ignore[arg-type]
    edit = situation.edit(dn, bound.attribute, new)
    if edit is not None:
        assert judge_step(edit, bound, old) is None and limit.objection(edit.new) is None


def test_a_goal_beyond_one_change_says_so_and_names_the_bound(card: NetworkCard) -> None:
    decision, _ = walk(RulePlanner(), busy(card), "keep URLLC delay below 1 ms in the stadium", steps=NARROW)
    assert isinstance(decision, Escalate)
    assert "in one change (narrow)" in decision.reason and "several" in decision.nearest


def test_an_objective_that_stops_at_the_bound_says_that_more_is_possible(card: NetworkCard) -> None:
    tight = (StepBound(class_name="NRSectorCarrier", attribute="configuredMaxTxPower", down=1, up=1, unit="dB", source="tight"),)
    world = quiet(card)
    decision, _ = walk(RulePlanner(), world, "save energy in S1C2", steps=tight)
    assert isinstance(decision, Propose)
    words = "configuredMaxTxPower goes at most 1 dB down in one change (tight); a further change may go on once this is verified"
    assert words in decision.proposal.best.rationale


def test_a_requested_step_that_is_too_large_is_refused_before_the_twin_is_asked(card: NetworkCard) -> None:
    world = busy(card)
    decision, _ = walk(RulePlanner(), world, "set transmit power of S1C1 to 30 dBm", steps=SHIPPED)
    assert isinstance(decision, Escalate)
    assert "16 dB down, at most 6 in one change" in decision.reason and "40 first" in decision.nearest
    assert not [call for call in world.calls if call.tool == "compare_candidates"]


def test_the_size_of_a_step_is_not_read_as_a_bound_on_the_value(card: NetworkCard) -> None:
    step = step_of(SHIPPED, "A=1,NRSectorCarrier=1", "configuredMaxTxPower")
    edit = AttributeEdit(dn="A=1,NRSectorCarrier=1", attribute="configuredMaxTxPower", old=46, new=36)
    reason = judge_step(edit, step, 46) if step else None
    assert isinstance(reason, Reason)
    view = View(text="t", card=card, tools=OFFERS, feedback=(f"{reason.describe()} ({reason.remedy})",))
    objections = objections_of(view)
    assert (objections.floors, objections.ceilings) == ({"configuredMaxTxPower": 40.0}, {"configuredMaxTxPower": 52.0})
    assert objections.barred == frozenset()


@pytest.mark.parametrize(
    ("text", "floors", "ceilings"),
    [
        ("configuredMaxTxPower not above 43", {}, {"configuredMaxTxPower": 43.0}),
        ("configuredMaxTxPower not below 43", {"configuredMaxTxPower": 43.0}, {}),
        ("maxPrbUsage=199: out of range, allowed 1..100 %", {"maxPrbUsage": 1.0}, {"maxPrbUsage": 100.0}),
    ],
)
def test_the_bound_of_an_objection_is_read_on_its_own_side(card: NetworkCard, text, floors, ceilings) -> None:
    objections = objections_of(View(text="t", card=card, tools=OFFERS, feedback=(text,)))
    assert (objections.floors, objections.ceilings) == (floors, ceilings)


def test_a_model_is_told_the_steps_and_may_not_try_more(card: NetworkCard) -> None:
    _, view = walk(RulePlanner(), busy(card), "save energy in S1C2", steps=SHIPPED)
    told = json.loads(messages_for(view, "")[1].content)["steps"]
    assert {"class_name": "NRSectorCarrier", "attribute": "configuredMaxTxPower", "down": 6.0, "up": 6.0, "unit": "dB"} in told
    dn = card.cell("S1C2").carrier_dn
    edit = {"kind": "attribute", "dn": dn, "attribute": "configuredMaxTxPower", "old": 46, "new": 30}
    arguments = {"candidates": [{"name": "far", "edits": [edit]}]}
    reply = Reply.model_validate({"kind": "call", "calls": [{"tool": "compare_candidates", "arguments": arguments}]})
    offers = tuple(offer.model_copy(update={"input_schema": {"properties": {"intent": {}}}}) for offer in OFFERS)
    with pytest.raises(ReplyError, match="at most 6 in one change"):
        decision_of(reply, view.model_copy(update={"tools": offers}))
    edit["new"] = 40
    reply = Reply.model_validate({"kind": "call", "calls": [{"tool": "compare_candidates", "arguments": arguments}]})
    assert decision_of(reply, view.model_copy(update={"tools": offers})).kind == "call"
