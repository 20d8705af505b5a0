"""A model can say every intent that the rule reader can: the schema of its reply lacks no field, and none is dropped."""

from __future__ import annotations

import json

import pytest
from responder import OFFERS

from agents.llm.checking import ReplyError, decision_of, parse_reply
from agents.llm.reply import Reply, TargetReply
from agents.planner import Understand, View
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, KpiContext
from twins.network import NetworkCard

# Said by the view or the catalogue (text, unit), by `targets` (expectations) or by two fields (window).
_OTHERWISE = {"text", "unit", "expectations", "window"}
_OF_OTHER_KINDS = {
    "kind", "text", "targets", "window_start", "window_end", "plan", "calls", "candidates", "choices", "nearest",
    "recommendation",
}  # fmt: skip


def test_the_schema_of_a_reply_has_every_field_of_an_intent_and_no_other():
    assert set(Reply.model_fields) - _OF_OTHER_KINDS == set(Intent.model_fields) - _OTHERWISE
    target = set(ExpectationTarget.model_fields) | set(ExpectationObject.model_fields)
    assert set(TargetReply.model_fields) == target - _OTHERWISE


def reply_of(intent: Intent, card: NetworkCard) -> Reply:
    """Return the reply with which a model says the intent."""
    ids = {cell.dn: cell.id for cell in card.cells}
    targets = [
        {
            **expectation.object.model_dump(mode="json"),
            **target.model_dump(mode="json", exclude={"unit"}),
            "cells": [ids[dn] for dn in expectation.object.cells],
        }
        for expectation in intent.expectations
        for target in expectation.targets
    ]
    same = intent.model_dump(mode="json", exclude=_OTHERWISE)
    times = {"window_start": intent.window.start, "window_end": intent.window.end} if intent.window else {}
    return Reply.model_validate({"kind": "understand", "targets": targets, **same, **times})


@pytest.mark.parametrize(
    "text",
    [
        "keep URLLC delay below 10 ms in the stadium from 23:00 onwards",
        "every eMBB user at least 5 Mbps in the stadium tonight without the stadium event",
        "every eMBB user at least 5 Mbps for the stadium event with 3000 visitors",
        "95 % of the windows URLLC delay below 10 ms in S1C1 permanently",
        "save energy in S1C2",
        "set the transmit power of S1C1 to 40 dBm",
    ],
)
def test_what_the_rule_reader_understands_a_model_can_say_in_full(card: NetworkCard, text: str) -> None:
    reading = understand(text, card)
    assert isinstance(reading, Understood), reading
    view = View(text=reading.intent.text, card=card, tools=OFFERS)
    decision = decision_of(parse_reply(reply_of(reading.intent, card).model_dump_json()), view)
    assert isinstance(decision, Understand) and isinstance(decision.reading, Understood)
    said = decision.reading.intent
    pairs = [(place, target) for each in reading.intent.expectations for place, target in [(each.object, each.targets)]]
    assert [(each.object, each.targets) for each in said.expectations] == [
        (place, (target,)) for place, targets in pairs for target in targets
    ]
    assert said.model_dump(exclude={"expectations"}) == reading.intent.model_dump(exclude={"expectations"})


def test_a_model_can_say_a_condition(card: NetworkCard) -> None:
    reading = understand("save energy in S1C2", card)
    assert isinstance(reading, Understood)
    target = ExpectationTarget(kpi="CARR.AverageBlerDl", condition=Condition.LESS, value=2.0, unit="%")
    place = ExpectationObject(cells=(card.cell("S1C1").dn,))
    context = KpiContext(object=place, target=target, words="only if the BLER of S1C1 is below 2 %", lasting=True)
    said = {**place.model_dump(), **target.model_dump(exclude={"unit"}), "cells": ["S1C1"], "words": context.words}
    reply = reply_of(reading.intent, card).model_dump(mode="json") | {"contexts": [said]}
    decision = decision_of(parse_reply(json.dumps(reply)), View(text=reading.intent.text, card=card, tools=OFFERS))
    assert isinstance(decision, Understand) and isinstance(decision.reading, Understood)
    assert decision.reading.intent.contexts == (context,)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"window_start": "2026-06-05T20:00:00+00:00"}, "give both or none"),
        ({"window_start": "2026-06-05T20:00:00", "window_end": "2026-06-05T22:00:00"}, "timezone"),
        ({"without_events": ["the moon landing"]}, "not in the calendar"),
        ({"event": "the moon landing"}, "not in the calendar"),
        ({"harm_only": True}, "a bound is verified"),
        ({"attendance": -1}, "attendance"),
    ],
)
def test_a_reply_that_would_lose_something_is_returned_with_the_reason(card: NetworkCard, more, words) -> None:
    target = {"cells": ["S1C1"], "slice": "URLLC", "kpi": "DRB.PdcpSduDelayDl", "condition": "IS_LESS_THAN", "value": 10}
    view = View(text="t", card=card, tools=OFFERS)
    with pytest.raises(ReplyError, match=words):
        decision_of(parse_reply(json.dumps({"kind": "understand", "targets": [target], **more})), view)
