"""A view fits into the model's window, says what it lacks, and what a server refuses is shown with the server's own reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from loopback_model import LoopbackModel, too_long
from responder import CellModel, World, walk

from agents.llm.chat import LlmSettings
from agents.llm.form import forms
from agents.llm.prompting import messages_for
from agents.llm_planner import LlmPlanner
from agents.planner import Ask, Escalate, Propose, View
from agents.rule_planner import RulePlanner
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import offers_of
from tools.registry import default_registry
from twins.network import NetworkCard

ASK = {"kind": "ask", "text": "Which slice?"}
WINDOW = 8192


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackModel]:
    model = LoopbackModel()
    yield model
    model.close()


@pytest.fixture
def model(server: LoopbackModel) -> LoopbackModel:
    server.reset()
    server.replies = [ASK]
    return server


@pytest.fixture
def tried(card: NetworkCard) -> View:
    """The view of a run that is ready to propose, with the real tools on offer and long results of others behind it."""
    decision, view = walk(
        RulePlanner(), World(card, {"S1C1": CellModel()}), "keep URLLC delay below 12 ms in the stadium tonight"
    )
    assert isinstance(decision, Propose)
    rows = [{"kpi": "RRU.PrbTotDl", "cell": "S1C1", "value": number / 7} for number in range(400)]
    long = tuple(
        Observation(
            call=ToolCall(tool="query_kpi", arguments={"windows": windows}), evidence={"summary": "s", "value": {"rows": rows}}
        )
        for windows in range(12)
    )
    return view.model_copy(update={"tools": offers_of(default_registry()), "observations": (*view.observations, *long)})


def _decide(model: LoopbackModel, view: View, **more: Any) -> Any:
    settings = LlmSettings(base_url=model.url, model="m", **{"timeout_s": 5.0, **more})
    return LlmPlanner(settings).decide(view)


def _told(model: LoopbackModel) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(model.requests[-1]["messages"][1]["content"])
    return told


def _tokens(model: LoopbackModel) -> int:
    return sum(len(message["content"]) for message in model.requests[-1]["messages"]) // 3


def _names(view: View) -> set[str]:
    values = [observation.evidence["value"] for observation in view.observations if observation.evidence]
    return {candidate["name"] for value in values for candidate in value.get("candidates", ())}


@pytest.mark.parametrize("window", [WINDOW, 16_384, 100_000])
def test_the_view_and_a_reply_fit_into_the_window_that_the_server_tells(model: LoopbackModel, tried: View, window: int) -> None:
    model.window, model.tells = window, True
    assert isinstance(_decide(model, tried), Ask)
    reply = model.requests[0]["max_completion_tokens"]
    assert len(model.requests) == 1 and _tokens(model) + reply <= window and reply == 2048


@pytest.mark.parametrize("window", [WINDOW, None])
def test_what_can_be_proposed_is_in_the_view_however_long_the_rest_is(
    model: LoopbackModel, tried: View, window: int | None
) -> None:
    model.window, model.tells = window, window is not None
    _decide(model, tried)
    told = _told(model)
    assert {candidate["name"] for candidate in told["candidates"]} == _names(tried) and "no change" in _names(tried)
    assert any(candidate["edits"] for candidate in told["candidates"] if "edits" in candidate) or told["left_out"]
    assert "compare_candidates" in [entry["tool"] for entry in told["evidence"]]


def test_a_view_says_what_it_leaves_out_and_a_whole_one_nothing(model: LoopbackModel, tried: View) -> None:
    model.window, model.tells = WINDOW, True
    _decide(model, tried)
    assert any("of each list" in said for said in _told(model)["left_out"])
    shown = _told(model)["evidence"][-1]["data"]
    assert "left out" in json.dumps(shown)
    _decide(model, tried.model_copy(update={"observations": ()}), budget_tokens=100_000, max_tokens=64)
    assert "left_out" not in json.loads(messages_for(tried, "")[1].content)


def test_each_form_is_shorter_and_the_shortest_has_no_result(tried: View) -> None:
    lengths = [len(messages_for(tried, "", form)[1].content) for form in forms(len(tried.observations))]
    assert lengths == sorted(lengths, reverse=True)
    last = json.loads(messages_for(tried, "", list(forms(len(tried.observations)))[-1])[1].content)
    assert last["evidence"] == [] and f"the oldest {len(tried.observations)} of" in " ".join(last["left_out"])


def test_a_server_that_tells_nothing_is_asked_with_less_until_it_fits(model: LoopbackModel, tried: View) -> None:
    model.window = 6000
    assert isinstance(_decide(model, tried), Ask)
    assert 1 < len(model.requests) <= 4 and _tokens(model) <= 6000
    lengths = [sum(len(message["content"]) for message in request["messages"]) for request in model.requests]
    assert lengths == sorted(lengths, reverse=True)


def test_tools_that_a_template_writes_into_the_prompt_are_counted(model: LoopbackModel, tried: View) -> None:
    model.window, model.tells = 60_000, True
    assert isinstance(_decide(model, tried, structured="tool", budget_tokens=60_000), Ask)
    (request,) = model.requests
    assert _tokens(model) + len(json.dumps(request["tools"])) // 3 + 2048 <= 60_000


def test_a_window_that_nothing_fits_in_ends_with_both_numbers(model: LoopbackModel, tried: View) -> None:
    model.window, model.tells = 1024, True
    decision = _decide(model, tried)
    assert isinstance(decision, Escalate)
    assert "768 fit beside a reply of 256" in decision.reason and "longer window" in decision.reason
    assert model.requests == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"error": {"message": "Grammar error: Unimplemented keys", "code": 400}}', "Grammar error: Unimplemented keys"),
        ('{"object": "error", "message": "The model `m` does not exist."}', "The model `m` does not exist."),
        ('{"detail": [{"msg": "Field required", "loc": ["body"]}]}', "Field required"),
        ('{"error": "unauthorized"}', "unauthorized"),
        ("<html><h1>502 Bad Gateway</h1></html>", "502 Bad Gateway"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred"),
        ("", "without a reason"),
        ("{}", "without a reason"),
    ],
)
def test_the_servers_own_reason_is_shown(model: LoopbackModel, tried: View, body: str, reason: str) -> None:
    model.status, model.refusal = 400, body
    decision = _decide(model, tried)
    assert isinstance(decision, Escalate)
    assert f"HTTP 400 from {model.url}" in decision.reason and reason in decision.reason
    assert len(decision.reason) < 600


def test_a_server_that_refuses_every_length_is_not_asked_without_end(model: LoopbackModel, tried: View) -> None:
    model.status, model.refusal = 400, json.dumps(too_long(1, 2))
    decision = _decide(model, tried)
    assert isinstance(decision, Escalate) and "maximum context length is 1 tokens" in decision.reason
    assert len(model.requests) <= 4


@pytest.mark.parametrize(
    "listing",
    ["<html>", "[]", '{"data": 3}', '{"data": [3]}', '{"data": [{"id": "m", "max_model_len": true}]}',
     '{"data": [{"id": "m", "max_model_len": -1}]}', '{"data": [{"id": "m", "max_model_len": "8192"}]}', "[" * 100_000],
)  # fmt: skip
def test_a_listing_of_models_that_makes_no_sense_is_no_window(model: LoopbackModel, tried: View, listing: str) -> None:
    model.tells, model.listing = True, listing
    assert isinstance(_decide(model, tried), Ask)


def test_the_window_is_asked_for_once(model: LoopbackModel, tried: View) -> None:
    model.window, model.tells = WINDOW, True
    planner = LlmPlanner(LlmSettings(base_url=model.url, model="m", timeout_s=5.0))
    planner.decide(tried)
    model.listing = '{"data": []}'
    planner.decide(tried)
    assert _tokens(model) + 2048 <= WINDOW
