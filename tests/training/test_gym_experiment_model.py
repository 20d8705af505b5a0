"""The Experiment Model's contract: observing keeps the state; configurations and events change it, with interval and reason."""

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
    world = World(scenario(Family.EMERGENCY, 6, Purpose.TRAINING), LearnedNetwork())
    world.begin()
    return world


def call(tool, **arguments):
    return ToolCall(tool=tool, arguments=arguments)


@pytest.mark.parametrize("name", ["read_telemetry", "check_network_state", "get_edge_load"])
def test_an_observation_keeps_the_state_and_returns_a_result(world, name):
    transition = LearnedExperimentModel().predict(world, call(name))
    assert transition.state == world.state == transition.low == transition.high
    assert transition.result is not None and "the state is unchanged" in transition.explanation


def test_a_configuration_moves_the_state_within_its_interval_and_leaves_the_world_alone(world):
    before, hash_ = world.state, world.trace_hash()
    transition = LearnedExperimentModel().predict(world, call("switch_network_slice", current="eMBB", target="mMTC"))
    assert transition.state != before and transition.state.slice == "mMTC"
    assert transition.low.latency_ms <= transition.state.latency_ms <= transition.high.latency_ms
    assert transition.low.loss <= transition.state.loss <= transition.high.loss
    assert "the mission went from eMBB to mMTC" in transition.explanation
    assert world.trace_hash() == hash_
    assert transition.result == transition.state.model_dump(mode="json")


def test_its_prediction_is_what_then_happens_in_the_gym(world):
    from training.gym.episodes.episode import Episode

    reallocation = call("trigger_slice_reallocation", slice="eMBB", resources={"share": 0.3})
    transition = LearnedExperimentModel().predict(world, reallocation)
    assert Episode(world, catalogue("6gagentgym")).call(reallocation).after == transition.state


def test_the_effect_of_an_event_is_predicted_with_its_reason(world):
    surge = DegradationEvent(kind="backhaul_delay", target="cloud", magnitude=100.0)
    transition = LearnedExperimentModel().predict(world, call("check_network_state"), surge)
    assert transition.state.latency_ms > world.state.latency_ms + 80.0
    assert "backhaul_delay cloud began" in transition.explanation and "its path takes" in transition.explanation


def test_a_failing_call_keeps_the_state_and_has_an_error(world):
    transition = LearnedExperimentModel().predict(world, call("switch_network_slice", current="mMTC", target="eMBB"))
    assert transition.state == world.state and transition.result is None and "the mission is on eMBB" in transition.error


def test_a_world_that_cannot_be_forked_is_refused(world):
    class Other:
        label = "another network"

    world.network = Other()
    with pytest.raises(TypeError, match="another network"):
        LearnedExperimentModel().predict(world, call("check_network_state"))
