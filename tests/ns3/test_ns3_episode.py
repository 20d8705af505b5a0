"""Episodes on ns-3: same seed, same trace hash; a worker that dies mid-episode is an infrastructure error only."""

import os
import signal

import pytest

from agents.planner import CallTools, Finish
from policies.gym.split import Purpose
from tools.calls.tool_call import ToolCall
from training.gym.agents.expert import Expert
from training.gym.episodes.runner import Runner
from training.gym.task_making.generation import make_task
from training.gym.tasks.gym_task import Domain, Tier
from twins.gym.scenario import Family
from twins.ns3.network import Ns3Network


@pytest.fixture(scope="module")
def task():
    tasks = (make_task(Domain.OFFLOADING, Tier.L1, Family.SLICING, seed, Purpose.TRAINING, 0) for seed in range(1, 20))
    return next(task for task in tasks if task is not None)


class Killer:
    """Reads the state once, then kills the simulator and requests a change of the network."""

    name = "killer"

    def __init__(self, process):
        self._process, self._calls = process, 0

    def decide(self, view):
        self._calls += 1
        if self._calls == 1:
            return CallTools(calls=(ToolCall(tool="check_network_state", arguments={}),))
        if self._calls == 2:
            os.kill(self._process.pid, signal.SIGKILL)
            switch = {"current": "eMBB", "target": "URLLC"}
            return CallTools(calls=(ToolCall(tool="switch_network_slice", arguments=switch),))
        return Finish(summary="survived")


def test_same_seed_same_hash_and_a_killed_worker_is_reported_and_the_run_goes_on(task, process):
    network = Ns3Network(process)
    runner = Runner(network=lambda: network)
    first = runner.run(task, Expert(task))
    killed = runner.run(task, Killer(process))
    assert (killed.ended, killed.outcome, killed.success) == ("infrastructure", None, False)
    assert "the ns-3 worker ended" in killed.infrastructure_error
    second = runner.run(task, Expert(task))
    assert first.trace_hash == second.trace_hash != ""
    assert first.outcome is not None and second.network == "ns-3 LTE/EPC, packet level"
