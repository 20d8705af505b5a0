"""All planners pass the planner suite: the rule planner, and an LLM whose endpoint is unreachable."""

import socket

import pytest
from planner_suite import PlannerSuite, walk, world  # noqa: F401 - world is a fixture

from agents.llm.chat import LlmSettings
from agents.llm_planner import LlmPlanner
from agents.planner import Escalate, Finish, Propose
from agents.rule_planner import RulePlanner


class TestRulePlanner(PlannerSuite):
    @pytest.fixture
    def planner(self):
        return RulePlanner()

    def test_a_plain_intent_gets_a_proposal_or_no_change(self, planner, world):  # noqa: F811
        decisions, view = walk(planner, world, "Keep URLLC delay below 20 ms in S1C1 and spend no more energy than needed")
        assert isinstance(decisions[-1], Propose | Finish), decisions[-1]
        assert any(observation.call.tool == "compare_candidates" for observation in view.observations)

    def test_a_change_that_is_named_is_proposed_as_it_was_tried(self, planner, world):  # noqa: F811
        decisions, view = walk(planner, world, "set transmit power of S1C1 to 43 dBm")
        (proposal,) = [decision.proposal for decision in decisions if isinstance(decision, Propose)]
        (compared,) = [observation for observation in view.observations if observation.call.tool == "compare_candidates"][-1:]
        tried = {candidate["name"]: candidate["score"] for candidate in compared.evidence["value"]["candidates"]}
        assert {candidate.name: candidate.score for candidate in proposal.candidates} == tried
        assert "no change" in tried


class TestLlmPlannerWithoutAnEndpoint(PlannerSuite):
    @pytest.fixture
    def planner(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        return LlmPlanner(LlmSettings(base_url=f"http://127.0.0.1:{port}/v1", model="m", api_key="none", timeout_s=2.0))

    def test_it_escalates_to_a_human_with_the_reason(self, planner, world):  # noqa: F811
        decisions, _ = walk(planner, world, "Keep URLLC delay below 20 ms in S1C1")
        assert isinstance(decisions[-1], Escalate)
        assert "127.0.0.1" in decisions[-1].reason
