"""Threshold-Rule and MAPE-K decide from their views alone, and the knowledge table has 50 rules with valid calls."""

import json

import pytest

from agents.baselines.mape_k import MapeK, rules
from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import newest_state
from agents.baselines.threshold_rule import ThresholdRule
from agents.planner import CallTools, Finish, Planner, View
from policies.gym.mission import MissionSpec
from policies.gym.network_state import SlaSpec
from policies.gym.split import Purpose
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import gym_registry
from tools.gym.context import GymContext
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork


@pytest.fixture
def world():
    world = World(scenario(Family.SLICING, 4, Purpose.TRAINING), LearnedNetwork())
    world.begin()
    return world


def observe(world, *calls):
    """Observations of calls made on `world`."""
    observations = []
    for name, arguments in calls:
        evidence = gym_registry().get(name).run(GymContext(world, may_configure=True), arguments)
        observations.append(Observation(call=ToolCall(tool=name, arguments=arguments), evidence=evidence.model_dump(mode="json")))
    return tuple(observations)


def view(mission, observations=()):
    text = f"Please.\n\nMission: {mission.model_dump_json(exclude_defaults=True)}"
    return View.model_construct(text=text, card=None, tools=(), observations=observations, feedback=(), steps_left=10)


LATE = MissionSpec(sla=SlaSpec(max_latency_ms=1.0))
FINE = MissionSpec(sla=SlaSpec(max_latency_ms=1900.0))


@pytest.mark.parametrize("agent", [ThresholdRule, MapeK])
def test_a_baseline_is_a_planner_that_looks_first_and_ends_on_its_own(agent, world):
    assert isinstance(agent(), Planner)
    planner, observations = agent(), ()
    for _ in range(30):
        decision = planner.decide(view(LATE, observations))
        if isinstance(decision, Finish):
            break
        observations += observe(world, *((call.tool, call.arguments) for call in decision.calls))
    assert isinstance(decision, Finish) and observations[0].call.tool == "read_telemetry"
    assert observations[-1].call.tool == "verify_sla_compliance"


@pytest.mark.parametrize("agent", [ThresholdRule, MapeK])
@pytest.mark.parametrize("text", ["", "hello", "Mission: {", 'Mission: {"sla": {"max_latency_ms": -1}}', "Mission: []"])
def test_a_baseline_without_a_mission_says_so(agent, text):
    assert mission_of(text) is None
    decision = agent().decide(View.model_construct(text=text, card=None, tools=(), observations=(), feedback=(), steps_left=5))
    assert isinstance(decision, Finish) and "no mission" in decision.summary


def test_the_threshold_rule_is_the_papers(world):
    observations = observe(world, ("read_telemetry", {}))
    switch = ThresholdRule().decide(view(LATE, observations)).calls[0]
    assert (switch.tool, switch.arguments["target"]) == ("switch_network_slice", "URLLC")
    slow = MissionSpec(sla=SlaSpec(min_throughput_mbps=40.0))
    offload = ThresholdRule().decide(view(slow, observations)).calls[0]
    assert (offload.tool, offload.arguments["target"]) == ("edge_offload", {"server": "edge-1"})
    assert ThresholdRule().decide(view(FINE, observations)).calls[0].tool == "verify_sla_compliance"


def test_the_knowledge_table_has_fifty_rules_with_valid_calls(world):
    assert len(rules()) == 50 == len({rule["id"] for rule in rules()})
    telemetry = observe(world, ("read_telemetry", {}))[0].evidence["value"]
    from agents.baselines.mape_facts import facts_of
    from agents.baselines.mape_k import _execute

    mission = MissionSpec(destinations={"uav-1": {"x_m": 0, "y_m": 0, "z_m": 100}}, notified={"uav-1": "geofence"})
    facts = facts_of(mission, telemetry)
    for rule in rules():
        decision = _execute(rule, facts, telemetry)
        for call in decision.calls if decision is not None else ():
            gym_registry().get(call.tool).parse(call.arguments)


def test_every_condition_of_the_table_names_a_fact():
    from agents.baselines.mape_facts import Facts

    names = set(Facts.__dataclass_fields__)
    for rule in rules():
        for name in rule["when"]:
            assert name in names or name.removeprefix("above_") in names or name.removeprefix("below_") in names, rule["id"]


def test_mape_k_uses_a_rule_once_and_orders_before_remedies(world):
    mission = MissionSpec(sla=SlaSpec(max_latency_ms=1.0), notified={"uav-1": "geofence"})
    planner, observations = MapeK(), observe(world, ("read_telemetry", {}))
    first, second = planner.decide(view(mission, observations)), planner.decide(view(mission, observations))
    assert isinstance(first, CallTools) and first.calls[0].tool == "send_alert"
    third = planner.decide(view(LATE, observations))
    assert third.calls[0].tool != "send_alert" and first.calls[0].reason.startswith("R02") and second.calls[0].reason


def test_the_newest_state_is_the_last_one_observed(world):
    observations = observe(world, ("check_network_state", {}), ("switch_network_slice", {"current": "eMBB", "target": "mMTC"}))
    assert newest_state(view(FINE, observations)) == world.state
    assert newest_state(view(FINE, ())) is None
    assert json.loads(world.state.model_dump_json())["slice"] == "mMTC"
