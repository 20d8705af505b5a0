"""The gym's environments keep Gymnasium's contract, are deterministic by seed, and return failures as data."""

import itertools
import json
import random
import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from agents.baselines.slicing_actions import ACTIONS, FINISH
from agents.baselines.slicing_features import FEATURES, margins
from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState, SlaSpec
from policies.gym.split import Purpose
from tools.calls.tool_call import ToolCall
from training.gym.env import NETWORK_ID, TOOLS_ID, NetworkEnv
from training.gym.environments.reward import DISCOUNT, SHAPING, shaping_term, shortfall
from training.gym.environments.tools import MAX_ACTION_CHARS, MAX_OBSERVATION_CHARS, NetworkToolsEnv, observation_json, read_call
from training.gym.input_error import GymInputError
from training.gym.task_making.generation import make_task
from training.gym.tasks.gym_task import Domain, Tier
from twins.gym.packet_network import InfrastructureError
from twins.gym.scenario import Family
from twins.learned.network import LearnedNetwork

OFFLOADING = "edge offloading"
NAMES = [action.name for action in ACTIONS]


@pytest.fixture(scope="module")
def task():
    """An L1 task whose expert offloads once and verifies."""
    drawn = (make_task(Domain.OFFLOADING, Tier.L1, Family.SLICING, seed, Purpose.TRAINING, 0) for seed in range(1, 51))
    return next(task for task in drawn if task is not None and len(task.path) == 2)


class Dying(LearnedNetwork):
    """The Experiment Model, whose simulator fails after `windows` windows."""

    def __init__(self, windows):
        super().__init__()
        self.windows = windows

    def run(self, layout, seconds, settle_s=0.0):
        self.windows -= 1
        if self.windows < 0:
            raise InfrastructureError("the worker ended with signal 9")
        return super().run(layout, seconds, settle_s)


@pytest.mark.parametrize("name", [NETWORK_ID, TOOLS_ID])
def test_the_environments_pass_gymnasiums_checker_without_a_warning(name, task):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(name, task=task)
        check_env(env.unwrapped)
    env.close()


def test_the_module_before_the_colon_registers_both_ids():
    code = (
        "import gymnasium; env = gymnasium.make('training.gym.env:twinpilot/Network-v0');"
        "print(env.spec.id, gymnasium.spec('twinpilot/NetworkTools-v0').id)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [NETWORK_ID, TOOLS_ID]


def test_a_seed_determines_task_observations_and_rewards():
    def episode(seed):
        env = gymnasium.make(NETWORK_ID, domain=OFFLOADING)
        observation, info = env.reset(seed=seed)
        rows = [observation.tolist(), info["task"]]
        for action in (1, 10, 3, 6, FINISH):
            observation, reward, *ended, _ = env.step(action)
            rows += [observation.tolist(), reward, ended]
        return rows

    assert episode(7) == episode(7)
    tasks = {episode(seed)[1] for seed in range(6)}
    assert len(tasks) > 1


def test_an_experts_calls_solve_the_task_and_are_rewarded(task):
    env = NetworkEnv(task=task)
    env.reset(seed=0)
    server = task.path[0].arguments["target"]["server"]
    start = env._shortfall()
    _, first, terminated, truncated, info = env.step(NAMES.index(f"service at {server}"))
    assert (terminated, truncated, info["tool"]) == (False, False, "edge_offload")
    after = env._shortfall()
    assert first == pytest.approx(SHAPING * (start - DISCOUNT * after))
    _, last, terminated, _, info = env.step(FINISH)
    assert terminated and info["success"] and info["tool"] == "verify_sla_compliance"
    assert last == pytest.approx(1.0 + SHAPING * after)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)


def test_doing_nothing_is_worth_nothing(task):
    env = NetworkEnv(task=task, shaping=0.0)
    env.reset(seed=0)
    ended, total = False, 0.0
    while not ended:
        _, reward, ended, _, info = env.step(0)
        total += reward
    assert total == 0.0 and not info["success"] and info["calls"] == task.budget


@pytest.mark.parametrize("action", range(FINISH))
def test_every_action_makes_its_call(task, action):
    env = NetworkEnv(task=task)
    env.reset(seed=0)
    observation, _, _, _, info = env.step(action)
    assert info["tool"] == ACTIONS[action].tool and info["error"] == ""
    assert env.observation_space.contains(observation)
    assert observation[FEATURES.index(f"did {NAMES[action]}")] > 0.0


def test_the_observation_shows_what_the_actions_did(task):
    env = NetworkEnv(task=task)
    observation, _ = env.reset(seed=0)

    def of(name):
        return float(observation[FEATURES.index(name)])

    assert len(set(FEATURES)) == len(FEATURES)
    assert of("on eMBB") == 1.0 and of("cloud runs service") == 1.0 and of("mission rate kept") == 1.0
    assert max(of(f"{name} broken") for name in SlaSpec.model_fields) == 1.0
    for action in ("slice URLLC", "share 0.45", "service at edge-2", "mission rate 0.6"):
        observation, *_ = env.step(NAMES.index(action))
    assert of("on URLLC") == 1.0 and of("on eMBB") == 0.0 and of("edge-2 runs service") == 1.0
    assert (of("share given URLLC"), of("mission rate kept")) == (pytest.approx(0.45), pytest.approx(0.6))
    assert of("calls left") == pytest.approx((task.budget - 5) / 36)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_environments_run_side_by_side(mode):
    envs = gymnasium.make_vec(NETWORK_ID, num_envs=2, vectorization_mode=mode, domain=OFFLOADING)
    try:
        observation, _ = envs.reset(seed=3)
        assert observation.shape == (2, len(FEATURES))
        alone = gymnasium.make(NETWORK_ID, domain=OFFLOADING)
        assert np.array_equal(observation[1], alone.reset(seed=4)[0])
        for _ in range(3):
            _, rewards, terminated, truncated, _ = envs.step(np.array([FINISH, 0]))
        assert rewards.shape == (2,) and not truncated.any() and terminated.shape == (2,)
    finally:
        envs.close()


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_text_environments_run_side_by_side(mode, task):
    kwargs = {"shared_memory": False} if mode == "async" else None  # text does not come back from Gymnasium's shared memory
    envs = gymnasium.make_vec(TOOLS_ID, num_envs=2, vectorization_mode=mode, vector_kwargs=kwargs, task=task)
    try:
        envs.reset(seed=1)
        observation, *_ = envs.step(['{"tool": "read_telemetry"}', "no"])
        assert json.loads(observation[0])["tool"] == "read_telemetry" and json.loads(observation[1])["boundary"] == "arguments"
    finally:
        envs.close()


# The world is measured at its beginning; what the first action does is measured next.
@pytest.mark.parametrize(("windows", "action"), [(1, 3), (0, 0)])
def test_a_simulator_that_fails_truncates_the_episode(task, windows, action):
    env = NetworkEnv(task=task, network=lambda: Dying(windows))
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    observation, reward, terminated, truncated, info = env.step(action)
    assert (reward, terminated, truncated) == (0.0, False, True)
    assert info["infrastructure_error"] == "the worker ended with signal 9"
    assert "success" not in info and env.observation_space.contains(observation)
    env = NetworkToolsEnv(task=task, network=lambda: Dying(windows))
    env.reset(seed=0)
    move = ToolCall(tool="switch_network_slice", arguments={"current": "eMBB", "target": "URLLC"})
    observation, _, terminated, truncated, _ = env.step(move.model_dump_json())
    assert truncated and not terminated and "infrastructure_error" in json.loads(observation)


BAD = [
    ("", "arguments"),
    ("turn it off and on again", "arguments"),
    ("[" * 8000, "arguments"),
    ("1" * 8000, "arguments"),
    ('["read_telemetry"]', "arguments"),
    ('{"arguments": {}}', "arguments"),
    ('{"tool": 5}', "arguments"),
    ('{"tool": "read_telemetry", "arguments": 5}', "arguments"),
    ('{"tool": "read_telemetry", "arguments": {"x": NaN}}', "arguments"),
    ('{"tool": "reboot"}', "unknown tool"),
    ('{"tool": "heartbeat", "arguments": {"uav": "uav-99"}}', "arguments"),
    ('{"tool": "heartbeat", "arguments": {"uav": "\\ud800"}}', "arguments"),
    ('{"tool": "trigger_slice_reallocation", "arguments": {"slice": "eMBB", "resources": {"share": 3}}}', "arguments"),
    ('{"tool": "switch_network_slice", "arguments": {"current": "URLLC", "target": "mMTC"}}', "refused"),
]


@pytest.mark.parametrize(("text", "boundary"), BAD)
def test_bad_text_is_an_error_with_its_boundary(task, text, boundary):
    env = NetworkToolsEnv(task=task)
    env.reset(seed=0)
    observation, reward, terminated, truncated, _ = env.step(text)
    payload = json.loads(observation)
    assert payload["boundary"] == boundary and payload["error"]
    assert reward == pytest.approx(-0.02) and not terminated and not truncated
    assert payload["steps_left"] == task.budget - 1
    assert env.observation_space.contains(observation)


def test_random_text_never_crashes_and_uses_up_the_budget(task):
    env, rng = NetworkToolsEnv(task=task), random.Random(5)
    env.reset(seed=0)
    ended, calls = False, 0
    while not ended:
        text = "".join(rng.choice('{}[]":,tolarguments0\\ué') for _ in range(rng.randrange(60)))
        _, _, ended, truncated, info = env.step(text)
        calls += 1
        assert not truncated
    assert calls == task.budget and not info["success"]


def test_a_task_is_solved_in_text(task):
    env = NetworkToolsEnv(task=task)
    first, _ = env.reset(seed=0)
    assert json.loads(first)["task"] == task.brief
    assert [tool.name for tool in env.tools] == json.loads(first)["tools"]
    for call in task.path:
        observation, reward, *_ = env.step(json.dumps({"tool": call.tool, "arguments": call.arguments}))
        assert reward == 0.0 and json.loads(observation)["evidence"]["summary"]
    _, reward, terminated, _, info = env.step('{"tool": "finish"}')
    assert terminated and reward == 1.0 and info["success"]


def test_long_text_stays_in_its_space():
    assert isinstance(read_call("x" * (MAX_ACTION_CHARS + 1)), str)
    cut = json.loads(observation_json({"evidence": {"summary": "much", "value": "y" * MAX_OBSERVATION_CHARS}, "steps_left": 3}))
    assert cut == {"evidence": {"summary": "much", "cut": True}, "steps_left": 3}
    assert len(observation_json({"error": "é" * MAX_OBSERVATION_CHARS})) <= MAX_OBSERVATION_CHARS


def test_an_option_that_does_not_exist_is_refused():
    for options in ({"domain": "plumbing"}, {"tier": "L9"}, {"purpose": "fun"}, {"network": "carrier pigeon"}):
        with pytest.raises(GymInputError, match="does not exist"):
            NetworkEnv(**options).reset(seed=1)
    with pytest.raises(GymInputError, match="errands=True"):
        NetworkEnv(tier="L3").reset(seed=1)
    with pytest.raises(ValueError, match="action=17 must be 0 to 16"):
        NetworkEnv().step(17)


def test_options_of_reset_override_those_of_the_constructor(task):
    env = NetworkEnv(domain="network slicing")
    _, info = env.reset(seed=1, options={"task": task})
    assert info["task"] == task.id


def test_a_mission_with_errands_is_verified_by_its_log():
    env = NetworkEnv(domain="uav control", tier="L1", errands=True)
    env.reset(seed=2)
    *_, info = env.step(FINISH)
    assert info["tool"] == "validate_mission_completion" and not info["success"] and info["calls"] == 3
    assert info["outcome"]["goal"] and not [fault for fault in info["outcome"]["verification"] if "log" in fault]


def test_discounted_shaping_adds_up_to_the_first_shortfall():
    shortfalls = [0.8, 0.5, 0.9, 0.1, 0.0]
    total = sum(DISCOUNT**step * shaping_term(*pair) for step, pair in enumerate(itertools.pairwise(shortfalls)))
    assert total == pytest.approx(shortfalls[0])  # whatever lies between: no trajectory earns more than another


def test_shortfall_is_zero_if_the_sla_is_met_and_one_at_eight_times_the_bound():
    sla = SlaSpec(max_latency_ms=99.0, min_throughput_mbps=2.0)
    state = NetworkState(slice="eMBB", latency_ms=99.0, jitter_ms=1.0, loss=0.0, throughput_mbps=2.0, edge_load=0.5)
    assert shortfall(sla, state) == 0.0 and shortfall(None, state) == 0.0
    late = state.model_copy(update={"latency_ms": 799.0})
    assert margins(sla, late) == {"max_latency_ms": pytest.approx(1.0), "min_throughput_mbps": 0.0}
    assert shortfall(sla, late) == pytest.approx(0.5)
    assert margins(SlaSpec(max_loss=0.0), state) == {"max_loss": 0.0} and MissionSpec().sla is None
