"""`twinpilot bench gym`: speed of the gym on the Experiment Model and on ns-3, memory, the model's error on unseen topologies."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from agents.baselines.mape_k import mape_k
from policies.figure import BenchResult, Figure
from policies.gym.split import Purpose
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import gym_registry
from training.gym.bench.model_error import model_error
from training.gym.episodes.episode import Episode, Judgement
from training.gym.episodes.runner import Runner
from training.gym.gate.gym_gate import GymGate
from training.gym.tasks.gym_task import GymTask
from training.gym.tasks.task_set import read_tasks
from twins.gym.packet_network import PacketNetwork
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

SEEDS = (51, 52, 53)
TARGET_CALLS, EPISODE = 2000.0, 36  # calls per second; calls in the longest episode of the benchmark
_SCRIPT = (
    "check_network_state",
    "get_edge_load",
    "switch",
    "check_network_state",
    "reallocate",
    "get_slice_status",
    "switch_back",
)


def run(quick: bool, out: Path | None) -> BenchResult:
    """Measure; raw samples go into the folder `out`, if given."""
    tasks = [task for task in read_tasks(Purpose.BENCHMARK) if task.seed in SEEDS]
    seconds = 6.0 if quick else 30.0
    samples: dict[str, object] = {}
    figures = [*_model_speed(tasks, seconds, samples), *_runner_speed(tasks, seconds, samples), *_vector_speed(seconds)]
    figures += [*_ns3_speed(tasks, quick, samples), _memory(), *model_error()]
    if out is not None:
        (out / "gym_samples.json").write_text(json.dumps(samples), encoding="utf-8")
    return BenchResult(seeds=SEEDS, figures=tuple(figures))


def _scripted(world: World) -> Iterator[ToolCall]:
    """A fixed script of observations and of configurations, which are measured."""
    for kind in cycle(_SCRIPT):
        current = world.state.slice.value
        if kind in ("switch", "switch_back"):
            target = "URLLC" if current != "URLLC" else "eMBB"
            yield ToolCall(tool="switch_network_slice", arguments={"current": current, "target": target})
        elif kind == "reallocate":
            yield ToolCall(tool="trigger_slice_reallocation", arguments={"slice": current, "resources": {"share": 0.5}})
        elif kind == "get_slice_status":
            yield ToolCall(tool=kind, arguments={"slice": current})
        else:
            yield ToolCall(tool=kind, arguments={})


def _calls_per_second(task: GymTask, network: PacketNetwork, seconds: float, max_calls: int) -> tuple[float, int, int]:
    """Calls per second of the script in episodes of `EPISODE` calls, the number of calls, and the number of refused ones."""
    count, refused, started = 0, 0, time.perf_counter()
    while count < max_calls and time.perf_counter() - started < seconds:
        world = World(task.scenario(), network, task.events)
        world.begin()
        episode = Episode(world, gym_registry())
        for call in islice(_scripted(world), min(EPISODE, max_calls - count)):
            refused += episode.call(call).observation.error is not None
            count += 1
    return count / (time.perf_counter() - started), count, refused


def _model_speed(tasks: list[GymTask], seconds: float, samples: dict[str, object]) -> Iterator[Figure]:
    _calls_per_second(tasks[0], LearnedNetwork(), math.inf, EPISODE)  # imports, and loads compiled kernels
    runs = [_calls_per_second(task, LearnedNetwork(), seconds / 9.0, 1_000_000) for task in 3 * tasks[:3]]
    samples["model_calls_per_second"] = runs
    rates = sorted(rate for rate, _, _ in runs)
    middle = rates[len(rates) // 2]
    yield Figure(
        name="scripted tool calls on the Experiment Model",
        value=middle,
        unit="calls/s on one core",
        target=f">= {TARGET_CALLS:g}",
        met=middle >= TARGET_CALLS,
        note=f"median of {len(rates)} runs in three scenarios, {rates[0]:.0f} to {rates[-1]:.0f}; 3 of 7 calls measure anew;"
        f" {sum(refused for _, _, refused in runs)} refused",
    )


def _runner_speed(tasks: list[GymTask], seconds: float, samples: dict[str, object]) -> Iterator[Figure]:
    """Overhead of the runner per call: time of whole episodes of MAPE-K minus that of the tools, without and with the gate."""
    for gate, name in ((None, "without a gate"), (_Timed(GymGate()), "with the gate")):
        runner, spent, calls, direct = Runner(change_judge=gate), 0.0, 0, 0.0
        started = time.perf_counter()
        for task in cycle(tasks):
            rollout = runner.run(task, mape_k())
            spent, calls = spent + rollout.seconds, calls + len(rollout.spans)
            direct += sum(span.seconds for span in rollout.spans)
            if time.perf_counter() - started > seconds / 3.0:
                break
        judging_s, judged = (0.0, 0) if gate is None else (gate.seconds, gate.calls)
        direct -= judging_s
        samples[f"runner {name}"] = {"seconds": spent, "tools": direct, "calls": calls, "gate": judging_s, "judged": judged}
        note = f"view, decision of MAPE-K, record, judgement; the tools take {1e6 * direct / calls:.0f} us a call"
        if judged:
            note += f"; the gate {1e3 * judging_s / judged:.1f} ms a Configuration call, of which there are {judged / calls:.0%}"
        yield Figure(name=f"runner overhead per call, {name}", value=1e6 * (spent - direct) / calls, unit="us", note=note)


@dataclass
class _Timed:
    """A gate, and the time that it took."""

    gate: GymGate
    seconds: float = 0.0
    calls: int = 0

    def __call__(self, world: World, call: ToolCall) -> Judgement:
        started = time.perf_counter()
        judgement = self.gate(world, call)
        self.seconds, self.calls = self.seconds + time.perf_counter() - started, self.calls + 1
        return judgement


def _vector_speed(seconds: float) -> Iterator[Figure]:
    import gymnasium

    count, episodes, steps = 4, 0, 0
    envs = gymnasium.make_vec("training.gym.env:twinpilot/Network-v0", num_envs=count, vectorization_mode="sync")
    envs.reset(seed=1)
    envs.action_space.seed(1)
    started = time.perf_counter()
    while time.perf_counter() - started < seconds / 3.0:
        _, _, ended, cut, _ = envs.step(envs.action_space.sample())
        steps, episodes = steps + count, episodes + int((ended | cut).sum())
    elapsed_s = time.perf_counter() - started
    envs.close()
    note = f"{count} environments in one process, random actions; {steps / elapsed_s:.0f} steps/s"
    yield Figure(name="episodes of twinpilot/Network-v0, vectorized", value=episodes / elapsed_s, unit="episodes/s", note=note)


def _ns3_speed(tasks: list[GymTask], quick: bool, samples: dict[str, object]) -> Iterator[Figure]:
    from twins.ns3.process import MISSING, installed

    name, unit = "scripted tool calls on ns-3", "calls/s"
    if not installed():
        yield Figure(name=name, value=None, unit=unit, note=MISSING)
        return
    from twins.ns3.network import Ns3Network

    network = Ns3Network()
    try:
        rate, count, _ = _calls_per_second(tasks[0], network, 20.0 if quick else 60.0, 100)
    finally:
        network.close()
    samples["ns3_calls_per_second"] = rate
    yield Figure(name=name, value=rate, unit=unit, note=f"{count} calls of the same script; one worker process beside this one")


def _memory() -> Figure:
    import psutil

    note = "of this process with the Experiment Model, tasks and tools; an ns-3 worker takes about as much again"
    return Figure(name="memory", value=psutil.Process().memory_info().rss / 2**20, unit="MiB", note=note)
