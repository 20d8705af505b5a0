"""The Experiment Model's contract: looking keeps the state; configuration and events move it, with an interval and a reason."""

import pytest

from policies.gym.degradation import DegradationEvent
from policies.gym.split import Purpose
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import catalogue
from training.gym.model.experiment_model import LearnedExperimentModel
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork


@pytest.fixture
def world():
    made = World(scenario(Family.EMERGENCY, 6, Purpose.TRAINING), LearnedNetwork())
    made.begin()
    return made


def call(tool, **arguments):
    return ToolCall(tool=tool, arguments=arguments)


@pytest.mark.parametrize("name", ["read_telemetry", "check_network_state", "get_edge_load"])
def test_looking_keeps_the_state_and_tells_a_result(world, name):
    foretold = LearnedExperimentModel().foretell(world, call(name))
    assert foretold.state == world.state == foretold.low == foretold.high
    assert foretold.result is not None and "the state is unchanged" in foretold.explanation


def test_a_configuration_moves_the_state_within_its_interval_and_leaves_the_world_alone(world):
    before, hash_ = world.state, world.trace_hash()
    foretold = LearnedExperimentModel().foretell(world, call("switch_network_slice", current="eMBB", target="mMTC"))
    assert foretold.state != before and foretold.state.slice == "mMTC"
    assert foretold.low.latency_ms <= foretold.state.latency_ms <= foretold.high.latency_ms
    assert foretold.low.loss <= foretold.state.loss <= foretold.high.loss
    assert "the mission went from eMBB to mMTC" in foretold.explanation
    assert world.trace_hash() == hash_
    assert foretold.result == foretold.state.model_dump(mode="json")


def test_it_foretells_what_then_happens_in_the_gym(world):
    from training.gym.episodes.episode import Episode

    wanted = call("trigger_slice_reallocation", slice="eMBB", resources={"share": 0.3})
    foretold = LearnedExperimentModel().foretell(world, wanted)
    assert Episode(world, catalogue("6gagentgym")).call(wanted).after == foretold.state


def test_an_event_is_foretold_with_its_reason(world):
    surge = DegradationEvent(kind="backhaul_delay", target="cloud", magnitude=100.0)
    foretold = LearnedExperimentModel().foretell(world, call("check_network_state"), surge)
    assert foretold.state.latency_ms > world.state.latency_ms + 80.0
    assert "backhaul_delay cloud began" in foretold.explanation and "its path takes" in foretold.explanation


def test_a_call_that_fails_keeps_the_state_and_says_why(world):
    foretold = LearnedExperimentModel().foretell(world, call("switch_network_slice", current="mMTC", target="eMBB"))
    assert foretold.state == world.state and foretold.result is None and "the mission is on eMBB" in foretold.error


def test_a_world_that_cannot_be_forked_is_refused(world):
    class Other:
        label = "another network"

    world.network = Other()
    with pytest.raises(TypeError, match="another network"):
        LearnedExperimentModel().foretell(world, call("check_network_state"))
