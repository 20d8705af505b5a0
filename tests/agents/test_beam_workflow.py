"""Beam management as a run: mobility from the text, evidence, a trial in the beam twin, a recommendation; nothing is changed."""

import pytest
from planner_walk import Walk
from tool_worlds import context_over, network_with_history

from agents.answer import Answer
from agents.planner import Ask, Escalate, Finish
from agents.rule_planner import RulePlanner
from agents.understanding.conditions import motion_of
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from policies.effect import Effect
from tools.beams.compare_tool import compare_beam_selectors
from tools.ran.degradation_tool import detect_degradation
from tools.ran.kpi_tool import query_kpi
from tools.ran.topology_tools import read_configuration
from tools.registry import ToolRegistry
from twins.system.scenario.presets import small_scenario

REGISTRY = ToolRegistry((read_configuration, query_kpi, detect_degradation, compare_beam_selectors))
walk = Walk(RulePlanner(), REGISTRY)
HIGHWAY = "users on the highway lose their beams in S1C1: find out whether the learned beam predictor should take over"


def make_context(folder, carrier_ghz):
    small = small_scenario()
    cells = tuple(cell.model_copy(update={"carrier_ghz": carrier_ghz}) for cell in small.cells)
    return context_over(network_with_history(small.model_copy(update={"cells": cells})), folder)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return make_context(tmp_path_factory.mktemp("fr1"), 3.5)


@pytest.fixture(scope="module")
def highway(context):
    return walk(context, HIGHWAY)


def test_the_run_retrieves_then_compares_then_recommends(highway):
    decision, view = highway
    assert isinstance(decision, Finish), decision
    assert [observation.call.tool for observation in view.observations] == [
        "read_configuration", "query_kpi", "detect_degradation", "compare_beam_selectors",
    ]  # fmt: skip
    assert [observation.error for observation in view.observations if observation.evidence is None] == []
    assert all(REGISTRY.get(observation.call.tool).effect is not Effect.CONFIGURE for observation in view.observations)


def test_the_recommendation_follows_the_evidence(highway):
    decision, view = highway
    value = view.observations[-1].evidence["value"]
    switch = "switch the beam-management xApp of S1C1 to the learned predictor"
    assert (switch in decision.summary) == (value["recommended"] == "learned predictor")
    assert value["recommended"] in decision.summary
    for score in value["scenarios"][0]["scores"]:
        assert f"{score['selector']} top-1 {100 * score['top1']['value']:.0f} %" in decision.summary


def test_the_summary_names_the_sources_of_mobility_and_users(highway):
    decision, view = highway
    arguments = view.observations[-1].call.arguments
    assert (arguments["slowest_mps"], arguments["fastest_mps"]) == (20.0, 38.0)
    users = [row["value"] for row in view.observations[1].evidence["value"]["rows"] if row["kpi"] == "RRC.ConnMean"]
    assert arguments["terminals"] == max(round(sum(users) / len(users)), 1)
    assert "terminals at 20 to 38 m/s, from 'highway'" in decision.summary
    assert "reports no antenna array and beam codebook" in decision.summary


def test_the_learned_predictor_is_recommended_at_28_ghz_and_brings_no_gain_at_3_5_ghz(highway, tmp_path):
    decision, _ = walk(make_context(tmp_path, 28.0), HIGHWAY)
    assert isinstance(decision, Finish)
    assert decision.summary.startswith("recommended: switch the beam-management xApp of S1C1 to the learned predictor")
    assert highway[0].summary.startswith("keep the classical beam selection")


def test_each_outcome_of_the_comparison_has_its_own_text(highway):
    _, view = highway

    def ending(recommended, failed):
        last = view.observations[-1]
        value = last.evidence["value"]
        checks = [{**check, "passed": check["name"] != failed} for check in value["checks"]]
        changed = last.model_copy(
            update={"evidence": {**last.evidence, "value": {**value, "recommended": recommended, "checks": checks}}}
        )
        return walk.planner.decide(view.model_copy(update={"observations": (*view.observations[:-1], changed)})).summary

    assert "shadow mode" in ending("learned predictor", None)
    assert "More data is needed" in ending("staggered sweep", "card")
    assert "brings no gain here" in ending("staggered sweep", "gain")


def test_outside_the_data_card_the_sweep_is_kept_and_missing_data_is_reported(context):
    decision, _ = walk(context, "passengers of trains lose their beams in S1C2: should the learned predictor take over")
    assert isinstance(decision, Finish)
    assert decision.summary.startswith("keep the beam sweep in S1C2")
    assert "fastest_mps=83.0 m/s is outside [0.0, 40.0] m/s" in decision.summary
    assert "More data is needed" in decision.summary


def test_without_a_speed_the_operator_is_asked_once(context):
    text = "beam management is bad in S1C1, try the learned beam predictor"
    decision, _ = walk(context, text)
    assert isinstance(decision, Ask)
    assert "How fast" in decision.question
    answered, view = walk(context, text, (Answer(question=decision.question, answer="20 m/s"),))
    assert isinstance(answered, Finish)
    assert view.observations[-1].call.arguments["fastest_mps"] == 22.0
    again, _ = walk(context, text, (Answer(question=decision.question, answer="no idea"),))
    assert isinstance(again, Escalate)
    assert "no speed was given" in again.reason


def test_a_speed_beyond_the_range_of_the_twin_is_escalated(context):
    decision, _ = walk(context, "compare beam selection for S1C1 at 900 km/h")
    assert isinstance(decision, Escalate)
    assert "the beam twin goes up to 100" in decision.reason


def test_a_missing_tool_is_named_in_the_escalation(context):
    decision, _ = walk(context, HIGHWAY, tools=3)
    assert isinstance(decision, Escalate)
    assert "compare_beam_selectors is not offered" in decision.reason


@pytest.mark.parametrize(
    "text",
    [
        HIGHWAY,
        "Beam failures at 30 m/s in S1C2, compare the beam sweep with the learned predictor",
        "should the beam predictor replace the beam sweep on the motorway?",
        "users in trains lose their beams",
        "check beam selection for pedestrians and cars in town",
    ],
)
def test_such_texts_are_read_as_beam_management(context, text):
    reading = understand(text, context.network.describe())
    assert isinstance(reading, Understood), reading
    assert reading.workflow == "beam-management"


@pytest.mark.parametrize(
    ("text", "slow", "fast"),
    [
        ("cars at 30 m/s", 24.0, 33.0),
        ("between 36 and 72 km/h", 10.0, 20.0),
        ("72-36 km/h", 10.0, 20.0),
        ("60 mph on the highway", 21.46, 29.5),
        ("people on foot and in trains", 0.5, 83.0),
    ],
)
def test_speeds_are_read_from_numbers_before_words(text, slow, fast):
    motion = motion_of(text)
    assert (motion.low_mps, motion.high_mps) == (slow, fast)
    assert motion_of("beams are lost in S1C1") is None
