"""The schema of a reply names what there is and bounds the rest: what it accepts ends, and what planners decide is within it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from responder import CellModel, World, walk

from agents.llm.checking import decision_of, parse_reply
from agents.llm.schema.bounded import number
from agents.llm.schema.reply_schema import reply_schema
from agents.planner import CallTools, Propose, View
from agents.rule_planner import RulePlanner
from tools.calls.tool_offer import offers_of
from tools.registry import default_registry
from twins.network import NetworkCard

REAL = offers_of(default_registry())
TEXTS = (
    "keep URLLC delay below 12 ms in the stadium tonight",
    "save energy in S1C2",
    "keep the ping-pong rate below 2 % in the stadium",
)


@pytest.fixture(params=TEXTS)
def stages(request: pytest.FixtureRequest, card: NetworkCard) -> list[tuple[View, Any]]:
    return stages_of(request.param, card)


def stages_of(text: str, card: NetworkCard) -> list[tuple[View, Any]]:
    """The views of a run of the rule planner, with the real tools on offer, and what it decided on each."""
    stages: list[tuple[View, Any]] = []

    class Recorder:
        name = "recorder"

        def decide(self, view: View) -> Any:
            decision = RulePlanner().decide(view)
            stages.append((view.model_copy(update={"tools": REAL}), decision))
            return decision

    walk(Recorder(), World(card, {"S1C1": CellModel(embb=70.0)}), text)
    return stages


def test_what_vllm_wrote_under_these_schemas_is_valid_at_the_first_attempt(card: NetworkCard) -> None:
    """Recorded from vLLM 0.32.0 on CPU with guidance, which served base and reader's adapter: a model that cannot plan."""
    lines = (Path(__file__).parent / "vllm_replies.jsonl").read_text(encoding="utf-8").splitlines()
    recorded = [json.loads(line) for line in lines]
    views = {text: [view for view, _ in stages_of(text, card)] for text in {line["text"] for line in recorded}}
    assert len(recorded) >= 10
    for line in recorded:
        view = views[line["text"]][line["stage"]]
        assert Draft202012Validator(reply_schema(view)).is_valid(json.loads(line["reply"]))
        assert decision_of(parse_reply(line["reply"]), view)


_BOUNDS = {
    "string": ("maxLength",),
    "array": ("maxItems",),
    "number": ("minimum", "maximum", "multipleOf"),
    "integer": ("minimum", "maximum"),
    "object": ("properties", "additionalProperties"),
}


def unbounded(schema: Any, path: str = "") -> list[str]:
    """The places in a schema where a model could write on without end."""
    if isinstance(schema, list):
        return [place for index, part in enumerate(schema) for place in unbounded(part, f"{path}/{index}")]
    if not isinstance(schema, dict):
        return []
    kind = str(schema.get("type"))
    own = [f"{path}: {kind} without {need}" for need in _BOUNDS.get(kind, ()) if need not in schema and "pattern" not in schema]
    if kind == "object" and schema.get("additionalProperties") is not False:
        own.append(f"{path}: any field")
    inside = [place for key, part in schema.items() if key not in ("enum", "const") for place in unbounded(part, f"{path}/{key}")]
    return own + inside


@pytest.mark.parametrize("by_kind", [True, False])
def test_nothing_in_a_reply_is_without_end(stages: list[tuple[View, Any]], by_kind: bool) -> None:
    for view, _ in stages:
        schema = reply_schema(view, by_kind=by_kind)
        Draft202012Validator.check_schema(schema)
        assert unbounded(schema) == []


def test_what_the_rule_planner_calls_and_proposes_a_model_can_say(stages: list[tuple[View, Any]]) -> None:
    said = set()
    for view, decision in stages:
        for reply in _replies(decision):
            for by_kind in (True, False):
                errors = list(Draft202012Validator(reply_schema(view, by_kind=by_kind)).iter_errors(reply))
                assert errors == [], _why(errors[0])
            said.add(reply["kind"])
    assert "call" in said


def _why(error: Any) -> str:
    """The part of a reply that no alternative takes, instead of all of it."""
    nearest = max(error.context, key=lambda inner: len(inner.absolute_path), default=None)
    return f"{list(error.absolute_path)}: {error.message[:300]}" if nearest is None else _why(nearest)


def _replies(decision: Any) -> list[dict[str, Any]]:
    """What a model would have to write; edits of A1 policies are none of its words."""
    if isinstance(decision, CallTools):
        calls = [{"tool": call.tool, "arguments": _without_intent(call.arguments)} for call in decision.calls]
        return [{"kind": "call", "calls": [call]} for call in calls if '"policy"' not in str(call).replace("'", '"')]
    if isinstance(decision, Propose):
        return [{"kind": "propose", "candidates": [decision.proposal.best.name]}]
    return []


def _without_intent(arguments: dict[str, Any]) -> dict[str, Any]:
    short = {name: value for name, value in arguments.items() if name != "intent"}
    if "candidates" in short:
        short["candidates"] = [
            {**draft, "rationale": draft.get("rationale", "")[:160] or "r"} for draft in short["candidates"][:5]
        ]
        short["candidates"] = [draft for draft in short["candidates"] if draft["edits"]]
    if isinstance(short.get("start"), dict):
        short["start"] = {**short["start"], "rationale": short["start"].get("rationale", "")[:160] or "r"}
    return short


@pytest.mark.parametrize(
    "reply",
    [
        {"kind": "understand", "targets": [{"cells": ["S" + "0" * 1000], "area": "", "slice": None, "kpi": "DRB.UEThpDl",
                                            "condition": "IS_LESS_THAN", "value": 3}]},
        {"kind": "understand", "targets": [{"cells": [], "area": "", "slice": None, "kpi": "DRB.Jitter",
                                            "condition": "IS_LESS_THAN", "value": 3}]},
        {"kind": "understand", "targets": [{"cells": [], "area": "", "slice": None, "kpi": "RRU.PrbTotDl",
                                            "condition": "IS_LESS_THAN", "value": 101}]},
        {"kind": "understand", "targets": [{"cells": [], "area": "", "slice": None, "kpi": "RRU.PrbTotDl",
                                            "condition": "IS_LESS_THAN"}]},
        {"kind": "understand", "targets": []},
        {"kind": "call", "calls": [{"tool": "set_transmit_power", "arguments": {"cells": ["S1C1"], "power_dbm": 3}}]},
        {"kind": "call", "calls": [{"tool": "query_kpi", "arguments": {"kpis": ["RRU.PrbTotDl"], "cells": ["the moon"]}}]},
        {"kind": "call", "calls": [{"tool": "query_kpi", "arguments": {"kpis": ["RRU.PrbTotDl"], "colour": "red"}}]},
        {"kind": "call", "calls": [{"tool": "compare_candidates", "arguments": {"candidates": []}}]},
        {"kind": "propose", "candidates": ["no change"]},
        {"kind": "ask", "text": "?" * 2000},
        {"kind": "dance"},
    ],
)  # fmt: skip
def test_before_anything_was_read_a_reply_names_what_there_is_and_tries_nothing(card: NetworkCard, reply: dict[str, Any]) -> None:
    view = View(text="keep URLLC delay below 10 ms", card=card, tools=REAL)
    assert list(Draft202012Validator(reply_schema(view)).iter_errors(reply))


def test_a_window_has_both_its_ends_and_is_in_this_time(card: NetworkCard) -> None:
    target = {
        "cells": ["S1C1"],
        "area": "",
        "slice": "URLLC",
        "kpi": "DRB.PdcpSduDelayDl",
        "condition": "IS_LESS_THAN",
        "value": 10,
    }
    view = View(text="t", card=card, tools=REAL)
    valid = Draft202012Validator(reply_schema(view)).is_valid
    start, end = "2026-06-05T20:00:00Z", "2026-06-05T22:00:00+00:00"
    reply = {"kind": "understand", "targets": [target], "window_start": start, "window_end": end}
    assert valid(reply)
    assert decision_of(parse_reply(json.dumps(reply)), view).kind == "understand"
    assert not valid({"kind": "understand", "targets": [target], "window_start": start})
    assert not valid({**reply, "window_end": "2099-01-01T00:00:00Z"})


def test_only_what_was_tried_and_not_refused_can_be_proposed(card: NetworkCard) -> None:
    ends = [stages_of(text, card)[-1] for text in TEXTS]
    proposals = [(view, decision.proposal.best) for view, decision in ends if isinstance(decision, Propose)]
    assert proposals
    for view, best in proposals:
        reply = {"kind": "propose", "candidates": [best.name]}
        assert Draft202012Validator(reply_schema(view)).is_valid(reply)
        refused = view.model_copy(update={"feedback": (f"the change {best.change_set.digest} was rejected",)})
        assert not Draft202012Validator(reply_schema(refused)).is_valid(reply)


def test_an_edit_has_a_value_that_was_read_and_one_that_the_limits_allow(card: NetworkCard) -> None:
    _, view = walk(RulePlanner(), World(card, {"S1C1": CellModel()}), TEXTS[0])
    valid = Draft202012Validator(reply_schema(view.model_copy(update={"tools": REAL}))).is_valid

    def tries(**edit: Any) -> bool:
        whole = {
            "kind": "attribute",
            "dn": card.cell("S1C1").carrier_dn,
            "attribute": "configuredMaxTxPower",
            "old": 46,
            "new": 43,
            **edit,
        }
        arguments = {"candidates": [{"name": "lower", "edits": [whole]}]}
        return bool(valid({"kind": "call", "calls": [{"tool": "compare_candidates", "arguments": arguments}]}))

    assert tries() and tries(new=43.5)
    assert not tries(old=45) and not tries(new=61) and not tries(new=43.55) and not tries(attribute="power")
    assert not tries(dn="ManagedElement=S9,GNBDUFunction=1,NRSectorCarrier=S9C9")


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [((0, 100), [0, 3.125, 100], [101, -1, 0.0001]), ((-15, 15, 0.5), [-0.5, 3, 15], [-0.25, 16]),
     ((-24, 24, 1), [-24, 0], [0.5, 25]), ((None, None), [-5, 2.5, 1_000_000], [1e9, -2_000_000]),
     ((-30, 60), [-30, 12.5, 60], [61])],
)  # fmt: skip
def test_numbers_stay_within_their_bounds_and_steps(bounds: Any, inside: list[float], outside: list[float]) -> None:
    valid = Draft202012Validator(number(*bounds)).is_valid
    assert [value for value in inside if not valid(value)] == [] and [value for value in outside if valid(value)] == []
